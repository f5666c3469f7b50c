"""Recording one chunk of an import: who is known, what each row does, and what is told of it."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from services.common import outbox
from services.common.database import Connection
from services.common.outbox import Event
from services.registry.domain import areas
from services.registry.domain.authority import Matrix
from services.registry.domain.catalogue import Catalogue
from services.registry.domain.feed import REGISTERED
from services.registry.domain.imports import outcomes
from services.registry.domain.imports.columns import DOCUMENT, NAME
from services.registry.domain.imports.jobs import Sender
from services.registry.domain.imports.rows import Fault, ImportRow
from services.registry.store import assertions as kept_assertions
from services.registry.store.disagreements import verifications
from services.registry.store.disagreements.verifications import Claim, Opinion, Source
from services.registry.store.imports import writes as import_writes
from services.registry.store.imports.writes import Held, Written
from services.registry.store.row_ids import new_uuids
from services.registry.store.store import Store
from services.registry.use_cases.disagreements import contradictions
from services.registry.use_cases.imports.merge import FORMER, Merged, Merger

ASSERTED: Final = "registry.facts.asserted.v1"
FIRST_PLACE: Final = 100
"""Faults found here stand behind those found when the row was read."""

InThread: TypeAlias = Callable[..., Awaitable[Any]]
Known: TypeAlias = Mapping[bytes, Held | None]
"""The residents behind blind indexes; None for somebody of another county."""


@dataclass(slots=True)
class Chunk:
    """What a chunk of rows does.

    Attributes:
        rows: The rows.
        persons: Blind indexes of their identity numbers, in the same order.
        known: Who was registered when it was decided.
        matrix: The authority matrix it was decided by.
        catalogue: Of all fields.
        merged: Rows that do something.
        keys: Blind indexes of theirs.
        outcomes: What becomes of each row.
        faults: What is doubtful or refused, by row.
        counts: What is added to the counters.
    """

    rows: Sequence[ImportRow]
    persons: Sequence[bytes]
    known: Known
    matrix: Matrix
    catalogue: Catalogue
    merged: list[Merged] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)
    outcomes: dict[int, str] = field(default_factory=dict)
    faults: list[tuple[int, tuple[Fault, ...]]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


async def known(
    connection: Connection, store: Store, matrix: Matrix, sender: Sender, persons: Sequence[bytes]
) -> Known:
    """Who is registered already, and as what."""
    found = await import_writes.find(connection, persons)
    return await _present(connection, store, matrix, sender, found, locked=False)


async def hold(
    connection: Connection, store: Store, matrix: Matrix, sender: Sender, chunk: Chunk
) -> Known | None:
    """Hold the chunk's residents until the transaction ends.

    Returns:
        None when they are what they were when it was decided; otherwise what they are now.
    """
    if await _is_settled(connection, store, matrix, sender, chunk):
        return None
    found = await import_writes.find(connection, chunk.persons)
    return await _present(connection, store, matrix, sender, found, locked=True)


async def settle(
    connection: Connection, store: Store, sender: Sender, chunk: Chunk, in_thread: InThread
) -> Chunk:
    """The chunk as the record stands now, its residents held until the transaction ends.

    Args:
        connection: In a transaction.
        store: Its sealer and catalogue.
        sender: Who says what the rows say.
        chunk: As it was decided before.
        in_thread: Carries out work that takes a processor's time.
    """
    await import_writes.lock(connection, sender.county)
    matrix = await store.matrix(connection)
    present = await hold(connection, store, matrix, sender, chunk)
    if present is None:
        return chunk
    rows = list(zip(chunk.rows, chunk.persons, strict=True))
    settled: Chunk = await in_thread(decide, store, matrix, sender, rows, present)
    return settled


async def _is_settled(
    connection: Connection, store: Store, matrix: Matrix, sender: Sender, chunk: Chunk
) -> bool:
    """Whether nobody changed, registered or moved one of them since; holds those who are here."""
    before = {h.id: h.version for h in chunk.known.values() if h is not None}
    # An assertion that is kept and not shown leaves the version as it is, and may count here.
    if matrix.version != chunk.matrix.version or _aging(store, matrix, sender):
        return False
    if before != await import_writes.hold_versions(connection, sender.county, list(before)):
        return False
    others = [person for person in chunk.persons if chunk.known.get(person) is None]
    found = await import_writes.find(connection, others) if others else {}
    elsewhere = {person for person, held in chunk.known.items() if held is None}
    is_there = any(county == sender.county for county, _ in found.values())
    return found.keys() == elsewhere and not is_there


async def _present(
    connection: Connection,
    store: Store,
    matrix: Matrix,
    sender: Sender,
    found: Mapping[bytes, tuple[str, UUID]],
    *,
    locked: bool,
) -> Known:
    ids = _here(sender, found)
    fields = [code for code in sender.fields if code != DOCUMENT]
    held = await import_writes.residents(
        connection, sender.county, ids, fields, [*{*fields, NAME, FORMER}], locked=locked
    )
    aging = _aging(store, matrix, sender)
    if aging:
        rows = await kept_assertions.kept(connection, store.sealer, sender.county, ids, aging)
        kept = kept_assertions.by_resident(rows)
        held = {key: replace(one, kept=kept.get(key, {})) for key, one in held.items()}
    return {person: held.get(resident_id) for person, (_, resident_id) in found.items()}


def _aging(store: Store, matrix: Matrix, sender: Sender) -> tuple[str, ...]:
    """Fields of the import in which an assertion can grow too old."""
    columns = {*sender.headings, NAME}
    return matrix.aging(f for code, f in store.catalogue.items() if code in columns)


def _here(sender: Sender, found: Mapping[bytes, tuple[str, UUID]]) -> list[UUID]:
    return [resident_id for county, resident_id in found.values() if county == sender.county]


def decide(
    store: Store,
    matrix: Matrix,
    sender: Sender,
    rows: Sequence[tuple[ImportRow, bytes]],
    present: Known,
) -> Chunk:
    """What rows do; blocking, since comparing and sealing take a processor's time.

    Args:
        store: Its sealer and catalogue.
        matrix: The active authority matrix.
        sender: Who says what the rows say.
        rows: With the blind index of each identity number.
        present: Who is registered.
    """
    merger = Merger(store.sealer, store.catalogue, matrix, sender)
    ids = iter(new_uuids(sum(person not in present for _, person in rows)))
    chunk = Chunk(
        [row for row, _ in rows], [person for _, person in rows], present, matrix, store.catalogue
    )
    counts = dict.fromkeys(("matched", "created", "changed", "rejected", "conflicts"), 0)
    for row, person in rows:
        refusal = _refusal(sender, row, person, present)
        if refusal is not None:
            counts["rejected"] += 1
            chunk.outcomes[row.number] = outcomes.REJECTED
            chunk.faults.append((row.number, (refusal,)))
            continue
        held = present.get(person)
        merged = merger.merge(row, held, held.id if held is not None else next(ids))
        counts["created" if merged.held is None else "matched"] += 1
        counts["changed"] += merged.is_changed
        chunk.outcomes[row.number] = merged.outcome
        if merged.conflict is not None:
            counts["conflicts"] += 1
            chunk.faults.append((row.number, (merged.conflict,)))
        chunk.merged.append(merged)
        chunk.keys.append(person)
    chunk.counts = counts
    return chunk


def _refusal(sender: Sender, row: ImportRow, person: bytes, present: Known) -> Fault | None:
    if person in present:
        if present[person] is not None:
            return None
        reason = "此人登记在其他县市,不能由本县市导入"
        return Fault(sender.headings.get(DOCUMENT, ""), "registered-elsewhere", reason)
    if row.name is None:
        return Fault(
            sender.headings.get(NAME, ""), "name-missing", "登记中没有此人;新登记须填写姓名"
        )
    return None


async def write(connection: Connection, sender: Sender, chunk: Chunk, now: datetime) -> None:
    """Write a chunk: residents, assertions, what is shown, accesses, events.

    Raises:
        IdentityTaken: Somebody registered one of these people meanwhile.
    """
    pairs = list(zip(chunk.merged, chunk.keys, strict=True))
    new = [_written(m, person) for m, person in pairs if m.held is None]
    changed = [_written(m, person) for m, person in pairs if m.is_changed]
    present = [m for m in chunk.merged if m.held is not None]
    await import_writes.register(connection, sender, new)
    await import_writes.record(
        connection,
        sender,
        before=[said for m in present for said in m.before],
        said=[said for m in present for said in m.said],
        said_first=[said for m in chunk.merged if m.held is None for said in m.said],
    )
    await import_writes.change(connection, sender, changed)
    touched: list[UUID] = [m.resident_id for m in chunk.merged]
    await import_writes.log_accesses(connection, sender, touched, sender.fields)
    told = [m for m in chunk.merged if m.held is None or m.is_changed]
    if told:
        ids = new_uuids(len(told))
        pairs_told = zip(told, ids, strict=True)
        await outbox.publish(connection, *(_event(sender, m, now, key) for m, key in pairs_told))
    source = Source(sender.county, sender.organisation, sender.import_id, now)
    claims = [claim for m in present if m.contested for claim in _claims(m)]
    contested = await verifications.contested(
        connection, sender.county, [m.resident_id for m in present]
    )
    awaited = [m for m in present if m.resident_id in contested]
    opinions = [opinion for m in awaited for opinion in _opinions(chunk.matrix, m)]
    await contradictions.keep(connection, chunk.catalogue, source, claims, opinions)


def _claims(merged: Merged) -> Iterator[Claim]:
    for said, _ in merged.contested:
        yield Claim(said.resident_id, said.field, said.assertion, said.value, said.sealed)


def _opinions(matrix: Matrix, merged: Merged) -> Iterator[Opinion]:
    """What may settle a contradiction: of fields that were spoken of before."""
    contested = {said.field for said, _ in merged.contested}
    shown = {field.code for field in merged.shown}
    asserted = merged.held.asserted if merged.held is not None else frozenset()
    for said in merged.said:
        if said.field in asserted and said.field not in contested:
            standing = matrix.cells.get(said.field, {}).get(said.assertion.speaker)
            is_first = standing is not None and standing.rank == 1
            is_decisive = is_first and said.field in shown
            yield Opinion(said.resident_id, said.field, said.assertion, is_decisive)


def _written(merged: Merged, person: bytes) -> Written:
    return Written(merged.resident_id, merged.columns, merged.facts, person, merged.row.observed_on)


def _event(sender: Sender, merged: Merged, now: datetime, key: UUID) -> Event:
    """Tells which fields changed, not to what; the feed tells each reader its own."""
    held = merged.held
    area = sender.county if held is None else str(held.columns["dwelling"])
    return Event(
        type=REGISTERED if held is None else ASSERTED,
        subject=str(merged.resident_id),
        area=area[: areas.LENGTHS["grid"]],
        occurred_at=now,
        data={
            "county": sender.county,
            "version": 1 if held is None else held.version + 1,
            "fields": [f.code for f in merged.shown],
            "method": "department_push",
            **({} if sender.import_id is None else {"import_id": str(sender.import_id)}),
        },
        domain=sender.domain,
        id=key,
    )
