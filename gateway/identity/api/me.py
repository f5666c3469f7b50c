"""What a signed-in person may ask about themselves."""

import base64
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from gateway.identity.api.deps import IssuerDep, NowDep
from gateway.identity.api.schemas import MeView, SessionList
from gateway.identity.use_cases import sessions
from services.common.auth import Caller
from services.common.errors import NothingHere

router = APIRouter(tags=["me"])


@router.get("/v1/me", operation_id="identity.me.show", responses={200: {"model": MeView}})
async def show(caller: Caller) -> Response:
    """Who you are, as your token says: at most ten minutes old."""
    view: dict[str, Any] = {
        "sub": caller.subject,
        "name": caller.name,
        "org": caller.organisation,
        "roles": sorted(caller.roles),
        "areas": sorted(caller.areas),
        "domains": sorted(caller.domains),
    }
    acting_for = claims_of(caller.token).get("acting_for")
    if acting_for is not None:
        view["acting_for"] = {"delegation": acting_for["delegation"], "name": acting_for["name"]}
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(view), headers=headers, media_type="application/json")


@router.get(
    "/v1/me/sessions",
    operation_id="identity.sessions.list",
    responses={200: {"model": SessionList}},
)
async def list_sessions(caller: Caller, issuer: IssuerDep, now: NowDep) -> Response:
    """Where you are signed in: application and times, no device and no place."""
    current = session_of(caller.token)
    found = await sessions.own(issuer, account_id(caller.subject), now=now)
    items = [
        {
            "id": str(session.id),
            "client": session.client,
            "client_name": session.client_name,
            "signed_in_at": session.signed_in_at,
            "last_used_at": session.last_used_at,
            "ends_at": session.ends_at,
            "is_current": session.id == current,
        }
        for session in found
    ]
    return Response(
        orjson.dumps({"items": items}, option=orjson.OPT_UTC_Z),
        headers={"Cache-Control": "no-store"},
        media_type="application/json",
    )


# A session that is ended twice is ended once, so no Idempotency-Key is asked for.
@router.delete(
    "/v1/me/sessions/{session_id}", operation_id="identity.sessions.end", status_code=204
)
async def end_session(session_id: UUID, caller: Caller, issuer: IssuerDep, now: NowDep) -> Response:
    """Sign out there: a lost phone, a desk in another office."""
    await sessions.end_own(issuer, account_id(caller.subject), session_id, now=now)
    return Response(status_code=204)


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a token the gate has verified."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = orjson.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return claims


def session_of(token: str) -> UUID | None:
    """The session a verified token belongs to."""
    sid = claims_of(token).get("sid")
    return UUID(sid) if isinstance(sid, str) else None


def account_id(subject: str) -> UUID:
    """The account a person's token is about; raises `NothingHere` for a system's."""
    try:
        return UUID(subject)
    except ValueError:
        raise NothingHere from None
