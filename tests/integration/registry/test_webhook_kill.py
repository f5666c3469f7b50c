"""A courier's process is killed in the middle of a batch, and another finishes its work."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

from services.common import outbox
from services.common.clock import utc_now
from services.common.ids import new_id
from services.common.outbox import Event
from services.common.testing import TokenMint
from services.registry.clients.identity import Identity
from services.registry.service import SERVICE
from services.registry.use_cases.webhooks import run
from tests.factories.registry import COUNTY, GRID, Registry, running
from tests.factories.webhooks import Receiver, receiving

EVENTS: Final = 150
WORKER: Final = """
import asyncio, sys
from services.common.testing import TokenMint
from tests.factories.registry import running

async def main():
    settings = {"run_loops": True, "webhook_plain_http": True,
                "webhook_networks": "127.0.0.0/8", "webhook_ports": sys.argv[2]}
    async with running(sys.argv[1], TokenMint(), data_dir=sys.argv[3], **settings):
        await asyncio.sleep(600)

asyncio.run(main())
"""


async def publish(registry: Registry) -> set[str]:
    data = {"county": COUNTY, "version": 2, "fields": ["phone"], "method": "grid_visit"}
    events = [
        Event("registry.resident.corrected.v1", str(new_id()), GRID, utc_now(), data)
        for _ in range(EVENTS)
    ]
    async with registry.store.transaction() as tx:
        await outbox.publish(tx.connection, *events)
    return {str(event.id) for event in events}


async def killed_in_the_middle(dsn: str, receiver: Receiver, port: str, folder: Path) -> None:
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, dsn, port, str(folder),
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},  # noqa: TID251 — a child inherits
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await receiver.has(80, within_s=60)
    worker.send_signal(signal.SIGKILL)
    await worker.wait()


async def test_nothing_is_lost_and_what_is_repeated_has_the_same_id(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> None:
    dsn = service_database("registry", SERVICE.migrations)
    async with receiving() as receiver:
        port = receiver.url.split(":")[2].split("/")[0]
        settings = {
            "webhook_plain_http": True, "webhook_networks": "127.0.0.0/8", "webhook_ports": port,
        }  # fmt: skip
        async with running(dsn, mint, data_dir=tmp_path, **settings) as registry:
            made = await registry.client.post(
                "/v1/webhooks", json={"url": receiver.url}, headers=registry.department("market")
            )
            assert made.status_code == 201
            ids = await publish(registry)
            await killed_in_the_middle(dsn, receiver, port, tmp_path)
            assert len(receiver.got) < EVENTS
            async with registry.store.transaction() as tx:  # instead of waiting for a minute
                await tx.connection.execute("update timers set leased_until = now()")
            identity = Identity(registry.identities.peer())
            async with run.running(
                registry.store.database, registry.store, registry.app.state.settings, identity
            ):
                await receiver.has_ids(ids, within_s=60)
            times = Counter(got.headers["webhook-id"] for got in receiver.got)
            assert set(times) == ids
            assert sum(times.values()) - EVENTS <= 64, "at most the batch that was under way"
            assert max(times.values()) <= 2
