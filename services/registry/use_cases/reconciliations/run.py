"""Carrying out a reconciliation: read, compare, look for the missing, report.

As in an import, every step is one transaction that extends the lease and writes how far it came, so
that a killed worker's successor continues after the last whole step.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import structlog

from services.common import timers
from services.common.errors import DomainError
from services.common.sealing import Sealer
from services.common.timers import Handler, Leased, LeaseLost
from services.registry.domain.imports.errors import ImportFailed, ImportRefused
from services.registry.domain.reconciliations import outcomes
from services.registry.domain.reconciliations.jobs import Reconciliation
from services.registry.domain.reconciliations.outcomes import Summary
from services.registry.store import sealed
from services.registry.store.imports import staging
from services.registry.store.imports.staging import Staged
from services.registry.store.reconciliations import differences, rows
from services.registry.store.reconciliations import jobs as reconciliations
from services.registry.store.store import Tx
from services.registry.use_cases.imports import apply as imports_apply
from services.registry.use_cases.imports import read as imports_read
from services.registry.use_cases.imports.plan import Importing
from services.registry.use_cases.imports.read import Batch
from services.registry.use_cases.own_thread import OwnThread
from services.registry.use_cases.reconciliations import report
from services.registry.use_cases.reconciliations.compare import Comparer, rejected
from services.registry.use_cases.reconciliations.jobs import EXPIRE, RUN, expiry_key, payload_of

_MOST_IN_VAIN: Final = 12
"""Leases without a single step, after which a reconciliation is given up."""
_LEASE_S: Final = 60.0
# Opening a workbook, and asking who is missing in a large county, is one long step.
_LONG_LEASE_S: Final = 900.0

_log = structlog.get_logger()


def handlers(env: Importing) -> Mapping[str, Handler]:
    """The handler of reconciliations; it works for minutes."""

    async def handle(leased: Leased) -> None:
        await run(env, leased)

    return {RUN: handle}


def upkeep_handlers(env: Importing) -> Mapping[str, Handler]:
    """The handler that deletes the files and differences of reconciliations that are long over."""

    async def expire(leased: Leased) -> None:
        county, reconciliation_id = _key(leased)
        await asyncio.to_thread(env.uploads.remove, reconciliation_id)
        async with env.store.transaction() as tx:
            await reconciliations.file_removed(tx.connection, county, reconciliation_id)
            await differences.clear(tx.connection, county, reconciliation_id)
            await timers.finish(tx.connection, leased)

    return {EXPIRE: expire}


async def run(env: Importing, leased: Leased) -> None:
    """Carry out the reconciliation a timer names, or the rest of it.

    Raises:
        LeaseLost: Another worker has it, or it was cancelled.
    """
    async with env.store.transaction() as tx:
        await timers.extend(tx.connection, leased, _LONG_LEASE_S)
        job = await reconciliations.begin(tx.connection, *_key(leased))
        if job is None:
            await timers.finish(tx.connection, leased)
            return
    worker = _Worker(env, leased, job)
    try:
        await worker.read()
        await worker.compare()
        await worker.look_for_missing()
        await worker.report()
    except ImportRefused as exc:
        await worker.fail(exc)
    finally:
        worker.close()


class _Worker:
    """One lease's work on one reconciliation."""

    def __init__(self, env: Importing, leased: Leased, job: Reconciliation) -> None:
        self._env = env
        self._leased = leased
        self._job = job
        self._thread = OwnThread("reconciliation")

    def close(self) -> None:
        """Let the thread end when its work is done."""
        self._thread.close()

    async def read(self) -> None:
        """Read the file from the last kept row on, and find the rows that repeat a person."""
        if self._leased.attempt - self._job.progressed_in > _MOST_IN_VAIN:
            raise ImportFailed
        if self._job.phase != "reading":
            return
        batches = imports_read.batches(self._env, self._job.file)
        try:
            while (batch := await self._thread.run(next, batches, None)) is not None:
                await self._keep(batch)
        finally:
            self._thread.later(batches.close)
        async with self._env.store.transaction() as tx:
            await timers.extend(tx.connection, self._leased, _LEASE_S)
            repeated = await rows.mark_duplicates(tx.connection, self._job)
            counted: Summary = {"rows": {"duplicates": repeated}}
            await self._advance(tx, counted, phase="comparing")

    async def compare(self) -> None:
        """Hold each person's row against the record, a chunk at a time."""
        if self._job.phase != "comparing":
            return
        while staged := await self._following():
            await self._compare(staged)
        async with self._env.store.transaction() as tx:
            await self._advance(tx, {}, phase="missing")

    async def look_for_missing(self) -> None:
        """Find whom the department holds in the registry and the file lacks."""
        if self._job.phase != "missing":
            return
        job = self._job
        async with self._env.store.transaction() as tx:
            await timers.extend(tx.connection, self._leased, _LONG_LEASE_S)
            missing = await differences.add_missing(tx.connection, job)
            counted: Summary = {"persons": {"missing": missing}}
            listed = min(missing, job.room)
            await self._advance(tx, counted, phase="reporting", listed=listed)

    async def report(self) -> None:
        """Write the sender's rows that differ, with what differs, and end."""
        async with self._env.store.transaction() as tx:
            await timers.extend(tx.connection, self._leased, _LONG_LEASE_S)
        pages = report.Pages(self._env, self._job, asyncio.get_running_loop())
        await self._thread.run(report.write, self._env, self._job, pages)
        await self._end("done", has_file=True)

    async def fail(self, refusal: DomainError) -> None:
        """End a reconciliation whose file turned out not to be readable."""
        error = {"code": refusal.code(), "title": refusal.title_zh, "detail": refusal.detail}
        await self._end("failed", error={**error, **refusal.extra})

    async def _keep(self, batch: Batch) -> None:
        env, job = self._env, self._job
        sealer = env.store.sealer
        persons = [
            (row_no, sealed.document_index(sealer, sealed.RESIDENT_ID, document))
            for row_no, document in batch.refused
        ]
        found = [
            rejected(sealer, job, row_no, faults)
            for row_no, faults in batch.faults
            if not all(fault.is_warning for fault in faults)
        ]
        counted: Summary = {"rows": {"total": batch.rows, "rejected": batch.rejected}}
        staged = await self._thread.run(_staged, sealer, job, batch)
        async with env.store.transaction() as tx:
            await timers.extend(tx.connection, self._leased, _LEASE_S)
            await rows.add(tx.connection, job, staged, persons)
            listed = await differences.add(tx.connection, job, found)
            await self._advance(tx, counted, read_to=batch.last, listed=listed)

    async def _following(self) -> list[Staged]:
        env, job = self._env, self._job
        async with env.store.read() as connection:
            return await rows.following(connection, job, job.compared_to, env.chunk_rows)

    async def _compare(self, staged: list[Staged]) -> None:
        env, job = self._env, self._job
        async with env.store.read() as connection:
            matrix = await env.store.matrix(connection)
            persons = [one.person for one in staged]
            present = await imports_apply.known(
                connection, env.store, matrix, job.file.sender, persons
            )
        comparer = Comparer(env.store, matrix, job)
        compared = await self._thread.run(comparer.compare, staged, present)
        async with env.store.transaction() as tx:
            await timers.extend(tx.connection, self._leased, _LEASE_S)
            listed = await differences.add(tx.connection, job, compared.found)
            last = staged[-1].row_no
            await self._advance(tx, compared.summary, compared_to=last, listed=listed)

    async def _advance(self, tx: Tx, counted: Summary, **step: Any) -> None:
        summary = outcomes.add(self._job.summary, counted)
        job = await reconciliations.advance(
            tx.connection, self._job, lease=self._leased.attempt, summary=summary, **step
        )
        if job is None:
            raise LeaseLost(self._leased.effect_key)
        self._job = job

    async def _end(self, state: str, **how: Any) -> None:
        env, job = self._env, self._job
        async with env.store.transaction() as tx:
            await timers.finish(tx.connection, self._leased)
            await rows.clear(tx.connection, job)
            await reconciliations.end(tx.connection, job, state, **how)
            due_at = env.clock() + env.keep
            await timers.schedule(tx.connection, expiry_key(job), EXPIRE, due_at, payload_of(job))
        _log.info("reconciliation.over", reconciliation_id=str(job.id), state=state)


def _staged(sealer: Sealer, job: Reconciliation, batch: Batch) -> list[Staged]:
    return [staging.seal(sealer, job.file, row) for row in batch.taken]


def _key(leased: Leased) -> tuple[str, UUID]:
    return leased.payload["county"], UUID(leased.payload["reconciliation_id"])
