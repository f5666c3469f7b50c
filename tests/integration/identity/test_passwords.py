"""First passwords, old passwords, passwords used before, and one's own authenticator."""

from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import httpx
import pyotp
import pytest
from fastapi import FastAPI

from gateway.identity.use_cases import enrolling
from services.common.database import Connection
from tests.factories import identity
from tests.factories.identity import PASSWORD, Browser, Hands, answered
from tests.integration.identity.test_second_factor import enrolled, secret_of, step

NEW = "Another-word-27"


@pytest.fixture
async def app(start: Callable[..., Awaitable[FastAPI]]) -> FastAPI:
    return await start(second_factor="required", password_age_days=90)


async def enrol(app: FastAPI, hands: Hands) -> None:
    issuer = app.state.issuer
    await enrolling.enrol(issuer.store, issuer.hasher, identity.person(), PASSWORD, now=hands())


def asks_for_a_new_one(page: httpx.Response) -> bool:
    return page.status_code in {200, 422} and 'name="new_password"' in page.text


async def test_a_first_password_is_changed_before_an_authenticator_is_set_up(
    app: FastAPI, browser: Browser, hands: Hands, sql: Connection
) -> None:
    await enrol(app, hands)
    page = await browser.submit()
    assert asks_for_a_new_one(page)
    assert "location" not in page.headers
    assert "<svg" not in page.text
    for new, repeated in [(NEW, "Another-word-28"), ("weak", None), (PASSWORD, None)]:
        page = await browser.renew(page, new, repeated)
        assert (page.status_code, asks_for_a_new_one(page)) == (422, True)
        assert new not in page.text
    first = page
    page = await browser.renew(page, NEW)
    assert "<svg" in page.text, "the authenticator comes second"
    assert await sql.fetchval("select count(*) from token_families") == 0
    kept = await step(browser, page, pyotp.TOTP(secret_of(page)).at(hands()))
    done = await step(browser, kept)
    assert (await browser.exchange(answered(done)["code"])).status_code == 200
    # The page of before changes nothing any more, and is no way around the second factor.
    again = await browser.renew(first, "Third-word-of-27")
    assert 'name="code"' in again.text
    assert (await browser.submit(password="Third-word-of-27")).status_code == 422
    assert (await browser.submit()).status_code == 422
    actions = await sql.fetch("select action from account_changes")
    assert [row["action"] for row in actions] == ["password_changed"]


async def test_an_old_password_is_changed_after_the_code(browser: Browser, hands: Hands) -> None:
    totp, _ = await enrolled(browser, hands)
    hands.forward(days=89)
    assert (await step(browser, await browser.submit(), totp.at(hands()))).status_code == 303
    hands.forward(days=2)
    page = await browser.submit()
    assert 'name="code"' in page.text
    page = await step(browser, page, totp.at(hands()))
    assert asks_for_a_new_one(page)
    assert (await browser.renew(page, NEW)).status_code == 303
    hands.forward(seconds=60)
    page = await browser.submit(password=NEW)
    assert (await step(browser, page, totp.at(hands()))).status_code == 303


async def test_the_demo_keeps_its_password_and_age_can_be_switched_off(
    app: FastAPI,
    start: Callable[..., Awaitable[FastAPI]],
    connect: Callable[[FastAPI], httpx.AsyncClient],
    hands: Hands,
) -> None:
    demo = [identity.person(login="grid.222406001001002")]
    async with app.state.issuer.store.transaction() as tx:
        await tx.accounts.put_accounts(demo, identity.HASH, hands(), is_demo=True)
    ageless = await start(second_factor="off", password_age_days=0)
    hands.forward(days=400)
    async with connect(app) as http:
        page = await Browser(http).submit(login="grid.222406001001002")
        assert page.status_code == 303
    async with connect(ageless) as http:
        assert (await Browser(http).submit()).status_code == 303


