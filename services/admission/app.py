"""Admission's ASGI app: opens the record, starts the clockwork, closes in reverse."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from services.admission.api import items, lists, money, reports
from services.admission.api.policy import POLICY
from services.admission.clients.registry import Registry
from services.admission.settings import AdmissionSettings
from services.admission.store import following
from services.admission.store.store import Store
from services.admission.use_cases import clockwork
from services.common import edge
from services.common.auth import Gate, PeerKeys
from services.common.clock import utc_now
from services.common.database import Database
from services.common.peers import Peer
from services.common.timers import TimerLoop
from services.following.areas import Follower


def create_app(settings: AdmissionSettings, peers: Mapping[str, Peer]) -> FastAPI:
    """The app, not yet open: its lifespan connects to the database.

    Args:
        settings: What to be.
        peers: `identity` verifies tokens, `registry` knows the communities.
    """
    database = Database(
        settings.database_url.get_secret_value(),
        application="admission",
        pool_size=settings.database_pool_size,
    )
    gate = Gate(
        PeerKeys(peers["identity"]),
        issuer=settings.issuer,
        audience=settings.audience,
        policy=POLICY,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await database.open()
        loops: list[asyncio.Task[None]] = []
        if settings.run_loops:
            handlers = clockwork.handlers(app.state.store, app.state.clock)
            timers = TimerLoop(database, handlers, clock=app.state.clock)
            loops.append(asyncio.create_task(timers.run(), name="admission.timers"))
            follower = Follower(database, peers["registry"], following.STEPS)
            loops.append(asyncio.create_task(follower.run(), name="admission.areas"))
        try:
            yield
        finally:
            for loop in loops:
                loop.cancel()
                with suppress(asyncio.CancelledError):
                    await loop
            await database.close()

    app = edge.create(
        "admission",
        version="1",
        lifespan=lifespan,
        gate=gate,
        routers=(items.router, money.router, lists.router, reports.router),
        checks={"database": database.ping},
    )
    app.state.store = Store(database)
    app.state.registry = Registry(peers["registry"])
    app.state.clock = utc_now
    return app
