"""Imports of departments' files: accept, look at, cancel, fetch what was wrong.

A file is read far enough to know that it can be read: its kind, its limits, its headings. The rest
is done by a timer's handler (`run`), so that an accepted import is never lost.
"""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

import orjson

from services.common import clock as clocks
from services.common import paging, timers
from services.common.errors import Fault, ValidationFailed
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.registry.domain import scopes
from services.registry.domain.imports import jobs as domain
from services.registry.domain.imports.errors import (
    CountyNotYours,
    DomainNotYours,
    DomainUnknown,
    ImportHasNoErrorFile,
    ImportIsOver,
    ImportNotFound,
)
from services.registry.domain.imports.jobs import FilePlan, Job
from services.registry.domain.imports.mappings import MappingNotFound
from services.registry.domain.imports.outcomes import LETTERS, WORDS
from services.registry.domain.readings import Reading
from services.registry.store.imports import faults, office_files, packs
from services.registry.store.imports import jobs as imports
from services.registry.store.imports.uploads import Kept
from services.registry.use_cases.imports import mappings
from services.registry.use_cases.imports import plan as imports_plan
from services.registry.use_cases.imports.plan import Importing, Request

RUN: Final = "registry.import"
EXPIRE: Final = "registry.import_expiry"
_LAST_ID: Final = UUID(int=(1 << 128) - 1)


async def accept(env: Importing, reading: Reading, request: Request, once: Once) -> Answer:
    """Keep the file and set its import going.

    Raises:
        DomainUnknown, DomainNotYours, CountyNotYours, ValidationFailed: Not for this caller.
        ImportRefused: The file cannot be read; says why.
    """
    check_scope(env, reading, request)
    request = await _with_mapping(env, reading, request)
    import_id = new_id()
    kept = await asyncio.to_thread(env.uploads.keep, import_id, request.file, env.limits.file_bytes)
    try:
        async with env.turn:
            plan = await asyncio.to_thread(imports_plan.plan_of, env, kept.path, request)
        job = job_of(env, reading, request, import_id, kept, plan)
        async with env.store.transaction(once) as tx:
            first = await imports.first_came(tx.connection, job.county, job.domain, job.sha256)
            job = job if first is None else replace(job, default_on=first)
            await imports.add(tx.connection, job)
            await timers.schedule(tx.connection, run_key(job), RUN, job.created_at, payload_of(job))
            return await tx.answer(_answer(job, request.base, 202))
    except BaseException:
        env.uploads.remove(import_id)
        raise


async def _with_mapping(env: Importing, reading: Reading, request: Request) -> Request:
    if request.mapping_id is None:
        return request
    saved = await mappings.one(env.store, reading, request.mapping_id)
    if saved.domain != request.domain:
        raise MappingNotFound
    return replace(request, saved=saved)


async def rows(  # noqa: PLR0913 — which import, and which of its rows
    env: Importing,
    reading: Reading,
    domains: frozenset[str],
    text: str,
    *,
    outcome: str | None,
    after: str | None,
    limit: int,
) -> tuple[list[dict[str, Any]], str | None]:
    """What became of the rows of an import, in order, and the next cursor.

    Raises:
        ImportNotFound: There is no such import.
    """
    job = await one(env, reading, domains, text)
    bound = ("import_rows", str(job.id), outcome)
    first = int(paging.decode(after, bound)[0]) if after else 0
    letter = None if outcome is None else LETTERS[outcome]
    async with env.store.read() as connection:
        found = await packs.outcomes_of(connection, job, letter, first, limit + 1)
        wrong = await faults.of(connection, job, [row_no for row_no, _ in found[:limit]])
    following = paging.encode([found[limit - 1][0]], bound) if len(found) > limit else None
    told = [
        {
            "row": row_no,
            "outcome": WORDS[became],
            "faults": [
                {"heading": f.heading, "code": f.code, "reason": f.reason, "taken": f.is_warning}
                for f in wrong.get(row_no, ())
            ],
        }
        for row_no, became in found[:limit]
    ]
    return told, following


async def one(env: Importing, reading: Reading, domains: frozenset[str], text: str) -> Job:
    """An import of the caller's domains and areas.

    Raises:
        ImportNotFound: There is none.
    """
    counties = scopes.counties_of(reading.areas, env.store.counties)
    async with env.store.read() as connection:
        job = await imports.by_id(
            connection,
            _id(text),
            counties=counties,
            areas=reading.areas,
            domains=sorted(domains),
        )
    if job is None:
        raise ImportNotFound
    return job


