"""Signing in through WeCom and DingTalk: a process that speaks as they do, and linked accounts."""

import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from gateway.identity.clients.dingtalk import Application, DingTalk
from gateway.identity.clients.wecom import Enterprise, WeCom
from tests.factories.houses import AGENT, CLIENT, CORP, SECRET
from tests.factories.identity import Browser, answered
from tests.factories.identity_office import Office

LOGIN = "grid.222406001001001"


@pytest.fixture(scope="module")
def houses() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "tests.factories.houses", str(port)]
    started = subprocess.Popen(words)
    url = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            httpx.get(url, trust_env=False)
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url
    started.terminate()
    started.wait(10)


@pytest.fixture
async def app(start: Callable[..., Awaitable[FastAPI]], houses: str) -> FastAPI:
    return await start(
        wecom_corp_id=CORP,
        wecom_agent_id=AGENT,
        wecom_secret=SECRET,
        wecom_login_url=houses,
        wecom_api_url=houses,
        dingtalk_client_id=CLIENT,
        dingtalk_client_secret=SECRET,
        dingtalk_corp_id="ding-corp",
        dingtalk_login_url=houses,
        dingtalk_api_url=houses,
        second_factor="required",
    )


async def link(office: Office, house: str, external_id: str | None, version: int = 1) -> int:
    path = f"/accounts/{LOGIN}/external-ids/{house}"
    body = {"external_id": external_id, "reason": "开通扫码登录"}
    answer = await office.send("security_admin", "PUT", path, json=body, version=version)
    assert answer.status_code == 200, answer.text
    assert answer.json()["external_ids"].get(house) == (
        external_id.lower() if external_id and house == "wecom" else external_id
    )
    return int(answer.json()["version"])


async def through(browser: Browser, house: str, person: str) -> httpx.Response:
    asked = {**browser.query(), "house": house}
    there = await browser.http.get("/v1/external", params=asked)
    assert there.status_code == 303, there.text
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{there.headers['location']}&person={person}")
    query = {
        name: values[0]
        for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()
    }
    return await browser.http.get("/v1/external-callback", params=query)


@pytest.mark.parametrize(
    ("house", "kept", "told"), [("wecom", "JinMingZi", "jinmingzi"), ("dingtalk", "uNiOn", "uNiOn")]
)
async def test_a_linked_person_gets_a_code_and_nobody_else(
    browser: Browser, office: Office, house: str, kept: str, told: str
) -> None:
    unknown = await through(browser, house, told)
    assert unknown.status_code == 403, "no account is made for somebody who comes"
    assert "本系统没有您的账号" in unknown.text
    version = await link(office, house, kept)
    done = await through(browser, house, told)
    assert done.status_code == 303, done.text
    assert (await browser.exchange(answered(done)["code"])).status_code == 200
    assert (await through(browser, house, "somebody")).status_code == 403
    await link(office, house, None, version)
    assert (await through(browser, house, told)).status_code == 403


async def test_outsiders_and_other_organisations_are_not_identified(
    browser: Browser, office: Office
) -> None:
    version = await link(office, "wecom", "outsider")
    refused = await through(browser, "wecom", "outsider")
    assert refused.status_code == 403
    assert "统一认证未能确认您的身份" in refused.text
    await link(office, "dingtalk", "stranger", version)
    assert (await through(browser, "dingtalk", "stranger")).status_code == 403


async def test_an_access_token_of_wecom_that_ended_early_is_asked_for_again(
    browser: Browser, office: Office, houses: str
) -> None:
    await link(office, "wecom", "jin")
    assert (await through(browser, "wecom", "jin")).status_code == 303
    async with httpx.AsyncClient(trust_env=False) as http:
        await http.get(f"{houses}/expire")
    assert (await through(browser, "wecom", "jin")).status_code == 303


async def test_a_code_of_another_browser_or_twice_is_refused(
    browser: Browser, office: Office
) -> None:
    await link(office, "wecom", "jin")
    asked = {**browser.query(), "house": "wecom"}
    await browser.http.get("/v1/external", params=asked)
    forged = {"code": "c", "state": "not-ours"}
    refused = await browser.http.get("/v1/external-callback", params=forged)
    assert refused.status_code == 403
    again = await browser.http.get("/v1/external-callback", params=forged)
    assert again.status_code == 404, "the note is good for one way back"


async def test_the_page_offers_what_is_configured_and_nothing_else(
    browser: Browser,
    start: Callable[..., Awaitable[FastAPI]],
    connect: Callable[[FastAPI], httpx.AsyncClient],
) -> None:
    page = await browser.open()
    assert "使用企业微信登录" in page.text
    assert "使用钉钉登录" in page.text
    async with connect(await start()) as http:
        plain = Browser(http)
        assert "企业微信" not in (await plain.open()).text
        asked = {**plain.query(), "house": "wecom"}
        assert (await http.get("/v1/external", params=asked)).status_code == 404


async def test_one_person_there_is_one_account_here(office: Office) -> None:
    made = {"name": "李四", "organisation": "222406001"}
    assert (
        await office.send("system_admin", "PUT", "/accounts/li.si", json=made)
    ).status_code == 201
    await link(office, "wecom", "jin")
    body = {"external_id": "JIN", "reason": "重复"}
    taken = await office.send(
        "security_admin", "PUT", "/accounts/li.si/external-ids/wecom", json=body, version=1
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "external-id-taken")


def test_neither_is_asked_over_plain_http() -> None:
    with pytest.raises(ValueError, match="https"):
        WeCom(Enterprise("https://login.example", "http://api.example", "c", "1", "s"))
    with pytest.raises(ValueError, match="https"):
        DingTalk(Application("http://login.example", "https://api.example", "c", "s", ""))
