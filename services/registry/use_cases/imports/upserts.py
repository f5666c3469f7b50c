"""Rows a department's system sends as JSON: read, merged and recorded as a file's, at once.

The reader and the merger are those of files; only the way in and the answer differ. All rows of a
request are recorded in one transaction, or none; a row that is refused is refused alone.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import orjson

from services.common import clock as clocks
from services.common.errors import Fault as RequestFault
from services.common.errors import ValidationFailed
from services.common.idempotency import Answer, Once
from services.registry.domain.imports import items, outcomes
from services.registry.domain.imports.items import ItemReader
from services.registry.domain.imports.jobs import Sender
from services.registry.domain.imports.outcomes import WORDS
from services.registry.domain.imports.rows import Fault, ImportRow, RowReader
from services.registry.domain.readings import Reading
from services.registry.store import sealed
from services.registry.store.imports.writes import IdentityTaken
from services.registry.use_cases.imports import apply as imports_apply
from services.registry.use_cases.imports import jobs as imports_jobs
from services.registry.use_cases.imports.apply import Chunk
from services.registry.use_cases.imports.plan import Importing

_REPEATED: Final = "同一请求中此人有更新的一项,以该项为准"


@dataclass(frozen=True, slots=True)
class Upsert:
    """What a department's system asks.

    Attributes:
        domain: It speaks for.
        county: Whose residents it is about.
        domains: Of the caller.
        items: As they were sent.
        observed_on: Day of items that carry none; today when left out.
    """

    domain: str
    county: str
    domains: frozenset[str]
    items: Sequence[Any]
    observed_on: date | None = None


@dataclass(slots=True)
class _Read:
    """The items of a request as rows.

    Attributes:
        sender: Who sent them.
        rows: Those that count, with the blind index of each identity number.
        faults: By place of the item.
    """

    sender: Sender
    rows: list[tuple[ImportRow, bytes]]
    faults: dict[int, list[Fault]]


async def upsert(env: Importing, reading: Reading, asked: Upsert, once: Once) -> Answer:
    """Record rows; the answer tells what became of each.

    Raises:
        DomainUnknown, DomainNotYours, CountyNotYours, ValidationFailed: Not for this caller.
    """
    imports_jobs.check_scope(env, reading, asked)
    if asked.observed_on is not None and asked.observed_on > clocks.local_day(env.clock()):
        raise ValidationFailed(RequestFault("/observed_on", "date-in-future", "日期晚于今天。"))
    read = await asyncio.to_thread(_read, env, reading, asked)
    while True:
        try:
            return await _record(env, read, len(asked.items), once)
        except IdentityTaken:
            continue  # somebody registered one of them meanwhile: now it is matched


async def _record(env: Importing, read: _Read, size: int, once: Once) -> Answer:
    persons = [person for _, person in read.rows]
    async with env.store.read() as connection:
        await once.recall(connection)
        matrix = await env.store.matrix(connection)
        known = await imports_apply.known(connection, env.store, matrix, read.sender, persons)
    chunk = await asyncio.to_thread(
        imports_apply.decide, env.store, matrix, read.sender, read.rows, known
    )
    async with env.store.transaction(once) as tx:
        chunk = await imports_apply.settle(
            tx.connection, env.store, read.sender, chunk, asyncio.to_thread
        )
        await imports_apply.write(tx.connection, read.sender, chunk, env.clock())
        return await tx.answer(Answer(_told(read, chunk, size)))


def _read(env: Importing, reading: Reading, asked: Upsert) -> _Read:
    """The items, checked; blocking."""
    today = clocks.local_day(env.clock())
    catalogue = env.reference.catalogue
    layout = items.layout_of(asked.items)
    known = items.importable(layout, catalogue)
    rows = RowReader(known, catalogue, env.reference.code_sets, domain=asked.domain, today=today)
    reader = ItemReader(rows, layout, catalogue, asked.domain)
    taken: list[ImportRow] = []
    faults: dict[int, list[Fault]] = {}
    for place, item in enumerate(asked.items):
        read = reader.read(place, item)
        if read.faults:
            faults[place] = list(read.faults)
        if read.row is not None:
            day = read.row.observed_on or asked.observed_on or today
            taken.append(replace(read.row, observed_on=day))
    kept, left = items.newest(taken)
    for place, other in left.items():
        fault = Fault("document/number", "repeats-person", f"{_REPEATED}(第{other + 1}项)")
        faults.setdefault(place, []).append(fault)
    index, field = env.store.sealer.blind_index, f"document:{sealed.RESIDENT_ID}"
    sender = _sender(reading, asked, [column.field for column in known.columns])
    return _Read(sender, [(row, index(field, row.document)) for row in kept], faults)


def _sender(reading: Reading, asked: Upsert, fields: Sequence[str]) -> Sender:
    return Sender(
        county=asked.county,
        domain=asked.domain,
        organisation=reading.organisation,
        reader=reading.reader,
        reader_name=reading.reader_name,
        role=reading.role,
        request_id=reading.request_id,
        operation=reading.operation,
        headings={field: items.pointer_of(field) for field in fields},
    )


def _told(read: _Read, chunk: Chunk, size: int) -> bytes:
    """What became of each item, in order."""
    for place, found in chunk.faults:
        read.faults.setdefault(place, []).extend(found)
    residents = {m.row.number: m for m in chunk.merged}
    told: list[dict[str, Any]] = []
    counts = dict.fromkeys(("created", "changed", "unchanged", "rejected"), 0)
    for place in range(size):
        outcome = WORDS[chunk.outcomes.get(place, outcomes.REJECTED)]
        counts[outcome] += 1
        one: dict[str, Any] = {"outcome": outcome}
        if place in residents:
            one["resident_id"] = str(residents[place].resident_id)
        if place in read.faults:
            one["faults"] = [_fault(place, fault) for fault in read.faults[place]]
        told.append(one)
    return orjson.dumps({"counts": counts, "items": told})


def _fault(place: int, fault: Fault) -> dict[str, Any]:
    at = f"/items/{place}/{fault.heading}".rstrip("/")
    return {
        "pointer": at,
        "code": fault.code,
        "reason": fault.reason,
        "taken": fault.is_warning,
    }
