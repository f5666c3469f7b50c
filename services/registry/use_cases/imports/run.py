"""Carrying out an import: read and stage, find repeated rows, record, report.

Every step is one transaction that also extends the worker's lease and writes how far it came. A
worker that is killed leaves whole steps behind; the next one continues after the last of them, so
the outcome is that of a worker nobody killed. A worker that was merely slow finds its lease lost,
and its step rolls back.
"""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog

from services.common import timers
from services.common.errors import DomainError
from services.common.timers import Handler, Leased, LeaseLost
from services.registry.domain.authority import Matrix
from services.registry.domain.imports.errors import ImportFailed, ImportRefused
from services.registry.domain.imports.jobs import LISTED_AT_MOST, Job
from services.registry.store.imports import faults, packs
from services.registry.store.imports import jobs as imports
from services.registry.store.imports.packs import Pack
from services.registry.store.imports.writes import IdentityTaken
from services.registry.store.store import Tx
from services.registry.use_cases.imports import apply as imports_apply
from services.registry.use_cases.imports import read as imports_read
from services.registry.use_cases.imports.apply import Chunk, Known
from services.registry.use_cases.imports.jobs import EXPIRE, RUN, expiry_key, payload_of
from services.registry.use_cases.imports.plan import Importing
from services.registry.use_cases.imports.read import Batch
from services.registry.use_cases.own_thread import OwnThread

_MOST_IN_VAIN: Final = 12
"""Leases without a single step, after which an import is given up."""
_LEASE_S: Final = 60.0
# Opening a workbook measures and parses the whole of it before the first row comes.
_OPENING_LEASE_S: Final = 300.0

