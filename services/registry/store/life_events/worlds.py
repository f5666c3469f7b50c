"""The people and households an event can touch: read, and held until the transaction ends."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from services.common.database import Connection
from services.registry.domain.life_events.world import Household, Person, World

HOMES = """
select distinct household_id from residents
where county = any ($1) and id = any ($2) and household_id is not null and died_on is null
"""
# In the order of ids, so that two events about the same people wait and do not lock each other out.
HOUSEHOLDS = """
select h.county, h.id, h.version, h.dwelling, h.address, h.head_id,
    h.valid_to is not null as is_over,
    greatest(
        (select max(upper(d.valid)) from household_dwellings d
            where d.household_id = h.id and d.county = h.county and d.use = 'main'),
        (select max(upper(d.valid)) from household_heads d
            where d.household_id = h.id and d.county = h.county)) as since
from households h where h.county = any ($1) and h.id = any ($2)
order by h.id for no key update of h
"""
PEOPLE = """
select r.id, r.version, r.dwelling, r.relation, r.residency, r.sex, r.born_on, r.died_on, r.left_on,
    case when r.died_on is null then r.household_id end as household_id,
    (select m.household_id from memberships m where m.resident_id = r.id and m.county = r.county
        and m.basis = 'registered' and upper_inf(m.valid)) as registered_id,
    (select m.relation from memberships m where m.resident_id = r.id and m.county = r.county
        and m.basis = 'registered' and upper_inf(m.valid)) as registered_relation,
    (select max(upper(m.valid)) from memberships m
        where m.resident_id = r.id and m.county = r.county) as since
from residents r
where (r.county, r.id) in (
    select county, id from residents where county = any ($1) and id = any ($2)
    union select county, id from residents
        where county = any ($1) and household_id = any ($3) and died_on is null)
order by r.id for no key update of r
"""


async def hold(
    connection: Connection, counties: Sequence[str], people: Iterable[UUID], homes: Iterable[UUID]
) -> World:
    """Everybody named, the households named and theirs, with all living members; all locked."""
    ids = sorted(set(people))
    found = await connection.fetch(HOMES, counties, ids)
    wanted = sorted({*homes, *(row["household_id"] for row in found)})
    held = await connection.fetch(HOUSEHOLDS, counties, wanted)
    rows = await connection.fetch(PEOPLE, counties, ids, wanted)
    return World().having(map(_person, rows), map(_household, held))


def _person(row: Any) -> Person:
    return Person(**_plain(row))


def _household(row: Any) -> Household:
    values = _plain(row)
    values.pop("county")
    return Household(**values)


def _plain(row: Any) -> dict[str, Any]:
    """A row's values; ids as Python's own, which are compared and written as JSON."""
    return {k: UUID(bytes=v.bytes) if isinstance(v, UUID) else v for k, v in row.items()}
