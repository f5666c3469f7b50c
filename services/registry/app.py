"""Wires the registry: what it opens, what it serves, what it runs beside."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from fastapi import FastAPI

from services.common import edge
from services.common.auth import Gate, PeerKeys
from services.common.database import Database
from services.common.peers import Peer
from services.common.timers import TimerLoop
from services.registry.api import ROUTERS, imports, reconciliations
from services.registry.api.policy import POLICY, PURPOSES
from services.registry.clients.identity import Identity
from services.registry.settings import RegistrySettings
from services.registry.store.store import open_store
from services.registry.use_cases import former_names, index_keys, keys, retention, upkeep
from services.registry.use_cases.audit import checkpoints as audit_checkpoints
from services.registry.use_cases.audit import sealing
from services.registry.use_cases.authority import jobs as authority_jobs
from services.registry.use_cases.events import Tide
from services.registry.use_cases.exports import run as exports_run
from services.registry.use_cases.exports.plan import exporting
from services.registry.use_cases.households import filling
from services.registry.use_cases.imports import run as imports_run
from services.registry.use_cases.imports.plan import importing
from services.registry.use_cases.places import rekeying
from services.registry.use_cases.reconciliations import run as reconciliations_run
from services.registry.use_cases.webhooks import run as webhooks_run
from services.registry.use_cases.webhooks import upkeep as webhooks_upkeep

_FORM_BYTES = 1 << 20


def create_app(settings: RegistrySettings, peers: Mapping[str, Peer]) -> FastAPI:
    """The registry's app; its lifespan opens and closes the database."""
    database = Database(
        settings.database_url.get_secret_value(),
        application="registry",
        pool_size=settings.database_pool_size,
    )

    identity = Identity(peers["identity"])

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await database.open()
            stack.push_async_callback(database.close)
            store = await open_store(database, settings.wrapping_key)
            stack.push_async_callback(store.recorder.close)
            app.state.store = store
            app.state.settings = settings
            app.state.importing = work = importing(store, settings)
            fresh = asyncio.create_task(upkeep.keep_fresh(store))
            stack.push_async_callback(_stop, fresh)
            app.state.tide = Tide(store)
            app.state.webhooks = webhooks_run.webhooks_of(store, settings, identity)
            app.state.exporting = exports = exporting(store, settings)
            if settings.run_loops:
                for lasting in (
                    audit_checkpoints.keep_writing(
                        database, audit_checkpoints.Witness.of(settings)
                    ),
                    sealing.keep_sealing(
                        database, every_s=settings.seal_every_s, algorithm=settings.chain_hash
                    ),
                ):
                    stack.push_async_callback(_stop, asyncio.create_task(lasting))
                every_s = settings.count_every_s
                await upkeep.begin(store, every_s=every_s)
                await filling.begin(store)
                await former_names.begin(store)
                await retention.begin(store)
                await webhooks_upkeep.begin(store)
                await stack.enter_async_context(
                    webhooks_run.running(database, store, settings, identity)
                )
                handlers = upkeep.handlers(store, every_s=every_s)
                handlers = {
                    **handlers,
                    **imports_run.upkeep_handlers(work),
                    **reconciliations_run.upkeep_handlers(work),
                    **exports_run.upkeep_handlers(exports),
                    **retention.handlers(store, retention.Rules.of(settings)),
                    **webhooks_upkeep.handlers(store),
                }
                # An import works for minutes: with a loop of its own it delays no deadline.
                for loop in (
                    TimerLoop(database, handlers),
                    TimerLoop(database, imports_run.handlers(work), batch=1),
                    TimerLoop(database, reconciliations_run.handlers(work), batch=1),
                    TimerLoop(database, rekeying.handlers(store), batch=1),
                    TimerLoop(database, authority_jobs.handlers(store), batch=1),
                    TimerLoop(
                        database,
                        {**filling.handlers(store), **former_names.handlers(store)},
                        batch=1,
                    ),
                    TimerLoop(
                        database,
                        {**keys.handlers(store), **index_keys.handlers(store)},
                        batch=1,
                    ),
                    TimerLoop(database, exports_run.handlers(exports), batch=1),
                ):
                    stack.push_async_callback(_stop, asyncio.create_task(loop.run()))
            yield

    return edge.create(
        "registry",
        version="1",
        lifespan=lifespan,
        gate=Gate(
            PeerKeys(peers["identity"]),
            issuer=settings.issuer,
            audience=settings.audience,
            policy=POLICY,
            purposes=PURPOSES,
        ),
        routers=ROUTERS,
        checks={"database": database.ping},
        upload_paths=dict.fromkeys(
            (imports.PATH, reconciliations.PATH), settings.import_file_bytes + _FORM_BYTES
        ),
    )


async def _stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
