"""Signing in through another house: to its page, and back."""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any, Final, Literal

import orjson
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gateway.identity.api.deps import IssuerDep, NowDep
from gateway.identity.api.page import Notice
from gateway.identity.api.schemas import OPEN
from gateway.identity.api.visit import Visit
from gateway.identity.clients.house import Asked, House, NotIdentified, ProviderAway
from gateway.identity.use_cases import external
from gateway.identity.use_cases.external import NoAccountHere, Way
from gateway.identity.use_cases.issuer import Issuer
from services.common.errors import DomainError, NothingHere
from services.common.problems import STATUS
from services.common.sealing import SealBroken

router = APIRouter(tags=["sign-in"])

HouseName = Literal["oidc", "wecom", "dingtalk"]
COOKIE: Final = "onegrid_external"
_LIFE_S: Final = 600
_CONTEXT: Final = b"external sign-in"
_NOTICES: Final[dict[type[DomainError], str]] = {
    ProviderAway: "external_away",
    NotIdentified: "external_refused",
    NoAccountHere: "external_no_account",
}
_SHOWN: Final[dict[int | str, dict[str, Any]]] = {
    303: {"description": "To the provider, or back to the application."},
    403: {"description": "The sign-in page: not identified, or no account here."},
    503: {"description": "The sign-in page: the provider is away."},
}


@router.get(
    "/v1/external",
    operation_id="identity.external.start",
    status_code=303,
    response_class=HTMLResponse,
    responses=_SHOWN,
    openapi_extra=OPEN,
)
async def start(
    request: Request, issuer: IssuerDep, now: NowDep, house: HouseName = "oidc"
) -> Response:
    """To the trusted house's page, with the authorization request of our application kept."""
    provider = _house(request, house)
    visit = await Visit.of(request, issuer, now)
    if isinstance(visit, Response):
        return visit
    asked = Asked(_redirect_uri(issuer), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    state = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest())
    try:
        address = await provider.address(asked, state, challenge.decode().rstrip("="), visit.locale)
    except ProviderAway:
        return visit.form(503, Notice("external_away"))
    query = {name: value for name, value in visit.query.items() if name != "house"}
    note = [query, house, state, asked.nonce, asked.verifier, int(now.timestamp())]
    response = RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(
            issuer.sealer.seal(orjson.dumps(note).decode(), _CONTEXT)
        ).decode(),
        max_age=_LIFE_S,
        path=f"{issuer.settings.mount}/v1/",
        secure=issuer.settings.issuer.startswith("https:"),
        httponly=True,
        samesite="lax",  # the provider leads back by a top-level GET, which carries it
    )
    return response


@router.get(
    "/v1/external-callback",
    operation_id="identity.external.finish",
    status_code=303,
    response_class=HTMLResponse,
    responses=_SHOWN,
    openapi_extra=OPEN,
)
async def finish(request: Request, issuer: IssuerDep, now: NowDep) -> Response:
    """Back from the provider: to our application with a code, or our page with what went wrong."""
    note = _note(request, issuer, now)
    if note is None:
        raise NothingHere("This sign-in was not begun here, or too long ago.")
    query, house, state, nonce, verifier, _ = note
    provider = _house(request, house)
    visit = await Visit.again(request, issuer, now, query)
    sent = request.query_params
    try:
        # DingTalk calls it authCode.
        code = sent.get("authCode") or sent.get("code")
        if not hmac.compare_digest(sent.get("state", ""), state) or code is None:
            raise NotIdentified  # noqa: TRY301 — one way out for all that is not proved
        asked = Asked(_redirect_uri(issuer), nonce, verifier)
        way = Way(house, provider, asked, visit.ask.client)
        account = await external.identify(issuer, way, code, now=now)
        response = await visit.back(account)
    except (ProviderAway, NotIdentified, NoAccountHere) as exc:
        response = visit.form(STATUS[exc.kind], Notice(_NOTICES[type(exc)]))
    response.delete_cookie(COOKIE, path=f"{issuer.settings.mount}/v1/")
    return response


def _house(request: Request, name: str) -> House:
    houses: dict[str, House] = request.app.state.houses
    if name not in houses:
        raise NothingHere
    return houses[name]


def _redirect_uri(issuer: Issuer) -> str:
    return f"{issuer.settings.issuer}{issuer.settings.mount}/v1/external-callback"


def _note(request: Request, issuer: Issuer, now: datetime) -> list[Any] | None:
    """What `start` kept in this browser; None when there is nothing, or nothing of ours."""
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(COOKIE, "").encode())
        note: list[Any] = orjson.loads(issuer.sealer.open(sealed, _CONTEXT))
    except (binascii.Error, ValueError, SealBroken):
        return None
    return note if 0 <= now.timestamp() - note[-1] <= _LIFE_S else None
