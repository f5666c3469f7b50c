"""Departments' systems: one administrator registers, another gives rights and proof.

PUT everywhere, with If-Match, as for accounts.
"""

from datetime import timedelta
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from gateway.identity.api import client_schemas as schemas
from gateway.identity.api.account_schemas import (
    AccountFilter,
    AccountWish,
    DisabledWish,
    RightsWish,
)
from gateway.identity.api.accounts import AdministratorDep, IfMatch, json_text, versioned
from gateway.identity.api.deps import IssuerDep, NowDep
from gateway.identity.domain.administration import Rights
from gateway.identity.use_cases import account_records, registering
from gateway.identity.use_cases.administering import Opening, Wish
from services.common import edge

router = APIRouter(tags=["clients"])

_ONE: Final[dict[int | str, dict[str, Any]]] = {200: {"model": schemas.ClientView}}
ClientId = Annotated[str, Path(max_length=64)]


@router.get(
    "/v1/clients",
    operation_id="identity.clients.list",
    responses={200: {"model": schemas.ClientPage}},
)
async def list_clients(
    by: AdministratorDep, issuer: IssuerDep, asked: Annotated[AccountFilter, Query()]
) -> Response:
    """Systems of organisations in your areas, by client id, with when they last came."""
    return json_text(
        await account_records.clients(
            issuer, by, asked.organisation, after=asked.after, limit=asked.limit
        )
    )


@router.get("/v1/clients/{client_id}", operation_id="identity.clients.get", responses=_ONE)
async def get(by: AdministratorDep, issuer: IssuerDep, client_id: ClientId) -> Response:
    """One system of an organisation in your areas."""
    return versioned(await account_records.client(issuer, by, client_id))


@router.put(
    "/v1/clients/{client_id}",
    operation_id="identity.clients.put",
    responses={**_ONE, 201: {"model": schemas.ClientView}},
)
async def put(
    by: AdministratorDep,
    issuer: IssuerDep,
    now: NowDep,
    client_id: ClientId,
    wish: AccountWish,
    if_match: IfMatch = None,
) -> Response:
    """Register a system without rights and proof, or rename one (then with If-Match)."""
    read = edge.version_of(if_match) if if_match else None
    opening = Opening(client_id, wish.name, wish.organisation, read)
    is_new, version, text = await registering.put(issuer, by, opening, now=now)
    return versioned((version, text), 201 if is_new else 200)


@router.put("/v1/clients/{client_id}/rights", operation_id="identity.clients.grant", responses=_ONE)
async def grant(
    by: AdministratorDep,
    issuer: IssuerDep,
    now: NowDep,
    client_id: ClientId,
    wish: RightsWish,
    if_match: IfMatch = None,
) -> Response:
    """Replace what a system may do; counts at its next token."""
    rights = Rights(tuple(wish.roles), tuple(wish.areas), tuple(wish.domains))
    asked = Wish(client_id, edge.version_of(if_match), wish.reason)
    return versioned(await registering.grant(issuer, by, asked, rights, now=now))


@router.put(
    "/v1/clients/{client_id}/secret",
    operation_id="identity.clients.issue_secret",
    responses={200: {"model": schemas.Secret}},
)
async def issue_secret(
    by: AdministratorDep,
    issuer: IssuerDep,
    now: NowDep,
    client_id: ClientId,
    wish: schemas.SecretWish,
    if_match: IfMatch = None,
) -> Response:
    """A new secret, told only now; the one before stays good for some hours, keys end at once."""
    asked = Wish(client_id, edge.version_of(if_match), wish.reason)
    overlap = timedelta(hours=wish.overlap_h)
    version, secret = await registering.issue_secret(issuer, by, asked, overlap=overlap, now=now)
    return json_text(orjson.dumps({"client_id": client_id, "secret": secret, "version": version}))


@router.put(
    "/v1/clients/{client_id}/keys", operation_id="identity.clients.register_keys", responses=_ONE
)
async def register_keys(
    by: AdministratorDep,
    issuer: IssuerDep,
    now: NowDep,
    client_id: ClientId,
    wish: schemas.KeysWish,
    if_match: IfMatch = None,
) -> Response:
    """Public keys instead of a secret, which stays good for some hours."""
    asked = Wish(client_id, edge.version_of(if_match), wish.reason)
    overlap = timedelta(hours=wish.overlap_h)
    return versioned(
        await registering.register_keys(issuer, by, asked, wish.jwks, overlap=overlap, now=now)
    )


@router.put(
    "/v1/clients/{client_id}/disabled", operation_id="identity.clients.disable", responses=_ONE
)
async def disable(
    by: AdministratorDep,
    issuer: IssuerDep,
    now: NowDep,
    client_id: ClientId,
    wish: DisabledWish,
    if_match: IfMatch = None,
) -> Response:
    """Withdraw a system, or give it back; its last token ends within ten minutes."""
    asked = Wish(client_id, edge.version_of(if_match), wish.reason)
    return versioned(
        await registering.set_disabled(issuer, by, asked, is_disabled=wish.is_disabled, now=now)
    )
