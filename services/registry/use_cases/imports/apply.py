"""Recording one chunk of an import: who is known, what each row does, and what is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from services.common import outbox
from services.common.database import Connection
from services.common.outbox import Event
from services.registry.domain import areas
from services.registry.domain.authority import Matrix
from services.registry.domain.imports.columns import DOCUMENT, NAME, OBSERVED_ON
from services.registry.domain.imports.jobs import Job
from services.registry.domain.imports.rows import Fault, ImportRow
from services.registry.store import assertions as kept_assertions
from services.registry.store.imports import staging
from services.registry.store.imports import writes as import_writes
from services.registry.store.imports.staging import Staged
from services.registry.store.imports.writes import Held, Written
from services.registry.store.store import Store
from services.registry.use_cases.imports.merge import Merged, Merger

REGISTERED: Final = "registry.resident.registered.v1"
ASSERTED: Final = "registry.facts.asserted.v1"
FIRST_PLACE: Final = 100
"""Faults found here stand behind those found when the row was read."""

Known: TypeAlias = Mapping[bytes, Held | None]
"""The residents behind blind indexes; None for somebody of another county."""


@dataclass(slots=True)
class Chunk:
    """What a chunk of rows does.

    Attributes:
        staged: The rows.
        known: Who was registered when it was decided.
        matrix: The authority matrix it was decided by.
        merged: Rows that do something.
        persons: Their blind indexes.
        faults: What is doubtful or refused, by row.
        counts: What is added to the counters.
    """

    staged: Sequence[Staged]
    known: Known
    matrix: Matrix
    merged: list[Merged] = field(default_factory=list)
    persons: list[bytes] = field(default_factory=list)
    faults: list[tuple[int, tuple[Fault, ...]]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """Its last row; only of a chunk that has rows."""
        return self.staged[-1].row_no


async def known(
    connection: Connection, store: Store, matrix: Matrix, job: Job, persons: Sequence[bytes]
) -> Known:
    """Who is registered already, and as what."""
    found = await import_writes.find(connection, persons)
    return await _present(connection, store, matrix, job, found, locked=False)


async def hold(
    connection: Connection, store: Store, matrix: Matrix, job: Job, chunk: Chunk
) -> Known | None:
    """Hold the chunk's residents until the transaction ends.

    Returns:
        None when they are what they were when it was decided; otherwise what they are now.
    """
    found = await import_writes.find(connection, [one.person for one in chunk.staged])
    versions = await import_writes.hold_versions(connection, job.county, _here(job, found))
    before = {h.id: h.version for h in chunk.known.values() if h is not None}
    # An assertion that is kept and not shown leaves the version as it is, and may count here.
    is_settled = matrix.version == chunk.matrix.version and not _aging(store, matrix, job)
    if is_settled and versions == before and found.keys() == chunk.known.keys():
        return None
    return await _present(connection, store, matrix, job, found, locked=True)


async def _present(
    connection: Connection,
    store: Store,
    matrix: Matrix,
    job: Job,
    found: Mapping[bytes, tuple[str, UUID]],
    *,
    locked: bool,
) -> Known:
    ids = _here(job, found)
    held = await import_writes.residents(connection, job.county, ids, locked=locked)
    aging = _aging(store, matrix, job)
    if aging:
        rows = await kept_assertions.kept(connection, store.sealer, job.county, ids, aging)
        kept = kept_assertions.by_resident(rows)
        held = {key: replace(one, kept=kept.get(key, {})) for key, one in held.items()}
    return {person: held.get(resident_id) for person, (_, resident_id) in found.items()}


def _aging(store: Store, matrix: Matrix, job: Job) -> tuple[str, ...]:
    """Fields of the import in which an assertion can grow too old."""
    columns = {column.field for column in job.plan.layout.columns} | {NAME}
    return matrix.aging(f for code, f in store.catalogue.items() if code in columns)


def _here(job: Job, found: Mapping[bytes, tuple[str, UUID]]) -> list[UUID]:
    return [resident_id for county, resident_id in found.values() if county == job.county]


def decide(
    store: Store, matrix: Matrix, job: Job, staged: Sequence[Staged], present: Known
) -> Chunk:
    """What rows do; blocking, since opening, comparing and sealing take a processor's time."""
    merger = Merger(store.sealer, store.catalogue, matrix, job)
    chunk = Chunk(staged, present, matrix)
    counts = dict.fromkeys(("matched", "created", "changed", "rejected", "conflicts"), 0)
    for one in staged:
        row, person = staging.unseal(store.sealer, job, one), one.person
        refusal = _refusal(job, row, person, present)
        if refusal is not None:
            counts["rejected"] += 1
            chunk.faults.append((row.number, (refusal,)))
            continue
        merged = merger.merge(row, present.get(person))
        counts["created" if merged.held is None else "matched"] += 1
        counts["changed"] += merged.is_changed
        if merged.conflict is not None:
            counts["conflicts"] += 1
            chunk.faults.append((row.number, (merged.conflict,)))
        chunk.merged.append(merged)
        chunk.persons.append(person)
    chunk.counts = counts
    return chunk


def _refusal(job: Job, row: ImportRow, person: bytes, present: Known) -> Fault | None:
    if person in present:
        if present[person] is not None:
            return None
        reason = "此人登记在其他县市,不能由本县市导入"
        return Fault(_heading(job, DOCUMENT), "registered-elsewhere", reason)
    if row.name is None:
        return Fault(_heading(job, NAME), "name-missing", "登记中没有此人;新登记须填写姓名")
    return None


async def write(connection: Connection, job: Job, chunk: Chunk, now: datetime) -> None:
    """Write a chunk: residents, assertions, what is shown, accesses, events.

    Raises:
        IdentityTaken: Somebody registered one of these people meanwhile.
    """
    pairs = list(zip(chunk.merged, chunk.persons, strict=True))
    new = [_written(m, person) for m, person in pairs if m.held is None]
    changed = [_written(m, person) for m, person in pairs if m.is_changed]
    present = [m for m in chunk.merged if m.held is not None]
    await import_writes.register(connection, job, new)
    await import_writes.record(
        connection,
        job,
        before=[said for m in present for said in m.before],
        said=[said for m in present for said in m.said],
        said_first=[said for m in chunk.merged if m.held is None for said in m.said],
    )
    await import_writes.change(connection, job, changed)
    touched: list[UUID] = [m.resident_id for m in chunk.merged]
    fields = [c.field for c in job.plan.layout.columns if c.field != OBSERVED_ON]
    await import_writes.log_accesses(connection, job, touched, fields)
    told = [m for m in chunk.merged if m.held is None or m.is_changed]
    if told:
        await outbox.publish(connection, *(_event(job, m, now) for m in told))


def _written(merged: Merged, person: bytes) -> Written:
    return Written(merged.resident_id, merged.columns, merged.facts, person, merged.row.observed_on)


def _event(job: Job, merged: Merged, now: datetime) -> Event:
    """Tells which fields changed, not to what; the feed tells each reader its own."""
    held = merged.held
    area = job.county if held is None else str(held.columns["dwelling"])
    return Event(
        type=REGISTERED if held is None else ASSERTED,
        subject=str(merged.resident_id),
        area=area[: areas.LENGTHS["grid"]],
        occurred_at=now,
        data={
            "county": job.county,
            "version": 1 if held is None else held.version + 1,
            "fields": [f.code for f in merged.shown],
            "method": "department_push",
            "import_id": str(job.id),
        },
        domain=job.domain,
    )


def _heading(job: Job, code: str) -> str:
    return next((c.heading for c in job.plan.layout.columns if c.field == code), "")
