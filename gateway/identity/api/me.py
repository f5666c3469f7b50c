"""What a signed-in person may ask about themselves."""

from uuid import UUID

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from gateway.identity.api.deps import IssuerDep, NowDep
from gateway.identity.api.schemas import MeView, PasswordChange
from gateway.identity.use_cases import passwords
from gateway.identity.use_cases.passwords import Change
from services.common.auth import Caller
from services.common.errors import NothingHere

router = APIRouter(tags=["me"])


@router.get("/v1/me", operation_id="identity.me.show", responses={200: {"model": MeView}})
async def show(caller: Caller) -> Response:
    """Who you are, as your token says: at most ten minutes old."""
    view = {
        "sub": caller.subject,
        "name": caller.name,
        "org": caller.organisation,
        "roles": sorted(caller.roles),
        "areas": sorted(caller.areas),
        "domains": sorted(caller.domains),
    }
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(view), headers=headers, media_type="application/json")


# PUT and not POST: it needs no Idempotency-Key, whose stored fingerprint would be a fast hash of
# both passwords and so a way around Argon2.
@router.put("/v1/me/password", operation_id="identity.me.change_password", status_code=204)
async def change_password(
    wish: PasswordChange, caller: Caller, issuer: IssuerDep, now: NowDep
) -> Response:
    """Change your password; every session you have ends."""
    change = Change(
        account=_account(caller.subject),
        client=caller.client,
        current=wish.current_password.get_secret_value(),
        new=wish.new_password.get_secret_value(),
    )
    await passwords.change(issuer, change, now=now)
    return Response(status_code=204)


def _account(subject: str) -> UUID:
    try:
        return UUID(subject)
    except ValueError:
        raise NothingHere from None
