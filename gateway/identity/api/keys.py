"""The published keys and the metadata document (RFC 7517, RFC 8414)."""

from typing import Final

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from gateway.identity.api.deps import IssuerDep, NowDep
from gateway.identity.api.schemas import (
    OPEN,
    KeySetView,
    Metadata,
    PoliciesView,
    Rotation,
    RotationView,
)
from gateway.identity.api.texts import LOCALES
from gateway.identity.domain import delegations, passwords
from gateway.identity.settings import IdentitySettings
from gateway.identity.use_cases import rotating
from gateway.identity.use_cases.keyring import ALGORITHM
from services.common.idempotency import OnceHeader

router = APIRouter(tags=["keys"])

_SHORT: Final = {"Cache-Control": "public, max-age=300"}
_CONFIDENTIAL: Final = ["client_secret_basic", "client_secret_post", "private_key_jwt"]


@router.get(
    "/v1/jwks",
    operation_id="identity.keys.list",
    responses={200: {"model": KeySetView}},
    openapi_extra=OPEN,
)
async def jwks(issuer: IssuerDep) -> Response:
    """The public keys that tokens are signed with, newest first."""
    body = orjson.dumps({"keys": await issuer.keyring.published()})
    return Response(body, headers=_SHORT, media_type="application/json")


@router.get(
    "/v1/metadata",
    operation_id="identity.metadata.show",
    responses={200: {"model": Metadata}},
    openapi_extra=OPEN,
)
async def show_metadata(issuer: IssuerDep) -> Response:
    """What this authorization server offers and where (RFC 8414)."""
    body = orjson.dumps(metadata(issuer.settings).model_dump())
    return Response(body, headers=_SHORT, media_type="application/json")


@router.post(
    "/v1/signing-keys",
    operation_id="identity.keys.rotate",
    status_code=201,
    responses={201: {"model": RotationView}},
)
async def rotate(rotation: Rotation, once: OnceHeader, issuer: IssuerDep, now: NowDep) -> Response:
    """Add a signing key; older ones stay published until their last token is over."""
    answer = await rotating.rotate(issuer, once, is_compromised=rotation.is_compromised, now=now)
    return answer.response()


@router.get(
    "/v1/policies",
    operation_id="identity.policies.show",
    responses={200: {"model": PoliciesView}},
)
async def policies(issuer: IssuerDep) -> Response:
    """The rules of signing in, as they are set; only the installation's settings change them."""
    settings = issuer.settings
    view = PoliciesView(
        password_min_length=passwords.MIN_LENGTH,
        password_min_classes=passwords.MIN_CLASSES,
        password_age_days=settings.password_age_days,
        passwords_remembered=settings.passwords_remembered,
        second_factor=settings.second_factor,
        lock_after_failures=settings.lock_after_failures,
        lock_s=settings.lock_s,
        access_token_s=settings.access_token_s,
        session_idle_s=settings.refresh_idle_s,
        session_absolute_s=settings.refresh_absolute_s,
        delegation_days=delegations.LONGEST_DAYS,
        sign_ins_kept_days=settings.sign_ins_kept_days,
    )
    return Response(
        view.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json"
    )


def metadata(settings: IdentitySettings) -> Metadata:
    """The metadata document of an issuer with these settings."""
    rooms = f"{settings.issuer}{settings.mount}/v1"
    return Metadata(
        issuer=settings.issuer,
        authorization_endpoint=f"{rooms}/authorize",
        token_endpoint=settings.token_endpoint,
        jwks_uri=f"{settings.issuer}/.well-known/jwks.json",
        revocation_endpoint=f"{rooms}/revoke",
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "refresh_token", "client_credentials"],
        token_endpoint_auth_methods_supported=[*_CONFIDENTIAL, "none"],
        token_endpoint_auth_signing_alg_values_supported=[ALGORITHM],
        revocation_endpoint_auth_methods_supported=[*_CONFIDENTIAL, "none"],
        revocation_endpoint_auth_signing_alg_values_supported=[ALGORITHM],
        code_challenge_methods_supported=["S256"],
        ui_locales_supported=list(LOCALES),
        authorization_response_iss_parameter_supported=True,
    )
