"""Further dwellings of a household; the main one follows the household itself."""

from datetime import date
from uuid import UUID

import asyncpg

from services.common.database import Connection
from services.registry.domain.life_events.errors import LaterEventRecorded

HOLD = """
select county, version, dwelling, valid_to is not null as is_over from households
where county = any ($1) and id = $2 and dwelling ^@ any ($3) for no key update
"""
ADD = """
insert into household_dwellings
    (county, household_id, dwelling, use, valid, changed_by, change_reason)
values ($1, $2, $3, $4, daterange($5, null), $6, $7)
"""
END = """
update household_dwellings
set valid = daterange(lower(valid), $4), recorded_at = clock_timestamp(), changed_by = $5,
    change_reason = $6
where county = $1 and household_id = $2 and dwelling = $3 and use <> 'main' and upper_inf(valid)
    and lower(valid) < $4
returning true
"""
BUMP = """
update households set version = version + 1, changed_by = $3, change_reason = $4
where county = $1 and id = $2 returning version
"""


async def hold(
    connection: Connection, household_id: UUID, counties: list[str], areas: list[str]
) -> asyncpg.Record | None:
    """A household in these areas, locked until the transaction ends."""
    return await connection.fetchrow(HOLD, counties, household_id, areas)


async def add(
    connection: Connection,
    key: tuple[str, UUID],
    dwelling: tuple[str, str, date],
    who: tuple[str, str],
) -> None:
    """Add a dwelling: code, use, first day.

    Raises:
        LaterEventRecorded: The household has it then already.
    """
    try:
        await connection.execute(ADD, *key, *dwelling, *who)
    except asyncpg.ExclusionViolationError as exc:
        raise LaterEventRecorded("The household has this dwelling then already.") from exc


async def end(
    connection: Connection, key: tuple[str, UUID], dwelling: tuple[str, date], who: tuple[str, str]
) -> bool:
    """End a further dwelling on a day; False when there is none that began before."""
    return bool(await connection.fetchval(END, *key, *dwelling, *who))


async def bump(connection: Connection, key: tuple[str, UUID], who: tuple[str, str]) -> int:
    """The new version of the household."""
    version: int = await connection.fetchval(BUMP, *key, *who)
    return version
