"""Rows on their way from a file into the record, and what was wrong with them.

A staged row is sealed whole: names, numbers and health data do not lie in the clear beside the
record that seals them. Its person is known by the blind index of the identity number only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from services.common.database import Connection
from services.common.sealing import Sealer
from services.registry.domain.imports.jobs import Job
from services.registry.domain.imports.rows import Fault, ImportRow
from services.registry.store import sealed

_ROW_COLUMNS: Final = ("county", "import_id", "row_no", "person", "observed_on", "sealed")
_FAULT_COLUMNS: Final = (
    "county", "import_id", "row_no", "place", "heading", "code", "reason", "warning",
)  # fmt: skip

# Of several rows about one person the newest counts; of rows of one day the first.
# The numbers are gathered first: a fresh table has no statistics, and a join would be planned for
# one row (a nested loop took 1.2 s for 2,000 rows).
MARK_DUPLICATES = """
with marked as (
    update import_rows set duplicate = true
    where county = $1 and import_id = $2 and row_no = any (array(
        select row_no from (
            select row_no,
                row_number() over (partition by person order by observed_on desc, row_no) as rank
            from import_rows where county = $1 and import_id = $2) ranked
        where rank > 1))
    returning 1)
select count(*) from marked
"""
NEXT = """
select row_no, person, observed_on, sealed from import_rows
where county = $1 and import_id = $2 and row_no > $3 and not duplicate
order by row_no limit $4
"""
FAULTS = """
select row_no, heading, code, reason, warning from import_faults
where county = $1 and import_id = $2 order by row_no, place
"""
CLEAR_ROWS = "delete from import_rows where county = $1 and import_id = $2"
CLEAR_FAULTS = "delete from import_faults where county = $1 and import_id = $2"


@dataclass(frozen=True, slots=True)
class Staged:
    """A row in the staging table.

    Attributes:
        row_no: Place in the sheet, from 1.
        person: Blind index of the identity number.
        observed_on: Day the row was true.
        sealed: The whole row.
    """

    row_no: int
    person: bytes
    observed_on: date
    sealed: bytes


def seal(sealer: Sealer, job: Job, row: ImportRow) -> Staged:
    """A row as it is staged."""
    content = orjson.dumps(
        [row.document, row.born_on, row.sex, row.name, row.observed_on, row.values]
    )
    return Staged(
        row.number,
        sealed.document_index(sealer, sealed.RESIDENT_ID, row.document),
        row.observed_on or job.default_on,
        sealer.seal(content.decode(), _context(job, row.number)),
    )


def unseal(sealer: Sealer, job: Job, staged: Staged) -> ImportRow:
    """The row that was staged; its day is the staged one, so that it always has one."""
    content: Sequence[Any] = orjson.loads(sealer.open(staged.sealed, _context(job, staged.row_no)))
    document, born_on, sex, name, _, values = content
    return ImportRow(
        staged.row_no,
        document,
        date.fromisoformat(born_on),
        sex,
        name,
        staged.observed_on,
        values,
    )


async def add(connection: Connection, job: Job, rows: Sequence[Staged]) -> None:
    """Stage rows."""
    await connection.copy_records_to_table(
        "import_rows",
        records=[(job.county, job.id, r.row_no, r.person, r.observed_on, r.sealed) for r in rows],
        columns=_ROW_COLUMNS,
    )


async def list_faults(
    connection: Connection,
    job: Job,
    faults: Iterable[tuple[int, Sequence[Fault]]],
    *,
    room: int,
    first_place: int = 0,
) -> int:
    """Keep what was wrong with rows, as long as the list has room; how many rows it took.

    Args:
        connection: In the step's transaction.
        job: The import.
        faults: By row.
        room: Rows at most.
        first_place: Above the places of what was found before in the same rows.
    """
    kept = [(row_no, found) for row_no, found in faults if found][: max(room, 0)]
    await connection.copy_records_to_table(
        "import_faults",
        records=[
            (job.county, job.id, row_no, place, f.heading, f.code, f.reason, f.is_warning)
            for row_no, found in kept
            for place, f in enumerate(found, first_place)
        ],
        columns=_FAULT_COLUMNS,
    )
    return len(kept)


async def mark_duplicates(connection: Connection, job: Job) -> int:
    """Mark all rows but one of each person; how many."""
    marked: int = await connection.fetchval(MARK_DUPLICATES, job.county, job.id)
    return marked


async def following(connection: Connection, job: Job, after: int, limit: int) -> list[Staged]:
    """The next rows to record, after a row of the sheet."""
    rows = await connection.fetch(NEXT, job.county, job.id, after, limit)
    return [Staged(r["row_no"], r["person"], r["observed_on"], r["sealed"]) for r in rows]


async def faults_of(connection: Connection, job: Job) -> dict[int, list[Fault]]:
    """What was wrong, by row."""
    found: dict[int, list[Fault]] = {}
    for row in await connection.fetch(FAULTS, job.county, job.id):
        fault = Fault(row["heading"], row["code"], row["reason"], row["warning"])
        found.setdefault(row["row_no"], []).append(fault)
    return found


async def clear_rows(connection: Connection, job: Job) -> None:
    """Forget the rows."""
    await connection.execute(CLEAR_ROWS, job.county, job.id)


async def clear_faults(connection: Connection, job: Job) -> None:
    """Forget what was wrong with rows."""
    await connection.execute(CLEAR_FAULTS, job.county, job.id)


def _context(job: Job, row_no: int) -> bytes:
    return b"import:" + job.id.bytes + row_no.to_bytes(4, "big")
