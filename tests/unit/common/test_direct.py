from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount

from services.common import edge
from services.common.auth import Gate, PeerKeys, allow
from services.common.direct import PathNotExact, direct, routes_of
from services.common.errors import NothingHere
from services.common.testing import AUDIENCE, ISSUER, TokenMint


@asynccontextmanager
async def nothing(_: FastAPI) -> AsyncIterator[None]:
    yield


def make(mint: TokenMint) -> FastAPI:
    router = APIRouter(prefix="/v1")

    @router.post("/things/find", operation_id="things.find")
    @direct
    async def find(request: Request) -> Response:
        asked = await request.json()
        if asked == "hidden":
            raise NothingHere
        if asked == "gone":
            raise HTTPException(410)
        return JSONResponse({"found": asked, "by": request.state.principal.subject})

    gate = Gate(
        PeerKeys(mint.peer()),
        issuer=ISSUER,
        audience=AUDIENCE,
        policy={"things.find": allow("grid_worker", purpose=True)},
        purposes=frozenset({"audit"}),
    )
    return edge.create(
        "things", version="1", lifespan=nothing, gate=gate, routers=(router,), checks={}
    )


@pytest.fixture
def client(mint: TokenMint) -> httpx.AsyncClient:
    host = Starlette(routes=[Mount("/things", make(mint))])
    return httpx.AsyncClient(transport=httpx.ASGITransport(host), base_url="http://host/things")


async def test_a_direct_operation_answers_behind_a_mount(
    client: httpx.AsyncClient, mint: TokenMint
) -> None:
    headers = mint.headers(roles=["grid_worker"], purpose="audit")
    answer = await client.post("/v1/things/find", json="it", headers=headers)
    assert answer.json() == {"found": "it", "by": "person-1"}


@pytest.mark.parametrize(
    ("role", "purpose", "status"),
    [(None, None, 401), ("auditor", "audit", 403), ("grid_worker", None, 400)],
)
async def test_a_direct_operation_passes_the_gate(
    client: httpx.AsyncClient, mint: TokenMint, role: str | None, purpose: str | None, status: int
) -> None:
    headers = mint.headers(roles=[role], purpose=purpose) if role else {}
    answer = await client.post("/v1/things/find", json="it", headers=headers)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.json()["instance"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(("asked", "status"), [("hidden", 404), ("gone", 410)])
async def test_its_refusals_are_problems(
    client: httpx.AsyncClient, mint: TokenMint, asked: str, status: int
) -> None:
    headers = mint.headers(roles=["grid_worker"], purpose="audit")
    answer = await client.post("/v1/things/find", json=asked, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_other_methods_are_the_frameworks_to_refuse(client: httpx.AsyncClient) -> None:
    assert (await client.put("/v1/things/find", json="it")).status_code == 405


def test_it_stays_in_the_document(mint: TokenMint) -> None:
    assert "/v1/things/find" in make(mint).openapi()["paths"]


def test_only_an_exact_path_can_be_direct() -> None:
    router = APIRouter()

    @router.get("/things/{name}")  # noqa: FAST003 — read by hand, were it ever asked
    @direct
    async def one(request: Request) -> Response:
        return Response(request.path_params["name"])

    with pytest.raises(PathNotExact):
        routes_of([router])
