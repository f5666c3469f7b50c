"""The courier at work beside the registry, in loops of its own: a receiver delays no deadline."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from services.common.database import Database
from services.common.timers import TimerLoop
from services.registry.clients.identity import Identity
from services.registry.clients.webhooks.sending import Sender
from services.registry.domain.webhooks.addresses import Allowance, networks_of
from services.registry.settings import RegistrySettings
from services.registry.store.store import Store
from services.registry.use_cases.webhooks.courier import Courier
from services.registry.use_cases.webhooks.subscriptions import Webhooks

_IDLE_S: Final = 0.2
_SCHEMAS: Final = Path(__file__).parents[2] / "contract" / "events"
_SCHEMA: Final = ".schema.json"


def allowance_of(settings: RegistrySettings) -> Allowance:
    """Where this installation sends to."""
    return Allowance(
        networks=networks_of(settings.webhook_networks),
        plain_http=settings.webhook_plain_http,
        ports=frozenset(int(p) for p in settings.webhook_ports.split(",") if p.strip()),
    )


def webhooks_of(store: Store, settings: RegistrySettings, identity: Identity) -> Webhooks:
    """What webhooks of an open store work with; the types of events are those with a schema."""
    names = (path.name.removesuffix(_SCHEMA) for path in _SCHEMAS.glob(f"*{_SCHEMA}"))
    types = frozenset(f"registry.{name}" for name in names)
    return Webhooks(store, allowance_of(settings), types, identity)


@asynccontextmanager
async def running(
    database: Database, store: Store, settings: RegistrySettings, identity: Identity
) -> AsyncIterator[Courier]:
    """A courier that takes turns until the block ends."""
    sender = Sender(allowance_of(settings), ca_file=settings.webhook_ca_file)
    async with AsyncExitStack() as stack:
        await sender.open()
        stack.push_async_callback(sender.close)
        courier = Courier(store, sender, identity, at_once=settings.webhook_turns_at_once)
        stack.push_async_callback(courier.close)
        loop = TimerLoop(database, courier.handlers(), idle_s=_IDLE_S)
        for work in (loop.run(), courier.watch()):
            stack.push_async_callback(_stop, asyncio.create_task(work))
        yield courier


async def _stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
