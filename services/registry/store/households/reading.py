"""Households in time, as they are shown: members, dwellings, heads; each reading is recorded."""

from collections.abc import Sequence
from datetime import date
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
# Who belongs to a household on a day, or to this day; a former member may live in another area.
MEMBERS = f"""
with found as (
    select r.county, r.id, r.version, r.name, r.name_ko, r.sex, r.born_on, r.phone_sealed,
        m.basis, m.relation, m.dwelling, lower(m.valid) as since, upper(m.valid) as until
    from memberships m join residents r on (r.county, r.id) = (m.county, m.resident_id)
    where m.county = $9 and m.household_id = $10
        and case when $11::date is null then upper_inf(m.valid) else m.valid @> $11::date end),
logged as ({_LOGGED})
select * from found order by basis, relation, born_on, id
"""
DWELLINGS = """
select dwelling, use, lower(valid) as since, upper(valid) as until from household_dwellings
where county = $1 and household_id = $2 order by lower(valid), use, dwelling
"""
HEADS = """
select head_id, lower(valid) as since, upper(valid) as until from household_heads
where county = $1 and household_id = $2 order by lower(valid)
"""
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
    connection: Connection, reading: Reading, county: str, household_id: UUID, on: date | None
) -> Sequence[asyncpg.Record]:
    """Who belongs to a household on a day; the accesses are recorded."""
    fields = list(MEMBER_FIELDS)
    return await connection.fetch(MEMBERS, *reading.columns, fields, county, household_id, on)


async def dwellings(
    connection: Connection, county: str, household_id: UUID
) -> Sequence[asyncpg.Record]:
    """Every dwelling of a household, with its period."""
    return await connection.fetch(DWELLINGS, county, household_id)


async def heads(
    connection: Connection, county: str, household_id: UUID
) -> Sequence[asyncpg.Record]:
    """Every head of a household, with the period."""
    return await connection.fetch(HEADS, county, household_id)


async def of_resident(
    connection: Connection, reading: Reading, resident_id: UUID, counties: Sequence[str]
) -> Sequence[asyncpg.Record]:
    """Every membership of a resident; one row without one when there is none, no row for nobody."""
    fields = list(PERIOD_FIELDS)
    return await connection.fetch(
        OF_RESIDENT, *reading.columns, fields, resident_id, counties, reading.areas
    )
