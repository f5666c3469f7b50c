"""Forgetting deliveries that are long over; once a day, in pieces."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from services.common import timers
from services.common.clock import LOCAL, Clock, utc_now
from services.common.timers import Handler, Leased
from services.registry.store.store import Store, Tx
from services.registry.store.webhooks import deliveries

SWEEP: Final = "registry.webhook_sweep"


async def begin(store: Store, clock: Clock = utc_now) -> None:
    """Set the timer that is not set yet; later it sets its successor."""
    async with store.transaction() as tx:
        await _next(tx, clock())


def handlers(store: Store, clock: Clock = utc_now) -> Mapping[str, Handler]:
    """What to do when the timer is due."""

    async def sweep(leased: Leased) -> None:
        more = True
        while more:
            async with store.transaction() as tx:
                more = await deliveries.sweep(tx.connection)
                await timers.extend(tx.connection, leased)
        async with store.transaction() as tx:
            await _next(tx, clock())
            await timers.finish(tx.connection, leased)

    return {SWEEP: sweep}


async def _next(tx: Tx, now: datetime) -> None:
    local = now.astimezone(LOCAL) + timedelta(days=1)
    due_at = local.replace(hour=3, minute=40, second=0, microsecond=0)
    await timers.schedule(tx.connection, f"{SWEEP}:{due_at:%Y-%m-%d}", SWEEP, due_at, {})
