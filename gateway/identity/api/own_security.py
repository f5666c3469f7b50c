"""My security: password, authenticator and recovery codes of one's own account.

PUT and no Idempotency-Key: its stored fingerprint would be a fast hash of a password, and no answer
with a secret is kept for a retry.
"""

from typing import Annotated, Any, Final

import orjson
import segno
from fastapi import APIRouter, Depends
from starlette.responses import Response

from gateway.identity.api import own_schemas as schemas
from gateway.identity.api.deps import IssuerDep, NowDep
from gateway.identity.api.me import account_id, session_of
from gateway.identity.domain.accounts import Account
from gateway.identity.use_cases import own_security, passwords, second_factor
from gateway.identity.use_cases.passwords import Change
from services.common.auth import Caller

router = APIRouter(tags=["me"])

_CODES: Final[dict[int | str, dict[str, Any]]] = {200: {"model": schemas.RecoveryCodes}}


async def _own(caller: Caller, issuer: IssuerDep) -> Account:
    return await passwords.present(issuer, account_id(caller.subject))


Own = Annotated[Account, Depends(_own)]


@router.get(
    "/v1/me/security",
    operation_id="identity.me.security",
    responses={200: {"model": schemas.SecurityView}},
)
async def show(own: Own, issuer: IssuerDep) -> Response:
    """How your account is protected."""
    return _json(await own_security.standing(issuer, own))


@router.put("/v1/me/password", operation_id="identity.me.change_password", status_code=204)
async def change_password(
    wish: schemas.PasswordChange, caller: Caller, issuer: IssuerDep, now: NowDep
) -> Response:
    """Change your password; all your other sessions end."""
    change = Change(
        account=account_id(caller.subject),
        client=caller.client,
        session=session_of(caller.token),
        current=wish.current_password.get_secret_value(),
        new=wish.new_password.get_secret_value(),
        code=wish.code.get_secret_value(),
    )
    await passwords.change(issuer, change, now=now)
    return Response(status_code=204)


@router.put(
    "/v1/me/authenticator-proposal",
    operation_id="identity.me.propose_authenticator",
    responses={200: {"model": schemas.ProposalView}},
)
async def propose(
    proof: schemas.OwnProof, own: Own, caller: Caller, issuer: IssuerDep, now: NowDep
) -> Response:
    """A secret for a new authenticator, told only now; nothing changes before it shows a code."""
    known = (proof.current_password.get_secret_value(), proof.code.get_secret_value())
    proposed = await own_security.propose(issuer, own, known, client=caller.client, now=now)
    qr = segno.make(proposed.uri, error="m").svg_data_uri(scale=5)
    return _json({"secret": proposed.secret, "qr": qr, "proposal": proposed.note})


@router.put(
    "/v1/me/authenticator", operation_id="identity.me.change_authenticator", responses=_CODES
)
async def accept(
    wish: schemas.AuthenticatorChange, own: Own, issuer: IssuerDep, now: NowDep
) -> Response:
    """Take the proposed authenticator instead of the present one; new recovery codes, told once."""
    codes = await own_security.accept(
        issuer, own, wish.proposal, wish.code.get_secret_value(), now=now
    )
    return _json({"recovery_codes": codes})


@router.put(
    "/v1/me/recovery-codes", operation_id="identity.me.renew_recovery_codes", responses=_CODES
)
async def renew_codes(
    proof: schemas.OwnCode, own: Own, caller: Caller, issuer: IssuerDep, now: NowDep
) -> Response:
    """New recovery codes instead of all you had, told only now."""
    codes = await second_factor.renew_codes(
        issuer, own, proof.code.get_secret_value(), client=caller.client, now=now
    )
    return _json({"recovery_codes": codes})


def _json(body: object) -> Response:
    return Response(
        orjson.dumps(body, option=orjson.OPT_UTC_Z),
        headers={"Cache-Control": "no-store"},
        media_type="application/json",
    )
