"""What a signed-in person may ask: who am I, a new password, the feed of events."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import httpx
import pytest
from fastapi import FastAPI

from gateway.identity import service
from gateway.identity.api.policy import POLICY, ROLES
from gateway.identity.app import create_app
from gateway.identity.settings import IdentitySettings
from gateway.identity.use_cases import upkeep
from gateway.identity.use_cases.enrolling import NameTaken
from services.common.database import Connection
from services.common.errors import PeerUnavailable, ValidationFailed
from tests.factories import identity
from tests.factories.identity import PASSWORD, Browser, Hands, answered

NEW = "Another-word-27"


def bearer(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def change(
    browser: Browser, tokens: dict[str, str], current: str = PASSWORD, new: str = NEW
) -> httpx.Response:
    body = {"current_password": current, "new_password": new}
    return await browser.http.put("/v1/me/password", json=body, headers=bearer(tokens))


async def test_me_is_what_the_token_says(browser: Browser, sql: Connection) -> None:
    answer = await browser.http.get("/v1/me", headers=bearer(await browser.tokens()))
    assert answer.json() == {
        "sub": str(await sql.fetchval("select id from accounts")),
        "name": "金明子",
        "org": "222406001001",
        "roles": ["grid_worker"],
        "areas": ["222406001001001"],
        "domains": [],
    }
    anonymous = await browser.http.get("/v1/me")
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "not-signed-in")
    assert anonymous.headers["content-type"] == "application/problem+json"


async def test_every_operation_has_a_rule_and_every_role_may_ask_who_it_is(app: FastAPI) -> None:
    operations = {
        operation["operationId"]
        for methods in app.openapi()["paths"].values()
        for operation in methods.values()
    }
    assert operations == set(POLICY)
    assert POLICY["identity.me.show"].roles == set(ROLES)


async def test_a_new_password_ends_every_other_session(browser: Browser, sql: Connection) -> None:
    elsewhere, tokens = await browser.tokens(), await browser.tokens()
    assert (await change(browser, tokens)).status_code == 204
    assert (await browser.refresh(elsewhere["refresh_token"])).status_code == 400
    assert (await browser.refresh(tokens["refresh_token"])).status_code == 200
    assert (await browser.submit()).status_code == 422
    assert (await browser.submit(password=NEW)).status_code == 303
    ended = "select revoked_for from token_families where revoked_at is not null"
    assert [row["revoked_for"] for row in await sql.fetch(ended)] == ["password_changed"]


@pytest.mark.parametrize("new", ["Short-1", "onlylowercaseletters", "x" * 200])
async def test_a_weak_password_is_refused(browser: Browser, new: str) -> None:
    answer = await change(browser, await browser.tokens(), new=new)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/new_password"
    assert new not in answer.text


async def test_guessing_the_present_password_locks_too(browser: Browser) -> None:
    tokens = await browser.tokens()
    for _ in range(4):
        answer = await change(browser, tokens, current="wrong")
        assert (answer.status_code, answer.json()["code"]) == (403, "password-not-right")
    answer = await change(browser, tokens, current="wrong")
    assert (answer.status_code, answer.json()["code"]) == (429, "sign-in-locked")
    assert answer.headers["retry-after"] == "900"
    assert (await browser.submit()).status_code == 429


async def test_a_system_has_no_password(http: httpx.AsyncClient) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": "sys.222406.health",
        "client_secret": PASSWORD,
    }
    tokens = (await http.post("/v1/token", data=form)).json()
    assert (await change(Browser(http), tokens)).status_code == 403
    me = await http.get("/v1/me", headers=bearer(tokens))
    assert me.json()["sub"] == "sys.222406.health"


async def test_a_security_administrator_reads_the_feed(
    app: FastAPI, browser: Browser, hands: Hands
) -> None:
    watcher = identity.person(login="security.admin", role="security_admin", areas=["222406"])
    async with app.state.issuer.store.transaction() as tx:
        await tx.accounts.put_accounts([watcher], identity.HASH, hands(), is_demo=False)
    worker = await browser.tokens()
    for _ in range(5):
        await browser.submit(password="wrong")
    code = await browser.code(login="security.admin")
    headers = bearer((await browser.exchange(code)).json())
    page = (await browser.http.get("/v1/events", headers=headers)).json()
    assert [event["type"] for event in page["items"]] == ["identity.account.locked.v1"]
    assert set(page["items"][0]["data"]) == {"account_id", "client_id", "locked_until"}
    rest = await browser.http.get(
        "/v1/events", params={"after": page["next"], "wait_s": 0.1}, headers=headers
    )
    assert rest.json() == {"items": [], "next": page["next"]}
    assert (await browser.http.get("/v1/events", headers=bearer(worker))).status_code == 403


async def test_an_account_that_is_gone_has_no_password(browser: Browser, sql: Connection) -> None:
    tokens = await browser.tokens()
    await sql.execute("delete from accounts")
    assert (await change(browser, tokens)).status_code == 404


async def test_a_system_in_a_persons_role_has_no_password(
    app: FastAPI, http: httpx.AsyncClient, hands: Hands
) -> None:
    watcher = identity.system(client_id="sys.watch", role="auditor")
    async with app.state.issuer.store.transaction() as tx:
        await tx.accounts.put_clients([watcher], identity.HASH, hands(), is_demo=False)
    form = {"grant_type": "client_credentials", "client_id": "sys.watch"}
    tokens = (await http.post("/v1/token", data={**form, "client_secret": PASSWORD})).json()
    assert (await change(Browser(http), tokens)).status_code == 404


async def test_a_person_is_enrolled_and_enrolled_again(
    browser: Browser, settings: Callable[..., IdentitySettings], hands: Hands, app: FastAPI
) -> None:
    person = identity.person(login="system.admin", role="system_admin", areas=["2224"])
    await service.enrol(settings(), person, PASSWORD)
    done = await browser.renew(await browser.submit(login="system.admin"), "Only-mine-2026")
    tokens = (await browser.exchange(answered(done)["code"])).json()
    await service.enrol(settings(), {**person, "name": "朴哲"}, NEW)
    assert (await browser.refresh(tokens["refresh_token"])).status_code == 400
    page = await browser.submit(login="system.admin", password=NEW)
    done = await browser.renew(page, "Still-mine-2026")
    tokens = (await browser.exchange(answered(done)["code"])).json()
    me = await browser.http.get("/v1/me", headers=bearer(tokens))
    assert (me.json()["name"], me.json()["roles"]) == ("朴哲", ["system_admin"])
    with pytest.raises(ValidationFailed):
        await service.enrol(settings(), person, "weak")
    with pytest.raises(ValidationFailed):
        await service.enrol(settings(), {**person, "login": "System Admin"}, PASSWORD)
    demo = identity.person(login="audit.admin")
    async with app.state.issuer.store.transaction() as tx:
        await tx.accounts.put_accounts([demo], identity.HASH, hands(), is_demo=True)
    with pytest.raises(NameTaken):
        await service.enrol(settings(), demo, PASSWORD)


async def test_upkeep_goes_on_after_a_round_that_failed(app: FastAPI, hands: Hands) -> None:
    rounds, third = [], asyncio.Event()

    def clock() -> datetime:
        rounds.append(1)
        if len(rounds) == 1:
            raise OSError
        if len(rounds) == 3:
            third.set()
        return hands()

    loop = asyncio.create_task(upkeep.run(app.state.issuer, clock, every_s=0.01))
    await third.wait()
    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loop


async def test_the_loop_stops_with_the_app(settings: Callable[..., IdentitySettings]) -> None:
    app = create_app(settings(run_loops=True), {})
    with pytest.raises(PeerUnavailable):
        await app.state.gate.principal("Bearer a.b.c")
    async with app.router.lifespan_context(app):
        assert "identity-upkeep" in {task.get_name() for task in asyncio.all_tasks()}
    assert "identity-upkeep" not in {task.get_name() for task in asyncio.all_tasks()}


async def test_what_has_ended_is_deleted(
    app: FastAPI, browser: Browser, hands: Hands, sql: Connection
) -> None:
    await browser.tokens()
    await browser.submit(password="wrong")
    hands.forward(days=9)
    await upkeep.tend(app.state.issuer, hands)
    for table in ("authorization_codes", "token_families", "refresh_tokens", "sign_in_guards"):
        assert await sql.fetchval(f"select count(*) from {table}") == 0
    assert await sql.fetchval("select count(*) from sign_ins") == 2
    hands.forward(days=400)
    await upkeep.tend(app.state.issuer, hands)
    assert await sql.fetchval("select count(*) from sign_ins") == 0


async def test_the_demo_is_loaded_once_and_follows_its_password(
    browser: Browser, settings: Callable[..., IdentitySettings], sql: Connection
) -> None:
    context = {
        "scale": "tiny",
        "seed": 7,
        "password": "demoword",
        "accounts": [
            identity.person(login="desk.222406", role="resident_desk", areas=["222406"]),
            # A real account of that name stays as it is.
            identity.person(name="演示"),
        ],
        "clients": [identity.system(client_id="sys.222406.culture")],
    }
    told: list[tuple[str, int, int]] = []

    def progress(what: str, done: int, total: int) -> None:
        told.append((what, done, total))

    for password in ("demoword", "demoword", "otherword"):
        counts = await service.load_demo(settings(), {**context, "password": password}, progress)
        desk = await sql.fetchval("select id::text from accounts where login = 'desk.222406'")
        assert counts == {
            "identity_people": 2,
            "identity_systems": 1,
            "subjects": {"desk.222406": desk},
        }
        answer = await browser.submit(login="desk.222406", password=password)
        assert answer.status_code == 303
        form = {
            "grant_type": "client_credentials",
            "client_id": "sys.222406.culture",
            "client_secret": password,
        }
        assert (await browser.http.post("/v1/token", data=form)).status_code == 200
    assert told[:2] == [("identity", 0, 3), ("identity", 3, 3)]
    assert (await browser.submit()).status_code == 303
    assert await sql.fetchval("select count(*) from accounts") == 2
    assert await sql.fetchval("select count(*) from demo_loads") == 1
