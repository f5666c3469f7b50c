"""Signing in through another house: a real OpenID Connect provider in a process of its own."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from gateway.identity.clients.provider import Provider, Trusted
from services.common.database import Connection
from tests.factories import identity
from tests.factories.identity import Browser, Hands, answered

LOGIN = "grid.222406001001001"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "oidc_provider_mock",
        "-p",
        str(port),
        "-n",
        "true",
    ]
    for login in (LOGIN, "nobody", "grid.demo"):
        words += ["--user-claims", f'{{"sub": "{login}-id", "preferred_username": "{login}"}}']
    started = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            httpx.get(f"{url}/.well-known/openid-configuration", trust_env=False)
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url
    started.terminate()
    started.wait(10)


@pytest.fixture
async def app(start: Callable[..., Awaitable[FastAPI]], provider: str) -> FastAPI:
    async with httpx.AsyncClient(trust_env=False) as http:
        document = (await http.get(f"{provider}/.well-known/openid-configuration")).json()
    return await start(
        oidc_issuer=document["issuer"],
        oidc_client_secret="any",
        oidc_label="延边州统一身份认证",
        second_factor="required",
    )


async def to_provider(browser: Browser) -> str:
    answer = await browser.http.get("/v1/external", params=browser.query())
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def signed_in_there(address: str, login: str) -> str:
    """The address the provider leads back to, once somebody signed in there."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(address, data={"sub": f"{login}-id"})
        assert answer.is_redirect, answer.text
        return answer.headers["location"]


async def back(browser: Browser, address: str) -> httpx.Response:
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    return await browser.http.get("/v1/external-callback", params=query)


async def test_whoever_the_provider_knows_gets_a_code_and_our_own_rights(
    browser: Browser, sql: Connection
) -> None:
    page = await browser.open()
    assert "使用延边州统一身份认证登录" in page.text
    assert re.search(r'href="external\?response_type=code', page.text)
    address = await to_provider(browser)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://testserver/identity/v1/external-callback"]
    answer = await back(browser, await signed_in_there(address, LOGIN))
    assert answer.status_code == 303, answer.text
    assert answered(answer)["state"] == "s-1"
    tokens = (await browser.exchange(answered(answer)["code"])).json()
    me = await browser.http.get(
        "/v1/me", headers={"Authorization": f"Bearer {tokens['access_token']}"}
    )
    assert me.json()["roles"] == ["grid_worker"]
    assert await sql.fetchval("select outcome from sign_ins") == "signed_in"


@pytest.mark.parametrize("login", ["nobody", "grid.demo"])
async def test_who_has_no_account_here_stays_outside(
    browser: Browser, app: FastAPI, hands: Hands, login: str
) -> None:
    async with app.state.issuer.store.transaction() as tx:
        demo = [identity.person(login="grid.demo")]
        await tx.accounts.put_accounts(demo, identity.HASH, hands(), is_demo=True)
    address = await signed_in_there(await to_provider(browser), login)
    answer = await back(browser, address)
    assert answer.status_code == 403
    assert "本系统没有您的账号" in answer.text
    assert 'action="authorize?' in answer.text


async def test_a_withdrawn_account_stays_outside(browser: Browser, sql: Connection) -> None:
    await sql.execute("update accounts set disabled_at = now()")
    address = await signed_in_there(await to_provider(browser), LOGIN)
    assert (await back(browser, address)).status_code == 403
    assert await sql.fetchval("select outcome from sign_ins") == "disabled"


async def test_an_answer_counts_in_the_browser_that_asked_and_once(
    browser: Browser,
    app: FastAPI,
    connect: Callable[[FastAPI], httpx.AsyncClient],
) -> None:
    address = await signed_in_there(await to_provider(browser), LOGIN)
    async with connect(app) as http:
        assert (await back(Browser(http), address)).status_code == 404
        other = Browser(http)
        await to_provider(other)
        assert (await back(other, address)).status_code == 403
    assert (await back(browser, address)).status_code == 303
    assert (await back(browser, address)).status_code == 404


@pytest.mark.parametrize("change", [{"state": "x"}, {"code": "x"}, {"code": None}])
async def test_a_changed_answer_proves_nothing(
    browser: Browser, change: dict[str, str | None]
) -> None:
    address = await signed_in_there(await to_provider(browser), LOGIN)
    query: dict[str, str | None] = {
        name: values[0] for name, values in parse_qs(urlsplit(address).query).items()
    }
    kept = {name: text for name, text in {**query, **change}.items() if text is not None}
    answer = await browser.http.get("/v1/external-callback", params=kept)
    assert answer.status_code == 403
    assert "location" not in answer.headers


async def test_a_late_answer_is_over(browser: Browser, hands: Hands) -> None:
    address = await signed_in_there(await to_provider(browser), LOGIN)
    hands.forward(minutes=11)
    assert (await back(browser, address)).status_code == 404


async def test_a_provider_that_is_away_is_said_to_be(
    start: Callable[..., Awaitable[FastAPI]], connect: Callable[[FastAPI], httpx.AsyncClient]
) -> None:
    app = await start(oidc_issuer="http://127.0.0.1:9")
    async with connect(app) as http:
        browser = Browser(http)
        answer = await http.get("/v1/external", params=browser.query())
        assert answer.status_code == 503
        assert "统一认证暂时没有回应" in answer.text
        assert (await browser.submit()).status_code == 303


async def test_without_a_provider_there_is_no_such_way(
    start: Callable[..., Awaitable[FastAPI]], connect: Callable[[FastAPI], httpx.AsyncClient]
) -> None:
    async with connect(await start()) as http:
        browser = Browser(http)
        assert "external?" not in (await browser.open()).text
        answer = await http.get("/v1/external", params=browser.query())
        assert answer.status_code == 404


def test_a_provider_in_the_open_is_reached_by_https_only() -> None:
    with pytest.raises(ValueError, match="https"):
        Provider(Trusted("http://sso.example.cn", "onegrid", "", "preferred_username"))