_log = structlog.get_logger()
Result = TypeVar("Result")


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
            job = await imports.by_key(tx.connection, county, import_id)
            if job is not None:
                await packs.clear(tx.connection, job)
                await faults.clear(tx.connection, job)
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
        self._thread = OwnThread("import")

    def close(self) -> None:
        """Let the thread end when its work is done."""
        self._thread.close()

    async def stage(self) -> None:
        """Read the file from the last staged row on, and stage what can be recorded."""
        if self._leased.attempt - self._job.progressed_in > _MOST_IN_VAIN:
            raise ImportFailed
        if self._job.phase != "staging":
            return
        batches = imports_read.batches(self._env, self._job)
        try:
            step = await self._thread.run(self._read, batches)
            while step is not None:
                step = await _with_next(self._keep(*step), self._thread.run(self._read, batches))
        finally:
            self._thread.later(batches.close)
        async with self._env.store.transaction() as tx:
            await self._advance(tx, phase="matching")

    async def match(self) -> None:
        """Mark the rows that repeat a person."""
        if self._job.phase != "matching":
            return
        async with self._env.store.transaction() as tx:
            await timers.extend(tx.connection, self._leased, _LEASE_S)
            repeated = await packs.mark_duplicates(tx.connection, self._job)
            await self._advance(tx, phase="applying", counts={"duplicates": repeated})

    async def apply(self) -> None:
        """Record what was staged, a chunk at a time; the next is decided while one is written."""
        if self._job.phase != "applying":
            return
        step = await self._decide(self._job.applied_to)
        while step is not None:
            pack, chunk = step
            step = await _with_next(self._record(pack, chunk), self._decide(pack.last_row))
        async with self._env.store.transaction() as tx:
            await timers.extend(tx.connection, self._leased, _LEASE_S)
            await self._advance(tx, phase="reporting")

    async def report(self) -> None:
        """Write the error file, where there is anything to tell, and end the import."""
        async with self._env.store.read() as connection:
            found = await faults.of(connection, self._job)
        if found:
            async with self._env.store.transaction() as tx:
                await timers.extend(tx.connection, self._leased, _OPENING_LEASE_S)
            await self._thread.run(imports_read.write_errors, self._env, self._job, found)
        await self._end("done", has_errors=bool(found))

    async def fail(self, refusal: DomainError) -> None:
        """End an import whose file turned out not to be readable."""
        error = {
            "code": refusal.code(),
            "title": refusal.title_zh,
            "detail": refusal.detail,
            **refusal.extra,
        }
        await self._end("failed", error=error)

    def _read(self, batches: Iterator[Batch]) -> tuple[Batch, Pack] | None:
        """The next rows and how they are kept; blocking."""
        batch = next(batches, None)
        if batch is None:
            return None
        sealer = self._env.store.sealer
        pack = packs.seal(sealer, self._job, batch.taken, batch.rejected_rows, batch.last)
        return batch, pack

    async def _keep(self, batch: Batch, pack: Pack) -> None:
        env, job = self._env, self._job
        async with env.store.transaction() as tx:
            await timers.extend(tx.connection, self._leased, _LEASE_S)
            await packs.add(tx.connection, job, pack)
            room = LISTED_AT_MOST - job.listed
            listed = await faults.keep(tx.connection, job, batch.faults, room=room)
            counts = {"rows_total": batch.rows, "rejected": batch.rejected}
            await self._advance(tx, staged_to=batch.last, listed=listed, counts=counts)

    async def _decide(self, after: int) -> tuple[Pack, Chunk] | None:
        """What the rows after a row do, as the record stands now."""
        env, job = self._env, self._job
        async with env.store.read() as connection:
            pack = await packs.following(connection, job, after)
            if pack is None:
                return None
            matrix = await env.store.matrix(connection)
            persons = [person for _, person in pack.counted]
            known = await imports_apply.known(connection, env.store, matrix, job.sender, persons)
        return pack, await self._thread.run(self._decided, pack, persons, matrix, known)

    def _decided(self, pack: Pack, persons: Sequence[bytes], matrix: Matrix, known: Known) -> Chunk:
        env, job = self._env, self._job
        rows = packs.unseal(env.store.sealer, job, pack)
        pairs = list(zip(rows, persons, strict=True))
        return imports_apply.decide(env.store, matrix, job.sender, pairs, known)

    async def _record(self, pack: Pack, chunk: Chunk) -> None:
        """Write a chunk, decided anew when somebody changed one of its people meanwhile."""
        while True:
            try:
                await self._write(pack, chunk)
            except IdentityTaken:
                _log.info("import.identity_taken", import_id=str(self._job.id))
            else:
                return

    async def _write(self, pack: Pack, chunk: Chunk) -> None:
        env, job = self._env, self._job
        async with env.store.transaction() as tx:
            await timers.extend(tx.connection, self._leased, _LEASE_S)
            chunk = await imports_apply.settle(
                tx.connection, env.store, job.sender, chunk, self._thread.run
            )
            if not job.dry_run:
                await imports_apply.write(tx.connection, job.sender, chunk, env.clock())
            listed = await faults.keep(
                tx.connection,
                job,
                chunk.faults,
                room=LISTED_AT_MOST - job.listed,
                first_place=imports_apply.FIRST_PLACE,
            )
            await packs.applied(tx.connection, job, pack, chunk.outcomes)
            await self._advance(tx, applied_to=pack.last_row, listed=listed, counts=chunk.counts)

    async def _advance(self, tx: Tx, **step: Any) -> None:
        job = await imports.advance(tx.connection, self._job, lease=self._leased.attempt, **step)
        if job is None:
            raise LeaseLost(self._leased.effect_key)
        self._job = job

    async def _end(self, state: str, **how: Any) -> None:
        env, job = self._env, self._job
        async with env.store.transaction() as tx:
            await timers.finish(tx.connection, self._leased)
            await packs.clear_open(tx.connection, job)
            await imports.end(tx.connection, job, state, **how)
            due_at = env.clock() + env.keep
            await timers.schedule(tx.connection, expiry_key(job), EXPIRE, due_at, payload_of(job))
        _log.info("import.over", import_id=str(job.id), state=state)


async def _with_next(
    work: Coroutine[Any, Any, None], following: Coroutine[Any, Any, Result]
) -> Result:
    """Do some work and prepare the next meanwhile; when the work fails, nothing is prepared."""
    task = asyncio.create_task(following)
    try:
        await work
    except BaseException:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
    return await task


def _key(leased: Leased) -> tuple[str, UUID]:
    return leased.payload["county"], UUID(leased.payload["import_id"])
