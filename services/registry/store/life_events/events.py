"""The life events that were reported, and whom they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.common.database import Connection
from services.registry.domain.readings import Reading

ADD = """
insert into life_events (county, id, kind, occurred_on, area, evidence_sealed, legal_basis, before,
    after, amends, recorded_by, recorded_by_name, role, organisation)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""
ADD_SUBJECTS = """
insert into life_event_subjects (county, resident_id, event_county, event_id, role)
select s.county, s.id, $1, $2, s.role
from unnest($3::text[], $4::uuid[], $5::text[]) as s (county, id, role)
"""
HOLD = """
select county, id, kind, occurred_on, area, before::text as before, after::text as after,
    reversed_at is not null as is_reversed
from life_events where county = any ($1) and id = $2 and area ^@ any ($3) for update
"""
# Whatever was recorded of one of these people that happened later, or later about the same day.
LATER = """
select e.id, e.kind, e.occurred_on from life_event_subjects s
join life_events e on (e.county, e.id) = (s.event_county, s.event_id)
where s.county = any ($1) and s.resident_id = any ($2) and e.reversed_at is null
    and (e.occurred_on > $3 or (e.id > $4 and e.occurred_on >= $3)) and e.id <> $4
order by e.occurred_on desc, e.id desc limit 1
"""
REVERSE = """
update life_events set reversed_at = clock_timestamp(), reversed_by = $3, reversed_by_name = $4,
    reason_sealed = $5
where county = $1 and id = $2
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A life event as it is kept.

    Attributes:
        county: First part of its key.
        id: Second part.
        kind: Which.
        occurred_on: When.
        area: Grid, or county, of its first subject.
        before: States of people and households that it changed, as they were.
        after: As they were then.
        is_reversed: Whether it was taken back.
    """

    county: str
    id: UUID
    kind: str
    occurred_on: date
    area: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    is_reversed: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """What the reporter says of it.

    Attributes:
        evidence: Sealed text.
        legal_basis: Statute.
        amends: The event that it puts right.
    """

    evidence: bytes | None
    legal_basis: str | None
    amends: UUID | None


async def add(connection: Connection, event: Kept, statement: Statement, reading: Reading) -> None:
    """Keep an event."""
    await connection.execute(
        ADD,
        event.county,
        event.id,
        event.kind,
        event.occurred_on,
        event.area,
        statement.evidence,
        statement.legal_basis,
        orjson.dumps(event.before).decode(),
        orjson.dumps(event.after).decode(),
        statement.amends,
        reading.reader,
        reading.reader_name,
        reading.role,
        reading.organisation,
    )


async def add_subjects(
    connection: Connection, event: Kept, subjects: Sequence[tuple[str, UUID, str]]
) -> None:
    """Keep whom it is about: county, id and role of each."""
    await connection.execute(
        ADD_SUBJECTS,
        event.county,
        event.id,
        [county for county, _, _ in subjects],
        [key for _, key, _ in subjects],
        [role for _, _, role in subjects],
    )


async def hold(
    connection: Connection, event_id: UUID, counties: Sequence[str], areas: Sequence[str]
) -> Kept | None:
    """An event in these areas, locked until the transaction ends."""
    row = await connection.fetchrow(HOLD, counties, event_id, areas)
    if row is None:
        return None
    states = {name: orjson.loads(row[name]) for name in ("before", "after")}
    return Kept(**{**dict(row), **states})


async def later(
    connection: Connection,
    counties: Sequence[str],
    people: Sequence[UUID],
    since: tuple[date, UUID],
) -> asyncpg.Record | None:
    """The last event of one of these people that happened after a day, or about it after another.

    Args:
        connection: To the registry.
        counties: All there are.
        people: Whose.
        since: The day, and the event that others must follow to count on the day itself.
    """
    return await connection.fetchrow(LATER, counties, people, *since)


async def reverse(connection: Connection, event: Kept, reading: Reading, reason: bytes) -> None:
    """Note that an event was taken back, by whom and why (sealed)."""
    await connection.execute(
        REVERSE, event.county, event.id, reading.reader, reading.reader_name, reason
    )
