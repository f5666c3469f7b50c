import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gateway.limits import RateLimit, Share
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


@given(
    st.lists(st.floats(0, 20, allow_nan=False), max_size=300),
    st.integers(1, 12),
)
def test_no_minute_lets_more_through_than_its_two_clock_minutes_allow(
    pauses: list[float], limit: int
) -> None:
    now = 1000.0
    share = Share(limit, lambda: now)
    let: list[float] = []
    for pause in pauses:
        now += pause
        wait_s = share.take("somebody")
        if wait_s == 0:
            let.append(now)
        else:
            assert 1 <= wait_s <= 120
            assert sum(at > now - 120 for at in let) >= limit
    for end in let:
        assert sum(end - 60 < at <= end for at in let) <= 2 * limit
    for minute in {int(at // 60) for at in let}:
        assert sum(int(at // 60) == minute for at in let) <= limit


def test_who_waits_as_told_gets_through() -> None:
    now = 1030.0
    share = Share(10, lambda: now)
    for _ in range(50):
        wait_s = share.take("somebody")
        now += wait_s
        assert wait_s == 0 or share.take("somebody") == 0
    for _ in range(10):
        now += 0.01
        share.take("else")
    assert share.take("else") > 0
    now += 200
    assert share.take("else") == 0
