"""Codes and refresh tokens: what they buy, and what ends a session."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from services.common.database import Connection
from tests.factories.identity import Browser, Hands, claims_of


async def refused(
    response: httpx.Response, error: str = "invalid_grant", status: int = 400
) -> None:
    assert response.status_code == status, response.text
    assert response.json()["error"] == error
    assert response.headers["cache-control"] == "no-store"


async def test_a_code_buys_a_token_with_the_persons_rights(browser: Browser) -> None:
    body = await browser.tokens()
    assert set(body) == {"access_token", "token_type", "expires_in", "refresh_token"}
    claims = claims_of(body["access_token"], (await browser.http.get("/v1/jwks")).json())
    assert claims["client_id"] == "field"
    assert claims["name"] == "金明子"
    assert (claims["org"], claims["roles"]) == ("222406001001", ["grid_worker"])
    assert (claims["areas"], claims["domains"]) == (["222406001001001"], [])
    assert len(claims["sub"]) == 36


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": "short"},
        {"redirect_uri": "http://testserver/field/"},
        {"client_id": "desk"},
        {"code": "another"},
    ],
)
async def test_a_code_is_bound_to_its_page_and_its_client(
    browser: Browser, changes: dict[str, str]
) -> None:
    await refused(await browser.exchange(await browser.code(), **changes))


async def test_a_wrong_verifier_burns_the_code(browser: Browser) -> None:
    code = await browser.code()
    await refused(await browser.exchange(code, code_verifier="w" * 43))
    await refused(await browser.exchange(code))


async def test_a_stranger_cannot_burn_a_code(browser: Browser) -> None:
    code = await browser.code()
    await refused(await browser.exchange(code, client_id="desk"))
    assert (await browser.exchange(code)).status_code == 200


@pytest.mark.parametrize("missing", ["code", "redirect_uri", "code_verifier"])
async def test_every_parameter_is_needed(browser: Browser, missing: str) -> None:
    response = await browser.exchange(await browser.code(), **{missing: ""})
    await refused(response, "invalid_request")


async def test_a_code_lives_a_minute(browser: Browser, hands: Hands) -> None:
    code = await browser.code()
    hands.forward(seconds=61)
    await refused(await browser.exchange(code))


async def test_a_code_shown_twice_ends_the_session(browser: Browser) -> None:
    code = await browser.code()
    tokens = (await browser.exchange(code)).json()
    await refused(await browser.exchange(code))
    await refused(await browser.refresh(tokens["refresh_token"]))


async def test_a_code_shown_twice_at_once_buys_one_session(browser: Browser) -> None:
    code = await browser.code()
    answers = await asyncio.gather(*(browser.exchange(code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]


async def test_a_refresh_token_is_exchanged_for_its_successor(
    browser: Browser, hands: Hands
) -> None:
    token = (await browser.tokens())["refresh_token"]
    for _ in range(3):
        hands.forward(hours=2)
        answer = await browser.refresh(token)
        assert answer.status_code == 200
        assert answer.json()["refresh_token"] != token
        token = answer.json()["refresh_token"]


async def test_a_refresh_token_used_again_ends_the_whole_session(
    browser: Browser, hands: Hands, sql: Connection
) -> None:
    first = (await browser.tokens())["refresh_token"]
    second = (await browser.refresh(first)).json()["refresh_token"]
    hands.forward(seconds=11)
    await refused(await browser.refresh(first))
    await refused(await browser.refresh(second))
    assert await sql.fetchval("select revoked_for from token_families") == "refresh_reused"


async def test_a_used_successor_proves_a_second_holder_at_once(browser: Browser) -> None:
    first = (await browser.tokens())["refresh_token"]
    second = (await browser.refresh(first)).json()["refresh_token"]
    third = (await browser.refresh(second)).json()["refresh_token"]
    await refused(await browser.refresh(first))
    await refused(await browser.refresh(third))


async def test_a_lost_answer_may_be_asked_for_again(browser: Browser) -> None:
    first = (await browser.tokens())["refresh_token"]
    lost = (await browser.refresh(first)).json()["refresh_token"]
    answer = await browser.refresh(first)
    assert answer.status_code == 200
    good = answer.json()["refresh_token"]
    # The lost one was replaced: whoever found it ends the session by showing it.
    await refused(await browser.refresh(lost))
    await refused(await browser.refresh(good))


async def test_no_second_showing_where_the_setting_says_so(
    start: Callable[..., Awaitable[FastAPI]], connect: Callable[[FastAPI], httpx.AsyncClient]
) -> None:
    async with connect(await start(refresh_retry_s=0)) as http:
        browser = Browser(http)
        first = (await browser.tokens())["refresh_token"]
        second = (await browser.refresh(first)).json()["refresh_token"]
        await refused(await browser.refresh(first))
        await refused(await browser.refresh(second))


async def test_a_session_ends_when_idle_and_in_any_case(browser: Browser, hands: Hands) -> None:
    token = (await browser.tokens())["refresh_token"]
    hands.forward(hours=12, seconds=1)
    await refused(await browser.refresh(token))
    token = (await browser.tokens())["refresh_token"]
    for _ in range(16):
        hands.forward(hours=10)
        token = (await browser.refresh(token)).json()["refresh_token"]
    hands.forward(hours=9)
    await refused(await browser.refresh(token))


async def test_the_desk_ends_after_half_an_hour(http: httpx.AsyncClient, hands: Hands) -> None:
    desk = Browser(http, client_id="desk", redirect_uri="/desk/")
    token = (await desk.tokens())["refresh_token"]
    hands.forward(minutes=29)
    token = (await desk.refresh(token)).json()["refresh_token"]
    hands.forward(minutes=31)
    await refused(await desk.refresh(token))


async def test_a_refresh_token_is_its_clients_only(browser: Browser) -> None:
    token = (await browser.tokens())["refresh_token"]
    await refused(await browser.refresh(token, client_id="desk"))
    await refused(await browser.refresh("unknown"))
    assert (await browser.refresh(token)).status_code == 200


async def test_rights_are_read_anew_at_every_refresh(browser: Browser, sql: Connection) -> None:
    token = (await browser.tokens())["refresh_token"]
    await sql.execute("update accounts set areas = '{222406001001002}'")
    answer = (await browser.refresh(token)).json()
    claims = claims_of(answer["access_token"], (await browser.http.get("/v1/jwks")).json())
    assert claims["areas"] == ["222406001001002"]
    await sql.execute("update accounts set disabled_at = now()")
    await refused(await browser.refresh(answer["refresh_token"]))
    assert await sql.fetchval("select revoked_for from token_families") == "account_disabled"


async def test_a_disabled_account_cannot_use_its_code(browser: Browser, sql: Connection) -> None:
    code = await browser.code()
    await sql.execute("update accounts set disabled_at = now()")
    await refused(await browser.exchange(code))


async def test_signing_out_ends_the_session(browser: Browser) -> None:
    token = (await browser.tokens())["refresh_token"]
    form = {"token": token, "token_type_hint": "refresh_token", "client_id": "field"}
    other = await browser.http.post("/v1/revoke", data={**form, "client_id": "desk"})
    assert other.status_code == 200
    assert (await browser.refresh(token)).status_code == 200
    for _ in range(2):
        answer = await browser.http.post("/v1/revoke", data=form)
        assert (answer.status_code, answer.content) == (200, b"")
    await refused(await browser.refresh(token))


async def test_what_cannot_be_revoked_is_said(browser: Browser) -> None:
    access = (await browser.tokens())["access_token"]
    form = {"token": access, "client_id": "field"}
    await refused(await browser.http.post("/v1/revoke", data=form), "unsupported_token_type")
    await refused(
        await browser.http.post("/v1/revoke", data={"client_id": "field"}), "invalid_request"
    )
    answer = await browser.http.post("/v1/revoke", data={"token": "x", "client_id": "nobody"})
    await refused(answer, "invalid_client", 401)


async def test_what_is_stored_opens_nothing(browser: Browser, sql: Connection) -> None:
    code = await browser.code()
    tokens = (await browser.exchange(code)).json()
    stored = await sql.fetchval(
        "select string_agg(t::text, '') from (select authorization_codes::text t from"
        " authorization_codes union all select refresh_tokens::text from refresh_tokens) all_rows"
    )
    for secret in (code, tokens["refresh_token"]):
        assert secret not in stored
        assert secret.encode().hex() not in stored
