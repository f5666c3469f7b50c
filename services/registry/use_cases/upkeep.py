"""What the registry does by itself from time to time."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from services.common import timers
from services.common.clock import LOCAL, Clock, utc_now
from services.common.timers import Handler, Leased
from services.registry.store import upkeep
from services.registry.store.store import Store, Tx

PARTITIONS: Final = "registry.partitions"
COUNT: Final = "registry.count"
REFRESH_EVERY_S: Final = 15.0

_log = structlog.get_logger()


async def begin(store: Store, *, every_s: float, clock: Clock = utc_now) -> None:
    """Set the timers that are not set yet; later each sets its successor."""
    async with store.transaction() as tx:
        await _next_partitions(tx, clock())
        await _next_count(tx, clock(), every_s)


def handlers(store: Store, *, every_s: float, clock: Clock = utc_now) -> Mapping[str, Handler]:
    """What to do when a timer of ours is due."""

    async def make_partitions(leased: Leased) -> None:
        async with store.transaction() as tx:
            await upkeep.make_partitions(tx.connection)
            await _next_partitions(tx, clock())
            await timers.finish(tx.connection, leased)

    async def count(leased: Leased) -> None:
        await count_all(store)
        async with store.transaction() as tx:
            await upkeep.sweep(tx.connection)
            await _next_count(tx, clock(), every_s)
            await timers.finish(tx.connection, leased)

    return {PARTITIONS: make_partitions, COUNT: count}


async def count_all(store: Store) -> None:
    """Count every grid anew; a county at a time, so that no transaction is long."""
    for county in store.counties:
        async with store.transaction() as tx:
            await upkeep.count_grids(tx.connection, county)


async def keep_fresh(store: Store, *, every_s: float = REFRESH_EVERY_S) -> None:
    """Read again and again what this process remembers of the areas; ends when it is cancelled."""
    while True:
        await asyncio.sleep(every_s)
        try:
            await store.refresh()
        except (TimeoutError, OSError) as exc:
            _log.warning("areas.not_refreshed", error=type(exc).__name__)


async def _next_partitions(tx: Tx, now: datetime) -> None:
    local = now.astimezone(LOCAL)
    # Four days after any month's 28th lies in the next month.
    later = local.replace(day=28, hour=3, minute=0, second=0, microsecond=0) + timedelta(days=4)
    following = later.replace(day=1)
    key = f"{PARTITIONS}:{following:%Y-%m}"
    await timers.schedule(tx.connection, key, PARTITIONS, following, {})


async def _next_count(tx: Tx, now: datetime, every_s: float) -> None:
    number = int(now.timestamp() // every_s) + 1
    due_at = datetime.fromtimestamp(number * every_s, tz=now.tzinfo)
    await timers.schedule(tx.connection, f"{COUNT}:{number}", COUNT, due_at, {})
