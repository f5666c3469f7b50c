"""The token and revocation endpoints (RFC 6749 §3.2, RFC 7009): forms in, RFC 6749 bodies out."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import unquote_plus
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.identity.api.deps import FormDep, IssuerDep, NowDep
from gateway.identity.api.schemas import REFUSALS, TokenAnswer, form_body
from gateway.identity.domain.accounts import Client
from gateway.identity.domain.refusals import (
    ClientMayNot,
    ClientRefused,
    GrantTypeUnknown,
    OAuthRefused,
    RequestMalformed,
    ScopeUnknown,
    TargetRefused,
)
from gateway.identity.use_cases import client_proof, sessions
from gateway.identity.use_cases.client_proof import JWT_BEARER, Proof
from gateway.identity.use_cases.issuer import Issuer
from gateway.identity.use_cases.sessions import Granted, Shown

router = APIRouter(tags=["tokens"])

_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_CLIENT: Final = {
    "client_id": "Who asks; or HTTP basic.",
    "client_secret": "Its secret; or HTTP basic.",
    "client_assertion_type": f"`{JWT_BEARER}`, with an assertion instead of a secret.",
    "client_assertion": "RFC 7523 assertion, ES256, at most five minutes long.",
}

Grant = Callable[[Issuer, Client, Mapping[str, str], datetime], Awaitable[Granted]]


@router.post(
    "/v1/token",
    operation_id="identity.tokens.issue",
    responses={200: {"model": TokenAnswer}, **REFUSALS},
    openapi_extra=form_body(
        grant_type="!`client_credentials`, `authorization_code` or `refresh_token`.",
        code="The code, for `authorization_code`.",
        redirect_uri="Where the code was sent, for `authorization_code`.",
        code_verifier="PKCE proof, for `authorization_code`.",
        refresh_token="Good once, for `refresh_token`.",  # noqa: S106 — a description
        acting_for="Delegation whose rights the access token is to carry, for `refresh_token`.",
        **_CLIENT,
    ),
)
async def issue(request: Request, form: FormDep, issuer: IssuerDep, now: NowDep) -> Response:
    """An access token for a client's proof, a code or a refresh token."""
    grant = _GRANTS.get(_required(form, "grant_type"))
    client = await client_proof.prove(issuer, _proof(request, form), now=now)
    if grant is None:
        raise GrantTypeUnknown("Use client_credentials, authorization_code or refresh_token.")
    if "scope" in form:
        raise ScopeUnknown("There are no scopes: rights follow from roles and areas.")
    granted = await grant(issuer, client, form, now)
    answer = {
        "access_token": granted.access_token,
        "token_type": "Bearer",
        "expires_in": issuer.settings.access_token_s,
    }
    if granted.refresh_token is not None:
        answer["refresh_token"] = granted.refresh_token
    return Response(orjson.dumps(answer), headers=_NO_STORE, media_type="application/json")


@router.post(
    "/v1/revoke",
    operation_id="identity.tokens.revoke",
    response_class=Response,  # an empty body, which the document must not call JSON
    responses={200: {"description": "It is not valid, or not any more."}, **REFUSALS},
    openapi_extra=form_body(
        token="!A refresh token; its session ends.",  # noqa: S106 — a description
        token_type_hint="Ignored.",  # noqa: S106 — a description
        **_CLIENT,
    ),
)
async def revoke(request: Request, form: FormDep, issuer: IssuerDep, now: NowDep) -> Response:
    """End the session of a refresh token: signing out."""
    token = _required(form, "token")
    client = await client_proof.prove(issuer, _proof(request, form), now=now)
    await sessions.revoke(issuer, client, token=token, now=now)
    return Response(status_code=200, headers=_NO_STORE)


async def on_refused(_: Request, exc: Exception) -> Response:
    """A refusal as RFC 6749 §5.2 words it."""
    assert isinstance(exc, OAuthRefused)  # noqa: S101 — the handler is registered for this class
    headers = dict(_NO_STORE)
    status = 400
    if isinstance(exc, ClientRefused):
        status = 401
        headers["WWW-Authenticate"] = 'Basic realm="onegrid", charset="UTF-8"'
    body = orjson.dumps({"error": exc.error, "error_description": exc.description})
    return Response(body, status, headers=headers, media_type="application/json")


async def _client_credentials(
    issuer: Issuer, client: Client, _: Mapping[str, str], now: datetime
) -> Granted:
    if client.is_public:
        raise ClientMayNot("A public client acts only for people.")
    return Granted(await issuer.token_for_system(client, now))


async def _authorization_code(
    issuer: Issuer, client: Client, form: Mapping[str, str], now: datetime
) -> Granted:
    shown = Shown(
        code=_required(form, "code"),
        redirect_uri=_required(form, "redirect_uri"),
        verifier=_required(form, "code_verifier"),
    )
    return await sessions.exchange_code(issuer, client, shown, now=now)


async def _refresh_token(
    issuer: Issuer, client: Client, form: Mapping[str, str], now: datetime
) -> Granted:
    token = _required(form, "refresh_token")
    acting_for = _delegation(form)
    return await sessions.refresh(issuer, client, token=token, now=now, acting_for=acting_for)


_GRANTS: Final[Mapping[str, Grant]] = {
    "client_credentials": _client_credentials,
    "authorization_code": _authorization_code,
    "refresh_token": _refresh_token,
}


def _delegation(form: Mapping[str, str]) -> UUID | None:
    try:
        return UUID(form["acting_for"]) if "acting_for" in form else None
    except ValueError:
        raise TargetRefused("The parameter acting_for is no delegation.") from None


def _required(form: Mapping[str, str], name: str) -> str:
    try:
        return form[name]
    except KeyError:
        raise RequestMalformed(f"The parameter {name} is missing.") from None


def _proof(request: Request, form: Mapping[str, str]) -> Proof:
    """What the client said about itself, in one way only (RFC 6749 §2.3)."""
    basic = _basic(request.headers.get("authorization"))
    assertion = form.get("client_assertion")
    if (basic is not None) + ("client_secret" in form) + (assertion is not None) > 1:
        raise RequestMalformed("The client proves itself in more than one way.")
    if assertion is not None and form.get("client_assertion_type") != JWT_BEARER:
        raise RequestMalformed("The client_assertion_type is not known.")
    if basic is None:
        return Proof(form.get("client_id"), form.get("client_secret"), assertion)
    if form.get("client_id", basic[0]) != basic[0]:
        raise RequestMalformed("The client names itself twice, differently.")
    return Proof(basic[0], basic[1])


def _basic(authorization: str | None) -> tuple[str, str] | None:
    """Id and secret of an HTTP basic header; each is form-encoded inside (RFC 6749 §2.3.1)."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as exc:
        raise ClientRefused("The Authorization header is not readable.") from exc
    if not colon:
        raise ClientRefused("The Authorization header is not readable.")
    return unquote_plus(name), unquote_plus(secret)
