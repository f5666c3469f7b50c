from collections.abc import AsyncIterator

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


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    served = web.Application(client_max_size=1 << 22)
    served.router.add_route("*", "/v1/echo", echo)
    async with TestServer(served) as server:
        remote = Remote("echo", str(server.make_url("")).rstrip("/"))
        await remote.open()
        transport = httpx.ASGITransport(remote)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            yield http
        await remote.close()


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


def test_the_asking_side_closes_idle_connections_first() -> None:
    """Otherwise a request meets a closing connection, and a POST among them is a 502."""
    assert proxy.IDLE_S < up.KEEP_ALIVE_S
