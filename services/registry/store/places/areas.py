"""Areas as they were on a day, and new ones."""

from collections.abc import Sequence
from datetime import date

from services.common.database import Connection
from services.registry.domain import areas

_STATE = """
json_build_object('code', code, 'level', level, 'name', name, 'name_ko', name_ko,
    'name_en', name_en, 'parent', left(code, case level
        when 'county' then 4 when 'street' then 6 when 'community' then 9 when 'grid' then 12
        when 'building' then 15 when 'unit' then 20 when 'dwelling' then 22 end),
    'urban', urban, 'address', address, 'valid_from', valid_from, 'valid_to', valid_to)
"""
STATE_ON = f"""
select {_STATE}::text from area_states
where code = $1 and valid_from <= $2 and (valid_to is null or valid_to > $2)
limit 1
"""
LATEST = f"select {_STATE}::text from areas where code = $1"
VALIDITY = "select valid_from, valid_to from areas where code = $1"
IS_VALID = "select true from areas where code = $1 and valid_to is null for key share"
REGISTER = """
insert into areas (code, county, level, name, name_ko, name_en, urban, address, valid_from,
    registered_by)
select $1, left($1, 6), $2, $3, $4, $5, p.urban, $6, $7, $8 from areas p where p.code = $9
on conflict (code) do nothing
returning code
"""


async def state_on(connection: Connection, code: str, day: date | None) -> str | None:
    """An area as JSON text: as it was on a day, or as it last was; None where it was not."""
    if day is None:
        latest: str | None = await connection.fetchval(LATEST, code)
        return latest
    found: str | None = await connection.fetchval(STATE_ON, code, day)
    return found


async def validity(connection: Connection, code: str) -> tuple[date, date | None] | None:
    """From when to when the last state of an area was valid."""
    row = await connection.fetchrow(VALIDITY, code)
    return None if row is None else (row["valid_from"], row["valid_to"])


async def is_valid(connection: Connection, code: str) -> bool:
    """Whether an area is valid; it stays so until the transaction ends."""
    return bool(await connection.fetchval(IS_VALID, code))


async def register(
    connection: Connection, code: str, level: str, names: Sequence[str | None], day: date, by: str
) -> bool:
    """Write a new area under its parent; False where its code was given before.

    Args:
        connection: In the transaction.
        code: Of the area.
        level: Of the area.
        names: Chinese, Korean, English name, and address.
        day: Its first day.
        by: Who registers it.
    """
    name, name_ko, name_en, address = names
    made = await connection.fetchval(
        REGISTER, code, level, name, name_ko, name_en, address, day, by, areas.parent_of(code)
    )
    return made is not None
