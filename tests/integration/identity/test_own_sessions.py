"""Where am I signed in, and signing out there."""

from collections.abc import Callable
from uuid import UUID

import httpx
from fastapi import FastAPI

from gateway.identity.use_cases import sessions
from services.common.ids import new_id
from tests.factories import identity
from tests.factories.identity import Browser, Hands


def bearer(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def test_a_person_sees_its_sessions_and_ends_another(browser: Browser) -> None:
    phone = await browser.tokens()
    browser.client_id, browser.redirect_uri = "desk", "/desk/"
    desk = await browser.tokens()
    listed = await browser.http.get("/v1/me/sessions", headers=bearer(desk))
    assert listed.headers["cache-control"] == "no-store"
    items = listed.json()["items"]
    assert [(s["client"], s["client_name"], s["is_current"]) for s in items] == [
        ("desk", "工作台", True),
        ("field", "网格通", False),
    ]
    assert set(items[0]) == {
        "id",
        "client",
        "client_name",
        "signed_in_at",
        "last_used_at",
        "ends_at",
        "is_current",
    }
    path = f"/v1/me/sessions/{items[1]['id']}"
    for _ in range(2):
        assert (await browser.http.delete(path, headers=bearer(desk))).status_code == 204
    refused = await browser.refresh(phone["refresh_token"], client_id="field")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    left = (await browser.http.get("/v1/me/sessions", headers=bearer(desk))).json()["items"]
    assert [s["client"] for s in left] == ["desk"]
    assert (await browser.refresh(desk["refresh_token"])).status_code == 200


async def test_a_refresh_stays_the_same_session(browser: Browser, hands: Hands) -> None:
    tokens = await browser.tokens()
    hands.forward(seconds=30)
    tokens = (await browser.refresh(tokens["refresh_token"])).json()
    (only,) = (await browser.http.get("/v1/me/sessions", headers=bearer(tokens))).json()["items"]
    assert only["is_current"]
    assert only["last_used_at"] > only["signed_in_at"]


async def test_an_idle_session_is_listed_no_more(
    browser: Browser, app: FastAPI, hands: Hands
) -> None:
    tokens = await browser.tokens()
    me = (await browser.http.get("/v1/me", headers=bearer(tokens))).json()["sub"]
    assert len(await sessions.own(app.state.issuer, UUID(me), now=hands())) == 1
    hands.forward(hours=13)
    assert await sessions.own(app.state.issuer, UUID(me), now=hands()) == []


async def test_anothers_session_is_not_there(
    browser: Browser,
    app: FastAPI,
    hands: Hands,
    connect: Callable[[FastAPI], httpx.AsyncClient],
) -> None:
    mine = await browser.tokens()
    async with app.state.issuer.store.transaction() as tx:
        other = [identity.person(login="grid.other")]
        await tx.accounts.put_accounts(other, identity.HASH, hands(), is_demo=False)
    async with connect(app) as http:
        stranger = Browser(http)
        code = await stranger.code(login="grid.other")
        theirs = (await stranger.exchange(code)).json()
    listed = await browser.http.get("/v1/me/sessions", headers=bearer(mine))
    own = listed.json()["items"][0]["id"]
    for session in (own, str(new_id())):
        answer = await browser.http.delete(f"/v1/me/sessions/{session}", headers=bearer(theirs))
        assert answer.status_code == 404
    malformed = await browser.http.delete("/v1/me/sessions/x", headers=bearer(theirs))
    assert malformed.status_code == 422
    assert (await browser.refresh(mine["refresh_token"])).status_code == 200
