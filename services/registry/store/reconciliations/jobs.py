"""Reconciliations as jobs: accepted, taken up, advanced, over."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.database import Connection
from services.registry.domain.imports.jobs import FilePlan, Job
from services.registry.domain.reconciliations.jobs import Reconciliation
from services.registry.domain.reconciliations.outcomes import Summary

_FILE: Final = (
    "county", "id", "domain", "organisation", "requested_by", "requested_by_name", "role",
    "request_id", "file_name", "media_type", "size_bytes", "sha256", "default_on", "created_at",
)  # fmt: skip
_OWN: Final = (
    "within", "state", "phase", "read_to", "compared_to", "listed", "progressed_in", "has_file",
    "started_at", "finished_at",
)  # fmt: skip
_SELECTED: Final = (
    f"{', '.join((*_FILE, *_OWN))}, plan::text, mapping::text, summary::text, error::text"
)

ADD = f"""
insert into reconciliations ({", ".join(_FILE)}, within, plan, mapping)
values ({", ".join(f"${place}" for place in range(1, len(_FILE) + 4))})
"""
BY_ID = f"""
select {_SELECTED} from reconciliations
where county = any ($1) and id = $2 and county ^@ any ($3) and domain = any ($4)
"""
PAGE = f"""
select {_SELECTED} from reconciliations
where county = any ($1) and county ^@ any ($2) and domain = any ($3) and id < $4
order by id desc limit $5
"""
BEGIN = f"""
update reconciliations set state = 'running', started_at = coalesce(started_at, now())
where (county, id) = ($1, $2) and state in ('queued', 'running') returning {_SELECTED}
"""
ADVANCE = f"""
update reconciliations set phase = $3, read_to = $4, compared_to = $5, listed = listed + $6,
    progressed_in = $7, summary = $8
where (county, id) = ($1, $2) and state = 'running' returning {_SELECTED}
"""
END = f"""
update reconciliations set state = $3, error = $4, has_file = $5, finished_at = now()
where (county, id) = ($1, $2) and state in ('queued', 'running') returning {_SELECTED}
"""
FILE_REMOVED = """
update reconciliations set file_removed_at = now(), has_file = false where (county, id) = ($1, $2)
"""


async def add(connection: Connection, job: Reconciliation) -> None:
    """Keep an accepted reconciliation."""
    await connection.execute(
        ADD,
        *(getattr(job.file, name) for name in _FILE),
        job.within,
        orjson.dumps(job.file.plan.as_json()).decode(),
        orjson.dumps(dict(job.mapping)).decode(),
    )


async def by_id(
    connection: Connection,
    reconciliation_id: UUID,
    *,
    counties: Sequence[str],
    areas: Sequence[str],
    domains: Sequence[str],
) -> Reconciliation | None:
    """A reconciliation of these areas and domains, or None."""
    row = await connection.fetchrow(BY_ID, counties, reconciliation_id, areas, domains)
    return _job(row) if row else None


async def page(
    connection: Connection,
    *,
    counties: Sequence[str],
    areas: Sequence[str],
    domains: Sequence[str],
    before: UUID,
    limit: int,
) -> list[Reconciliation]:
    """Reconciliations of these areas and domains, newest first."""
    rows = await connection.fetch(PAGE, counties, areas, domains, before, limit)
    return [_job(row) for row in rows]


async def begin(
    connection: Connection, county: str, reconciliation_id: UUID
) -> Reconciliation | None:
    """Mark it running; None when it is over or was never accepted."""
    row = await connection.fetchrow(BEGIN, county, reconciliation_id)
    return _job(row) if row else None


async def advance(  # noqa: PLR0913 — what one step changes
    connection: Connection,
    job: Reconciliation,
    *,
    lease: int,
    phase: str | None = None,
    read_to: int | None = None,
    compared_to: int | None = None,
    listed: int = 0,
    summary: Summary | None = None,
) -> Reconciliation | None:
    """Write how far it came, in the transaction of the step; None when it was cancelled.

    Args:
        connection: In the step's transaction.
        job: As it stood.
        lease: The attempt that makes this step.
        phase: What comes next, when it changes.
        read_to: Last row read.
        compared_to: Last row compared.
        listed: Differences more.
        summary: All counts as they are now.
    """
    row = await connection.fetchrow(
        ADVANCE,
        job.county,
        job.id,
        phase or job.phase,
        job.read_to if read_to is None else read_to,
        job.compared_to if compared_to is None else compared_to,
        listed,
        lease,
        orjson.dumps(job.summary if summary is None else summary).decode(),
    )
    return _job(row) if row else None


async def end(
    connection: Connection,
    job: Reconciliation,
    state: str,
    *,
    error: dict[str, Any] | None = None,
    has_file: bool = False,
) -> Reconciliation | None:
    """Write that it is over; None when it was already."""
    text = orjson.dumps(error).decode() if error else None
    row = await connection.fetchrow(END, job.county, job.id, state, text, has_file)
    return _job(row) if row else None


async def file_removed(connection: Connection, county: str, reconciliation_id: UUID) -> None:
    """Write that its files are gone."""
    await connection.execute(FILE_REMOVED, county, reconciliation_id)


def _job(row: Any) -> Reconciliation:
    file = Job(
        **{name: row[name] for name in _FILE},
        plan=FilePlan.of_json(orjson.loads(row["plan"])),
        dry_run=True,
        staged_to=row["read_to"],
    )
    return Reconciliation(
        file,
        mapping=orjson.loads(row["mapping"]),
        summary=orjson.loads(row["summary"]),
        error=orjson.loads(row["error"]) if row["error"] else None,
        **{name: row[name] for name in _OWN},
    )
