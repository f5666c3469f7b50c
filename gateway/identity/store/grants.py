"""Codes, sessions and used assertions: what was given out and may be shown once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gateway.identity.domain.sessions import Code, Refresh
from services.common.database import Connection

ADD_CODE = """
insert into authorization_codes
    (code_hash, client_id, account_id, redirect_uri, code_challenge, signed_in_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)
"""
LOCK_CODE = """
select client_id, account_id, redirect_uri, code_challenge, signed_in_at, expires_at,
       used_at is not null as is_used, family_id
from authorization_codes where code_hash = $1 for update
"""
USE_CODE = "update authorization_codes set used_at = $2, family_id = $3 where code_hash = $1"
BEGIN = """
insert into token_families (id, account_id, client_id, signed_in_at, expires_at)
values ($1, $2, $3, $4, $5)
"""
ADD_REFRESH = """
insert into refresh_tokens (token_hash, family_id, issued_at, expires_at) values ($1, $2, $3, $4)
"""
# The family's row is the lock: two tokens of one session are judged one after the other.
LOCK_REFRESH = """
select f.id as family_id, f.client_id, f.account_id, f.expires_at as family_expires_at,
       f.revoked_at is not null as is_revoked
from token_families f
where f.id = (select family_id from refresh_tokens where token_hash = $1)
for update
"""
REFRESH = """
select t.expires_at, t.used_at, t.successor_hash, s.used_at is not null as is_successor_used
from refresh_tokens t left join refresh_tokens s on s.token_hash = t.successor_hash
where t.token_hash = $1
"""
USE_REFRESH = """
update refresh_tokens set used_at = coalesce(used_at, $2), successor_hash = $3 where token_hash = $1
"""
REVOKE = """
update token_families set revoked_at = $2, revoked_for = $3
where id = any ($1) and revoked_at is null
"""
REVOKE_OF_LOGIN = """
update token_families set revoked_at = $2, revoked_for = $3
where account_id = (select id from accounts where login = $1) and revoked_at is null
    and id is distinct from $4
"""
FAMILY_OF = """
select f.id from refresh_tokens t join token_families f on f.id = t.family_id
where t.token_hash = $1 and f.client_id = $2
"""
SESSIONS = """
select f.id, f.client_id, c.name as client_name, f.signed_in_at, f.expires_at,
       max(t.issued_at) as last_used_at, max(t.expires_at) as idle_until
from token_families f
join clients c on c.id = f.client_id
join refresh_tokens t on t.family_id = f.id
where f.account_id = $1 and f.revoked_at is null and f.expires_at > $2
group by f.id, c.name having max(t.expires_at) > $2
order by f.id desc
"""
END_OWN = """
update token_families set revoked_at = coalesce(revoked_at, $3),
    revoked_for = coalesce(revoked_for, 'signed_out')
