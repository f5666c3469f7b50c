"""The differences a reconciliation found; what they say is sealed, as the file's rows are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from services.common.database import Connection
from services.common.sealing import Sealer
from services.registry.domain.readings import Reading
from services.registry.domain.reconciliations.jobs import Reconciliation

Row: TypeAlias = asyncpg.Record

_COLUMNS: Final = (
    "county", "reconciliation_id", "no", "kind", "field", "row_no", "resident_id", "sealed",
)  # fmt: skip
_SEARCH_S: Final = 900
_ACCESS: Final = """
insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
    operation, request_id, fields)
"""
# What stands for a resident in a list: enough to find the person in one's own files.
_WITH_RESIDENT: Final = """
    d.no, d.kind, d.field, d.row_no, d.resident_id, d.sealed, r.name, left(r.dwelling, 15) as grid,
    r.document_kind, r.document_sealed
    from reconciliation_differences d
    left join residents r on (r.county, r.id) = (d.county, d.resident_id)
"""
PATIENCE = f"set local statement_timeout = '{_SEARCH_S}s'"
# Whom the department sent itself, in this area, alive, and not in the file. The condition on the
# facts is asked first: most residents fail it or pass it without a look into the assertions.
ADD_MISSING = """
with missing as materialized (
    select r.id from residents r
    where r.county = $1 and r.dwelling ^@ $3 and r.died_on is null
        and (r.facts @? format('$.* ? (@.domain == "%s" && @.source == "department_push")',
                $4::text)::jsonpath
            or exists (
                select from assertions a where a.county = r.county and a.resident_id = r.id
                    and a.domain = $4 and a.method = 'department_push'))
        and not exists (
            select from identifiers i
            join reconciliation_rows f on f.county = $1 and f.reconciliation_id = $2
                and f.person = i.index
            where i.county = r.county and i.resident_id = r.id and i.kind = 'resident_id')
    order by r.id),
listed as (
    insert into reconciliation_differences (county, reconciliation_id, no, kind, resident_id)
    select $1, $2, $5 + row_number() over (order by id), 'missing', id
    from (select id from missing order by id limit $6) m)
select count(*) from missing
"""
PAGE = f"""
with found as materialized (
    select {_WITH_RESIDENT}
    where d.county = $8 and d.reconciliation_id = $9 and d.no > $10
        and ($11::text is null or d.kind = $11) and ($12::text is null or d.field = $12)
    order by d.no limit $13 + 1),
logged as (
    {_ACCESS}
    select $8, resident_id, $1, $2, $3, $4, $5, $6, $7,
        array_agg(distinct coalesce(field, 'name'))
    from (select * from found order by no limit $13) shown
    where resident_id is not null group by resident_id)
select * from found order by no
"""
OF_ROWS = f"""
select {_WITH_RESIDENT}
where d.county = $1 and d.reconciliation_id = $2 and d.row_no is not null
    and (d.row_no, d.no) > ($3, $4)
order by d.row_no, d.no limit $5
"""
MISSING = f"""
select {_WITH_RESIDENT}
where d.county = $1 and d.reconciliation_id = $2 and d.kind = 'missing' and d.no > $3
order by d.no limit $4
"""
LOG_ALL = f"""
{_ACCESS}
select county, resident_id, $1, $2, $3, $4, $5, $6, $7, array_agg(distinct coalesce(field, 'name'))
from reconciliation_differences
where county = $8 and reconciliation_id = $9 and resident_id is not null
group by county, resident_id
"""
CLEAR = "delete from reconciliation_differences where county = $1 and reconciliation_id = $2"


@dataclass(frozen=True, slots=True)
class Found:
    """A difference to be kept.

    Attributes:
        kind: See `domain.reconciliations.outcomes`.
        row_no: Place in the sheet.
        field: Whose values differ; None where a person or row differs.
        resident_id: Whom the registry holds.
        sealed: What both say.
    """

    kind: str
    row_no: int
    field: str | None
    resident_id: UUID | None
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page of the differences.

    Attributes:
        kind: Only this kind.
        field: Only this field.
        after: Number of the last one shown.
        limit: At most.
    """

    kind: str | None
    field: str | None
    after: int
    limit: int


def seal(sealer: Sealer, job: Reconciliation, row_no: int, field: str | None, said: Any) -> bytes:
    """What both say, sealed for this place."""
    return sealer.seal(orjson.dumps(said).decode(), _context(job, row_no, field))


def unseal(sealer: Sealer, job: Reconciliation, row: Row) -> dict[str, Any]:
    """What `seal` sealed; empty for a missing person, about whom the file says nothing."""
    if row["sealed"] is None:
        return {}
    context = _context(job, row["row_no"], row["field"])
    said: dict[str, Any] = orjson.loads(sealer.open(row["sealed"], context))
    return said


async def add(connection: Connection, job: Reconciliation, found: Sequence[Found]) -> int:
    """Keep differences as long as there is room; how many."""
    kept = found[: job.room]
    await connection.copy_records_to_table(
        "reconciliation_differences",
        records=[
            (job.county, job.id, no, f.kind, f.field, f.row_no, f.resident_id, f.sealed)
            for no, f in enumerate(kept, job.listed + 1)
        ],
        columns=_COLUMNS,
    )
    return len(kept)


async def add_missing(connection: Connection, job: Reconciliation) -> int:
    """Keep whom the department holds in the registry and the file lacks; how many there are."""
    await connection.execute(PATIENCE)
    missing: int = await connection.fetchval(
        ADD_MISSING,
        job.county,
        job.id,
        job.within,
        job.file.domain,
        job.listed,
        job.room,
        timeout=_SEARCH_S,
    )
    return missing


async def page(
    connection: Connection,
    reading: Reading,
    job: Reconciliation,
    wanted: Wanted,
) -> list[Row]:
    """A page and the first of the next; accesses to the residents shown are recorded."""
    asked = (wanted.after, wanted.kind, wanted.field, wanted.limit)
    return await connection.fetch(PAGE, *reading.columns, job.county, job.id, *asked)


async def of_rows(
    connection: Connection, job: Reconciliation, after: tuple[int, int], limit: int
) -> list[Row]:
    """Differences by the sheet's rows, after a row and number."""
    return await connection.fetch(OF_ROWS, job.county, job.id, *after, limit)


async def missing(connection: Connection, job: Reconciliation, after: int, limit: int) -> list[Row]:
    """Missing persons after a number."""
    return await connection.fetch(MISSING, job.county, job.id, after, limit)


async def log_all(connection: Connection, reading: Reading, job: Reconciliation) -> None:
    """Record that somebody took all differences away."""
    await connection.execute(PATIENCE)
    await connection.execute(LOG_ALL, *reading.columns, job.county, job.id, timeout=_SEARCH_S)


async def clear(connection: Connection, county: str, reconciliation_id: UUID) -> None:
    """Forget what was found."""
    await connection.execute(PATIENCE)
    await connection.execute(CLEAR, county, reconciliation_id, timeout=_SEARCH_S)


def _context(job: Reconciliation, row_no: int, field: str | None) -> bytes:
    return b"reconciliation:" + job.id.bytes + f"{row_no}:{field or ''}".encode()
