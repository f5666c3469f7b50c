"""The documents of a resident: the primary one in its record, others and ended ones beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.common.database import Connection
from services.registry.domain.readings import Reading
from services.registry.store.people.registering import Sealed

FIELDS: Final = ("document",)
HOLD: Final = """
select county, id, version, dwelling, document_kind, document_sealed, document_index, sex, born_on
from residents where county = any ($1) and id = $2 and dwelling ^@ any ($3) for no key update
"""
LIST: Final = """
with found as (
    select county, id, version, document_kind, document_sealed from residents
    where county = any ($10) and id = $9 and dwelling ^@ any ($11)),
logged as (
    insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
        operation, request_id, fields)
    select county, id, $1, $2, $3, $4, $5, $6, $7, $8::text[] from found)
select f.id as resident, f.version, f.document_kind, f.document_sealed, d.id, d.kind,
    d.number_sealed, d.is_primary, d.issued_on, d.expires_on, d.recorded_at, d.ended_at,
    d.end_reason
from found f left join resident_documents d on (d.county, d.resident_id) = (f.county, f.id)
order by d.ended_at nulls first, d.is_primary desc, d.id
"""
NUMBERS: Final = """
select number_sealed from resident_documents
where (county, resident_id) = ($1, $2) and kind = $3 and ended_at is null
"""
OPEN: Final = """
select id, kind, number_sealed, number_index, is_primary, issued_on, expires_on
from resident_documents
where (county, resident_id) = ($1, $2) and ended_at is null order by id desc
"""
ADD: Final = """
insert into resident_documents (county, id, resident_id, kind, number_sealed, number_index,
    is_primary, issued_on, expires_on, recorded_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
NO_PRIMARY: Final = """
update resident_documents set is_primary = false
where (county, resident_id) = ($1, $2) and ended_at is null and is_primary
"""
SET_PRIMARY: Final = "update resident_documents set is_primary = true where county = $1 and id = $2"
END: Final = """
update resident_documents set ended_at = clock_timestamp(), ended_by = $3, end_reason = $4
where county = $1 and id = $2
"""
RELEASE: Final = """
delete from identifiers where kind = $1 and index = any ($2) and resident_id = $3
"""
SHOW: Final = """
update residents set document_kind = $3, document_sealed = $4, document_index = $5,
    sex = coalesce($6, sex), born_on = coalesce($7, born_on), version = version + 1,
    updated_at = clock_timestamp(), changed_by = $8, change_reason = $9
where county = $1 and id = $2 returning version
"""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that counts.

    Attributes:
        id: Key.
        paper: Kind, number and index.
        is_primary: Whether it is the one shown.
        issued_on: Day of issue.
        expires_on: Last day.
    """

    id: UUID
    paper: Sealed
    is_primary: bool
    issued_on: date | None = None
    expires_on: date | None = None


async def hold(
    connection: Connection, resident_id: UUID, counties: Sequence[str], areas: Sequence[str]
) -> asyncpg.Record | None:
    """The resident, locked until the transaction ends."""
    return await connection.fetchrow(HOLD, counties, resident_id, areas)


async def listed(
    connection: Connection, reading: Reading, resident_id: UUID, counties: Sequence[str]
) -> Sequence[asyncpg.Record]:
    """Every document of a resident; one row without one when there is none beside the record."""
    return await connection.fetch(
        LIST, *reading.columns, list(FIELDS), resident_id, counties, reading.areas
    )


async def numbers(connection: Connection, county: str, resident_id: UUID, kind: str) -> list[bytes]:
    """Sealed numbers of a resident's further documents of a kind."""
    rows = await connection.fetch(NUMBERS, county, resident_id, kind)
    return [row["number_sealed"] for row in rows]


async def papers(connection: Connection, county: str, resident_id: UUID) -> list[Paper]:
    """The documents that count, newest first."""
    return [
        Paper(
            row["id"],
            Sealed(row["kind"], row["number_sealed"], row["number_index"]),
            row["is_primary"],
            row["issued_on"],
            row["expires_on"],
        )
        for row in await connection.fetch(OPEN, county, resident_id)
    ]


async def add(connection: Connection, key: tuple[str, UUID], one: Paper, by: str) -> None:
    """Write a document."""
    county, resident_id = key
    await connection.execute(
        ADD,
        county,
        one.id,
        resident_id,
        one.paper.kind,
        one.paper.number,
        one.paper.index,
        one.is_primary,
        one.issued_on,
        one.expires_on,
        by,
    )


async def set_primary(connection: Connection, key: tuple[str, UUID], paper_id: UUID) -> None:
    """Make one of the documents the primary one."""
    await connection.execute(NO_PRIMARY, *key)
    await connection.execute(SET_PRIMARY, key[0], paper_id)


async def end(
    connection: Connection, key: tuple[str, UUID], one: Paper, by: str, reason: str
) -> None:
    """End a document; its number is free again."""
    county, resident_id = key
    await connection.execute(END, county, one.id, by, reason)
    indexes = [one.paper.index, *one.paper.others]
    await connection.execute(RELEASE, one.paper.kind, indexes, resident_id)


async def show(
    connection: Connection,
    key: tuple[str, UUID],
    paper: Sealed | None,
    told: tuple[str | None, date | None],
    who: tuple[str, str],
) -> int:
    """Write the primary document, and what its number tells, into the record; the new version."""
    shown = (paper.kind, paper.number, paper.index) if paper else (None, None, None)
    version: int = await connection.fetchval(SHOW, *key, *shown, *told, *who)
    return version
