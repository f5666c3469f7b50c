import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from services.common import database, edge
from services.common.auth import ANYONE, Gate, PeerKeys, allow
from services.common.errors import NothingHere, PeerUnavailable, ValidationFailed
from services.common.peers import CalledInTransaction, InProcess, Peer
from services.common.testing import AUDIENCE, ISSUER, TokenMint


class Thing(BaseModel):
    name: Annotated[str, Field(max_length=5)]


@asynccontextmanager
async def nothing(_: FastAPI) -> AsyncIterator[None]:
    yield


def make(mint: TokenMint) -> FastAPI:
    router = APIRouter(prefix="/v1")

    @router.post("/things", operation_id="things.make")
    async def make_thing(thing: Thing) -> Thing:
        return thing

    @router.get("/missing", operation_id="things.missing")
    async def missing() -> None:
        raise NothingHere

    @router.get("/bug", operation_id="things.bug")
    async def bug() -> None:
        raise ZeroDivisionError("secret detail")

    @router.get("/away", operation_id="things.away")
    async def away() -> None:
        raise ConnectionRefusedError

    @router.get("/slow", operation_id="things.slow")
    async def slow() -> None:
        await asyncio.sleep(5)

    @router.get("/unlisted")
    async def unlisted() -> None:
        return None

    names = ("make", "missing", "bug", "away", "slow")
    policy = {f"things.{name}": ANYONE for name in names} | {"other": allow()}
    gate = Gate(PeerKeys(mint.peer()), issuer=ISSUER, audience=AUDIENCE, policy=policy)

    async def broken() -> None:
        raise OSError

    return edge.create(
        "things", version="1", lifespan=nothing, gate=gate, routers=(router,), checks={"db": broken}
    )


@pytest.fixture
def client(mint: TokenMint) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(make(mint), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://things")


async def test_every_refusal_is_a_problem_with_the_request_id(client: httpx.AsyncClient) -> None:
    requests = {
        404: client.build_request("GET", "/nowhere"),
        405: client.build_request("PUT", "/v1/things"),
        422: client.build_request("POST", "/v1/things", json={"name": "too long"}),
        400: client.build_request("POST", "/v1/things", content=b"{", headers=JSON),
        401: client.build_request("GET", "/v1/unlisted"),
        413: client.build_request("POST", "/v1/things", content=b"x" * (1 << 21), headers=JSON),
        500: client.build_request("GET", "/v1/bug"),
        503: client.build_request("GET", "/v1/away"),
    }
    for status, request in requests.items():
        request.headers["X-Request-Id"] = "request-0001"
        response = await client.send(request)
        body = response.json()
        assert response.status_code == status, body
        assert response.headers["content-type"] == "application/problem+json"
        assert body["status"] == status
        assert body["instance"] == "request-0001" == response.headers["x-request-id"]
        assert "secret" not in response.text


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("tag", "detail"),
    [
        ("zh-CN", "最多 5 个字符。"),
        ("ko", "최대 5자입니다."),
        ("en", "String should have at most 5 characters"),
    ],
)
async def test_a_wrong_value_is_named_by_pointer(
    client: httpx.AsyncClient, tag: str, detail: str
) -> None:
    headers = {"Accept-Language": tag}
    response = await client.post("/v1/things", json={"name": "too long"}, headers=headers)
    assert response.json()["errors"] == [
        {
            "pointer": "/name",
            "code": "string-too-long",
            "detail": detail,
        }
    ]


@pytest.mark.parametrize(
    ("tag", "title"), [("ko-KR", "찾을 수 없습니다"), ("en", "Not found"), ("fr", "未找到")]
)
async def test_titles_speak_the_readers_language(
    client: httpx.AsyncClient, tag: str, title: str
) -> None:
    response = await client.get("/v1/missing", headers={"Accept-Language": tag})
    assert response.json()["title"] == title


async def test_a_strange_request_id_is_replaced(client: httpx.AsyncClient) -> None:
    response = await client.get("/livez", headers={"X-Request-Id": "x\ty" * 3})
    assert len(response.headers["x-request-id"]) == 32


async def test_a_mounted_service_keeps_the_request_id_of_its_host(mint: TokenMint) -> None:
    app = Starlette(
        routes=[Mount("/things", make(mint))],
        middleware=[Middleware(edge.Boundary, service="host")],
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://host") as host:
        response = await host.get("/things/v1/missing")
    assert response.headers.get_list("x-request-id") == [response.json()["instance"]]
    assert structlog.contextvars.get_contextvars() == {}


async def test_liveness_touches_nothing_and_readiness_asks(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez")).json() == {"status": "alive"}
    ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"] == {"db": "not ready: OSError"}


async def test_an_undeclared_length_is_counted(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * (1 << 16)

    response = await client.post("/v1/things", content=endless(), headers=JSON)
    assert response.status_code == 413


async def test_a_declared_length_beside_chunks_is_not_believed(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * (1 << 16)

    headers = {**JSON, "Content-Length": "2", "Transfer-Encoding": "chunked"}
    response = await client.post("/v1/things", content=endless(), headers=headers)
    assert response.status_code == 413


async def test_an_in_process_peer_has_the_manners_of_a_network(mint: TokenMint) -> None:
    peer = Peer("things", base_url="http://things", transport=InProcess(make(mint)), timeout_s=0.2)
    with structlog.contextvars.bound_contextvars(request_id="outer-request"):
        with pytest.raises(PeerUnavailable):
            await peer.call("GET", "/v1/bug")
        with pytest.raises(PeerUnavailable):
            await peer.call("GET", "/v1/slow")
        answer = await peer.call("GET", "/v1/missing")
        assert answer.json()["instance"] == "outer-request"
        assert structlog.contextvars.get_contextvars() == {"request_id": "outer-request"}


async def test_a_peer_refuses_inside_a_transaction(mint: TokenMint) -> None:
    peer = Peer("things", base_url="http://things", transport=InProcess(make(mint)))
    token = database._in_transaction.set(True)  # noqa: SLF001 — the state a transaction sets
    try:
        with pytest.raises(CalledInTransaction):
            await peer.call("GET", "/livez")
    finally:
        database._in_transaction.reset(token)  # noqa: SLF001 — as above


@pytest.mark.parametrize(("header", "version"), [('"3"', 3), ('W/"7"', 7), ("12", 12)])
def test_an_etag_names_a_version(header: str, version: int) -> None:
    assert edge.version_of(header) == version


@pytest.mark.parametrize("header", [None, ""])
def test_a_missing_etag_is_required(header: str | None) -> None:
    with pytest.raises(edge.IfMatchRequired):
        edge.version_of(header)


@pytest.mark.parametrize("header", ["*", '"x"', '"99999999999"', '"٣"'])
def test_a_foreign_etag_is_invalid(header: str) -> None:
    with pytest.raises(ValidationFailed):
        edge.version_of(header)
