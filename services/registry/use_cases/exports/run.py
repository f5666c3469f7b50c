"""Writing an export: one snapshot, chunk by chunk, in a thread of its own.

The accesses to a chunk's residents are recorded in the snapshot's transaction, and the file takes
its place only after that is committed: whoever is in a file is in the access records. An export
that was interrupted is begun again, for its snapshot is gone; its records went with it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import structlog

from services.common import clock as clocks
from services.common import timers
from services.common.errors import DomainError
from services.common.timers import Handler, Leased, LeaseLost
from services.registry.domain import filters
from services.registry.domain.askers import Asker
from services.registry.domain.exports.errors import ExportFailed, ExportTooLarge
from services.registry.domain.exports.jobs import Export
from services.registry.domain.readings import Reading
from services.registry.store.exports import jobs as exports
from services.registry.store.exports import writers
from services.registry.store.exports.rows import Cursor, Extract, Row
from services.registry.store.exports.writers import Table, Writer
from services.registry.use_cases.exports.jobs import expiry_key, payload_of
from services.registry.use_cases.exports.plan import EXPIRE, RUN, Exporting
from services.registry.use_cases.own_thread import OwnThread

OPERATION: Final = "registry.exports.start"
_MOST_TRIES: Final = 5
_LEASE_S: Final = 60.0
# Counting a prefecture, or packing a workbook of a million rows, is one long step.
_LONG_LEASE_S: Final = 900.0

_log = structlog.get_logger()


def handlers(env: Exporting) -> Mapping[str, Handler]:
    """The handler of exports; it works for minutes."""

    async def handle(leased: Leased) -> None:
        await run(env, leased)

    return {RUN: handle}


def upkeep_handlers(env: Exporting) -> Mapping[str, Handler]:
    """The handler that deletes the files of exports that are over."""

    async def expire(leased: Leased) -> None:
        export_id = UUID(leased.payload["export_id"])
        await asyncio.to_thread(env.files.remove, export_id)
        async with env.store.transaction() as tx:
            await exports.file_removed(tx.connection, export_id)
            await timers.finish(tx.connection, leased)

    return {EXPIRE: expire}


async def run(env: Exporting, leased: Leased) -> None:
    """Write the export a timer names.

    Raises:
        LeaseLost: Another worker has it, or it was cancelled.
    """
    export_id = UUID(leased.payload["export_id"])
    async with env.store.transaction() as tx:
        await timers.extend(tx.connection, leased, _LONG_LEASE_S)
        job = await exports.begin(tx.connection, env.store.sealer, export_id)
        if job is None:
            await timers.finish(tx.connection, leased)
            return
    worker = _Worker(env, leased, job)
    try:
        await worker.export()
    except (ExportTooLarge, ExportFailed) as exc:
        await worker.fail(exc)
    except LeaseLost:
        await asyncio.to_thread(env.files.remove, export_id)
        raise
    finally:
        worker.close()


class _Worker:
    """One lease's work on one export."""

    def __init__(self, env: Exporting, leased: Leased, job: Export) -> None:
        self._env = env
        self._leased = leased
        self._job = job
        self._thread = OwnThread("export")
        self._reading = _reading(job)

    def close(self) -> None:
        """Let the thread end when its work is done."""
        self._thread.close()

    async def export(self) -> None:
        """Write the file, commit the accesses, enter the provision."""
        if self._job.tries > _MOST_TRIES:
            raise ExportFailed
        env, job = self._env, self._job
        catalogue = env.store.catalogue
        fields = [catalogue[code] for code in job.plan.fields]
        table = Table(job.plan, fields, env.sheet_rows)
        with env.files.new(job.id) as (target, working):
            writer = await self._thread.run(writers.open_writer, table, target, working)
            async with env.store.snapshot() as connection:
                cursor = Cursor(connection, job.id.hex)
                done = await self._write(cursor, Extract(fields, env.store.sealer), writer)
                await self._heartbeat(done, done, _LONG_LEASE_S)
                await self._thread.run(writer.close)
        measured = await self._thread.run(env.files.measure, job.id)
        await self._end("done", residents=done, measured=measured)

    async def fail(self, refusal: DomainError) -> None:
        """End an export that cannot be written."""
        error = {"code": refusal.code(), "title": refusal.title_zh, "detail": refusal.detail}
        await self._end("failed", error={**error, **refusal.extra})

    async def _write(self, cursor: Cursor, extract: Extract, writer: Writer) -> int:
        env, job = self._env, self._job
        asker = Asker(frozenset(job.roles), frozenset(job.domains))
        day = clocks.local_day(job.created_at)
        asked = filters.check(job.filter, env.store.catalogue, asker, day)
        total = await cursor.count(asked, job.plan.own, env.store.sealer, job.most)
        if total > job.most:
            raise ExportTooLarge(residents_most=job.most)
        await cursor.open(extract, asked, job.plan.own, env.store.sealer)
        done = 0
        rows = await self._next(cursor)
        while rows:
            # The next chunk is read while this one is written.
            writing = asyncio.ensure_future(self._thread.run(_put, extract, writer, rows))
            done += len(rows)
            try:
                rows = await self._next(cursor)
                await self._heartbeat(total, done, _LEASE_S)
            finally:
                await writing
        return done

    async def _next(self, cursor: Cursor) -> list[Row]:
        return await cursor.next(self._env.chunk_rows, self._reading, list(self._job.plan.fields))

    async def _heartbeat(self, total: int, done: int, lease_s: float) -> None:
        async with self._env.store.transaction() as tx:
            await timers.extend(tx.connection, self._leased, lease_s)
            await exports.advance(tx.connection, self._job, total, done)

    async def _end(
        self,
        state: str,
        *,
        residents: int = 0,
        measured: tuple[int, bytes] | None = None,
        error: dict[str, Any] | None = None,
    ) -> None:
        env, job, now = self._env, self._job, self._env.clock()
        async with env.store.transaction() as tx:
            await timers.finish(tx.connection, self._leased)
            await exports.end(
                tx.connection, env.store.sealer, job, state, error=error, measured=measured
            )
            if measured is not None:
                await exports.register(tx.connection, job, residents, measured[1], now)
            due_at = now + env.keep
            await timers.schedule(tx.connection, expiry_key(job), EXPIRE, due_at, payload_of(job))
        _log.info("export.over", export_id=str(job.id), state=state, residents=residents)


def _put(extract: Extract, writer: Writer, rows: Sequence[Row]) -> None:
    writer.write(extract.columns(rows))


def _reading(job: Export) -> Reading:
    """The reading that the export is, in the name of who asked for it."""
    return Reading(
        areas=(job.within,),
        reader=job.requested_by,
        reader_name=job.requested_by_name,
        role=job.role,
        organisation=job.organisation,
        purpose=job.purpose,
        operation=OPERATION,
        request_id=job.request_id,
    )
