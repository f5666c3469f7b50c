"""`python -m benchmarks.webhooks`: how fast events are delivered, and what dead endpoints cost.

Receivers are processes of their own on loopback. A dead one takes connections and never answers,
which holds an attempt for its whole 15 seconds; one that refuses costs less.
"""

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import orjson

from gateway.hosting import Embedded
from services.common import outbox, telemetry
from services.common.clock import utc_now
from services.common.ids import new_id
from services.common.outbox import Event
from services.common.testing import TokenMint
from services.registry.service import SERVICE
from tests.factories.registry import COUNTY, GRID, Registry, running

_EVENTS: Final = 5000
_DEAD: Final = 100
_SECONDS: Final = 40
_DOMAINS: Final = ("public_security", "family_planning", "social_security", "housing", "health")
_ANSWER: Final = b"HTTP/1.1 204 No Content\r\n\r\n"


async def receive(*, dead: bool) -> None:
    """Take messages, and print for each when it came; or take connections and say nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if dead:
                    await asyncio.sleep(3600)
                fields = dict(
                    line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if line
                )
                await reader.readexactly(int(fields["Content-Length"]))
                print(fields["webhook-id"], time.time(), flush=True)
                writer.write(_ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


class Receiver:
    """A receiving process."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.port = port
        self.came: dict[str, float] = {}
        self.url = f"http://127.0.0.1:{port}/in"

    async def listen(self) -> None:
        """Note when each message came."""
        assert self._process.stdout is not None  # noqa: S101 — it was started with a pipe
        while line := await self._process.stdout.readline():
            name, at = line.decode().split()
            self.came.setdefault(name, float(at))


@asynccontextmanager
async def receiver(*words: str) -> AsyncIterator[Receiver]:
    """A receiving process, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.webhooks", "--receive", *words,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None  # noqa: S101 — it was started with a pipe
    made = Receiver(process, int(await process.stdout.readline()))
    listening = asyncio.create_task(made.listen())
    try:
        yield made
    finally:
        process.kill()
        await process.wait()
        listening.cancel()


async def publish(registry: Registry, count: int) -> dict[str, float]:
    """So many events, and when they were published, by id."""
    data = {"county": COUNTY, "version": 2, "fields": ["phone"], "method": "grid_visit"}
    events = [
        Event("registry.resident.corrected.v1", str(new_id()), GRID, utc_now(), data)
        for _ in range(count)
    ]
    async with registry.store.transaction() as tx:
        await outbox.publish(tx.connection, *events)
    return {str(event.id): time.time() for event in events}


async def subscribe(registry: Registry, url: str, domain: str) -> None:
    """One webhook of a department."""
    answer = await registry.client.post(
        "/v1/webhooks", content=orjson.dumps({"url": url}),
        headers={**registry.department(domain), "Content-Type": "application/json"},
    )  # fmt: skip
    answer.raise_for_status()


async def speed(registry: Registry, live: Receiver, subscriptions: int) -> float:
    """Deliveries a second when the feed is far ahead."""
    for _ in range(subscriptions):
        await subscribe(registry, live.url, "culture")
    wanted = set(await publish(registry, _EVENTS // subscriptions))
    started = time.monotonic()
    before = len(live.came)
    while len(live.came) - before < len(wanted) or await waiting(registry):  # noqa: ASYNC110 — another process fills it
        await asyncio.sleep(0.02)
    return subscriptions * len(wanted) / (time.monotonic() - started)


async def waiting(registry: Registry) -> bool:
    """Whether some live endpoint still has something to get."""
    rows = await registry.rows(
        "select exists (select from webhooks w where active and ((w.xact, w.seq) < "
        "(select xact, seq from events order by events.xact desc, seq desc limit 1) or exists "
        "(select from webhook_deliveries d where d.webhook_id = w.id and state = 'pending'))) as b"
    )
    return bool(rows[0]["b"])


async def delays(registry: Registry, live: Receiver, seconds: int) -> list[float]:
    """Seconds from publishing to arrival at the live one, an event five times a second."""
    sent: dict[str, float] = {}
    for _ in range(seconds * 5):
        sent |= await publish(registry, 1)
        await asyncio.sleep(0.2)
    await asyncio.sleep(5)
    return sorted(live.came[name] - at for name, at in sent.items() if name in live.came)


def told(title: str, found: list[float]) -> None:
    """One line of figures."""
    p99 = found[int(len(found) * 0.99)]
    print(
        f"{title}: {len(found)} arrived, median {statistics.median(found) * 1000:.0f} ms, "
        f"p99 {p99 * 1000:.0f} ms, worst {found[-1] * 1000:.0f} ms"
    )


async def main() -> None:
    """Measure and print."""
    telemetry.configure(json_lines=True, level=logging.WARNING)
    folder = Path(tempfile.mkdtemp(prefix="onegrid-webhooks-"))
    embedded = Embedded.start(folder)
    embedded.migrate([SERVICE])
    dsn = embedded.postgres.service_dsn("registry")
    async with AsyncExitStack() as stack:
        live = await stack.enter_async_context(receiver())
        dead = await stack.enter_async_context(receiver("--dead"))
        settings = {
            "run_loops": True, "webhook_plain_http": True, "webhook_networks": "127.0.0.0/8",
            "webhook_ports": f"{live.port},{dead.port}", "data_dir": folder,
            "database_pool_size": 10,
        }  # fmt: skip
        registry = await stack.enter_async_context(running(dsn, TokenMint(), **settings))
        print(f"one endpoint: {await speed(registry, live, 1):.0f} deliveries/s")
        print(f"nine endpoints: {await speed(registry, live, 9):.0f} deliveries/s")
        async with registry.store.transaction() as tx:
            await tx.connection.execute("delete from webhooks")
        await subscribe(registry, live.url, "market")
        told("alone", await delays(registry, live, _SECONDS // 2))
        for number in range(_DEAD):
            await subscribe(registry, dead.url, _DOMAINS[number % len(_DOMAINS)])
        told(f"beside {_DEAD} dead", await delays(registry, live, _SECONDS))
    embedded.postgres.stop()


if __name__ == "__main__":
    if "--receive" in sys.argv:
        asyncio.run(receive(dead="--dead" in sys.argv))
    else:
        asyncio.run(main())
