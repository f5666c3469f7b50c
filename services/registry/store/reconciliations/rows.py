"""The people of a file on their way through a reconciliation."""

from collections.abc import Sequence
from typing import Final

from services.common.database import Connection
from services.registry.domain.reconciliations.jobs import Reconciliation
from services.registry.store.imports.staging import Staged

_COLUMNS: Final = ("county", "reconciliation_id", "row_no", "person", "observed_on", "sealed")

# Of several rows about one person the newest counts, of rows of one day the first: as in an import.
MARK_DUPLICATES = """
with marked as (
    update reconciliation_rows set duplicate = true
    where county = $1 and reconciliation_id = $2 and row_no = any (array(
        select row_no from (
            select row_no,
                row_number() over (partition by person order by observed_on desc, row_no) as rank
            from reconciliation_rows
            where county = $1 and reconciliation_id = $2 and sealed is not null) ranked
        where rank > 1))
    returning 1)
select count(*) from marked
"""
NEXT = """
select row_no, person, observed_on, sealed from reconciliation_rows
where county = $1 and reconciliation_id = $2 and row_no > $3 and not duplicate
    and sealed is not null
order by row_no limit $4
"""
CLEAR = "delete from reconciliation_rows where county = $1 and reconciliation_id = $2"


async def add(
    connection: Connection,
    job: Reconciliation,
    rows: Sequence[Staged],
    refused: Sequence[tuple[int, bytes]],
) -> None:
    """Keep rows that can be compared, and of those refused whom they are about."""
    key = (job.county, job.id)
    await connection.copy_records_to_table(
        "reconciliation_rows",
        records=[
            *((*key, r.row_no, r.person, r.observed_on, r.sealed) for r in rows),
            *((*key, row_no, person, None, None) for row_no, person in refused),
        ],
        columns=_COLUMNS,
    )


async def mark_duplicates(connection: Connection, job: Reconciliation) -> int:
    """Mark all rows but one of each person; how many."""
    marked: int = await connection.fetchval(MARK_DUPLICATES, job.county, job.id)
    return marked


async def following(
    connection: Connection, job: Reconciliation, after: int, limit: int
) -> list[Staged]:
    """The next rows to compare, after a row of the sheet."""
    rows = await connection.fetch(NEXT, job.county, job.id, after, limit)
    return [Staged(r["row_no"], r["person"], r["observed_on"], r["sealed"]) for r in rows]


async def clear(connection: Connection, job: Reconciliation) -> None:
    """Forget the rows."""
    await connection.execute(CLEAR, job.county, job.id)
