"""A password is not enough: authenticators, recovery codes, and who tries to do without."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pyotp
import pytest
from fastapi import FastAPI

from gateway.identity.use_cases import enrolling
from services.common.database import Connection
from tests.factories import identity
from tests.factories.ciphers import BOTH_CIPHERS
from tests.factories.identity import Browser, Hands, answered, form_token, hidden

pytestmark = BOTH_CIPHERS


@pytest.fixture
async def app(start: Callable[..., Awaitable[FastAPI]]) -> FastAPI:
    return await start(second_factor="required")


async def step(browser: Browser, page: httpx.Response, code: str = "") -> httpx.Response:
    form = {"form_token": form_token(page), "step": hidden(page, "step"), "code": code}
    return await browser.http.post("/v1/authorize", params=browser.query(), data=form)


def secret_of(page: httpx.Response) -> str:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)
    assert found, page.text
    return found[1]


async def enrolled(browser: Browser, hands: Hands) -> tuple[pyotp.TOTP, list[str]]:
    page = await browser.submit()
    totp = pyotp.TOTP(secret_of(page))
    kept = await step(browser, page, totp.at(hands()))
    codes = re.findall(r"<li>([a-z2-7-]{19})</li>", kept.text)
    assert answered(await step(browser, kept)).keys() == {"code", "state", "iss"}
    return totp, codes


async def test_the_first_sign_in_sets_up_an_authenticator(
    browser: Browser, hands: Hands, sql: Connection
) -> None:
    page = await browser.submit()
    assert page.status_code == 200
    assert "location" not in page.headers
    assert "<svg" in page.text
    secret = secret_of(page)
    wrong = await step(browser, page, "000000")
    assert wrong.status_code == 422
    assert secret_of(wrong) == secret, "a scanned code stays good after a typing error"
    assert await sql.fetchval("select count(*) from second_factors") == 0
    kept = await step(browser, wrong, pyotp.TOTP(secret).at(hands()))
    assert kept.status_code == 200
    assert len(re.findall(r"<li>", kept.text)) == 10
    done = await step(browser, kept)
    assert done.status_code == 303
    assert (await browser.exchange(answered(done)["code"])).status_code == 200
    row = await sql.fetchrow("select secret_sealed from second_factors")
    assert row is not None
    assert secret.encode() not in row["secret_sealed"]
    outcomes = await sql.fetch("select outcome from sign_ins order by id")
    assert [row["outcome"] for row in outcomes] == ["signed_in"]


async def test_afterwards_the_password_leads_to_a_code_and_the_code_to_the_application(
    browser: Browser, hands: Hands
) -> None:
    totp, _ = await enrolled(browser, hands)
    hands.forward(seconds=60)
    page = await browser.submit()
    assert (page.status_code, "location" in page.headers) == (200, False)
    assert "<svg" not in page.text
    typed = f" {totp.at(hands())[:3]} {totp.at(hands())[3:]} "
    assert (await step(browser, page, typed)).status_code == 303


async def test_a_code_is_good_once_and_for_a_minute_or_so(browser: Browser, hands: Hands) -> None:
    totp, _ = await enrolled(browser, hands)
    hands.forward(seconds=60)
    code = totp.at(hands())
    page = await browser.submit()
    assert (await step(browser, page, code)).status_code == 303
    again = await step(browser, await browser.submit(), code)
    assert again.status_code == 422
    assert "wrong" not in again.headers.get("location", "")
    hands.forward(seconds=120)
    assert (await step(browser, await browser.submit(), code)).status_code == 422


async def test_wrong_codes_lock_and_the_right_one_is_then_refused(
    browser: Browser, hands: Hands, sql: Connection
) -> None:
    totp, _ = await enrolled(browser, hands)
    hands.forward(seconds=60)
    page = await browser.submit()
    statuses = []
    for _ in range(5):
        page = await step(browser, page, "000000")
        statuses.append(page.status_code)
    assert statuses == [422, 422, 422, 422, 429]
    assert page.headers["retry-after"] == "900"
    refused = await step(browser, await browser.submit(), totp.at(hands()))
    assert refused.status_code == 429
    outcomes = [row["outcome"] for row in await sql.fetch("select outcome from sign_ins")]
    assert outcomes.count("wrong_code") == 4
    hands.forward(minutes=16)
    assert (await step(browser, await browser.submit(), totp.at(hands()))).status_code == 303


async def test_a_recovery_code_replaces_one_code(
    browser: Browser, hands: Hands, sql: Connection
) -> None:
    _, codes = await enrolled(browser, hands)
    assert len(set(codes)) == 10
    typed = codes[3].upper().replace("-", " ")
    assert (await step(browser, await browser.submit(), typed)).status_code == 303
    assert (await step(browser, await browser.submit(), typed)).status_code == 422
    assert (await step(browser, await browser.submit(), codes[4])).status_code == 303
    stored = b"".join(
        row["code_index"] for row in await sql.fetch("select code_index from recovery_codes")
    )
    assert codes[0].replace("-", "").encode() not in stored


async def test_a_step_is_tied_to_its_browser_and_is_soon_over(
    browser: Browser,
    hands: Hands,
    app: FastAPI,
    connect: Callable[[FastAPI], httpx.AsyncClient],
) -> None:
    totp, _ = await enrolled(browser, hands)
    hands.forward(seconds=60)
    page = await browser.submit()
    stolen = hidden(page, "step")
    async with connect(app) as http:
        other = Browser(http)
        form = {
            "form_token": form_token(await other.open()),
            "step": stolen,
            "code": totp.at(hands()),
        }
        answer = await http.post("/v1/authorize", params=other.query(), data=form)
        assert answer.status_code == 403
    form = {"form_token": form_token(page), "step": stolen[:-8] + "AAAAAAA=", "code": "1"}
    answer = await browser.http.post("/v1/authorize", params=browser.query(), data=form)
    assert answer.status_code == 403
    hands.forward(minutes=6)
    assert (await step(browser, page, totp.at(hands()))).status_code == 403


async def test_the_demos_people_are_spared(browser: Browser, app: FastAPI, hands: Hands) -> None:
    async with app.state.issuer.store.transaction() as tx:
        demo = [identity.person(login="grid.demo")]
        await tx.accounts.put_accounts(demo, identity.HASH, hands(), is_demo=True)
    assert (await browser.submit(login="grid.demo")).status_code == 303


async def test_giving_an_account_again_takes_its_authenticator_away(
    browser: Browser, hands: Hands, app: FastAPI
) -> None:
    await enrolled(browser, hands)
    issuer = app.state.issuer
    again = {**identity.person(), "role": "grid_worker"}
    await enrolling.enrol(issuer.store, issuer.hasher, again, identity.PASSWORD, now=hands())
    page = await browser.renew(await browser.submit(), "Another-word-27")
    assert "<svg" in page.text
