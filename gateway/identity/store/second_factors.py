"""Authenticators and recovery codes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.common.database import Connection

FIND = "select secret_sealed, last_step from second_factors where account_id = $1 for update"
HAS = "select exists (select from second_factors where account_id = $1)"
PUT = """
insert into second_factors (account_id, secret_sealed, enrolled_at, last_step)
values ($1, $2, $3, $4) on conflict (account_id) do nothing returning true
"""
USE_STEP = "update second_factors set last_step = $2 where account_id = $1"
STANDING = """
select (select enrolled_at from second_factors where account_id = $1),
    (select count(*) from recovery_codes where account_id = $1 and used_at is null) as left_over
"""
DROP = "delete from second_factors where account_id = $1"
DROP_CODES = "delete from recovery_codes where account_id = $1"
ADD_CODES = """
insert into recovery_codes (account_id, code_index) select $1, unnest($2::bytea[])
"""
USE_CODE = """
update recovery_codes set used_at = $3
where account_id = $1 and code_index = $2 and used_at is null returning true
"""


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """A person's authenticator.

    Attributes:
        sealed: Its secret, sealed.
        last_step: The last 30-second step whose code was accepted.
    """

    sealed: bytes = field(repr=False)
    last_step: int


class SecondFactors:
    """Queries over authenticators and recovery codes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def is_enrolled(self, account_id: UUID) -> bool:
        """Whether a person has an authenticator."""
        return bool(await self._connection.fetchval(HAS, account_id))

    async def lock(self, account_id: UUID) -> SecondFactor | None:
        """A person's authenticator; others who show a code wait until this one is decided."""
        row = await self._connection.fetchrow(FIND, account_id)
        return SecondFactor(row["secret_sealed"], row["last_step"]) if row else None

    async def enrol(
        self, account_id: UUID, factor: SecondFactor, codes: Sequence[bytes], now: datetime
    ) -> bool:
        """Keep a person's first authenticator and recovery codes; False when there is one."""
        put = await self._connection.fetchval(PUT, account_id, factor.sealed, now, factor.last_step)
        if put:
            await self.replace_codes(account_id, codes)
        return bool(put)

    async def replace_codes(self, account_id: UUID, codes: Sequence[bytes]) -> None:
        """Recovery codes instead of all there were."""
        await self._connection.execute(DROP_CODES, account_id)
        await self._connection.execute(ADD_CODES, account_id, list(codes))

    async def standing(self, account_id: UUID) -> tuple[datetime | None, int]:
        """Since when a person has an authenticator, and how many recovery codes are left."""
        row: Any = await self._connection.fetchrow(STANDING, account_id)
        return row["enrolled_at"], row["left_over"]

    async def use_step(self, account_id: UUID, step: int) -> None:
        """Remember that the code of a step was accepted."""
        await self._connection.execute(USE_STEP, account_id, step)

    async def use_code(self, account_id: UUID, code_index: bytes, now: datetime) -> bool:
        """Whether this recovery code was good, and is now used up."""
        return bool(await self._connection.fetchval(USE_CODE, account_id, code_index, now))

    async def forget(self, account_id: UUID) -> None:
        """Take a person's authenticator and recovery codes away; the next sign-in sets it up."""
        await self._connection.execute(DROP, account_id)
        await self._connection.execute(DROP_CODES, account_id)
