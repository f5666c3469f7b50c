"""Carrying out an import: read and stage, find repeated rows, record, report.

Every step is one transaction that also extends the worker's lease and writes how far it came. A
worker that is killed leaves whole steps behind; the next one continues after the last of them, so
the outcome is that of a worker nobody killed. A worker that was merely slow finds its lease lost,
and its step rolls back.
"""

import asyncio
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog

from services.common import clock as clocks
from services.common import timers
from services.common.errors import DomainError
from services.common.timers import Handler, Leased, LeaseLost
from services.registry.domain.import_errors import FileNotReadable, ImportFailed, ImportRefused
from services.registry.domain.import_rows import Fault, RowReader
from services.registry.domain.imports import LISTED_AT_MOST, Job
from services.registry.store import error_files, import_writes, imports, office_files, staging
from services.registry.store.import_writes import IdentityTaken
from services.registry.store.office_csv import CsvForm
from services.registry.store.office_files import Form
from services.registry.store.staging import Staged
from services.registry.store.store import Tx
from services.registry.use_cases import imports_apply
from services.registry.use_cases.imports import EXPIRE, RUN, expiry_key, payload_of
from services.registry.use_cases.imports_plan import Importing

_MOST_IN_VAIN: Final = 12
"""Leases without a single step, after which an import is given up."""
_LEASE_S: Final = 60.0
# Opening a workbook measures and parses the whole of it before the first row comes.
_OPENING_LEASE_S: Final = 300.0

_log = structlog.get_logger()
Result = TypeVar("Result")


@dataclass(slots=True)
class _Batch:
    """Rows read together: those to stage, what was wrong, and the last row's number."""

    staged: list[Staged] = field(default_factory=list)
    faults: list[tuple[int, tuple[Fault, ...]]] = field(default_factory=list)
    rows: int = 0
    rejected: int = 0
    last: int = 0


def handlers(env: Importing) -> Mapping[str, Handler]:
    """The handler of imports; it works for minutes, so it has a loop of its own."""

    async def handle(leased: Leased) -> None:
        await run(env, leased)

    return {RUN: handle}


def upkeep_handlers(env: Importing) -> Mapping[str, Handler]:
    """The handler that deletes the files of imports that are long over."""

    async def expire(leased: Leased) -> None:
        county, import_id = _key(leased)
        await asyncio.to_thread(env.uploads.remove, import_id)
        async with env.store.transaction() as tx:
            await imports.file_removed(tx.connection, county, import_id)
            await timers.finish(tx.connection, leased)

    return {EXPIRE: expire}


async def run(env: Importing, leased: Leased) -> None:
    """Carry out the import a timer names, or the rest of it.

    Raises:
        LeaseLost: Another worker has it, or it was cancelled.
    """
    job = await _begin(env, leased)
    if job is None:
        return
    worker = _Worker(env, leased, job)
    try:
        await worker.stage()
        await worker.match()
        await worker.apply()
        await worker.report()
    except ImportRefused as exc:
        await worker.fail(exc)
    finally:
        worker.close()


async def _begin(env: Importing, leased: Leased) -> Job | None:
    async with env.store.transaction() as tx:
        await timers.extend(tx.connection, leased, _OPENING_LEASE_S)
        job = await imports.begin(tx.connection, *_key(leased))
        if job is None:
            await timers.finish(tx.connection, leased)
    return job


