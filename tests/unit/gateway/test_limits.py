import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gateway.limits import RateLimit
from gateway.settings import GatewaySettings
from services.common.auth import Gate, PeerKeys
from services.common.testing import AUDIENCE, ISSUER, TokenMint

SHARES = {
    "person_requests_per_minute": 60,
    "system_requests_per_minute": 120,
    "address_requests_per_minute": 90,
}


@pytest.fixture
def mint() -> TokenMint:
    return TokenMint()


@pytest.fixture
def door(mint: TokenMint) -> httpx.AsyncClient:
    behind = Starlette(routes=[Route("/", lambda _: PlainTextResponse("in"))])
    gate = Gate(PeerKeys(mint.peer()), issuer=ISSUER, audience=AUDIENCE, policy={})
    app = RateLimit(behind, gate=gate, settings=GatewaySettings(**SHARES))  # type: ignore[arg-type]  # numbers by name
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door")


async def passed(door: httpx.AsyncClient, headers: dict[str, str], sent: int) -> int:
    answers = await asyncio.gather(*(door.get("/", headers=headers) for _ in range(sent)))
    return sum(answer.status_code == 200 for answer in answers)


async def test_a_person_is_stopped_at_its_share_and_told_when_to_come_back(
    door: httpx.AsyncClient, mint: TokenMint
) -> None:
    headers = mint.headers(roles=["grid_worker"])
    assert await passed(door, headers, 60) == 60
    refused = await door.get("/", headers={**headers, "Accept-Language": "ko"})
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.json()["code"] == "too-many-requests"
    assert refused.json()["title"].startswith("요청이")


async def test_a_new_token_is_no_new_share(door: httpx.AsyncClient, mint: TokenMint) -> None:
    assert await passed(door, mint.headers(roles=["grid_worker"]), 60) == 60
    assert await passed(door, mint.headers(roles=["grid_worker"]), 5) == 0
    assert await passed(door, mint.headers(roles=["grid_worker"], sub="another"), 5) == 5


async def test_a_system_has_its_own_share(door: httpx.AsyncClient, mint: TokenMint) -> None:
    assert await passed(door, mint.headers(roles=["department_system"], sub="sys"), 130) == 120


async def test_forged_tokens_count_for_the_address_not_for_the_person_they_name(
    door: httpx.AsyncClient, mint: TokenMint
) -> None:
    forged = TokenMint().headers(roles=["grid_worker"])
    assert await passed(door, forged, 100) == 90
    assert await passed(door, {}, 5) == 0
    assert await passed(door, mint.headers(roles=["grid_worker"]), 60) == 60
