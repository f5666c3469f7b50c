"""Carrying out a change of areas: the effect at once, then the records, a chunk at a time.

Every step is one transaction that also extends the worker's lease. What is left to do is read from
the records themselves, so a killed worker's successor goes on where it stopped, and the outcome is
that of a worker nobody killed.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

import structlog

from services.common import outbox, timers
from services.common.clock import Clock, utc_now
from services.common.database import Connection
from services.common.errors import DomainError
from services.common.outbox import Event
from services.common.timers import Handler, Leased
from services.registry.domain import areas
from services.registry.domain.areas import Division
from services.registry.domain.organisations import organisations_of
from services.registry.domain.places import lineage
from services.registry.domain.places.changes import Proposal
from services.registry.store.places import changes as kept
from services.registry.store.places import effect, rekeying
from services.registry.store.places.changes import Held
from services.registry.store.places.rekeying import Who
from services.registry.store.store import Store, Tx
from services.registry.use_cases.places import changes

CHUNK: Final = 500
"""Records re-keyed in one transaction; more would hold up the requests of a shared process."""
_COUNTED: Final = frozenset({"areas", "households", "residents"})
"""Phases whose records `rows_total` counts; the others tidy up behind them."""
_LEASE_S: Final = 60.0
_RESHAPING: Final = frozenset({"merge", "split"})

_log = structlog.get_logger()
_Step: TypeAlias = Callable[[Connection, UUID, int, Who], Awaitable[int]]
_PHASES: Final[Mapping[str, _Step]] = {
    "households": rekeying.households,
    "residents": rekeying.residents,
    "emptied": rekeying.emptied,
    "periods": rekeying.periods,
}


def handlers(store: Store, *, chunk: int = CHUNK, clock: Clock = utc_now) -> Mapping[str, Handler]:
    """The handler of changes; it works for minutes, so it has a loop of its own."""

    async def handle(leased: Leased) -> None:
        await run(store, leased, chunk=chunk, clock=clock)

    return {changes.RUN: handle}


async def run(store: Store, leased: Leased, *, chunk: int = CHUNK, clock: Clock = utc_now) -> None:
    """Carry out the change a timer names, or the rest of it.

    Raises:
        LeaseLost: Another worker has it.
    """
    change_id = UUID(leased.payload["change_id"])
    held = await _begin(store, leased, change_id, clock)
    if held is None:
        return
    who = Who(held.asked_by, f"area-change {change_id}")

    async def low_areas(connection: Connection, change_id: UUID, limit: int, _: Who) -> int:
        return await rekeying.areas(connection, change_id, held.effective_on, limit)

    for phase, step in {"areas": low_areas, **_PHASES}.items():
        done = chunk
        while done:
            async with store.transaction() as tx:
                await timers.extend(tx.connection, leased, _LEASE_S)
                done = await step(tx.connection, change_id, chunk, who)
                counted = done if phase in _COUNTED else 0
                await rekeying.advance(tx.connection, change_id, phase, counted)
    await _end(store, leased, held, clock())
    await store.refresh()


async def _begin(store: Store, leased: Leased, change_id: UUID, clock: Clock) -> Held | None:
    """Put the change into effect unless it is; None when it cannot be, or is over."""
    try:
        async with store.transaction() as tx:
            await timers.extend(tx.connection, leased, _LEASE_S)
            await kept.lock(tx.connection)
            held = await kept.hold(tx.connection, change_id)
            if held.state == "scheduled":
                await _take_effect(tx, held, clock())
            elif held.state != "rekeying":
                await timers.finish(tx.connection, leased)
                return None
    except DomainError as exc:
        # What stood when it was asked for no longer does; trying again would not help.
        async with store.transaction() as tx:
            await timers.finish(tx.connection, leased)
            await rekeying.end(tx.connection, change_id, "failed", exc.code())
        _log.warning("area_change.failed", change_id=str(change_id), code=exc.code())
        return None
    await store.refresh()
    return held


async def _take_effect(tx: Tx, held: Held, now: datetime) -> None:
    proposal = changes.proposal_of(held)
    pairs = await changes.planned(tx, proposal)
    await kept.record_lineage(tx.connection, held.id, pairs)
    await effect.carry(
        tx.connection,
        held.id,
        held.effective_on,
        named=proposal.new,
        reshaped=proposal.old if held.kind in _RESHAPING else (),
        roots=proposal.old,
    )
    divisions = [
        Division(parent=areas.parent_of(str(row["code"])) or "", **row)  # type: ignore[arg-type]  # columns named as the fields
        for row in await effect.opened_offices(tx.connection, held.id)
    ]
    await effect.add_offices(tx.connection, list(organisations_of(divisions)))
    await effect.begin(tx.connection, held.id)
    await _tell(tx, changes.CHANGED, held, proposal, now)


async def _end(store: Store, leased: Leased, held: Held, now: datetime) -> None:
    async with store.transaction() as tx:
        await timers.finish(tx.connection, leased)
        await rekeying.forget_counts(tx.connection, held.id)
        await rekeying.subscribers(tx.connection, held.id)
        await rekeying.end(tx.connection, held.id, "done")
        await _tell(tx, changes.REKEYED, held, changes.proposal_of(held), now)
    _log.info("area_change.done", change_id=str(held.id))


async def _tell(tx: Tx, kind: str, held: Held, proposal: Proposal, now: datetime) -> None:
    """Tell every county concerned: readers see the events of their own areas."""
    data = {
        "change": str(held.id),
        "kind": held.kind,
        "effective_on": held.effective_on.isoformat(),
        "old": list(proposal.old),
        "new": [area.code for area in proposal.new],
    }
    by_county: dict[str, list[str]] = {}
    for code in proposal.codes:
        by_county.setdefault(code[: areas.LENGTHS["county"]], []).append(code)
    events = [
        Event(kind, str(held.id), lineage.reach(codes), now, data)
        for _, codes in sorted(by_county.items())
    ]
    await outbox.publish(tx.connection, *events)
