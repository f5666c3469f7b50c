"""People are found by the names they had: once, the keys are written that older records lack."""

from collections.abc import Mapping
from typing import Final

import structlog

from services.common import timers
from services.common.clock import Clock, utc_now
from services.common.timers import Handler, Leased
from services.registry.store import former_names
from services.registry.store.store import Store

FILL: Final = "registry.former_names"
CHUNK: Final = 5000
_LEASE_S: Final = 60.0

_log = structlog.get_logger()


async def begin(store: Store, clock: Clock = utc_now) -> None:
    """Set the timer of the job; once in the life of a database."""
    async with store.transaction() as tx:
        await timers.schedule(tx.connection, f"{FILL}:1", FILL, clock(), {})


def handlers(store: Store, *, chunk: int = CHUNK) -> Mapping[str, Handler]:
    """The handler of the job; it goes on where it was stopped, killed or not."""

    async def run(leased: Leased) -> None:
        seen, done = 0, 1
        while done:
            async with store.transaction() as tx:
                await timers.extend(tx.connection, leased, _LEASE_S)
                done = await former_names.step(tx.connection, chunk)
                seen += done
        async with store.transaction() as tx:
            await timers.finish(tx.connection, leased)
        _log.info("former_names.filled", records=seen)

    return {FILL: run}
