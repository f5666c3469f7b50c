"""Accounts of people and the clients that act for them or for themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from gateway.identity.domain.accounts import Account, Client
from services.common.database import Connection

_NUL: Final = "\0"
"""PostgreSQL's text cannot hold it, so nothing is named with it."""

_ACCOUNT = """
select id, login, name, organisation, roles, areas, domains, password_hash,
       disabled_at is not null as is_disabled, is_demo, must_change_password, password_changed_at
from accounts
"""
BY_LOGIN = _ACCOUNT + "where login = $1"
BY_EXTERNAL_ID = (
    _ACCOUNT
    + "where id = (select account_id from external_ids where house = $1 and external_id = $2)"
)
BY_ID = _ACCOUNT + "where id = $1"
# The one that is replaced is remembered; an account that never had one has none to remember.
PUT_HASH = """
with past as (
    insert into past_passwords (account_id, replaced_at, password_hash)
    select id, $3, password_hash from accounts where id = $1 and password_hash <> ''
    on conflict do nothing)
update accounts set password_hash = $2, password_changed_at = $3, must_change_password = $4
where id = $1
"""
PAST_HASHES = """
select password_hash from past_passwords where account_id = $1 order by replaced_at desc limit $2
"""
FORGET_HASHES = """
delete from past_passwords where account_id = $1 and replaced_at not in
    (select replaced_at from past_passwords where account_id = $1
     order by replaced_at desc limit $2)
"""
CLIENT = """
select id, name, coalesce(organisation, '') as organisation, roles, areas, domains, is_public,
       secret_hash, jwks::text as jwks, redirect_paths, idle_limit_s,
       previous_secret_hash, previous_secret_until, last_used_at,
       disabled_at is not null as is_disabled
from clients where id = $1
"""
PUT_ACCOUNTS = """
insert into accounts (login, name, organisation, roles, areas, domains, password_hash,
                      password_changed_at, is_demo, created_at, must_change_password)
select login, name, org, array[role], areas, coalesce(domains, '{}'), $2, $3, $4, $3, $5
from jsonb_to_recordset($1::jsonb)
     as sent (login text, name text, org text, role text, areas text[], domains text[])
on conflict (login) do update set
    name = excluded.name, organisation = excluded.organisation, roles = excluded.roles,
    areas = excluded.areas, domains = excluded.domains, password_hash = excluded.password_hash,
    password_changed_at = excluded.password_changed_at,
    must_change_password = excluded.must_change_password
where accounts.is_demo = excluded.is_demo
returning 1
"""
PUT_CLIENTS = """
insert into clients (id, name, organisation, roles, areas, domains, is_public, secret_hash, jwks,
                     is_demo, created_at)
select client_id, name, org, array[role], areas, coalesce(domains, '{}'), false,
       case when jwks is null then $2 end, jwks, $4, $3
from jsonb_to_recordset($1::jsonb) as sent (client_id text, name text, org text, role text,
     areas text[], domains text[], jwks jsonb)
on conflict (id) do update set
    name = excluded.name, organisation = excluded.organisation, roles = excluded.roles,
    areas = excluded.areas, domains = excluded.domains, secret_hash = excluded.secret_hash,
    jwks = excluded.jwks, version = clients.version + 1,
    previous_secret_hash = null, previous_secret_until = null
where clients.is_demo = excluded.is_demo and not clients.is_public
returning 1
"""
DEMO_SUBJECTS = "select login, id::text as id from accounts where is_demo"
ANY_DEMO_HASH = "select password_hash from accounts where is_demo limit 1"


