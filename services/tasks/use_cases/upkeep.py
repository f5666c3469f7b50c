"""What the service does by itself, once a night."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from services.common import timers
from services.common.clock import LOCAL, Clock
from services.common.timers import Handler, Leased
from services.tasks.store import upkeep
from services.tasks.store.store import Store, Tx

SWEEP: Final = "tasks.sweep"
_HOUR: Final = 3


async def begin(store: Store, clock: Clock) -> None:
    """Set the next night's timer if it is not set; later each night sets its successor."""
    async with store.transaction() as tx:
        await _next(tx, clock())


def handlers(store: Store, clock: Clock) -> Mapping[str, Handler]:
    """What a `TimerLoop` of this service needs for it."""

    async def sweep(leased: Leased) -> None:
        now = clock()
        async with store.transaction() as tx:
            unused = await upkeep.sweep(tx.connection, now)
            await _next(tx, now)
            await timers.finish(tx.connection, leased)
        # After the commit: a file without a row is harmless, a row without its file is not.
        await store.photos.drop(unused)

    return {SWEEP: sweep}


async def _next(tx: Tx, now: datetime) -> None:
    local = now.astimezone(LOCAL)
    night = local.replace(hour=_HOUR, minute=0, second=0, microsecond=0)
    due_at = night if night > local else night + timedelta(days=1)
    await timers.schedule(tx.connection, f"{SWEEP}:{due_at:%Y-%m-%d}", SWEEP, due_at, {})