class _Worker:
    """One lease's work on one import."""

    def __init__(self, env: Importing, leased: Leased, job: Job) -> None:
        self._env = env
        self._leased = leased
        self._job = job
        # One thread of its own: an open workbook stays in the thread that opened it, and the
        # requests of this process keep the threads they share.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="import")

    def close(self) -> None:
        """Let the thread end when its work is done."""
        self._thread.shutdown(wait=False)

    async def stage(self) -> None:
        """Read the file from the last staged row on, and stage what can be recorded."""
        if self._leased.attempt - self._job.progressed_in > _MOST_IN_VAIN:
            raise ImportFailed
        if self._job.phase != "staging":
            return
        batches = _batches(self._env, self._job)
        try:
            while (batch := await self._in_thread(next, batches, None)) is not None:
                await self._keep(batch)
        finally:
            self._thread.submit(batches.close)
        async with self._env.store.transaction() as tx:
            await self._advance(tx, phase="matching")

    async def match(self) -> None:
        """Mark the rows that repeat a person."""
        if self._job.phase != "matching":
            return
        async with self._env.store.transaction() as tx:
            await timers.extend(tx.connection, self._leased, _LEASE_S)
            repeated = await staging.mark_duplicates(tx.connection, self._job)
            await self._advance(tx, phase="applying", counts={"duplicates": repeated})

    async def apply(self) -> None:
        """Record what was staged, a chunk at a time."""
        while self._job.phase == "applying":
            async with self._env.store.read() as connection:
                rows = await staging.following(connection, self._job, self._env.chunk_rows)
            try:
                await self._record(rows)
            except IdentityTaken:
                _log.info("import.identity_taken", import_id=str(self._job.id))

    async def report(self) -> None:
        """Write the error file, where there is anything to tell, and end the import."""
        async with self._env.store.read() as connection:
            faults = await staging.faults_of(connection, self._job)
        if faults:
            async with self._env.store.transaction() as tx:
                await timers.extend(tx.connection, self._leased, _OPENING_LEASE_S)
            await self._in_thread(_write_errors, self._env, self._job, faults)
        await self._end("done", has_errors=bool(faults))

    async def fail(self, refusal: DomainError) -> None:
        """End an import whose file turned out not to be readable."""
        error = {
            "code": refusal.code(),
            "title": refusal.title_zh,
            "detail": refusal.detail,
            **refusal.extra,
        }
        await self._end("failed", error=error)

    async def _keep(self, batch: _Batch) -> None:
        env, job = self._env, self._job
        async with env.store.transaction() as tx:
            await timers.extend(tx.connection, self._leased, _LEASE_S)
            await staging.add(tx.connection, job, batch.staged)
            room = LISTED_AT_MOST - job.listed
            listed = await staging.list_faults(tx.connection, job, batch.faults, room=room)
            counts = {"rows_total": batch.rows, "rejected": batch.rejected}
            await self._advance(tx, staged_to=batch.last, listed=listed, counts=counts)

    async def _record(self, staged: list[Staged]) -> None:
        env, job = self._env, self._job
        rows = await self._in_thread(
            lambda: [staging.unseal(env.store.sealer, job, one) for one in staged]
        )
        persons = [one.person for one in staged]
        async with env.store.transaction() as tx:
            await timers.extend(tx.connection, self._leased, _LEASE_S)
            if not staged:
                await self._advance(tx, phase="reporting")
                return
            await import_writes.lock(tx.connection, job.county)
            known = await imports_apply.known(tx.connection, job, persons)
            chunk = await self._in_thread(
                imports_apply.decide, env.store, job, rows, persons, known
            )
            if not job.dry_run:
                await imports_apply.write(tx.connection, job, chunk, env.clock())
            listed = await staging.list_faults(
                tx.connection,
                job,
                chunk.faults,
                room=LISTED_AT_MOST - job.listed,
                first_place=imports_apply.FIRST_PLACE,
            )
            await self._advance(
                tx, applied_to=staged[-1].row_no, listed=listed, counts=chunk.counts
            )

    async def _advance(self, tx: Tx, **step: Any) -> None:
        job = await imports.advance(tx.connection, self._job, lease=self._leased.attempt, **step)
        if job is None:
            raise LeaseLost(self._leased.effect_key)
        self._job = job

    async def _end(self, state: str, **how: Any) -> None:
        env, job = self._env, self._job
        async with env.store.transaction() as tx:
            await timers.finish(tx.connection, self._leased)
            await staging.clear_rows(tx.connection, job)
            await staging.clear_faults(tx.connection, job)
            await imports.end(tx.connection, job, state, **how)
            due_at = env.clock() + env.keep
            await timers.schedule(tx.connection, expiry_key(job), EXPIRE, due_at, payload_of(job))
        _log.info("import.over", import_id=str(job.id), state=state)

    async def _in_thread(self, work: Callable[..., Result], *arguments: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)


def _batches(env: Importing, job: Job) -> Generator[_Batch, None, None]:
    """The rows after the last staged one, checked and sealed, in batches; blocking."""
    plan = job.plan
    reader = RowReader(
        plan.layout,
        env.reference.catalogue,
        env.reference.code_sets,
        domain=job.domain,
        today=clocks.local_day(job.created_at),
    )
    text_of = office_files.text_of
    batch = _Batch()
    with closing(_rows(env, job)) as rows:
        for number, cells in rows:
            if number <= max(job.staged_to, plan.layout.header_row + 1):
                continue
            batch.last = number
            read = reader.read(number, [c if type(c) is str else text_of(c) for c in cells])
            if read is None:
                continue
            batch.rows += 1
            if read.faults:
                batch.faults.append((number, read.faults))
            if read.row is None:
                batch.rejected += 1
            else:
                batch.staged.append(staging.seal(env.store.sealer, job, read.row))
            if batch.rows >= env.chunk_rows:
                yield batch
                batch = _Batch()
    if batch.last:
        yield batch


def _rows(env: Importing, job: Job) -> Generator[error_files.Row, None, None]:
    """All rows of the sheet; blocking.

    Raises:
        ImportRefused: The file is not what it was, or grows over a limit.
    """
    plan = job.plan
    csv = CsvForm(plan.encoding, plan.delimiter) if plan.encoding and plan.delimiter else None
    path = env.uploads.path(job.id)
    if not path.exists():
        raise FileNotReadable("上传的文件已不在服务器上,请重新上传。")
    with office_files.opened(path, Form(plan.kind, csv), env.limits) as file:
        yield from file.rows(plan.sheet)


def _write_errors(env: Importing, job: Job, faults: Mapping[int, list[Fault]]) -> None:
    with env.uploads.new_errors(job.id) as target, closing(_rows(env, job)) as rows:
        error_files.write(target, job.plan, rows, faults)


def _key(leased: Leased) -> tuple[str, UUID]:
    return leased.payload["county"], UUID(leased.payload["import_id"])
