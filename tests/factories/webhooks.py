"""Receivers of webhooks that really listen, and a courier whose time the test tells."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.common import outbox
from services.common.ids import new_id
from services.common.outbox import Event
from services.common.timers import TimerLoop
from services.registry.clients.identity import Identity
from services.registry.clients.webhooks.sending import LookUp, Sender, look_up
from services.registry.domain.webhooks.addresses import Allowance, networks_of
from services.registry.store.webhooks import turns
from services.registry.use_cases.webhooks.courier import Courier
from services.registry.use_cases.webhooks.subscriptions import Webhooks
from tests.factories.registry import COUNTY, GRID, Registry

LOOPBACK = networks_of("127.0.0.0/8, ::1/128")


@dataclass
class Got:
    """A request a receiver got."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = orjson.loads(self.body)
        return event


Reply = Callable[[int], web.Response | float]
"""Number of the request, from 0 → the answer, or seconds to say nothing at all."""


@dataclass
class Receiver:
    """An HTTP server of a department, on loopback."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    reply: Reply = lambda _: web.Response(status=204)

    @property
    def fields(self) -> list[list[str]]:
        return [got.event["data"]["fields"] for got in self.got]

    async def has_ids(self, ids: set[str], *, within_s: float = 10) -> None:
        """Wait until all these messages came."""
        until = time.monotonic() + within_s
        while not ids <= {got.headers["webhook-id"] for got in self.got}:
            await asyncio.sleep(0.05)
            assert time.monotonic() < until

    async def has(self, count: int, *, within_s: float = 10) -> None:
        """Wait until so many requests came."""
        until = time.monotonic() + within_s
        while len(self.got) < count:
            await asyncio.sleep(0.01)
            assert time.monotonic() < until

    async def take(self, request: web.Request) -> web.Response:
        number = len(self.got)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append(Got(headers, await request.read()))
        answer = self.reply(number)
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return web.Response(status=204)
        return answer


@asynccontextmanager
async def receiving(**server: Any) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{tail:.*}", receiver.take)
    async with TestServer(app, **server) as started:
        receiver.url = str(started.make_url("/in"))
        yield receiver


@dataclass
class Post:
    """The courier of a registry; time stands still until the test moves it."""

    registry: Registry
    courier: Courier
    now: datetime
    sender: Sender

    @property
    def identity(self) -> Identity:
        env: Webhooks = self.registry.app.state.webhooks
        return env.identity

    @property
    def loop(self) -> TimerLoop:
        return TimerLoop(
            self.registry.store.database, self.courier.handlers(), clock=lambda: self.now
        )

    async def round(self, later: timedelta = timedelta()) -> None:
        """Everything that is due, until nothing is."""
        self.now += later
        for _ in range(20):
            async with self.registry.store.transaction() as tx:
                await turns.notice(tx.connection, self.now)
            fired = await self.loop.fire_due()
            await self.finished()
            if not fired:
                return
        raise AssertionError("turns do not come to an end")

    async def finished(self) -> None:
        while self.courier.running:  # noqa: ASYNC110 — turns end by themselves
            await asyncio.sleep(0.005)

    def headers(self, domain: str = "public_security", **token: Any) -> dict[str, str]:
        return self.registry.department(domain, **token)

    async def subscribe(
        self, url: str, *, domain: str = "public_security", **body: Any
    ) -> dict[str, Any]:
        token = body.pop("token", {})
        answer = await self.registry.client.post(
            "/v1/webhooks", json={"url": url, **body}, headers=self.headers(domain, **token)
        )
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def get(self, path: str, *, domain: str = "public_security", **token: Any) -> Any:
        answer = await self.registry.client.get(
            f"/v1/webhooks{path}", headers=self.headers(domain, **token)
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(
        self, path: str, body: Any = None, *, version: int | None = None, **token: Any
    ) -> httpx.Response:
        headers = self.headers(token.pop("domain", "public_security"), **token)
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.registry.client.post(f"/v1/webhooks{path}", json=body, headers=headers)

    async def patch(
        self, path: str, body: Any, *, version: int, domain: str = "public_security", **token: Any
    ) -> httpx.Response:
        headers = {**self.headers(domain, **token), "If-Match": f'"{version}"'}
        return await self.registry.client.patch(f"/v1/webhooks{path}", json=body, headers=headers)

    async def deliveries(self, webhook_id: str, state: str = "") -> list[dict[str, Any]]:
        query = f"?state={state}" if state else ""
        page = await self.get(f"/{webhook_id}/deliveries{query}")
        items: list[dict[str, Any]] = page["items"]
        return items

    async def publish(self, *fields: str, area: str = GRID, subject: UUID | None = None) -> str:
        """An event about these fields; its id."""
        data = {
            "county": COUNTY, "version": 2, "fields": list(fields), "method": "grid_visit",
        }  # fmt: skip
        event = Event(
            "registry.resident.corrected.v1", str(subject or new_id()), area, self.now, data
        )
        async with self.registry.store.transaction() as tx:
            await outbox.publish(tx.connection, event)
        return str(event.id)


@asynccontextmanager
async def post_of(
    registry: Registry,
    *receivers: Receiver,
    look_up: LookUp = look_up,
    **allowance: Any,
) -> AsyncIterator[Post]:
    """A registry's post that may send to these receivers on loopback."""
    ports = frozenset(httpx.URL(r.url).port or 443 for r in receivers) | {443}
    allowed = Allowance(
        **{"networks": LOOPBACK, "plain_http": True, "ports": ports,
           **{k: v for k, v in allowance.items() if k != "ca_file"}}
    )  # fmt: skip
    post: Post
    sender = Sender(
        allowed,
        look_up=look_up,
        ca_file=allowance.get("ca_file"),
        clock=lambda: post.now,
    )
    env: Webhooks = registry.app.state.webhooks
    now = datetime.now(UTC)
    courier = Courier(registry.store, sender, env.identity, clock=lambda: post.now)
    post = Post(registry, courier, now, sender)
    registry.app.state.webhooks = replace(env, allowance=allowed, clock=lambda: post.now)
    await sender.open()
    try:
        yield post
    finally:
        await courier.close()
        await sender.close()
