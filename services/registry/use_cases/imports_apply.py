"""Recording one chunk of an import: who is known, what each row does, and what is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from services.common import outbox
from services.common.database import Connection
from services.common.outbox import Event
from services.registry.domain import areas
from services.registry.domain.columns import DOCUMENT, NAME, OBSERVED_ON
from services.registry.domain.import_rows import Fault, ImportRow
from services.registry.domain.imports import Job
from services.registry.store import import_writes
from services.registry.store.import_writes import Held, Written
from services.registry.store.store import Store
from services.registry.use_cases.imports_merge import Merged, Merger

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
        merged: Rows that do something.
        persons: Their blind indexes.
        faults: What is doubtful or refused, by row.
        counts: What is added to the counters.
    """

    merged: list[Merged] = field(default_factory=list)
    persons: list[bytes] = field(default_factory=list)
    faults: list[tuple[int, tuple[Fault, ...]]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


async def known(connection: Connection, job: Job, persons: Sequence[bytes]) -> Known:
    """Who is registered already; those of this county are held until the transaction ends."""
    found = await import_writes.find(connection, persons)
    here = [resident_id for county, resident_id in found.values() if county == job.county]
    held = await import_writes.hold(connection, job.county, here)
    return {person: held.get(resident_id) for person, (_, resident_id) in found.items()}


def decide(
    store: Store, job: Job, rows: Sequence[ImportRow], persons: Sequence[bytes], present: Known
) -> Chunk:
    """What the rows do; blocking, since sealing and comparing take a processor's time."""
    merger = Merger(store.sealer, store.catalogue, job)
    chunk = Chunk()
    counts = dict.fromkeys(("matched", "created", "changed", "rejected", "conflicts"), 0)
    document, name = _heading(job, DOCUMENT), _heading(job, NAME)
    for row, person in zip(rows, persons, strict=True):
        refusal = None
        if person in present and present[person] is None:
            reason = "此人登记在其他县市,不能由本县市导入"
            refusal = Fault(document, "registered-elsewhere", reason)
        elif person not in present and row.name is None:
            refusal = Fault(name, "name-missing", "登记中没有此人;新登记须填写姓名")
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
    """Tells which fields changed, not to what; which sensitive ones, it does not tell."""
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
            "fields": [f.code for f in merged.shown if f.sensitivity != "sensitive"],
            "method": "department_push",
            "import_id": str(job.id),
        },
        domain=job.domain,
    )


def _heading(job: Job, code: str) -> str:
    return next((c.heading for c in job.plan.layout.columns if c.field == code), "")