where id = $1 and account_id = $2 returning true
"""
USE_ASSERTION = """
insert into assertion_ids (client_id, jti_hash, expires_at) values ($1, $2, $3)
on conflict do nothing returning true
"""


@dataclass(frozen=True, slots=True)
class Session:
    """One place where a person is signed in. No device, address or place is kept of it.

    Attributes:
        id: Its family.
        client: Client id of the application.
        client_name: What people call the application.
        signed_in_at: When it began.
        last_used_at: When it last asked for a token.
        ends_at: When it ends if it is not used again.
    """

    id: UUID
    client: str
    client_name: str
    signed_in_at: datetime
    last_used_at: datetime
    ends_at: datetime


class Grants:
    """Queries over codes, sessions and assertions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add_code(self, code_hash: bytes, code: Code) -> None:
        """Keep a code that is about to be given out."""
        await self._connection.execute(
            ADD_CODE,
            code_hash,
            code.client,
            code.account,
            code.redirect_uri,
            code.challenge,
            code.signed_in_at,
            code.expires_at,
        )

    async def lock_code(self, code_hash: bytes) -> Code | None:
        """A code that was given out; nobody else can use it until this transaction ends."""
        row = await self._connection.fetchrow(LOCK_CODE, code_hash)
        return _code(row) if row else None

    async def use_code(self, code_hash: bytes, now: datetime, family: UUID | None) -> None:
        """Make a code useless from now on."""
        await self._connection.execute(USE_CODE, code_hash, now, family)

    async def begin(
        self, family: UUID, *, account: UUID, client: str, signed_in_at: datetime, ends: datetime
    ) -> None:
        """Begin a session."""
        await self._connection.execute(BEGIN, family, account, client, signed_in_at, ends)

    async def add_refresh(
        self, token_hash: bytes, family: UUID, *, now: datetime, expires_at: datetime
    ) -> None:
        """Keep a refresh token that is about to be given out."""
        await self._connection.execute(ADD_REFRESH, token_hash, family, now, expires_at)

    async def lock_refresh(self, token_hash: bytes) -> Refresh | None:
        """A refresh token and its session, which is locked until this transaction ends."""
        family = await self._connection.fetchrow(LOCK_REFRESH, token_hash)
        if family is None:
            return None
        row = await self._connection.fetchrow(REFRESH, token_hash)
        return _refresh(family, row)

    async def use_refresh(
        self, token_hash: bytes, now: datetime, successor_hash: bytes | None
    ) -> None:
        """Note that a token was exchanged; without a successor it was replaced unused."""
        await self._connection.execute(USE_REFRESH, token_hash, now, successor_hash)

    async def revoke(self, families: Sequence[UUID], now: datetime, why: str) -> None:
        """End sessions."""
        await self._connection.execute(REVOKE, list(families), now, why)

    async def revoke_of_login(
        self, login: str, now: datetime, why: str, *, keep: UUID | None = None
    ) -> None:
        """End all sessions of a person, or all but one."""
        await self._connection.execute(REVOKE_OF_LOGIN, login, now, why, keep)

    async def sessions_of(self, account_id: UUID, now: datetime) -> list[Session]:
        """A person's sessions that can still go on, the newest first."""
        rows = await self._connection.fetch(SESSIONS, account_id, now)
        return [
            Session(
                row["id"],
                row["client_id"],
                row["client_name"],
                row["signed_in_at"],
                row["last_used_at"],
                min(row["expires_at"], row["idle_until"]),
            )
            for row in rows
        ]

    async def end_own(self, family: UUID, account_id: UUID, now: datetime) -> bool:
        """End a session of this person; False when there is none. Ended twice is ended once."""
        return bool(await self._connection.fetchval(END_OWN, family, account_id, now))

    async def family_of(self, token_hash: bytes, client: str) -> UUID | None:
        """The session of a client's refresh token."""
        value: UUID | None = await self._connection.fetchval(FAMILY_OF, token_hash, client)
        return value

    async def use_assertion(self, client: str, jti_hash: bytes, expires_at: datetime) -> bool:
        """Whether a client's assertion is shown for the first time; it is then used up."""
        return bool(await self._connection.fetchval(USE_ASSERTION, client, jti_hash, expires_at))


def _code(row: Any) -> Code:
    return Code(
        client=row["client_id"],
        account=row["account_id"],
        redirect_uri=row["redirect_uri"],
        challenge=row["code_challenge"],
        signed_in_at=row["signed_in_at"],
        expires_at=row["expires_at"],
        is_used=row["is_used"],
        family=row["family_id"],
    )


def _refresh(family: Any, row: Any) -> Refresh:
    return Refresh(
        family=family["family_id"],
        client=family["client_id"],
        account=family["account_id"],
        expires_at=row["expires_at"],
        family_expires_at=family["family_expires_at"],
        is_revoked=family["is_revoked"],
        used_at=row["used_at"],
        successor=row["successor_hash"],
        is_successor_used=row["is_successor_used"],
    )
