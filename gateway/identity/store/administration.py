"""Accounts as their administrators see and change them, and the record of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from asyncpg import UniqueViolationError

from gateway.identity.domain.accounts import Account
from gateway.identity.domain.administration import ExternalIdTaken, Rights
from gateway.identity.store.accounts import account_of
from services.common.database import Connection

_VIEW = """
json_build_object('login', a.login, 'name', a.name, 'organisation', a.organisation,
    'roles', a.roles, 'areas', a.areas, 'domains', a.domains, 'version', a.version,
    'is_disabled', a.disabled_at is not null, 'has_second_factor',
    exists (select from second_factors f where f.account_id = a.id),
    'must_change_password', a.must_change_password,
    'external_ids', (select coalesce(json_object_agg(e.house, e.external_id), '{}'::json)
                     from external_ids e where e.account_id = a.id))::text
"""
# An account without areas is seen by whoever administers its organisation's area.
_SCOPE = "a.organisation ^@ any (${0}::text[])"
PAGE = f"""
select a.login, {_VIEW} as view from accounts a
where {_SCOPE.format(1)} and ($2::text is null or a.organisation = $2) and a.login > $3
order by a.login limit $4
"""
ONE = f"select a.version, {_VIEW} as view from accounts a where a.login = $1 and {_SCOPE.format(2)}"
LOCK = f"""
select a.id, a.login, a.name, a.organisation, a.roles, a.areas, a.domains, a.password_hash,
    a.disabled_at is not null as is_disabled, a.is_demo, a.must_change_password,
    a.password_changed_at, a.version
from accounts a where a.login = $1 and {_SCOPE.format(2)} for update
"""
# Without a hash no password is right, and finding that out takes as long as for any account.
CREATE = """
insert into accounts (login, name, organisation, roles, areas, domains, password_hash,
    password_changed_at, created_at)
values ($1, $2, $3, '{}', '{}', '{}', '', $4, $4) on conflict do nothing returning id
"""
RENAME = "update accounts set name = $2, organisation = $3, version = version + 1 where id = $1"
GRANT = """
update accounts set roles = $2, areas = $3, domains = $4, version = version + 1 where id = $1
"""
TOUCH = "update accounts set version = version + 1 where id = $1"
LINK = """
insert into external_ids (house, external_id, account_id) values ($1, $2, $3)
on conflict on constraint uq_external_ids_account do update set external_id = excluded.external_id
"""
UNLINK = "delete from external_ids where house = $1 and account_id = $2"
LINKED = "select external_id from external_ids where house = $1 and account_id = $2"
DISABLE = "update accounts set disabled_at = $2, version = version + 1 where id = $1"
NOTE = """
insert into account_changes (account_id, client_id, changed_at, changed_by, changed_by_name,
    action, reason, before, after)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
# A client stands under its id, as an account under its login name.
CHANGES = """
select c.id, json_build_object('id', c.id, 'login', coalesce(a.login, k.id),
    'is_client', c.client_id is not null, 'action', c.action, 'reason', c.reason,
    'before', c.before, 'after', c.after, 'changed_by', c.changed_by_name,
    'changed_at', to_char(c.changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    )::text as view
from account_changes c left join accounts a on a.id = c.account_id
    left join clients k on k.id = c.client_id
where coalesce(a.organisation, k.organisation) ^@ any ($1::text[])
    and ($2::text is null or coalesce(a.login, k.id) = $2) and c.id < $3
order by c.id desc limit $4
"""
SIGN_INS = f"""
select s.id, json_build_object('id', s.id, 'login', a.login, 'client', s.client_id,
    'outcome', s.outcome,
    'occurred_at', to_char(s.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    )::text as view
from sign_ins s join accounts a on a.id = s.account_id
where {_SCOPE.format(1)} and ($2::text is null or a.login = $2) and s.id < $3
order by s.id desc limit $4
"""


@dataclass(frozen=True, slots=True)
class Held:
    """An account nobody else changes until the transaction ends.

    Attributes:
        account: As it stands.
        version: As it stands.
    """

    account: Account
    version: int


