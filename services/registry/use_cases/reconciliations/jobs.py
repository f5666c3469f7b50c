"""Reconciliations: accept, look at, page through the differences, cancel, apply as an import."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import UUID

import orjson

from services.common import paging, timers
from services.common.errors import Fault, ValidationFailed
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.registry.domain import scopes
from services.registry.domain.areas import is_area_code
from services.registry.domain.readings import Reading
from services.registry.domain.reconciliations import jobs as domain
from services.registry.domain.reconciliations.errors import (
    ReconciliationFileGone,
    ReconciliationHasNoFile,
    ReconciliationIsOver,
    ReconciliationNotDone,
    ReconciliationNotFound,
)
from services.registry.domain.reconciliations.jobs import Reconciliation
from services.registry.store.imports import jobs as imports
from services.registry.store.reconciliations import differences, rows
from services.registry.store.reconciliations import jobs as reconciliations
from services.registry.use_cases.imports import jobs as imports_jobs
from services.registry.use_cases.imports import plan as imports_plan
from services.registry.use_cases.imports.plan import Importing, Request

RUN: Final = "registry.reconciliation"
EXPIRE: Final = "registry.reconciliation_expiry"
_LAST_ID: Final = UUID(int=(1 << 128) - 1)
_ACCEPTED: Final = 202


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose reconciliations are looked at.

    Attributes:
        reading: The caller.
        domains: Of the caller.
        base: Path of the reconciliations, for links.
    """

    reading: Reading
    domains: frozenset[str]
    base: str


async def accept(env: Importing, whose: Whose, request: Request, within: str, once: Once) -> Answer:
    """Keep the file and set its reconciliation going.

    Raises:
        DomainUnknown, DomainNotYours, CountyNotYours, ValidationFailed: Not for this caller.
        ImportRefused: The file cannot be read; says why.
    """
    imports_jobs.check_scope(env, whose.reading, request)
    if not is_area_code(within) or not within.startswith(request.county):
        fault = Fault("/within", "area-code", "请填写本县市内的区域代码。")
        raise ValidationFailed(fault)
    new = new_id()
    kept = await asyncio.to_thread(env.uploads.keep, new, request.file, env.limits.file_bytes)
    try:
        async with env.turn:
            plan = await asyncio.to_thread(imports_plan.plan_of, env, kept.path, request)
        file = imports_jobs.job_of(env, whose.reading, request, new, kept, plan)
        async with env.store.transaction(once) as tx:
            # The day an import of this content would take for rows without one.
            first = await imports.first_came(tx.connection, file.county, file.domain, file.sha256)
            file = replace(file, default_on=first or file.default_on)
            job = Reconciliation(file, within, request.mapping)
            await reconciliations.add(tx.connection, job)
            await timers.schedule(
                tx.connection, run_key(job), RUN, file.created_at, payload_of(job)
            )
            return await tx.answer(_answer(job, whose.base, _ACCEPTED))
    except BaseException:
        env.uploads.remove(new)
        raise


async def one(env: Importing, whose: Whose, text: str) -> Reconciliation:
    """A reconciliation of the caller's domains and counties.

    Raises:
        ReconciliationNotFound: There is none.
    """
    try:
        wanted = UUID(text)
    except ValueError as exc:
        raise ReconciliationNotFound from exc
    async with env.store.read() as connection:
        job = await reconciliations.by_id(
            connection,
            wanted,
            counties=_counties(env, whose),
            areas=whose.reading.areas,
            domains=sorted(whose.domains),
        )
    if job is None:
        raise ReconciliationNotFound
    return job


async def page(
    env: Importing, whose: Whose, after: str | None, limit: int
) -> tuple[list[Reconciliation], str | None]:
    """Reconciliations of the caller's domains and counties, newest first, and the next cursor."""
    bound = ("reconciliations", whose.reading.areas, sorted(whose.domains))
    before = UUID(str(paging.decode(after, bound)[0])) if after else _LAST_ID
    async with env.store.read() as connection:
        jobs = await reconciliations.page(
            connection,
            counties=_counties(env, whose),
            areas=whose.reading.areas,
            domains=sorted(whose.domains),
            before=before,
            limit=limit + 1,
        )
    following = paging.encode([str(jobs[limit - 1].id)], bound) if len(jobs) > limit else None
    return jobs[:limit], following


async def file(env: Importing, whose: Whose, text: str) -> tuple[Reconciliation, Path]:
    """A reconciliation and where its file is; that somebody takes it away is recorded.

    Raises:
        ReconciliationNotFound: There is no such reconciliation.
        ReconciliationHasNoFile: It is not over, or its file was deleted.
    """
    job = await one(env, whose, text)
    path = env.uploads.errors_path(job.id)
    if not job.has_file or not path.exists():
        raise ReconciliationHasNoFile
    async with env.store.transaction() as tx:
        await differences.log_all(tx.connection, whose.reading, job)
    return job, path


async def cancel(env: Importing, whose: Whose, text: str, once: Once) -> Answer:
    """Stop a reconciliation; what it found so far stays to be looked at.

    Raises:
        ReconciliationNotFound: There is no such reconciliation.
        ReconciliationIsOver: Nothing is left to stop.
    """
    job = await one(env, whose, text)
    async with env.store.transaction(once) as tx:
        # The timer first: a worker holds its row through each step, so steps end before we go on.
        await timers.cancel(tx.connection, run_key(job))
        ended = await reconciliations.end(tx.connection, job, "cancelled")
        if ended is None:
            raise ReconciliationIsOver
        await rows.clear(tx.connection, job)
        due_at = env.clock() + env.keep
        await timers.schedule(tx.connection, expiry_key(job), EXPIRE, due_at, payload_of(job))
        return await tx.answer(_answer(ended, whose.base, 200))


async def apply(env: Importing, whose: Whose, text: str, imports_base: str, once: Once) -> Answer:
    """Import the same file, as anybody imports a file; the answer is the import.

    Raises:
        ReconciliationNotFound: There is no such reconciliation.
        ReconciliationNotDone: It did not come to its end.
        ReconciliationFileGone: Its file was deleted.
    """
    job = await one(env, whose, text)
    if job.state != "done":
        raise ReconciliationNotDone
    try:
        content = env.uploads.path(job.id).open("rb")
    except FileNotFoundError as exc:
        raise ReconciliationFileGone from exc
    with content:
        request = Request(
            file=content,
            file_name=job.file.file_name,
            domain=job.file.domain,
            county=job.county,
            mapping=job.mapping,
            dry_run=False,
            domains=whose.domains,
            base=imports_base,
        )
        return await imports_jobs.accept(env, whose.reading, request, once)


def run_key(job: Reconciliation) -> str:
    """The effect key of a reconciliation's work."""
    return f"{RUN}:{job.id}"


def expiry_key(job: Reconciliation) -> str:
    """The effect key of the deletion of its files."""
    return f"{EXPIRE}:{job.id}"


def payload_of(job: Reconciliation) -> dict[str, str]:
    """What its timers carry."""
    return {"county": job.county, "reconciliation_id": str(job.id)}


def _counties(env: Importing, whose: Whose) -> tuple[str, ...]:
    return scopes.counties_of(whose.reading.areas, env.store.counties)


def _answer(job: Reconciliation, base: str, status: int) -> Answer:
    headers = (("Location", f"{base}/{job.id}"),) if status == _ACCEPTED else ()
    return Answer(orjson.dumps(domain.view(job, base)), status, headers)
