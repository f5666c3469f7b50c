import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway import proxy
from gateway.cli import up
from gateway.proxy import Remote


async def echo(request: web.Request) -> web.Response:
    body = await request.read()
    headers = {"X-Length": request.headers.get("Content-Length", "none"), "X-Request-Id": "own"}
    return web.Response(body=body, headers=headers, status=201)


gone = asyncio.Event()


async def drip(request: web.Request) -> web.StreamResponse:
    """A stream that never ends by itself, and notices when nobody listens."""
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    gone.clear()
    try:
        while True:
            await answer.write(b": drip\n\n")
            await asyncio.sleep(0.02)
    except (ConnectionError, asyncio.CancelledError):
        gone.set()
    return answer


@pytest.fixture
async def remote() -> AsyncIterator[Remote]:
    served = web.Application(client_max_size=1 << 22)
    served.router.add_route("*", "/v1/echo", echo)
    served.router.add_route("GET", "/v1/drip", drip)
    async with TestServer(served) as server:
        remote = Remote("echo", str(server.make_url("")).rstrip("/"))
        await remote.open()
        yield remote
        await remote.close()


@pytest.fixture
async def client(remote: Remote) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(remote)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        yield http


@pytest.mark.parametrize("size", [1, 1 << 16, (1 << 16) + 1, 1 << 20])
async def test_a_body_of_any_size_goes_and_comes_back(client: httpx.AsyncClient, size: int) -> None:
    answer = await client.post("/v1/echo", content=b"x" * size)
    assert answer.status_code == 201
    assert answer.content == b"x" * size
    assert answer.headers["x-length"] == str(size)
    assert "x-request-id" not in answer.headers, "the gateway's boundary says it"


async def test_chunks_go_as_chunks(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"abc"

    answer = await client.post("/v1/echo", content=chunks())
    assert (answer.content, answer.headers["x-length"]) == (b"abcabcabc", "none")


async def test_a_request_without_a_body_has_none(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/echo")).content == b""
    head = await client.head("/v1/echo")
    assert (head.status_code, head.content) == (201, b"")


async def test_a_stream_comes_drop_by_drop_and_ends_when_nobody_listens(
    remote: Remote,
) -> None:
    drops: list[bytes] = []
    heard = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await heard.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if drop := message.get("body"):
            drops.append(drop)
        if len(drops) == 3:
            heard.set()

    scope = {
        "type": "http", "method": "GET", "path": "/v1/drip", "query_string": b"", "headers": [],
        "scheme": "http", "server": ("gateway", 80),
    }  # fmt: skip
    await asyncio.wait_for(remote(scope, receive, send), 5)
    assert len(drops) >= 3
    await asyncio.wait_for(gone.wait(), 5)


def test_the_asking_side_closes_idle_connections_first() -> None:
    """Otherwise a request meets a closing connection, and a POST among them is a 502."""
    assert proxy.IDLE_S < up.KEEP_ALIVE_S


async def test_a_service_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    served = web.Application()
    served.router.add_route("GET", "/v1/silent", silent)
    monkeypatch.setattr(proxy, "_TIMEOUT", aiohttp.ClientTimeout(total=None, sock_read=0.2))
    async with TestServer(served, shutdown_timeout=0.1) as server:
        remote = Remote("silent", str(server.make_url("")).rstrip("/"))
        await remote.open()
        transport = httpx.ASGITransport(remote)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            late = await http.get("/v1/silent")
        await remote.close()
    assert (late.status_code, late.headers["content-type"]) == (504, "application/problem+json")
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        await remote.open()
        away = await http.get("/v1/silent")
        await remote.close()
    assert (away.status_code, away.headers["retry-after"]) == (503, "2")
