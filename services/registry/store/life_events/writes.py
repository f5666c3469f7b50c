"""Writing what an event changes: the day it counts from, households, moves between counties."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from services.common.database import Connection
from services.registry.domain.life_events.errors import LifeEventBuiltUpon
from services.registry.domain.life_events.world import Household, Person
from services.registry.store import registrations

EFFECTIVE_ON = "select set_config('registry.effective_on', $1, true)"
FOUND = """
insert into households
    (county, id, dwelling, address, head_id, valid_from, changed_by, change_reason)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
CHANGE_HOUSEHOLD = """
update households set dwelling = $3, address = $4, head_id = $5, valid_to = $6,
    version = version + 1, changed_by = $7, change_reason = $8
where county = $1 and id = $2
"""
GONE = """
update residents set died_on = $3, left_on = $4, version = version + 1,
    updated_at = clock_timestamp(), changed_by = $5, change_reason = $6
where county = $1 and id = $2
"""
COPY_HOUSEHOLDS = "select copy_households($1, $2)"
MOVE = "select move_residents($1, $2, $3, $4, $5)"
DROP_HOUSEHOLDS = "select drop_households($1, $2, $3, $4, $5)"
TRACE = """
insert into county_moves (id, from_county, to_county, resident_id, moved_on, event_id, moved_by)
select uuidv7(), $1, $2, id, $4, $5, $6 from unnest($3::uuid[]) as id
"""
DWELLING_KNOWN = """
select address from areas where code = $1 and level = 'dwelling' and valid_to is null
"""
FORGET_MEMBERSHIPS = """
with ended as (
    update memberships set changed_by = $3, change_reason = $4
    where county = $1 and resident_id = $2)
select 1
"""
FORGET_RESIDENT = (
    "delete from memberships where county = $1 and resident_id = $2",
    "delete from life_event_subjects where county = $1 and resident_id = $2",
    "delete from identifiers where county = $1 and resident_id = $2",
    "delete from residents where county = $1 and id = $2",
)
KEEP_RESIDENT = """
insert into resident_history
    (county, resident_id, version, old, known_from, known_to, changed_by, change_reason)
select county, id, version, to_jsonb(r) - 'name_keys' - 'grid', updated_at, clock_timestamp(),
    $3, $4
from residents r where county = $1 and id = $2
"""
FORGET_HOUSEHOLD = (
    "delete from household_dwellings where county = $1 and household_id = $2",
    "delete from household_heads where county = $1 and household_id = $2",
    "delete from households where county = $1 and id = $2",
)


@dataclass(frozen=True, slots=True)
class Who:
    """Who changes something, why, and from which day on it counts.

    Attributes:
        by: Subject of the token.
        why: Operation, purpose and request.
        day: The day.
        event_id: The life event.
    """

    by: str
    why: str
    day: date
    event_id: UUID | None = None


async def begin(connection: Connection, who: Who) -> None:
    """Let every period that this transaction changes from here on change on the day."""
    await connection.execute(EFFECTIVE_ON, who.day.isoformat())


async def dwelling_address(connection: Connection, code: str) -> str | None:
    """The address of a dwelling; None when there is none with this code."""
    row = await connection.fetchrow(DWELLING_KNOWN, code)
    return None if row is None else row["address"] or ""


async def found(connection: Connection, home: Household, who: Who) -> None:
    """Write a household that is new; who heads it may be written later in the transaction."""
    await connection.execute(
        FOUND,
        home.county,
        home.id,
        home.dwelling,
        home.address,
        home.head_id,
        who.day,
        who.by,
        who.why,
    )


async def change_household(connection: Connection, home: Household, who: Who) -> None:
    """Write how a household stands."""
    over = who.day if home.is_over else None
    await connection.execute(
        CHANGE_HOUSEHOLD,
        home.county,
        home.id,
        home.dwelling,
        home.address,
        home.head_id,
        over,
        who.by,
        who.why,
    )


async def gone(connection: Connection, person: Person, who: Who) -> None:
    """Write that somebody died or left the prefecture, or after all did not."""
    await connection.execute(
        GONE, person.county, person.id, person.died_on, person.left_on, who.by, who.why
    )


async def register(connection: Connection, person: Person, who: Who) -> None:
    """Write where somebody is registered."""
    await connection.execute(
        registrations.SETTLE,
        person.county,
        person.id,
        person.registered_id,
        person.registered_relation,
        who.day,
        who.by,
        who.why,
    )


async def move(
    connection: Connection,
    counties: tuple[str, str],
    people: Sequence[Person],
    homes: Sequence[Household],
    who: Who,
) -> None:
    """Carry whole records to another county, and the households that move with all members."""
    old, new = counties
    ids, places = [h.id for h in homes], [h.dwelling for h in homes]
    if homes:
        await connection.execute(COPY_HOUSEHOLDS, ids, places)
    movers = [p.id for p in people]
    await connection.execute(MOVE, old, movers, [p.dwelling for p in people], who.by, who.why)
    if homes:
        await connection.execute(DROP_HOUSEHOLDS, old, new, ids, who.by, who.why)
    await connection.execute(TRACE, old, new, movers, who.day, who.event_id, who.by)


async def withdraw(
    connection: Connection, people: Iterable[Person], homes: Iterable[Household], who: Who
) -> None:
    """Take away records that only an event had made; their last state goes to the history.

    Raises:
        LifeEventBuiltUpon: Something was kept of one of them since.
    """
    for person in people:
        key = (person.county, person.id)
        await connection.execute(KEEP_RESIDENT, *key, who.by, who.why)
        await connection.execute(FORGET_MEMBERSHIPS, *key, who.by, who.why)
        for statement in FORGET_RESIDENT:
            await _delete(connection, statement, *key)
    for home in homes:
        for statement in FORGET_HOUSEHOLD:
            await _delete(connection, statement, home.county, home.id)


async def _delete(connection: Connection, statement: str, county: str, key: UUID) -> None:
    try:
        await connection.execute(statement, county, key)
    except asyncpg.ForeignKeyViolationError as exc:
        raise LifeEventBuiltUpon(record=str(key), table=exc.table_name) from exc
