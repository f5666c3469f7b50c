"""The log of sign-ins, and the guard that counts wrong passwords."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gateway.identity.domain.lockout import Guard
from services.common.database import Connection
from services.common.ids import new_id

# The update changes nothing; it takes the row's lock and returns it in the same round trip.
LOCK = """
insert into sign_in_guards (login_index, failures, last_attempt_at) values ($1, 0, $2)
on conflict (login_index) do update set failures = sign_in_guards.failures
returning failures, last_attempt_at, locked_until
"""
KEEP = """
update sign_in_guards set failures = $2, last_attempt_at = $3, locked_until = $4
where login_index = $1
"""
CLEAR = "update sign_in_guards set failures = 0, locked_until = null where login_index = $1"
RECORD = """
insert into sign_ins (id, occurred_at, account_id, login_index, client_id, outcome)
values ($1, $2, $3, $4, $5, $6)
"""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One attempt to sign in.

    Attributes:
        outcome: signed_in, wrong_password, wrong_code, locked, disabled or client_refused.
        client: Client it was made through.
        login_index: Keyed digest of the login name; the name itself may be a mistyped password.
        account: Whose name it was, where it is anybody's.
    """

    outcome: str
    client: str
    login_index: bytes | None = None
    account: UUID | None = None


class SignIns:
    """Queries over attempts to sign in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lock_guard(self, login_index: bytes, now: datetime) -> Guard:
        """What is remembered about a login name; attempts on it queue until this one ends."""
        row: Any = await self._connection.fetchrow(LOCK, login_index, now)
        return Guard(row["failures"], row["last_attempt_at"], row["locked_until"])

    async def keep_guard(self, login_index: bytes, guard: Guard) -> None:
        """Remember an attempt."""
        await self._connection.execute(
            KEEP, login_index, guard.failures, guard.last_attempt_at, guard.locked_until
        )

    async def clear_guard(self, login_index: bytes) -> None:
        """Forget attempts: the password was right."""
        await self._connection.execute(CLEAR, login_index)

    async def record(self, sign_in: SignIn, now: datetime) -> None:
        """Write an attempt into the log."""
        await self._connection.execute(
            RECORD,
            new_id(),
            now,
            sign_in.account,
            sign_in.login_index,
            sign_in.client,
            sign_in.outcome,
        )
