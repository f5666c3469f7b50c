"""Delegations: lending one's own rights to a colleague until a day (ADR 0022).

The colleague uses them by an explicit switch: `acting_for` beside a refresh token.
"""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from gateway.identity.api import delegation_schemas as schemas
from gateway.identity.api.deps import IssuerDep, NowDep
from gateway.identity.api.me import account_id
from gateway.identity.domain.administration import Rights
from gateway.identity.use_cases import delegating
from gateway.identity.use_cases.delegating import Person, Wish
from services.common.auth import Caller, Principal
from services.common.idempotency import OnceHeader

router = APIRouter(tags=["delegations"])

_NO_STORE: Final = {"Cache-Control": "no-store"}
_OWN: Final[dict[int | str, dict[str, Any]]] = {200: {"model": schemas.DelegationList}}


@router.get("/v1/me/delegations", operation_id="identity.delegations.list_own", responses=_OWN)
async def list_own(caller: Caller, issuer: IssuerDep, now: NowDep) -> Response:
    """What you lent to colleagues and what they lent to you, with when it was last used."""
    return _json(await delegating.own(issuer, _person(caller), now=now))


@router.post(
    "/v1/delegations",
    operation_id="identity.delegations.lend",
    status_code=201,
    responses={201: {"model": schemas.DelegationView}},
)
async def lend(
    wish: schemas.DelegationWish, once: OnceHeader, caller: Caller, issuer: IssuerDep, now: NowDep
) -> Response:
    """Lend rights of your own account, or a part of them, to a colleague until a day."""
    rights = Rights(tuple(wish.roles), tuple(wish.areas), tuple(wish.domains))
    asked = Wish(wish.colleague, rights, wish.ends_on, wish.reason)
    return (await delegating.lend(issuer, _person(caller), asked, once, now=now)).response()


# A delegation that is revoked twice is revoked once, so no Idempotency-Key is asked for.
@router.delete(
    "/v1/delegations/{delegation_id}", operation_id="identity.delegations.revoke", status_code=204
)
async def revoke(delegation_id: UUID, caller: Caller, issuer: IssuerDep, now: NowDep) -> Response:
    """End a delegation: the lender, the colleague, or the security administrator."""
    by = _person(caller, "security_admin")
    await delegating.revoke(issuer, by, delegation_id, now=now)
    return Response(status_code=204)


@router.get(
    "/v1/delegations",
    operation_id="identity.delegations.list",
    responses={200: {"model": schemas.DelegationPage}},
)
async def list_all(
    caller: Caller,
    issuer: IssuerDep,
    now: NowDep,
    asked: Annotated[schemas.PageFilter, Query()],
) -> Response:
    """Delegations by people of your areas, newest first."""
    by = _person(caller, "security_admin", "auditor")
    return _json(await delegating.page(issuer, by, after=asked.after, limit=asked.limit, now=now))


@router.get(
    "/v1/delegations/{delegation_id}/records",
    operation_id="identity.delegations.records",
    responses={200: {"model": schemas.DelegationRecords}},
)
async def list_records(delegation_id: UUID, caller: Caller, issuer: IssuerDep) -> Response:
    """When a delegation was granted, each time it was used, and when it was revoked."""
    by = _person(caller, "security_admin", "auditor")
    return _json(await delegating.records(issuer, by, delegation_id))


@router.get(
    "/v1/colleagues",
    operation_id="identity.colleagues.list",
    responses={200: {"model": schemas.ColleagueList}},
)
async def list_colleagues(
    caller: Caller,
    issuer: IssuerDep,
    starts_with: Annotated[str, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
) -> Response:
    """Who could act for you: your organisation's people and those below it."""
    return _json(await delegating.colleagues(issuer, _person(caller), starts_with))


def _person(caller: Principal, *overseers: str) -> Person:
    overseen = caller.areas if caller.has(*overseers) else ()
    return Person(account_id(caller.subject), caller.name, overseen)


def _json(body: bytes) -> Response:
    return Response(body, headers=_NO_STORE, media_type="application/json")
