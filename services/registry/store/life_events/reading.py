"""Life events as they are shown, with their subjects; each reading is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg

from services.common.database import Connection
from services.registry.domain.readings import Reading

FIELDS: Final = ("life_events", "name")
"""What an access record says was read of a subject."""

_LOGGED: Final = """
logged as (
    insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
        operation, request_id, fields)
    select distinct county, resident_id, $1, $2, $3, $4, $5, $6, $7, $8::text[] from subjects)
"""
_SHOWN: Final = f"""
subjects as (
    select s.county, s.resident_id, s.role, s.event_county, s.event_id, r.name
    from page p
    join life_event_subjects s on (s.event_county, s.event_id) = (p.county, p.id)
    join residents r on (r.county, r.id) = (s.county, s.resident_id)),
{_LOGGED}
select p.*, (
    select coalesce(json_agg(json_build_object(
        'id', s.resident_id, 'name', s.name, 'role', s.role) order by s.role, s.resident_id), '[]')
    from subjects s where (s.event_county, s.event_id) = (p.county, p.id))::text as subjects
from page p order by p.id desc
"""
_COLUMNS: Final = """
e.county, e.id, e.kind, e.occurred_on, e.area, e.evidence_sealed, e.legal_basis, e.amends,
e.recorded_by_name, e.role as recorded_role, e.organisation, e.recorded_at, e.reversed_at,
e.reversed_by_name, e.reason_sealed, (e.after -> 'households')::text as households
"""
PAGE = f"""
with page as (
    select {_COLUMNS} from life_events e
    where e.county = any ($9) and e.area ^@ $10 and e.id < $11 and e.kind = any ($12)
        and ($13::date is null or e.occurred_on >= $13::date)
        and ($14::date is null or e.occurred_on <= $14::date)
    order by e.id desc limit $15),
{_SHOWN}
"""
OF_RESIDENT = f"""
with page as (
    select {_COLUMNS} from residents r
    join life_event_subjects s on (s.county, s.resident_id) = (r.county, r.id)
    join life_events e on (e.county, e.id) = (s.event_county, s.event_id)
    where r.county = any ($9) and r.id = $10 and r.dwelling ^@ any ($11) and e.id < $12
        and e.kind = any ($13)
    order by e.id desc limit $14),
{_SHOWN}
"""
VISIBLE = "select true from residents where county = any ($1) and id = $2 and dwelling ^@ any ($3)"
ONE = f"""
with page as (
    select {_COLUMNS} from life_events e
    where e.county = any ($9) and e.id = $10 and e.area ^@ any ($11) and e.kind = any ($12)),
{_SHOWN}
"""

Part: TypeAlias = tuple[UUID, Sequence[str], int]
"""Before which id, of which kinds, and how many."""


@dataclass(frozen=True, slots=True)
class Inside:
    """An area, the counties it reaches into, and the first and last day."""

    within: str
    counties: Sequence[str]
    days: tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class OfResident:
    """A resident in some counties and areas."""

    resident_id: UUID
    counties: Sequence[str]
    areas: Sequence[str]


async def inside(
    connection: Connection, reading: Reading, asked: Inside, part: Part
) -> Sequence[asyncpg.Record]:
    """Events of an area, newest report first; the accesses are recorded."""
    before, kinds, limit = part
    return await connection.fetch(
        PAGE,
        *reading.columns,
        list(FIELDS),
        asked.counties,
        asked.within,
        before,
        kinds,
        *asked.days,
        limit,
    )


async def of_resident(
    connection: Connection, reading: Reading, asked: OfResident, part: Part
) -> Sequence[asyncpg.Record]:
    """Events that a resident was a subject of, newest report first; the accesses are recorded."""
    before, kinds, limit = part
    return await connection.fetch(
        OF_RESIDENT,
        *reading.columns,
        list(FIELDS),
        asked.counties,
        asked.resident_id,
        asked.areas,
        before,
        kinds,
        limit,
    )


async def is_visible(
    connection: Connection, resident_id: UUID, counties: Sequence[str], areas: Sequence[str]
) -> bool:
    """Whether a resident is in these areas."""
    return bool(await connection.fetchval(VISIBLE, counties, resident_id, areas))


async def one(
    connection: Connection,
    reading: Reading,
    event_id: UUID,
    among: tuple[Sequence[str], Sequence[str]],
) -> asyncpg.Record | None:
    """An event in the reader's areas, among these counties and kinds; the accesses are recorded."""
    counties, kinds = among
    return await connection.fetchrow(
        ONE, *reading.columns, list(FIELDS), counties, event_id, reading.areas, kinds
    )