async def page(
    env: Importing, reading: Reading, domains: frozenset[str], after: str | None, limit: int
) -> tuple[list[Job], str | None]:
    """Imports of the caller's domains and areas, newest first, and the next cursor."""
    bound = ("imports", reading.areas, sorted(domains))
    before = UUID(str(paging.decode(after, bound)[0])) if after else _LAST_ID
    counties = scopes.counties_of(reading.areas, env.store.counties)
    async with env.store.read() as connection:
        jobs = await imports.page(
            connection,
            counties=counties,
            areas=reading.areas,
            domains=sorted(domains),
            before=before,
            limit=limit + 1,
        )
    following = paging.encode([str(jobs[limit - 1].id)], bound) if len(jobs) > limit else None
    return jobs[:limit], following


async def error_file(
    env: Importing, reading: Reading, domains: frozenset[str], text: str
) -> tuple[Job, Path]:
    """An import and where its error file is.

    Raises:
        ImportNotFound: There is no such import.
        ImportHasNoErrorFile: It is not over, has none, or had one that was deleted.
    """
    job = await one(env, reading, domains, text)
    path = env.uploads.errors_path(job.id)
    if not job.has_errors or not path.exists():
        raise ImportHasNoErrorFile
    return job, path


async def cancel(
    env: Importing,
    reading: Reading,
    domains: frozenset[str],
    text: str,
    *,
    once: Once,
    base: str,
) -> Answer:
    """Stop an import; what it recorded so far stays.

    Raises:
        ImportNotFound: There is no such import.
        ImportIsOver: Nothing is left to stop.
    """
    job = await one(env, reading, domains, text)
    async with env.store.transaction(once) as tx:
        # The timer first: a worker holds its row through each step, so steps end before we go on.
        await timers.cancel(tx.connection, run_key(job))
        ended = await imports.end(tx.connection, job, "cancelled")
        if ended is None:
            raise ImportIsOver
        await packs.clear_open(tx.connection, job)
        due_at = env.clock() + env.keep
        await timers.schedule(tx.connection, expiry_key(job), EXPIRE, due_at, payload_of(job))
        return await tx.answer(_answer(ended, base, 200))


def run_key(job: Job) -> str:
    """The effect key of an import's work."""
    return f"{RUN}:{job.id}"


def expiry_key(job: Job) -> str:
    """The effect key of the deletion of its files."""
    return f"{EXPIRE}:{job.id}"


def payload_of(job: Job) -> dict[str, str]:
    """What its timers carry."""
    return {"county": job.county, "import_id": str(job.id)}


def _answer(job: Job, base: str, status: int) -> Answer:
    headers = (("Location", f"{base}/{job.id}"),) if status == 202 else ()  # noqa: PLR2004 — HTTP's own number
    return Answer(orjson.dumps(domain.view(job, base)), status, headers)


class Scope(Protocol):
    """For which domain and county somebody speaks, and which domains are the caller's."""

    @property
    def domain(self) -> str:
        """Spoken for."""

    @property
    def county(self) -> str:
        """Whose residents it is about."""

    @property
    def domains(self) -> frozenset[str]:
        """Of the caller."""


def check_scope(env: Importing, reading: Reading, request: Scope) -> None:
    """Pass when the caller speaks for this domain and county.

    Raises:
        DomainUnknown, DomainNotYours, CountyNotYours, ValidationFailed: It does not.
    """
    if request.domain not in {field.owner for field in env.store.catalogue.values()}:
        raise DomainUnknown
    if request.domain not in request.domains:
        raise DomainNotYours
    if request.county not in env.store.counties:
        raise ValidationFailed(Fault("/county", "county-unknown", "请填写县级行政区划代码。"))
    if not request.county.startswith(reading.areas):
        raise CountyNotYours


def job_of(
    env: Importing,
    reading: Reading,
    request: Request,
    import_id: UUID,
    kept: Kept,
    plan: FilePlan,
) -> Job:
    """The import a kept file will be; one that is only looked at is described the same way."""
    now = env.clock()
    return Job(
        county=request.county,
        id=import_id,
        domain=request.domain,
        organisation=reading.organisation,
        requested_by=reading.reader,
        requested_by_name=reading.reader_name,
        role=reading.role,
        request_id=reading.request_id,
        file_name=Path(request.file_name).name[:200],
        media_type=office_files.MEDIA_TYPES[plan.kind],
        size_bytes=kept.size_bytes,
        sha256=kept.sha256,
        plan=plan,
        dry_run=request.dry_run,
        default_on=clocks.local_day(now),
        created_at=now,
        mapping=request.saved.used if request.saved else None,
    )


def _id(text: str) -> UUID:
    """An id; one that is malformed names nothing."""
    try:
        return UUID(text)
    except ValueError as exc:
        raise ImportNotFound from exc
