"""Households in time, as they are shown: members, dwellings, heads; each reading is recorded."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.common.database import Connection
from services.registry.domain.readings import Reading

MEMBER_FIELDS: Final = (
    "name", "name_ko", "sex", "born_on", "phone", "relation", "household_id", "dwelling",
)  # fmt: skip
"""What is read of each member, as its access record says."""
PERIOD_FIELDS: Final = ("household_id", "relation", "dwelling")
_LOGGED: Final = """
    insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
        operation, request_id, fields)
    select distinct county, id, $1, $2, $3, $4, $5, $6, $7, $8::text[] from found
"""
HOUSEHOLD = """
select county, id, version, number, kind, dwelling, address, head_id, valid_from, valid_to
from households where county = any ($1) and id = $2 and dwelling ^@ any ($3)
"""
_PRESENT_MEMBERS: Final = """
select county, resident_id, basis, relation, dwelling, valid from memberships
where county = $9 and household_id = $10 and ($12::timestamptz is null or recorded_at <= $12)
"""
# What was believed at an instant: what is believed since before it, and what was until after it.
_BELIEVED_MEMBERS: Final = f"""
{_PRESENT_MEMBERS} union all
select county, resident_id, basis, relation, dwelling, valid from membership_history
where county = $9 and household_id = $10 and known_from <= $12 and $12 < known_to
"""


def _members(source: str) -> str:
    """Who belongs to a household on a day, or to this day; a former one may live elsewhere."""
    return f"""
with found as (
    select r.county, r.id, r.version, r.name, r.name_ko, r.sex, r.born_on, r.phone_sealed,
        m.basis, m.relation, m.dwelling, lower(m.valid) as since, upper(m.valid) as until
    from ({source}) m join residents r on (r.county, r.id) = (m.county, m.resident_id)
    where case when $11::date is null then upper_inf(m.valid) else m.valid @> $11::date end),
logged as ({_LOGGED})
select * from found order by basis, relation, born_on, id
"""


MEMBERS = _members(_PRESENT_MEMBERS)
MEMBERS_KNOWN = _members(_BELIEVED_MEMBERS)
DWELLINGS = """
select dwelling, use, lower(valid) as since, upper(valid) as until from household_dwellings
where county = $1 and household_id = $2 and ($3::timestamptz is null or recorded_at <= $3)
union all
select old ->> 'dwelling', old ->> 'use', lower(valid), upper(valid) from household_history
where $3 is not null and county = $1 and household_id = $2 and what = 'dwelling'
    and known_from <= $3 and $3 < known_to
order by since, use, dwelling
"""
HEADS = """
select head_id, lower(valid) as since, upper(valid) as until from household_heads
where county = $1 and household_id = $2 and ($3::timestamptz is null or recorded_at <= $3)
union all
select (old ->> 'head_id')::uuid, lower(valid), upper(valid) from household_history
where $3 is not null and county = $1 and household_id = $2 and what = 'head'
    and known_from <= $3 and $3 < known_to
order by since
"""
ADDRESS = "select address from areas where code = $1"
OF_RESIDENT = f"""
with found as (
    select county, id, version from residents
    where county = any ($10) and id = $9 and dwelling ^@ any ($11)),
logged as ({_LOGGED})
select f.county, f.id, f.version, m.household_id, m.basis, m.relation, m.dwelling,
    lower(m.valid) as since, upper(m.valid) as until
from found f left join memberships m on (m.resident_id, m.county) = (f.id, f.county)
order by m.basis, lower(m.valid)
"""


async def household(
    connection: Connection, household_id: UUID, counties: Sequence[str], areas: Sequence[str]
) -> asyncpg.Record | None:
    """A household in these areas."""
    return await connection.fetchrow(HOUSEHOLD, counties, household_id, areas)


async def members(
    connection: Connection,
    reading: Reading,
    key: tuple[str, UUID],
    on: date | None,
    known_at: datetime | None,
) -> Sequence[asyncpg.Record]:
    """Who belongs to a household on a day, as was believed then; the accesses are recorded."""
    fields = list(MEMBER_FIELDS)
    statement = MEMBERS if known_at is None else MEMBERS_KNOWN
    return await connection.fetch(statement, *reading.columns, fields, *key, on, known_at)


async def dwellings(
    connection: Connection, key: tuple[str, UUID], known_at: datetime | None
) -> Sequence[asyncpg.Record]:
    """Every dwelling of a household, with its period, as was believed then."""
    return await connection.fetch(DWELLINGS, *key, known_at)


async def heads(
    connection: Connection, key: tuple[str, UUID], known_at: datetime | None
) -> Sequence[asyncpg.Record]:
    """Every head of a household, with the period, as was believed then."""
    return await connection.fetch(HEADS, *key, known_at)


async def address(connection: Connection, dwelling: str) -> str:
    """The address of a dwelling, perhaps one of the past."""
    found: str | None = await connection.fetchval(ADDRESS, dwelling)
    return found or ""


async def of_resident(
    connection: Connection, reading: Reading, resident_id: UUID, counties: Sequence[str]
) -> Sequence[asyncpg.Record]:
    """Every membership of a resident; one row without one when there is none, no row for nobody."""
    fields = list(PERIOD_FIELDS)
    return await connection.fetch(
        OF_RESIDENT, *reading.columns, fields, resident_id, counties, reading.areas
    )
