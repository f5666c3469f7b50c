"""What time does by itself: overdue money turns an item amber, a term runs out."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from services.admission.domain.items import IN_FORCE, SYSTEM, Action, State, step
from services.admission.domain.ledger import Phase
from services.admission.domain.records import CLOCKWORK, Change, Item
from services.admission.store.store import Store, Tx
from services.admission.use_cases import deciding, facts
from services.common.clock import Clock, local_day, utc_now
from services.common.timers import Handler, Leased


def handlers(store: Store, clock: Clock = utc_now) -> Mapping[str, Handler]:
    """The service's timer kinds and what they do.

    Args:
        store: The record.
        clock: Tells the time; tests pass their own.
    """

    async def money_due(leased: Leased) -> None:
        await overdue(store, leased, now=clock())

    async def term_over(leased: Leased) -> None:
        await expire(store, leased, now=clock())

    return {deciding.MONEY_DUE: money_due, deciding.TERM_OVER: term_over}


async def overdue(store: Store, leased: Leased, *, now: datetime) -> None:
    """Suspend an item whose money is overdue; nothing if it was paid meanwhile."""
    async with store.transaction() as tx:
        await tx.finish(leased)
        item = await _item(tx, leased)
        if item is None or item.state not in IN_FORCE or item.state is State.SUSPENDED:
            return
        if item.standing(local_day(now)) is State.SUSPENDED:
            await deciding.suspend(tx, item, now)


async def expire(store: Store, leased: Leased, *, now: datetime) -> None:
    """End an item whose term is over; nothing if it ended before.

    An item that was paid keeps all its promise, for the last instalment is often due after the
    work. One that never was paid keeps what fell due, and the rest returns to the budget.
    """
    async with store.transaction() as tx:
        await tx.finish(leased)
        item = await _item(tx, leased)
        if item is None or item.standing(local_day(now)) is not State.EXPIRED:
            return
        if item.state is State.EXPIRED:
            return
        state = step(item.state, Action.EXPIRE, frozenset({SYSTEM}))
        change = Change(action=Action.EXPIRE, state=state, actor=CLOCKWORK, at=now)
        after = await tx.changes.advance(item, change)
        if not after.paid_fen:
            after = await deciding.release(tx, after, Phase.EXPIRED, CLOCKWORK, now)
        await tx.publish(facts.moved(after, Action.EXPIRE, now))


async def _item(tx: Tx, leased: Leased) -> Item | None:
    payload = leased.payload
    return await tx.changes.locked_by_system(payload["county"], UUID(payload["item_id"]))
