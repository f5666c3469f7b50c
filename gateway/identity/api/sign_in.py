"""The authorization endpoint (RFC 6749 §3.1) and its pages."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from gateway.identity.api import form_tokens, page, second_step
from gateway.identity.api.deps import IssuerDep, NowDep, fields
from gateway.identity.api.page import Notice
from gateway.identity.api.schemas import OPEN, form_body
from gateway.identity.api.visit import Visit
from gateway.identity.domain.refusals import OAuthRefused

router = APIRouter(tags=["sign-in"])

_SHOWN: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The sign-in page, in Chinese, Korean or English."},
    303: {"description": "Back to the application, with an error."},
    400: {"description": "A page: nobody registered this client with this redirect URI."},
}
_SUBMITTED: Final[dict[int | str, dict[str, Any]]] = {
    303: {"description": "Back to the application, with a code or an error."},
    400: _SHOWN[400],
    403: {"description": "The page again: the form is not one we showed to this browser."},
    422: {"description": "The page again: the account or password is not right."},
    429: {"description": "The page again: the account is locked for a while."},
}
_PARAMETERS: Final = {
    **OPEN,
    "parameters": [
        {"name": name, "in": "query", "required": needed, "schema": {"type": "string"}}
        for name, needed in {
            "response_type": True,
            "client_id": True,
            "redirect_uri": True,
            "code_challenge": True,
            "code_challenge_method": True,
            "state": False,
            "ui_locales": False,
        }.items()
    ],
}


@router.get(
    "/v1/authorize",
    operation_id="identity.authorize.show",
    response_class=HTMLResponse,
    responses=_SHOWN,
    openapi_extra=_PARAMETERS,
)
async def show(request: Request, issuer: IssuerDep, now: NowDep) -> Response:
    """The sign-in page for an authorization request with PKCE (S256)."""
    visit = await Visit.of(request, issuer, now)
    return visit if isinstance(visit, Response) else visit.form(200)


@router.post(
    "/v1/authorize",
    operation_id="identity.authorize.sign_in",
    response_class=HTMLResponse,
    status_code=303,
    responses=_SUBMITTED,
    openapi_extra={
        **form_body(
            login="!Login name.",
            password="!Password.",  # noqa: S106 — a description
            form_token="!From the page; its cookie belongs to it.",  # noqa: S106 — a description
        ),
        **_PARAMETERS,
    },
)
async def submit(request: Request, issuer: IssuerDep, now: NowDep) -> Response:
    """Sign in: back to the application with a code, or the page again with what went wrong."""
    visit = await Visit.of(request, issuer, now)
    if isinstance(visit, Response):
        return visit
    try:
        typed = fields(await request.body())
    except OAuthRefused:
        return visit.form(400, Notice("missing"))
    is_ours = form_tokens.is_from_here(request, issuer.settings.issuer)
    if not (is_ours and visit.tokens.is_good(typed.get("form_token", ""), now)):
        has_cookie = form_tokens.cookie(request) is not None
        return visit.form(403, Notice("form_stale" if has_cookie else "cookie_missing"))
    if "step" in typed:
        return await second_step.answer(visit, typed)
    proved = await visit.password(typed)
    return proved if isinstance(proved, Response) else await second_step.ask(visit, proved)


@router.get(
    "/v1/style.css", operation_id="identity.style.show", response_class=Response, openapi_extra=OPEN
)
async def style() -> Response:
    """The sign-in page's style sheet."""
    return Response(
        page.STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"}
    )