class Own:
    """One's own security, over HTTP."""

    def __init__(self, browser: Browser, tokens: dict[str, Any]) -> None:
        self._http = browser.http
        self.tokens = tokens

    async def send(self, method: str, path: str, **body: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        json = body or None
        return await self._http.request(method, f"/v1/me/{path}", json=json, headers=headers)


async def signed_in(browser: Browser, hands: Hands) -> tuple[Own, pyotp.TOTP, list[str]]:
    # A little in the past, so that no token is from the future when codes need a later step.
    hands.forward(minutes=-5)
    totp, codes = await enrolled(browser, hands)
    hands.forward(seconds=60)
    page = await step(browser, await browser.submit(), totp.at(hands()))
    tokens = dict((await browser.exchange(answered(page)["code"])).json())
    hands.forward(seconds=60)
    return Own(browser, tokens), totp, codes


@pytest.fixture
async def own(browser: Browser, hands: Hands) -> tuple[Own, pyotp.TOTP]:
    return (await signed_in(browser, hands))[:2]


async def test_a_change_needs_the_code_and_the_last_five_do_not_come_back(
    own: tuple[Own, pyotp.TOTP], hands: Hands
) -> None:
    mine, totp = own

    async def change(current: str, new: str) -> httpx.Response:
        hands.forward(seconds=60)
        code = totp.at(hands())
        return await mine.send(
            "PUT", "password", current_password=current, new_password=new, code=code
        )

    refused = await mine.send("PUT", "password", current_password=PASSWORD, new_password=NEW)
    assert (refused.status_code, refused.json()["code"]) == (403, "code-not-right")
    words = [PASSWORD, *(f"Another-word-{n}" for n in range(1, 6))]
    for current, new in pairwise(words):
        assert (await change(current, new)).status_code == 204
        reused = await change(new, current)
        assert (reused.status_code, reused.json()["code"]) == (422, "password-used-before")
    assert (await change(words[-1], words[1])).status_code == 422, "one of the last five"
    assert (await change(words[-1], words[0])).status_code == 204, "the sixth is forgotten"


async def test_a_new_phone_takes_the_place_of_the_old_one(
    own: tuple[Own, pyotp.TOTP], browser: Browser, hands: Hands
) -> None:
    mine, totp = own
    seen = (await mine.send("GET", "security")).json()
    assert (seen["login"], seen["recovery_codes_left"]) == ("grid.222406001001001", 10)
    assert seen["authenticator_since"] is not None
    wrong = await mine.send(
        "PUT", "authenticator-proposal", current_password=PASSWORD, code="000000"
    )
    assert wrong.status_code == 403
    proposed = (
        await mine.send(
            "PUT", "authenticator-proposal", current_password=PASSWORD, code=totp.at(hands())
        )
    ).json()
    assert proposed["qr"].startswith("data:image/svg+xml")
    fresh = pyotp.TOTP(proposed["secret"])
    note = proposed["proposal"]
    wrong = await mine.send("PUT", "authenticator", proposal=note, code="000000")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "code-not-right")
    taken = await mine.send("PUT", "authenticator", proposal=note, code=fresh.at(hands()))
    assert len(taken.json()["recovery_codes"]) == 10
    assert taken.headers["cache-control"] == "no-store"
    hands.forward(seconds=60)
    page = await browser.submit()
    assert (await step(browser, page, totp.at(hands()))).status_code == 422
    assert (await step(browser, page, fresh.at(hands()))).status_code == 303


async def test_new_recovery_codes_make_the_old_ones_useless(browser: Browser, hands: Hands) -> None:
    mine, totp, old = await signed_in(browser, hands)
    answer = await mine.send("PUT", "recovery-codes", code=totp.at(hands()))
    new = answer.json()["recovery_codes"]
    assert (await step(browser, await browser.submit(), old[0])).status_code == 422
    assert (await step(browser, await browser.submit(), new[0])).status_code == 303
