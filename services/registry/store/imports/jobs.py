"""Imports as jobs: accepted, taken up, counted, over."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.database import Connection
from services.registry.domain.imports.jobs import COUNTERS, FilePlan, Job

_COLUMNS: Final = (
    "county", "id", "domain", "organisation", "requested_by", "requested_by_name", "role",
    "request_id", "file_name", "media_type", "size_bytes", "sha256", "dry_run", "default_on",
    "created_at", "state", "phase", "staged_to", "applied_to", "listed", "progressed_in",
    "has_errors", "started_at", "finished_at",
)  # fmt: skip
_SELECTED: Final = f"{', '.join((*_COLUMNS, *COUNTERS))}, plan::text, error::text, mapping::text"

ADD = """
insert into imports (county, id, domain, organisation, requested_by, requested_by_name, role,
    request_id, file_name, media_type, size_bytes, sha256, plan, dry_run, default_on, created_at,
    mapping)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
"""
# Held against the record first, a file keeps the day on which it was.
FIRST_CAME = """
select least(
    (select min(default_on) from imports where (county, domain, sha256) = ($1, $2, $3)),
    (select min(default_on) from reconciliations where (county, domain, sha256) = ($1, $2, $3)))
"""
BY_ID = f"""
select {_SELECTED} from imports
where county = any ($1) and id = $2 and county ^@ any ($3) and domain = any ($4)
"""
PAGE = f"""
select {_SELECTED} from imports
where county = any ($1) and county ^@ any ($2) and domain = any ($3) and id < $4
order by id desc limit $5
"""
BY_KEY = f"select {_SELECTED} from imports where (county, id) = ($1, $2)"
BEGIN = f"""
update imports set state = 'running', started_at = coalesce(started_at, now())
where (county, id) = ($1, $2) and state in ('queued', 'running') returning {_SELECTED}
"""
ADVANCE = f"""
update imports set phase = $3, staged_to = $4, applied_to = $5, listed = listed + $6,
    progressed_in = $7,
    {", ".join(f"{name} = {name} + ${place}" for place, name in enumerate(COUNTERS, 8))}
where (county, id) = ($1, $2) and state = 'running' returning {_SELECTED}
"""
END = f"""
update imports set state = $3, error = $4, has_errors = $5, finished_at = now()
where (county, id) = ($1, $2) and state in ('queued', 'running') returning {_SELECTED}
"""
FILE_REMOVED = """
update imports set file_removed_at = now(), has_errors = false where (county, id) = ($1, $2)
"""


async def add(connection: Connection, job: Job) -> None:
    """Keep an accepted import."""
    await connection.execute(
        ADD,
        job.county,
        job.id,
        job.domain,
        job.organisation,
        job.requested_by,
        job.requested_by_name,
        job.role,
        job.request_id,
        job.file_name,
        job.media_type,
        job.size_bytes,
        job.sha256,
        orjson.dumps(job.plan.as_json()).decode(),
        job.dry_run,
        job.default_on,
        job.created_at,
        orjson.dumps(job.mapping).decode() if job.mapping else None,
    )


async def first_came(
    connection: Connection, county: str, domain: str, sha256: bytes
) -> date | None:
    """The day that stands for rows without one, if this very content came before."""
    day: date | None = await connection.fetchval(FIRST_CAME, county, domain, sha256)
    return day


async def by_id(
    connection: Connection,
    import_id: UUID,
    *,
    counties: Sequence[str],
    areas: Sequence[str],
    domains: Sequence[str],
) -> Job | None:
    """An import of these areas and domains, or None."""
    row = await connection.fetchrow(BY_ID, counties, import_id, areas, domains)
    return _job(row) if row else None


async def page(
    connection: Connection,
    *,
    counties: Sequence[str],
    areas: Sequence[str],
    domains: Sequence[str],
    before: UUID,
    limit: int,
) -> list[Job]:
    """Imports of these areas and domains, newest first."""
    rows = await connection.fetch(PAGE, counties, areas, domains, before, limit)
    return [_job(row) for row in rows]


async def by_key(connection: Connection, county: str, import_id: UUID) -> Job | None:
    """An import by its whole key."""
    row = await connection.fetchrow(BY_KEY, county, import_id)
    return _job(row) if row else None


async def begin(connection: Connection, county: str, import_id: UUID) -> Job | None:
    """Mark it running; None when it is over or was never accepted."""
    row = await connection.fetchrow(BEGIN, county, import_id)
    return _job(row) if row else None


async def advance(  # noqa: PLR0913 — what one step changes
    connection: Connection,
    job: Job,
    *,
    lease: int,
    phase: str | None = None,
    staged_to: int | None = None,
    applied_to: int | None = None,
    listed: int = 0,
    counts: Mapping[str, int] | None = None,
) -> Job | None:
    """Write how far it came, in the transaction of the step; None when it was cancelled.

    Args:
        connection: In the step's transaction.
        job: As it stood.
        lease: The attempt that makes this step.
        phase: What comes next, when it changes.
        staged_to: Last row read.
        applied_to: Last row recorded.
        listed: Rows more in the error file.
        counts: What is added to each counter.
    """
    more = counts or {}
    row = await connection.fetchrow(
        ADVANCE,
        job.county,
        job.id,
        phase or job.phase,
        job.staged_to if staged_to is None else staged_to,
        job.applied_to if applied_to is None else applied_to,
        listed,
        lease,
        *(more.get(name, 0) for name in COUNTERS),
    )
    return _job(row) if row else None


async def end(
    connection: Connection,
    job: Job,
    state: str,
    *,
    error: Mapping[str, Any] | None = None,
    has_errors: bool = False,
) -> Job | None:
    """Write that it is over; None when it was already."""
    text = orjson.dumps(error).decode() if error else None
    row = await connection.fetchrow(END, job.county, job.id, state, text, has_errors)
    return _job(row) if row else None


async def file_removed(connection: Connection, county: str, import_id: UUID) -> None:
    """Write that its files are gone."""
    await connection.execute(FILE_REMOVED, county, import_id)


def _job(row: Any) -> Job:
    plain: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    return Job(
        **plain,
        plan=FilePlan.of_json(orjson.loads(row["plan"])),
        counts={name: row[name] for name in COUNTERS},
        error=orjson.loads(row["error"]) if row["error"] else None,
        mapping=orjson.loads(row["mapping"]) if row["mapping"] else None,
    )
