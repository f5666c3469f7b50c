"""Departments' systems as their administrators see and change them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from gateway.identity.domain.administration import Rights
from services.common.database import Connection

_INSTANT = """to_char({0} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
_VIEW = f"""
json_build_object('client_id', k.id, 'name', k.name, 'organisation', k.organisation,
    'roles', k.roles, 'areas', k.areas, 'domains', k.domains, 'version', k.version,
    'is_disabled', k.disabled_at is not null,
    'proof', case when k.jwks is not null then 'keys' when k.secret_hash <> '' then 'secret'
        else 'none' end,
    'key_ids', (select coalesce(json_agg(coalesce(key ->> 'kid', '')), '[]'::json)
                from jsonb_array_elements(k.jwks -> 'keys') key),
    'previous_secret_until', {_INSTANT.format("k.previous_secret_until")},
    'last_used_at', {_INSTANT.format("k.last_used_at")})::text as view
"""
# Our own applications have no organisation and are nobody's to administer.
_SCOPE = "k.organisation ^@ any (${0}::text[])"
PAGE = f"""
select k.id, {_VIEW} from clients k
where {_SCOPE.format(1)} and ($2::text is null or k.organisation = $2) and k.id > $3
order by k.id limit $4
"""
ONE = f"select k.version, {_VIEW} from clients k where k.id = $1 and {_SCOPE.format(2)}"
LOCK = f"""
select k.id, k.name, k.organisation, k.roles, k.areas, k.domains, k.version,
    k.disabled_at is not null as is_disabled
from clients k where k.id = $1 and {_SCOPE.format(2)} for update
"""
# An empty hash is no secret's; finding that out takes as long as for any client.
CREATE = """
insert into clients (id, name, organisation, is_public, secret_hash, created_at)
values ($1, $2, $3, false, '', $4) on conflict do nothing returning true
"""
RENAME = "update clients set name = $2, organisation = $3, version = version + 1 where id = $1"
GRANT = """
update clients set roles = $2, areas = $3, domains = $4, version = version + 1 where id = $1
"""
DISABLE = "update clients set disabled_at = $2, version = version + 1 where id = $1"
# The secret before stays good until an instant, so that a department can change over.
PROVE_BY = """
update clients set secret_hash = $2, jwks = $3, version = version + 1,
    previous_secret_hash = case when secret_hash <> '' and $4::timestamptz is not null
        then secret_hash end,
    previous_secret_until = case when secret_hash <> '' then $4::timestamptz end
where id = $1
"""
NOTE_USE = "update clients set last_used_at = greatest(last_used_at, $2) where id = $1"


@dataclass(frozen=True, slots=True)
class HeldClient:
    """A client nobody else changes until the transaction ends.

    Attributes:
        id: Client id.
        name: As it stands.
        organisation: As it stands.
        rights: As they stand.
        version: As it stands.
        is_disabled: Whether it may ask no more.
    """

    id: str
    name: str
    organisation: str
    rights: Rights
    version: int
    is_disabled: bool


class Clients:
    """Queries of those who administer clients; each is bound to their areas."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def page(
        self, scopes: Sequence[str], organisation: str | None, after: str, limit: int
    ) -> list[tuple[str, str]]:
        """Id and JSON text of clients, by id."""
        rows = await self._connection.fetch(PAGE, list(scopes), organisation, after, limit)
        return [(row["id"], row["view"]) for row in rows]

    async def one(self, client_id: str, scopes: Sequence[str]) -> tuple[int, str] | None:
        """Version and JSON text of one client."""
        row = await self._connection.fetchrow(ONE, client_id, list(scopes))
        return (row["version"], row["view"]) if row else None

    async def lock(self, client_id: str, scopes: Sequence[str]) -> HeldClient | None:
        """One client, locked until the transaction ends."""
        row = await self._connection.fetchrow(LOCK, client_id, list(scopes))
        if row is None:
            return None
        rights = Rights(tuple(row["roles"]), tuple(row["areas"]), tuple(row["domains"]))
        return HeldClient(
            row["id"],
            row["name"],
            row["organisation"],
            rights,
            row["version"],
            row["is_disabled"],
        )

    async def create(self, client_id: str, name: str, organisation: str, now: datetime) -> bool:
        """A new client without rights and without proof; False when the id is taken."""
        return bool(await self._connection.fetchval(CREATE, client_id, name, organisation, now))

    async def rename(self, client_id: str, name: str, organisation: str) -> None:
        """Replace name and organisation."""
        await self._connection.execute(RENAME, client_id, name, organisation)

    async def grant(self, client_id: str, rights: Rights) -> None:
        """Replace the rights."""
        await self._connection.execute(
            GRANT, client_id, list(rights.roles), list(rights.areas), list(rights.domains)
        )

    async def set_disabled(self, client_id: str, at: datetime | None) -> None:
        """Withdraw the client, or give it back."""
        await self._connection.execute(DISABLE, client_id, at)

    async def prove_by(
        self, client_id: str, proof: str | Mapping[str, Any], until: datetime | None
    ) -> None:
        """From now on a secret (its hash) or public keys; the secret before is good until then."""
        secret = proof if isinstance(proof, str) else None
        jwks = None if isinstance(proof, str) else orjson.dumps(proof).decode()
        await self._connection.execute(PROVE_BY, client_id, secret, jwks, until)

    async def note_use(self, client_id: str, now: datetime) -> None:
        """Remember that it proved itself."""
        await self._connection.execute(NOTE_USE, client_id, now)
