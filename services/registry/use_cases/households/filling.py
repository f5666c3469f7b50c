"""Giving older records their periods: one job, in chunks, resumed where it stopped."""

from collections.abc import Mapping
from typing import Final

import structlog

from services.common import timers
from services.common.clock import Clock, utc_now
from services.common.timers import Handler, Leased
from services.registry.store.households import filling
from services.registry.store.store import Store

FILL: Final = "registry.periods"
CHUNK: Final = 5000
_LEASE_S: Final = 60.0

_log = structlog.get_logger()


async def begin(store: Store, clock: Clock = utc_now) -> None:
    """Set the timer of the job; once in the life of a database."""
    async with store.transaction() as tx:
        await timers.schedule(tx.connection, f"{FILL}:1", FILL, clock(), {})


def handlers(store: Store, *, chunk: int = CHUNK) -> Mapping[str, Handler]:
    """The handler of the job; it works for minutes, so it has a loop of its own."""

    async def handle(leased: Leased) -> None:
        await run(store, leased, chunk=chunk)

    return {FILL: handle}


async def run(store: Store, leased: Leased, *, chunk: int = CHUNK) -> None:
    """Fill what is left to fill; households first, then who belongs to them.

    Raises:
        LeaseLost: Another worker has it.
    """
    async with store.transaction() as tx:
        await filling.begin(tx.connection)
    total = 0
    for name in filling.STATEMENTS:
        done = chunk
        while done:
            async with store.transaction() as tx:
                await timers.extend(tx.connection, leased, _LEASE_S)
                at = await filling.place(tx.connection, name)
                done = await filling.chunk(tx.connection, name, at, chunk) if at else 0
                total += done
    async with store.transaction() as tx:
        await timers.finish(tx.connection, leased)
    _log.info("periods.filled", records=total)