class Accounts:
    """Queries over people and clients."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def by_login(self, login: str) -> Account | None:
        """The account with this normal login name."""
        if _NUL in login:
            return None
        row = await self._connection.fetchrow(BY_LOGIN, login)
        return account_of(row) if row else None

    async def by_external_id(self, house: str, external_id: str) -> Account | None:
        """The account linked to a person of another house."""
        if _NUL in external_id:
            return None
        row = await self._connection.fetchrow(BY_EXTERNAL_ID, house, external_id)
        return account_of(row) if row else None

    async def by_id(self, account_id: UUID) -> Account | None:
        """The account with this id."""
        row = await self._connection.fetchrow(BY_ID, account_id)
        return account_of(row) if row else None

    async def client(self, client_id: str) -> Client | None:
        """The client with this id."""
        if _NUL in client_id:
            return None
        row = await self._connection.fetchrow(CLIENT, client_id)
        return _client(row) if row else None

    async def demo_subjects(self) -> dict[str, str]:
        """Login → `sub` of the demo's people."""
        rows = await self._connection.fetch(DEMO_SUBJECTS)
        return {row["login"]: row["id"] for row in rows}

    async def set_password(
        self, account_id: UUID, password_hash: str, now: datetime, *, must_change: bool = False
    ) -> None:
        """Replace an account's password, and remember the one before."""
        await self._connection.execute(PUT_HASH, account_id, password_hash, now, must_change)

    async def past_hashes(self, account_id: UUID, count: int) -> list[str]:
        """Hashes of the last passwords before the present one, the newest first."""
        rows = await self._connection.fetch(PAST_HASHES, account_id, count)
        return [row["password_hash"] for row in rows]

    async def forget_hashes(self, account_id: UUID, count: int) -> None:
        """Forget all but so many of the passwords before the present one."""
        await self._connection.execute(FORGET_HASHES, account_id, count)

    async def put_accounts(
        self,
        accounts: Sequence[Mapping[str, Any]],
        password_hash: str,
        now: datetime,
        *,
        is_demo: bool,
        must_change: bool = False,
    ) -> int:
        """Add or replace accounts, all with one password, and count them.

        A real account is never replaced by a demo one, nor the other way round.
        """
        sent = orjson.dumps(list(accounts)).decode()
        return len(
            await self._connection.fetch(
                PUT_ACCOUNTS, sent, password_hash, now, is_demo, must_change
            )
        )

    async def put_clients(
        self,
        clients: Sequence[Mapping[str, Any]],
        secret_hash: str,
        now: datetime,
        *,
        is_demo: bool,
    ) -> int:
        """Add or replace confidential clients, and count them; `jwks` come instead of a secret.

        A public client is never replaced, nor a real one by a demo one or the other way round.
        """
        sent = orjson.dumps(list(clients)).decode()
        return len(await self._connection.fetch(PUT_CLIENTS, sent, secret_hash, now, is_demo))

    async def any_demo_hash(self) -> str | None:
        """The password hash all demo accounts share; None where there are none."""
        value: str | None = await self._connection.fetchval(ANY_DEMO_HASH)
        return value


def account_of(row: Any) -> Account:
    """The account a row is."""
    return Account(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        organisation=row["organisation"],
        roles=tuple(row["roles"]),
        areas=tuple(row["areas"]),
        domains=tuple(row["domains"]),
        password_hash=row["password_hash"],
        is_disabled=row["is_disabled"],
        is_demo=row["is_demo"],
        must_change_password=row["must_change_password"],
        password_changed_at=row["password_changed_at"],
    )


def _client(row: Any) -> Client:
    return Client(
        id=row["id"],
        name=row["name"],
        organisation=row["organisation"],
        roles=tuple(row["roles"]),
        areas=tuple(row["areas"]),
        domains=tuple(row["domains"]),
        is_public=row["is_public"],
        secret_hash=row["secret_hash"],
        jwks=orjson.loads(row["jwks"]) if row["jwks"] else None,
        redirect_paths=tuple(row["redirect_paths"]),
        idle_limit_s=row["idle_limit_s"],
        is_disabled=row["is_disabled"],
        previous_secret_hash=row["previous_secret_hash"],
        previous_secret_until=row["previous_secret_until"],
        last_used_at=row["last_used_at"],
    )
