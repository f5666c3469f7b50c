"""Carrying an activated version into the records.

Only fields that the new version orders differently can show something else, and only of residents
of whom more than one domain spoke. Every step is one transaction that also extends the worker's
lease and writes up to whom it came: a killed worker's successor goes on behind that resident, and
the outcome is that of a worker nobody killed. Whoever writes meanwhile writes by the new version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

import structlog

from services.common import outbox, timers
from services.common.clock import Clock, utc_now
from services.common.outbox import Event
from services.common.timers import Handler, Leased
from services.registry.domain import areas
from services.registry.domain.authority import Matrix
from services.registry.domain.authority_versions import PLACING
from services.registry.domain.catalogue import Field
from services.registry.store import assertions
from services.registry.store.assertions import Kept
from services.registry.store.authority import matrices, records, versions
from services.registry.store.authority.records import Rewritten
from services.registry.store.corrections import Held
from services.registry.store.store import Store, Tx
from services.registry.use_cases.authority.versions import APPLY
from services.registry.use_cases.changes import Change

RECOMPUTED: Final = "registry.resident.recomputed.v1"
CHUNK: Final = 1000
"""Residents looked at in one transaction; more would hold up the requests of a shared process."""
_LEASE_S: Final = 60.0
_EVERYWHERE: Final = ""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Work:
    """What is carried where.

    Attributes:
        number: The version.
        by: Who activated it.
        fields: That it orders differently from the former.
        former: The version before it.
    """

    number: int
    by: str
    fields: Sequence[Field]
    former: Matrix


def handlers(store: Store, *, chunk: int = CHUNK, clock: Clock = utc_now) -> Mapping[str, Handler]:
    """The handler of activations; it works for minutes, so it has a loop of its own."""

    async def handle(leased: Leased) -> None:
        await apply(store, leased, chunk=chunk, clock=clock)

    return {APPLY: handle}


async def apply(
    store: Store, leased: Leased, *, chunk: int = CHUNK, clock: Clock = utc_now
) -> None:
    """Carry the version a timer names into every record, or into the rest of them.

    Raises:
        LeaseLost: Another worker has it.
    """
    work = await _work(store, int(leased.payload["number"]))
    while await _step(store, leased, work, chunk, clock):
        pass
    _log.info("authority.applied", number=work.number)


async def _work(store: Store, number: int) -> _Work:
    async with store.read() as connection:
        version = await versions.by_number(connection, number)
        if version is None or version.former is None:
            raise LookupError(number)
        former = await matrices.of_version(connection, version.former)
    codes = [code for code in version.fields if code in store.catalogue and code not in PLACING]
    fields = [store.catalogue[code] for code in codes]
    return _Work(number, version.activated_by or "", fields, former)


async def _step(store: Store, leased: Leased, work: _Work, chunk: int, clock: Clock) -> bool:
    """Look at the next residents; whether there were any."""
    async with store.transaction() as tx:
        await timers.extend(tx.connection, leased, _LEASE_S)
        at = await versions.turn(tx.connection, work.number)
        found: list[tuple[str, UUID]] = []
        if at is not None and work.fields:
            found = await records.following(tx.connection, at, _EVERYWHERE, chunk)
        if not found:
            if at is not None:
                await versions.applied(tx.connection, work.number)
            await timers.finish(tx.connection, leased)
            return False
        residents = values = 0
        for county, keys in groupby(found, key=lambda key: key[0]):
            rewritten = await _rewrite(store, tx, work, county, [key[1] for key in keys], clock)
            residents += len(rewritten)
            values += sum(len(one.fields) for one in rewritten)
        await versions.advance(
            tx.connection, work.number, found[-1], (len(found), residents, values)
        )
    return True


async def _rewrite(
    store: Store, tx: Tx, work: _Work, county: str, ids: Sequence[UUID], clock: Clock
) -> list[Rewritten]:
    codes = [field.code for field in work.fields]
    contested = await records.contested(tx.connection, county, ids, codes)
    if not contested:
        return []
    matrix = await store.matrix(tx.connection)
    people = await records.hold(tx.connection, county, contested)
    rows = await assertions.kept(tx.connection, store.sealer, county, contested, codes)
    kept = assertions.by_resident(rows)
    chosen = [_chosen(store, matrix, work, held, kept.get(held.id, {})) for held in people]
    rewritten = [one for one in chosen if one is not None]
    if rewritten:
        reason = f"registry.authority.activate {matrix.version}"
        written = await records.write(tx.connection, county, rewritten, work.by, reason)
        events = [_event(matrix, one, written[one.held.id], clock) for one in rewritten]
        await outbox.publish(tx.connection, *events)
    return rewritten


def _chosen(
    store: Store, matrix: Matrix, work: _Work, held: Held, kept: Mapping[str, Sequence[Kept]]
) -> Rewritten | None:
    change = Change(store.sealer, held, matrix, kept)
    fields = [field.code for field in work.fields if change.choose(field, work.former)]
    return Rewritten(held, change.columns, change.facts, fields) if fields else None


def _event(matrix: Matrix, one: Rewritten, version: int, clock: Clock) -> Event:
    """Tells which fields changed, not to what; the feed tells each reader its own."""
    return Event(
        type=RECOMPUTED,
        subject=str(one.held.id),
        area=str(one.held.columns["dwelling"])[: areas.LENGTHS["grid"]],
        occurred_at=clock(),
        data={
            "county": one.held.county,
            "version": version,
            "fields": list(one.fields),
            "authority": matrix.version,
        },
    )