@dataclass(frozen=True, slots=True)
class Change:
    """What an administrator did to an account.

    Attributes:
        action: One of those the table `account_changes` knows.
        reason: Why.
        before: What it was, as far as it changed.
        after: What it is now.
    """

    action: str
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]


class Administration:
    """Queries of those who administer accounts; each is bound to their areas."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def page(
        self, scopes: Sequence[str], organisation: str | None, after: str, limit: int
    ) -> list[tuple[str, str]]:
        """Login and JSON text of accounts, by login."""
        rows = await self._connection.fetch(PAGE, list(scopes), organisation, after, limit)
        return [(row["login"], row["view"]) for row in rows]

    async def one(self, login: str, scopes: Sequence[str]) -> tuple[int, str] | None:
        """Version and JSON text of one account."""
        row = await self._connection.fetchrow(ONE, login, list(scopes))
        return (row["version"], row["view"]) if row else None

    async def lock(self, login: str, scopes: Sequence[str]) -> Held | None:
        """One account, locked until the transaction ends."""
        row = await self._connection.fetchrow(LOCK, login, list(scopes))
        return Held(account_of(row), row["version"]) if row else None

    async def create(self, login: str, name: str, organisation: str, now: datetime) -> UUID | None:
        """A new account without rights and without a password; None when the name is taken."""
        value: UUID | None = await self._connection.fetchval(CREATE, login, name, organisation, now)
        return value

    async def rename(self, account_id: UUID, name: str, organisation: str) -> None:
        """Replace name and organisation."""
        await self._connection.execute(RENAME, account_id, name, organisation)

    async def grant(self, account_id: UUID, rights: Rights) -> None:
        """Replace the rights."""
        await self._connection.execute(
            GRANT, account_id, list(rights.roles), list(rights.areas), list(rights.domains)
        )

    async def touch(self, account_id: UUID) -> None:
        """A new version, where something beside the account changed."""
        await self._connection.execute(TOUCH, account_id)

    async def link(self, account_id: UUID, house: str, external_id: str | None) -> str | None:
        """Note who a person is in another house, or forget it; who they were before.

        Raises:
            ExternalIdTaken: Somebody else is that one.
        """
        before: str | None = await self._connection.fetchval(LINKED, house, account_id)
        if external_id is None:
            await self._connection.execute(UNLINK, house, account_id)
            return before
        try:
            await self._connection.execute(LINK, house, external_id, account_id)
        except UniqueViolationError as exc:
            raise ExternalIdTaken from exc
        return before

    async def set_disabled(self, account_id: UUID, at: datetime | None) -> None:
        """Withdraw the account, or give it back."""
        await self._connection.execute(DISABLE, account_id, at)

    async def note(
        self, about: UUID | str, change: Change, by: tuple[UUID, str], now: datetime
    ) -> None:
        """Record what was done to an account (id) or a client (client id), by whom (id, name)."""
        await self._connection.execute(
            NOTE,
            about if isinstance(about, UUID) else None,
            about if isinstance(about, str) else None,
            now,
            *by,
            change.action,
            change.reason,
            orjson.dumps(change.before).decode(),
            orjson.dumps(change.after).decode(),
        )

    async def changes(
        self, scopes: Sequence[str], login: str | None, before: UUID, limit: int
    ) -> list[tuple[UUID, str]]:
        """Id and JSON text of what administrators did, newest first."""
        rows = await self._connection.fetch(CHANGES, list(scopes), login, before, limit)
        return [(row["id"], row["view"]) for row in rows]

    async def sign_ins(
        self, scopes: Sequence[str], login: str | None, before: UUID, limit: int
    ) -> list[tuple[UUID, str]]:
        """Id and JSON text of sign-ins to known accounts, newest first."""
        rows = await self._connection.fetch(SIGN_INS, list(scopes), login, before, limit)
        return [(row["id"], row["view"]) for row in rows]
