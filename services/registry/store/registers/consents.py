"""What residents consented to and withdrew; the last word counts, every word is kept."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg

from services.common.database import Connection
from services.registry.domain.readings import Reading

Row: TypeAlias = asyncpg.Record

FIELDS: Final = ("consents",)
"""What an access record says was read."""
NOTICE: Final = """
select content ->> 'kind' as kind from register_entries
where register = 'notice' and entry = $1 and version = $2
    and exists (select from unnest($3::text[]) a (area) where area ^@ a.area or a.area ^@ area)
"""
PERSON: Final = """
select county, id, born_on from residents
where county = any ($1) and id = $2 and dwelling ^@ any ($3) for no key update
"""
ADD: Final = """
insert into consents (id, county, resident_id, notice, notice_version, is_given, said_by,
    recorded_by, recorded_by_name, recorded_organisation)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
LOG: Final = """
insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
    operation, request_id, fields)
values ($9, $10, $1, $2, $3, $4, $5, $6, $7, $8)
"""
OF: Final = """
with found as (
    select county, id from residents
    where county = any ($9) and id = $10 and dwelling ^@ any ($11)),
logged as (
    insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
        operation, request_id, fields)
    select county, id, $1, $2, $3, $4, $5, $6, $7, $8 from found)
select f.id as resident, c.id, c.notice, c.notice_version, c.is_given, c.said_by,
    c.recorded_by_name, c.recorded_organisation, c.recorded_at, e.content ->> 'title' as title,
    c.id = (select l.id from consents l where (l.county, l.resident_id) = (c.county, c.resident_id)
        and l.notice = c.notice order by l.id desc limit 1) as is_last
from found f left join consents c on (c.county, c.resident_id) = (f.county, f.id)
left join register_entries e on (e.entry, e.version) = (c.notice, c.notice_version)
order by c.id desc
"""


async def kind_of_notice(
    connection: Connection, notice: tuple[UUID, int], areas: Sequence[str]
) -> str | None:
    """Whether a version of a text informs or asks; None where there is none to be seen."""
    kind: str | None = await connection.fetchval(NOTICE, *notice, list(areas))
    return kind


async def person(
    connection: Connection, counties: Sequence[str], resident_id: UUID, areas: Sequence[str]
) -> Row | None:
    """The resident, held until the transaction ends, or None."""
    return await connection.fetchrow(PERSON, counties, resident_id, areas)


async def add(
    connection: Connection, reading: Reading, whose: tuple[str, UUID], said: Sequence[Any]
) -> None:
    """Keep a word of a resident, and that it was written."""
    who = (reading.reader, reading.reader_name, reading.organisation)
    key, *rest = said
    await connection.execute(ADD, key, *whose, *rest, *who)
    await connection.execute(LOG, *reading.columns, list(FIELDS), *whose)


async def of_resident(
    connection: Connection,
    reading: Reading,
    counties: Sequence[str],
    resident_id: UUID,
) -> list[Row]:
    """What a resident said, newest first, at least one row for a resident who is found."""
    return await connection.fetch(
        OF, *reading.columns, list(FIELDS), counties, resident_id, reading.areas
    )
