"""What was wrong with the rows of an import, kept as long as its files are."""

from collections.abc import Iterable, Sequence
from typing import Final

from services.common.database import Connection
from services.registry.domain.imports.jobs import Job
from services.registry.domain.imports.rows import Fault

_COLUMNS: Final = (
    "county", "import_id", "row_no", "place", "heading", "code", "reason", "warning",
)  # fmt: skip

ALL: Final = """
select row_no, heading, code, reason, warning from import_faults
where county = $1 and import_id = $2 order by row_no, place
"""
OF_ROWS: Final = """
select row_no, heading, code, reason, warning from import_faults
where county = $1 and import_id = $2 and row_no = any ($3) order by row_no, place
"""
CLEAR: Final = "delete from import_faults where county = $1 and import_id = $2"


async def keep(
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
    if not kept:
        return 0
    await connection.copy_records_to_table(
        "import_faults",
        records=[
            (job.county, job.id, row_no, place, f.heading, f.code, f.reason, f.is_warning)
            for row_no, found in kept
            for place, f in enumerate(found, first_place)
        ],
        columns=_COLUMNS,
    )
    return len(kept)


async def of(
    connection: Connection, job: Job, row_nos: Sequence[int] | None = None
) -> dict[int, list[Fault]]:
    """What was wrong, by row; of these rows, or of all."""
    key = (job.county, job.id)
    rows = await (
        connection.fetch(ALL, *key) if row_nos is None else connection.fetch(OF_ROWS, *key, row_nos)
    )
    found: dict[int, list[Fault]] = {}
    for row in rows:
        fault = Fault(row["heading"], row["code"], row["reason"], row["warning"])
        found.setdefault(row["row_no"], []).append(fault)
    return found


async def clear(connection: Connection, job: Job) -> None:
    """Forget what was wrong with rows."""
    await connection.execute(CLEAR, job.county, job.id)
