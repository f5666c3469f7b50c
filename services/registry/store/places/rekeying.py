"""Carrying records to the codes of today, in chunks.

What is left to do is what still lies at an old code, so nothing needs to be remembered between two
chunks: a job that was killed goes on with the rest, and one that ran twice finds nothing to do.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.common.database import Connection
from services.registry.store.places.effect import BECOMES, OPEN_LOW, PAIRS

_HOUSEHOLDS: Final = f"""
with {PAIRS}
select h.county, h.id, m.becomes
from tops t join households h on h.county = left(t.old_code, 6)
    and h.dwelling >= t.old_code and h.dwelling < t.old_code || ':'
cross join {BECOMES.format(code="h.dwelling")}
"""
# A household of a county that changes is copied first and deleted last: between, its members find
# it in both counties.
NEXT_HOUSEHOLDS = f"""
{_HOUSEHOLDS}
where left(m.becomes, 6) = h.county
    or not exists (select from households n where (n.county, n.id) = (left(m.becomes, 6), h.id))
limit $2 for no key update of h
"""
NEXT_EMPTIED = f"{_HOUSEHOLDS} where left(m.becomes, 6) <> h.county limit $2 for update of h"
NEXT_RESIDENTS = f"""
with {PAIRS}
select r.county, r.id, m.becomes
from tops t join residents r on r.county = left(t.old_code, 6)
    and r.dwelling >= t.old_code and r.dwelling < t.old_code || ':'
cross join {BECOMES.format(code="r.dwelling")}
limit $2 for no key update of r
"""
REKEY_HOUSEHOLDS = """
update households h set dwelling = g.dwelling, version = h.version + 1
from unnest($2::uuid[], $3::text[]) as g (id, dwelling)
where h.county = $1 and h.id = g.id
"""
REKEY_RESIDENTS = """
update residents r set dwelling = g.dwelling, version = r.version + 1,
    updated_at = clock_timestamp(), changed_by = $4, change_reason = $5
from unnest($2::uuid[], $3::text[]) as g (id, dwelling)
where r.county = $1 and r.id = g.id
"""
# The main dwelling of a household and where its members live follow by themselves. Periods that are
# over keep the code of their time; it is still found through the lineage.
REKEY_DWELLINGS = f"""
with {PAIRS}, next as (
    select d.county, d.household_id, d.dwelling, m.becomes
    from tops t join household_dwellings d
        on d.dwelling >= t.old_code and d.dwelling < t.old_code || ':'
    cross join {BECOMES.format(code="d.dwelling")}
    where upper_inf(d.valid) and d.use <> 'main' limit $2)
update household_dwellings d set dwelling = n.becomes, recorded_at = clock_timestamp(),
    changed_by = $3, change_reason = $4
from next n
where (d.household_id, d.county, d.dwelling) = (n.household_id, n.county, n.dwelling)
    and upper_inf(d.valid)
"""
REKEY_REGISTERED = f"""
with {PAIRS}, next as (
    select s.resident_id, s.county, m.becomes
    from tops t join memberships s on s.dwelling >= t.old_code and s.dwelling < t.old_code || ':'
    cross join {BECOMES.format(code="s.dwelling")}
    where upper_inf(s.valid) and s.basis = 'registered' limit $2)
update memberships s set dwelling = n.becomes, recorded_at = clock_timestamp(), changed_by = $3,
    change_reason = $4
from next n
where (s.resident_id, s.county, s.basis) = (n.resident_id, n.county, 'registered')
    and upper_inf(s.valid)
"""
COPY_HOUSEHOLDS = "select copy_households($1, $2)"
MOVE_RESIDENTS = "select move_residents($1, $2, $3, $4, $5)"
DROP_HOUSEHOLDS = "select drop_households($1, $2, $3, $4, $5)"
ADVANCE = "update area_changes set phase = $2, rows_done = rows_done + $3 where id = $1"
FORGET_COUNTS = f"""
with {PAIRS},
counts as (
    delete from grid_counts c using tops t
    where c.county = left(t.old_code, 6) and c.grid >= t.old_code and c.grid < t.old_code || ':'),
faults as (
    delete from grid_faults f using tops t
    where f.county = left(t.old_code, 6) and f.grid >= t.old_code and f.grid < t.old_code || ':')
delete from county_counts c using tops t where c.county ^@ t.old_code
"""
# Who subscribed to an area is told of it under its new code too: events keep that of their time.
_OFFICE: Final = "split_part({0}.organisation, '.', 1)"
_NEW_OFFICE: Final = "m.becomes || substr({0}.organisation, strpos({0}.organisation || '.', '.'))"
SUBSCRIBED = f"""
with {PAIRS}
update webhooks w set areas = w.areas || n.codes, updated_at = now()
from (select v.id, array_agg(distinct m.becomes) as codes
    from webhooks v, unnest(v.areas) as a (code) cross join {BECOMES.format(code="a.code")}
    where not m.becomes = any (v.areas) group by v.id) n
