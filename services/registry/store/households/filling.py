"""Periods for records that were there before periods were kept: a chunk at a time."""

from dataclasses import dataclass
from uuid import UUID

from services.common.database import Connection

BEGIN = "insert into period_fills (name) values ($1) on conflict do nothing"
HOLD = """
select at_county, at_id from period_fills where name = $1 and finished_at is null for update
"""
# Somebody whose record changed since has periods already: the triggers saw to it.
HOUSEHOLDS = """
with chunk as (
    select county, id, dwelling, head_id, valid_from, valid_to, changed_by, change_reason
    from households where (county, id) > ($1, $2) order by county, id limit $3),
lacking as (
    select * from chunk c where valid_to is null and not exists (
        select from household_dwellings d where d.household_id = c.id)),
homes as (
    insert into household_dwellings
        (county, household_id, dwelling, use, valid, changed_by, change_reason)
    select county, id, dwelling, 'main', daterange(valid_from, null), changed_by, change_reason
    from lacking),
heads as (
    insert into household_heads
        (county, household_id, head_id, valid, changed_by, change_reason)
    select county, id, head_id, daterange(valid_from, null), changed_by, change_reason
    from lacking where head_id is not null)
select count(*), (array_agg(county order by county desc, id desc))[1],
    (array_agg(id order by county desc, id desc))[1] from chunk
"""
# What is known since when: the day on which the record was true, or the birth.
RESIDENTS = """
with chunk as (
    select county, id, household_id, relation, dwelling, residency, died_on, changed_by,
        change_reason, greatest(observed_on, born_on) as since
    from residents where (county, id) > ($1, $2) order by county, id limit $3),
lacking as (
    select * from chunk c
    where household_id is not null and died_on is null and not exists (
        select from memberships m where m.resident_id = c.id)),
filled as (
    insert into memberships (county, resident_id, basis, household_id, relation, dwelling, valid,
        changed_by, change_reason)
    select county, id, basis, household_id, relation,
        case when basis = 'living' then dwelling end, daterange(since, null), changed_by,
        change_reason
    from lacking, unnest(array['living', 'registered']) as basis
    where basis = 'living' or residency in ('registered', 'absent'))
select count(*), (array_agg(county order by county desc, id desc))[1],
    (array_agg(id order by county desc, id desc))[1] from chunk
"""
ADVANCE = """
update period_fills set at_county = $2, at_id = $3, rows_done = rows_done + $4 where name = $1
"""
END = "update period_fills set finished_at = clock_timestamp() where name = $1"
STATEMENTS = {"households": HOUSEHOLDS, "residents": RESIDENTS}


@dataclass(frozen=True, slots=True)
class Place:
    """How far a fill came."""

    county: str
    id: UUID


async def begin(connection: Connection) -> None:
    """Note that the fills are to be done, unless that is noted."""
    for name in STATEMENTS:
        await connection.execute(BEGIN, name)


async def place(connection: Connection, name: str) -> Place | None:
    """How far a fill came, held until the transaction ends; None when it is done."""
    row = await connection.fetchrow(HOLD, name)
    return Place(*row) if row else None


async def chunk(connection: Connection, name: str, at: Place, limit: int) -> int:
    """Fill the records that follow a place; how many were looked at, 0 at the end."""
    row = await connection.fetchrow(STATEMENTS[name], at.county, at.id, limit)
    assert row is not None  # noqa: S101 — an aggregate has a row
    done, county, last = row
    if done:
        await connection.execute(ADVANCE, name, county, last, done)
    else:
        await connection.execute(END, name)
    return int(done)
