"""The receiver of the how-to, as a process of its own, behind a registry with its loops."""

import asyncio
import os
import re
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from services.common import outbox
from services.common.clock import utc_now
from services.common.ids import new_id
from services.common.outbox import Event
from services.common.testing import TokenMint
from services.registry.service import SERVICE
from tests.factories.registry import COUNTY, GRID, Registry, running

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "receive-webhooks.md"


def program(folder: Path) -> Path:
    """The one Python block of the page, as a file."""
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = folder / "receiver.py"
    path.write_text(block, encoding="utf-8")
    return path


@asynccontextmanager
async def process(path: Path, env: Mapping[str, str]) -> AsyncIterator[int]:
    """The receiver, listening; its port."""
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        str(path),
        env={**os.environ, **env},  # noqa: TID251 — a child inherits
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert started.stdout is not None
    line = await asyncio.wait_for(started.stdout.readline(), 20)
    try:
        yield int(line.split()[-1])
    finally:
        started.send_signal(signal.SIGKILL)
        await started.wait()


async def publish(registry: Registry) -> str:
    data = {"county": COUNTY, "version": 2, "fields": ["phone"], "method": "grid_visit"}
    event = Event("registry.resident.corrected.v1", str(new_id()), GRID, utc_now(), data)
    async with registry.store.transaction() as tx:
        await outbox.publish(tx.connection, event)
    return str(event.id)


async def inbox_has(inbox: Path, ids: set[str]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with sqlite3.connect(inbox) as rows:
            if {row[0] for row in rows.execute("select id from inbox")} == ids:
                return
        await asyncio.sleep(0.1)
    raise AssertionError("not everything arrived")


async def test_the_receiver_of_the_how_to_takes_each_event_once_and_survives_a_kill(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> None:
    inbox, path = tmp_path / "inbox.sqlite", program(tmp_path)
    # The port must be known before the registry starts: it is on the list of allowed ones.
    async with process(
        path, {"WEBHOOK_SECRET": "whsec_AAAA", "PORT": "0", "INBOX": ":memory:"}
    ) as port:
        async with httpx.AsyncClient(trust_env=False) as stranger:
            refused = await stranger.post(f"http://127.0.0.1:{port}/", content=b"{}")
        assert refused.status_code == 401
    settings = {
        "run_loops": True,
        "webhook_plain_http": True,
        "webhook_networks": "127.0.0.0/8",
        "webhook_ports": str(port),
        "data_dir": tmp_path,
    }
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint, **settings) as registry:
        made = await registry.client.post(
            "/v1/webhooks",
            json={"url": f"http://127.0.0.1:{port}/in"},
            headers=registry.department("public_security"),
        )
        assert made.status_code == 201, made.text
        env = {
            "WEBHOOK_SECRET": made.json()["secret"],
            "PORT": str(port),
            "INBOX": str(inbox),
        }
        async with process(path, env):
            ids = {await publish(registry) for _ in range(5)}
            await inbox_has(inbox, ids)
        ids.add(await publish(registry))  # nobody listens now
        await asyncio.sleep(1)
        async with process(path, env):
            again = await registry.client.post(
                f"/v1/webhooks/{made.json()['id']}/replay",
                json={"since": "2020-01-01T00:00:00Z"},
                headers=registry.department("public_security"),
            )
            assert again.status_code == 202
            await inbox_has(inbox, ids)
