"""Delegations, and what happened under them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.identity.domain.administration import Rights
from services.common.database import Connection

_INSTANT = """to_char({0} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
_VIEW = f"""
json_build_object('id', d.id, 'lender', json_build_object('login', l.login, 'name', l.name),
    'colleague', json_build_object('login', c.login, 'name', c.name), 'roles', d.roles,
    'areas', d.areas, 'domains', d.domains, 'reason', d.reason,
    'granted_at', {_INSTANT.format("d.granted_at")},
    'ends_on', (d.ends_at at time zone 'Asia/Shanghai' - interval '1 second')::date,
    'state', case when d.revoked_at is not null then 'revoked' when d.ends_at <= $1 then 'ended'
        when l.disabled_at is not null then 'stopped' else 'open' end,
    'uses', (select count(*) from delegation_records r
             where r.delegation_id = d.id and r.action = 'used'),
    'last_used_at', (select {_INSTANT.format("max(r.happened_at)")} from delegation_records r
             where r.delegation_id = d.id and r.action = 'used'))::text as view
from delegations d join accounts l on l.id = d.lender_id join accounts c on c.id = d.colleague_id
"""
_SCOPE = "l.organisation ^@ any ({0}::text[])"
GRANT = """
insert into delegations
    (lender_id, colleague_id, roles, areas, domains, reason, granted_at, ends_at)
values ($1, $2, $3, $4, $5, $6, $7, $8) returning id
"""
ONE = f"select {_VIEW} where d.id = $2"
OF_PERSON = f"""
select {_VIEW} where (d.lender_id = $2 or d.colleague_id = $2) order by d.id desc limit 200
"""
PAGE = f"select d.id, {_VIEW} where {_SCOPE.format('$2')} and d.id < $3 order by d.id desc limit $4"
# Shared, so that a revocation waits for the token, or the token sees the revocation.
USABLE = """
select lender_id, roles, areas, domains from delegations
where id = $1 and colleague_id = $2 and revoked_at is null and granted_at <= $3 and $3 < ends_at
for share
"""
REVOKE = f"""
update delegations d set revoked_at = $3 from accounts l
where d.id = $1 and l.id = d.lender_id and d.revoked_at is null
    and ($2 in (d.lender_id, d.colleague_id) or {_SCOPE.format("$4")})
returning true
"""
SEEN = f"""
select true from delegations d join accounts l on l.id = d.lender_id
where d.id = $1 and ($2 in (d.lender_id, d.colleague_id) or {_SCOPE.format("$3")})
"""
NOTE = """
insert into delegation_records (delegation_id, happened_at, by_id, by_name, action)
values ($1, $2, $3, $4, $5)
"""
RECORDS = f"""
select json_build_object('action', action, 'by', by_name,
    'happened_at', {_INSTANT.format("happened_at")})::text as view
from delegation_records where delegation_id = $1 order by id desc limit 500
"""
COLLEAGUES = """
select a.login, a.name, a.organisation from accounts a
where a.disabled_at is null and a.is_demo = $2 and a.id <> $3
    and split_part(a.organisation, '.', 2) = split_part($1, '.', 2)
    and a.organisation ^@ split_part($1, '.', 1) and not a.roles && $4::text[]
    and (a.name ^@ $5 or a.login ^@ $5)
order by a.login limit 50
"""


@dataclass(frozen=True, slots=True)
class Loan:
    """A delegation that is to be kept, or may be used.

    Attributes:
        lender: Whose rights.
        rights: What of them.
    """

    lender: UUID
    rights: Rights


class Delegations:
    """Queries over delegations."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def grant(
        self, loan: Loan, colleague: UUID, reason: str, now: datetime, ends_at: datetime
    ) -> UUID:
        """Keep a delegation."""
        rights = loan.rights
        lent = (list(rights.roles), list(rights.areas), list(rights.domains))
        value: UUID = await self._connection.fetchval(
            GRANT, loan.lender, colleague, *lent, reason, now, ends_at
        )
        return value

    async def one(self, delegation: UUID, now: datetime) -> str:
        """JSON text of a delegation that is there."""
        text: str = await self._connection.fetchval(ONE, now, delegation)
        return text

    async def of_person(self, account_id: UUID, now: datetime) -> list[str]:
        """JSON text of what a person gave and received, the newest first."""
        return [row["view"] for row in await self._connection.fetch(OF_PERSON, now, account_id)]

    async def page(
        self, scopes: Sequence[str], before: UUID, limit: int, now: datetime
    ) -> list[tuple[UUID, str]]:
        """Id and JSON text of delegations by people of these areas, the newest first."""
        rows = await self._connection.fetch(PAGE, now, list(scopes), before, limit)
        return [(row["id"], row["view"]) for row in rows]

    async def usable(self, delegation: UUID, colleague: UUID, now: datetime) -> Loan | None:
        """What a delegation lends this colleague now; it cannot be revoked meanwhile."""
        row = await self._connection.fetchrow(USABLE, delegation, colleague, now)
        if row is None:
            return None
        rights = Rights(tuple(row["roles"]), tuple(row["areas"]), tuple(row["domains"]))
        return Loan(row["lender_id"], rights)

    async def revoke(
        self, delegation: UUID, by: UUID, scopes: Sequence[str], now: datetime
    ) -> bool:
        """Whether it ends now by one of its two sides, or by whoever administers these areas."""
        return bool(await self._connection.fetchval(REVOKE, delegation, by, now, list(scopes)))

    async def is_seen(self, delegation: UUID, by: UUID, scopes: Sequence[str]) -> bool:
        """Whether there is such a delegation for them."""
        return bool(await self._connection.fetchval(SEEN, delegation, by, list(scopes)))

    async def note(
        self, delegation: UUID, action: str, by: tuple[UUID, str], now: datetime
    ) -> None:
        """Record that it was granted, used or revoked, by whom (id, name)."""
        await self._connection.execute(NOTE, delegation, now, *by, action)

    async def records(self, delegation: UUID) -> list[str]:
        """JSON text of what happened under a delegation, the newest first."""
        return [row["view"] for row in await self._connection.fetch(RECORDS, delegation)]

    async def colleagues(
        self, organisation: str, person: tuple[bool, UUID], without: Sequence[str], text: str
    ) -> list[dict[str, str]]:
        """Who could act for a person (is of the demo, id), by the beginning of name or login."""
        rows = await self._connection.fetch(COLLEAGUES, organisation, *person, list(without), text)
        return [dict(row) for row in rows]
