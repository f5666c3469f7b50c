"""The authorization endpoint (RFC 6749 §3.1) and its page."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gateway.identity.api import form_tokens, page
from gateway.identity.api.deps import IssuerDep, NowDep, fields
from gateway.identity.api.form_tokens import FormTokens
from gateway.identity.api.page import Notice
from gateway.identity.api.schemas import OPEN, form_body
from gateway.identity.api.texts import Locale, locale_of
from gateway.identity.domain import redirects
from gateway.identity.domain.refusals import OAuthRefused
from gateway.identity.use_cases import asking, sign_in
from gateway.identity.use_cases.asking import RedirectNotKnown
from gateway.identity.use_cases.issuer import Issuer
from gateway.identity.use_cases.sign_in import Ask, Outcome

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
    visit = await _Visit.of(request, issuer, now)
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
    visit = await _Visit.of(request, issuer, now)
    if isinstance(visit, Response):
        return visit
    try:
        typed = fields(await request.body())
    except OAuthRefused:
        return visit.form(400, Notice("missing"))
    if not visit.tokens.is_good(typed.get("form_token", ""), now):
        has_cookie = form_tokens.cookie(request) is not None
        return visit.form(403, Notice("form_stale" if has_cookie else "cookie_missing"))
    return await visit.sign_in(typed)


@router.get(
    "/v1/style.css", operation_id="identity.style.show", response_class=Response, openapi_extra=OPEN
)
async def style() -> Response:
    """The sign-in page's style sheet."""
    return Response(
        page.STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"}
    )


@dataclass(frozen=True, slots=True)
class _Visit:
    """A person at the sign-in page, with a request that was checked."""

    issuer: Issuer
    now: datetime
    query: Mapping[str, str]
    locale: Locale
    ask: Ask
    tokens: FormTokens

    @classmethod
    async def of(cls, request: Request, issuer: Issuer, now: datetime) -> "_Visit | Response":
        """The visit, or the answer to a request that is not right."""
        accept = request.headers.get("accept-language")
        locale = locale_of(request.query_params.get("ui_locales"), accept)
        try:
            query = fields(request.scope["query_string"])
            ask = await asking.check(issuer, query)
        except RedirectNotKnown:
            return page.response(page.broken(locale), 400, locale, form_target=None)
        except OAuthRefused as refused:
            if not await asking.may_answer(issuer, request.query_params):
                return page.response(page.broken(locale), 400, locale, form_target=None)
            return _back(
                issuer,
                request.query_params["redirect_uri"],
                error=refused.error,
                error_description=refused.description,
                state=request.query_params.get("state"),
            )
        return cls(issuer, now, query, locale, ask, FormTokens.of(request, issuer, ask.client))

    def form(self, status: int, notice: Notice | None = None, typed: str = "") -> Response:
        """The page with its form."""
        token = self.tokens.make(self.now)
        content = page.form(self.locale, self.query, form_token=token, typed=typed, notice=notice)
        target = redirects.origin_of(self.ask.redirect_uri)
        response = page.response(content, status, self.locale, form_target=target)
        self.tokens.remember(response)
        return response

    async def sign_in(self, typed: Mapping[str, str]) -> Response:
        """Try what was typed."""
        login, password = typed.get("login", ""), typed.get("password", "")
        if not (login and password):
            return self.form(422, Notice("missing"), login)
        tried = await sign_in.attempt(
            self.issuer, login=login, password=password, client=self.ask.client, now=self.now
        )
        if tried.account is not None:
            code = await sign_in.give_code(self.issuer, self.ask, tried.account, now=self.now)
            state = self.query.get("state")
            return _back(self.issuer, self.ask.redirect_uri, code=code, state=state)
        if tried.outcome is Outcome.LOCKED and tried.locked_until is not None:
            left_s = (tried.locked_until - self.now).total_seconds()
            response = self.form(429, Notice("locked", math.ceil(left_s / 60)), login)
            response.headers["Retry-After"] = str(math.ceil(left_s))
            return response
        return self.form(422, Notice(tried.outcome.value), login)


def _back(issuer: Issuer, redirect_uri: str, **answer: str | None) -> Response:
    """Back to the application; `iss` lets it notice an answer that is not ours (RFC 9207)."""
    location = redirects.answer(redirect_uri, **answer, iss=issuer.settings.issuer)
    return RedirectResponse(location, 303, headers={"Cache-Control": "no-store"})