where w.id = n.id
"""
SUBSCRIBERS = f"""
with {PAIRS}
update webhooks w set organisation = n.office
from (select v.id, {_NEW_OFFICE.format("v")} as office
    from webhooks v cross join {BECOMES.format(code=_OFFICE.format("v"))}) n
where w.id = n.id
"""
# Two offices that become one may call different mappings alike: then each keeps its own.
MAPPINGS = f"""
with {PAIRS}
update import_mappings i set organisation = n.office
from (select v.organisation, v.id, v.name, {_NEW_OFFICE.format("v")} as office
    from import_mappings v cross join {BECOMES.format(code=_OFFICE.format("v"))}) n
where (i.organisation, i.id) = (n.organisation, n.id) and not exists (
    select from import_mappings o where (o.organisation, o.name) = (n.office, n.name))
"""
END = """
update area_changes set state = $2, error = $3, phase = null, finished_at = now() where id = $1
"""


class Row(NamedTuple):
    """A record that lies at an old code."""

    county: str
    id: UUID
    becomes: str


class Who(NamedTuple):
    """Who changed, and why; written into the history of every resident."""

    by: str
    why: str


async def areas(connection: Connection, change_id: UUID, day: Any, limit: int) -> int:
    """Give new codes to buildings, units and dwellings; how many were left to do, at most these."""
    done: int = await connection.fetchval(OPEN_LOW, change_id, day, limit)
    return done


async def households(connection: Connection, change_id: UUID, limit: int, _: Who) -> int:
    """Re-key households, or copy those whose county changes."""
    rows = await _next(connection, NEXT_HOUSEHOLDS, change_id, limit)
    for (county, to_county), group in _by_county(rows):
        ids, dwellings = [row.id for row in group], [row.becomes for row in group]
        if county == to_county:
            await connection.execute(REKEY_HOUSEHOLDS, county, ids, dwellings)
        else:
            await connection.execute(COPY_HOUSEHOLDS, ids, dwellings)
    return len(rows)


async def residents(connection: Connection, change_id: UUID, limit: int, who: Who) -> int:
    """Re-key residents; who changes counties takes everything kept of them along."""
    rows = await _next(connection, NEXT_RESIDENTS, change_id, limit)
    for (county, to_county), group in _by_county(rows):
        ids, dwellings = [row.id for row in group], [row.becomes for row in group]
        statement = REKEY_RESIDENTS if county == to_county else MOVE_RESIDENTS
        await connection.execute(statement, county, ids, dwellings, *who)
    return len(rows)


async def periods(connection: Connection, change_id: UUID, limit: int, who: Who) -> int:
    """Re-key second dwellings, and dwellings where somebody is only registered."""
    done = 0
    for statement in (REKEY_DWELLINGS, REKEY_REGISTERED):
        tag = await connection.execute(statement, change_id, limit, *who)
        done += int(tag.rpartition(" ")[2])
    return done


async def emptied(connection: Connection, change_id: UUID, limit: int, who: Who) -> int:
    """Delete the households that were copied into another county."""
    rows = await _next(connection, NEXT_EMPTIED, change_id, limit)
    for (county, to_county), group in _by_county(rows):
        ids = [row.id for row in group]
        await connection.execute(DROP_HOUSEHOLDS, county, to_county, ids, *who)
    return len(rows)


async def subscribers(connection: Connection, change_id: UUID) -> None:
    """Let webhooks and saved mappings of files follow their areas and offices."""
    for statement in (SUBSCRIBED, SUBSCRIBERS, MAPPINGS):
        await connection.execute(statement, change_id)


async def advance(connection: Connection, change_id: UUID, phase: str, done: int) -> None:
    """Write how far the job came."""
    await connection.execute(ADVANCE, change_id, phase, done)


async def forget_counts(connection: Connection, change_id: UUID) -> None:
    """Delete what was counted at the old codes; the next count counts at the new ones."""
    await connection.execute(FORGET_COUNTS, change_id)


async def end(
    connection: Connection, change_id: UUID, state: str, error: str | None = None
) -> None:
    """Mark a change done or failed."""
    await connection.execute(END, change_id, state, error)


async def _next(connection: Connection, statement: str, change_id: UUID, limit: int) -> list[Row]:
    return [Row(*row) for row in await connection.fetch(statement, change_id, limit)]


def _by_county(rows: Sequence[Row]) -> list[tuple[tuple[str, str], list[Row]]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(rows):
        groups.setdefault((row.county, row.becomes[:6]), []).append(row)
    return list(groups.items())
