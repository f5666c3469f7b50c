"""The tasks service as an ASGI app."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from fastapi import FastAPI

from services.common import edge
from services.common.auth import Gate, PeerKeys
from services.common.clock import Clock, utc_now
from services.common.database import Database
from services.common.peers import Peer
from services.common.timers import TimerLoop
from services.following.areas import Follower
from services.tasks.api import (
    assignments,
    attachments,
    boards,
    journey,
    suggestions,
    whistles,
)
from services.tasks.api.policy import POLICY, PURPOSES
from services.tasks.clients.admission import Admission
from services.tasks.clients.registry import Registry
from services.tasks.settings import TasksSettings
from services.tasks.store import following
from services.tasks.store.photos import MAX_UPLOAD_BYTES, Photos
from services.tasks.store.store import Store, open_sealer
from services.tasks.use_cases import overdue, upkeep

_MULTIPART_BYTES = 16 << 10


def create_app(
    settings: TasksSettings, peers: Mapping[str, Peer], *, clock: Clock = utc_now
) -> FastAPI:
    """An app that owns its database, its photos and, where it is told to, its timers.

    Args:
        settings: Of this service.
        peers: `identity`, `admission` and `registry`.
        clock: Tells the time; tests pass their own.
    """
    dsn = settings.database_url.get_secret_value()
    database = Database(dsn, application="tasks", pool_size=settings.database_pool_size)
    photos = Photos(settings.data_dir / "uploads" / "tasks", workers=settings.photo_workers)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await database.open()
            stack.push_async_callback(database.close)
            key = settings.wrapping_key
            store = Store(database, await open_sealer(database, key), photos)
            app.state.store = store
            if settings.run_loops:
                await upkeep.begin(store, clock)
                handlers = {**overdue.handlers(store, clock), **upkeep.handlers(store, clock)}
                loop = TimerLoop(database, handlers, idle_s=settings.timer_idle_s, clock=clock)
                await stack.enter_async_context(_running(loop.run()))
                follower = Follower(database, peers["registry"], following.STEPS)
                await stack.enter_async_context(_running(follower.run()))
            yield

    gate = Gate(
        PeerKeys(peers["identity"]),
        issuer=settings.issuer,
        audience=settings.audience,
        policy=POLICY,
        purposes=PURPOSES,
    )
    rooms = (whistles, journey, assignments, attachments, suggestions, boards)
    app = edge.create(
        "tasks",
        version="1",
        lifespan=lifespan,
        gate=gate,
        routers=tuple(room.router for room in rooms),
        checks={"database": database.ping, "photos": photos.check},
        upload_paths={"/v1/attachments": MAX_UPLOAD_BYTES + _MULTIPART_BYTES},
    )
    app.state.admission = Admission(peers["admission"])
    app.state.registry = Registry(peers["registry"])
    app.state.clock = clock
    return app


@asynccontextmanager
async def _running(loop: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(loop)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
