"""The authorization endpoint and its page, as a person and an attacker meet them."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from services.common.database import Connection
from services.common.testing import ISSUER
from tests.factories import identity
from tests.factories.identity import Browser, Hands, answered, form_token

LANGUAGES = {
    "zh-CN": ("登录", "账号", "密码", "账号或密码不正确。"),
    "ko": ("로그인", "계정", "암호", "계정 또는 암호가 맞지 않습니다."),
    "en": ("Sign in", "Account", "Password", "The account or password is not right."),
}


@pytest.mark.parametrize("locale", list(LANGUAGES))
async def test_the_page_speaks_three_languages(browser: Browser, locale: str) -> None:
    title, login, password, wrong = LANGUAGES[locale]
    page = await browser.open(ui_locales=locale)
    assert page.status_code == 200
    assert page.headers["content-language"] == locale
    assert f'<html lang="{locale}">' in page.text
    assert f"<h1>{title}</h1>" in page.text
    assert f'<label for="login">{login}</label>' in page.text
    assert f'<label for="password">{password}</label>' in page.text
    form = {"login": "grid.1", "password": "x", "form_token": form_token(page)}
    query = browser.query(ui_locales=locale)
    answer = await browser.http.post("/v1/authorize", params=query, data=form)
    assert answer.status_code == 422
    assert f'<p role="alert" id="problem">{wrong}</p>' in answer.text
    assert 'value="grid.1"' in answer.text
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize(
    ("ui_locales", "accept_language", "locale"),
    [
        (None, None, "zh-CN"),
        (None, "fr, ko-KR;q=0.8, en", "ko"),
        ("en-GB ko", "zh-CN", "en"),
        ("fr", "en-US", "en"),
        ("zh_Hans", "ko", "zh-CN"),
        ("fr de", "ja", "zh-CN"),
    ],
)
async def test_the_language_is_the_one_asked_for_then_the_browsers(
    browser: Browser, ui_locales: str | None, accept_language: str | None, locale: str
) -> None:
    headers = {"Accept-Language": accept_language} if accept_language else {}
    query = browser.query(ui_locales=ui_locales)
    page = await browser.http.get("/v1/authorize", params=query, headers=headers)
    assert page.headers["content-language"] == locale


async def test_the_page_has_no_script_and_cannot_be_framed(browser: Browser) -> None:
    page = await browser.open()
    assert page.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<script|style=|\son\w+=", page.text)
    cookie = page.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/identity/v1/authorize" in cookie
    style = await browser.http.get("/v1/style.css")
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "1.125rem" in style.text


async def test_a_right_password_leads_back_with_a_code(browser: Browser, sql: Connection) -> None:
    response = await browser.submit(login="  GRID.222406001001001 ")
    assert response.status_code == 303
    assert response.headers["location"].startswith("/field/?")
    back = answered(response)
    assert set(back) == {"code", "state", "iss"}
    assert (back["state"], back["iss"]) == ("s-1", ISSUER)
    row = await sql.fetchrow("select client_id, outcome, account_id is not null from sign_ins")
    assert row is not None
    assert tuple(row) == ("field", "signed_in", True)


@pytest.mark.parametrize(
    "redirect_uri", ["/field/", f"{ISSUER}/field/", "https://pilot.example.cn/field/"]
)
async def test_registered_paths_are_accepted_on_known_origins(
    start: Callable[..., Awaitable[FastAPI]],
    connect: Callable[[FastAPI], httpx.AsyncClient],
    redirect_uri: str,
) -> None:
    app = await start(redirect_origins=("https://pilot.example.cn",))
    async with connect(app) as http:
        browser = Browser(http, redirect_uri=redirect_uri)
        code = answered(await browser.submit())["code"]
        assert (await browser.exchange(code)).status_code == 200
        page = await browser.open()
        elsewhere = " https://pilot.example.cn;" in page.headers["content-security-policy"]
        assert elsewhere == redirect_uri.startswith("https://pilot")


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "/desk/"},
        {"redirect_uri": "/field"},
        {"redirect_uri": "/field/../evil"},
        {"redirect_uri": "/field/?next=//evil.example"},
        {"redirect_uri": "//evil.example/field/"},
        {"redirect_uri": "https://evil.example/field/"},
        {"redirect_uri": f"{ISSUER}.evil.example/field/"},
        {"redirect_uri": f"{ISSUER}@evil.example/field/"},
        {"redirect_uri": "/FIELD/"},
        {"redirect_uri": None},
        {"client_id": "nobody"},
        {"client_id": "sys.222406.health"},
        {"client_id": None},
        {"client_id": "a\0b"},
    ],
)
async def test_an_unregistered_redirect_is_never_followed(
    browser: Browser, changes: dict[str, str | None]
) -> None:
    for response in (
        await browser.open(**changes),
        await browser.http.post("/v1/authorize", params=browser.query(**changes), data={}),
    ):
        assert response.status_code == 400
        assert "location" not in response.headers
        assert 'role="alert"' in response.text
        assert "evil" not in response.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"state": "s" * 600}, "invalid_request"),
    ],
)
async def test_other_mistakes_are_told_to_the_application(
    browser: Browser, changes: dict[str, str | None], error: str
) -> None:
    response = await browser.open(**changes)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/field/?error=")
    assert answered(response)["error"] == error
    assert answered(response)["iss"] == ISSUER


async def test_a_doubled_parameter_is_refused(browser: Browser) -> None:
    response = await browser.http.get(
        "/v1/authorize", params=[*browser.query().items(), ("state", "two")]
    )
    assert answered(response)["error"] == "invalid_request"
    stray = await browser.http.get(
        "/v1/authorize", params=[*browser.query(redirect_uri="//evil.cn").items(), ("state", "two")]
    )
    assert (stray.status_code, "location" in stray.headers) == (400, False)


async def test_a_form_from_elsewhere_is_refused(
    browser: Browser, app: FastAPI, connect: Callable[[FastAPI], httpx.AsyncClient]
) -> None:
    form = {"login": "grid.222406001001001", "password": identity.PASSWORD}
    page = await browser.open()
    for token in ("", "1.2", "x.y", "9" * 40, form_token(page)[:-1] + "z", "²." + "a" * 32):
        sent = {**form, "form_token": token}
        answer = await browser.http.post("/v1/authorize", params=browser.query(), data=sent)
        assert answer.status_code == 403
        assert 'role="alert"' in answer.text
    stolen = {**form, "form_token": form_token(page)}
    async with connect(app) as other:
        answer = await other.post("/v1/authorize", params=browser.query(), data=stolen)
        assert answer.status_code == 403
        assert "Cookie" in answer.text


async def test_a_form_is_good_for_its_client_and_an_hour(browser: Browser, hands: Hands) -> None:
    token = form_token(await browser.open())
    form = {"login": "x", "password": "y", "form_token": token}
    desk = browser.query(client_id="desk", redirect_uri="/desk/")
    assert (await browser.http.post("/v1/authorize", params=desk, data=form)).status_code == 403
    hands.forward(seconds=3700)
    late = await browser.http.post("/v1/authorize", params=browser.query(), data=form)
    assert late.status_code == 403
    assert "页面已过期" in late.text


async def test_two_tabs_do_not_spoil_each_other(browser: Browser) -> None:
    first = form_token(await browser.open())
    await browser.open()
    form = {"login": "grid.222406001001001", "password": identity.PASSWORD, "form_token": first}
    answer = await browser.http.post("/v1/authorize", params=browser.query(), data=form)
    assert answer.status_code == 303


@pytest.mark.parametrize("fields", [{"login": ""}, {"password": ""}])
async def test_an_empty_field_is_asked_for(browser: Browser, fields: dict[str, str]) -> None:
    answer = await browser.submit(**fields)
    assert answer.status_code == 422
    assert "请输入账号和密码" in answer.text


async def test_an_unreadable_form_shows_the_page(browser: Browser) -> None:
    await browser.open()
    answer = await browser.http.post(
        "/v1/authorize", params=browser.query(), content=b"login=a&login=b"
    )
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


async def test_what_was_typed_is_escaped(browser: Browser) -> None:
    answer = await browser.submit(login='"><script>alert(1)</script>')
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text
    page = await browser.open(state='"><script>')
    assert "<script>" not in page.text


async def test_a_disabled_account_is_told_so_only_with_its_password(
    browser: Browser, sql: Connection
) -> None:
    await sql.execute("update accounts set disabled_at = now()")
    assert "账号或密码不正确" in (await browser.submit(password="wrong")).text
    answer = await browser.submit()
    assert answer.status_code == 422
    assert "已停用" in answer.text


@pytest.mark.parametrize("login", ["grid.222406001001001", "nobody.at.all", "a\0b"])
async def test_five_wrong_passwords_lock_a_name_whether_it_exists_or_not(
    browser: Browser, hands: Hands, login: str
) -> None:
    for _ in range(4):
        answer = await browser.submit(login=login, password="wrong")
        assert answer.status_code == 422
    fifth = await browser.submit(login=login, password="wrong")
    assert fifth.status_code == 429
    assert 890 <= int(fifth.headers["retry-after"]) <= 900
    assert "请在 15 分钟后再试" in fifth.text
    # The right password does not help any more, and the answer is the same for every name.
    assert (await browser.submit(login=login)).status_code == 429
    hands.forward(minutes=15, seconds=1)
    after = await browser.submit(login=login)
    assert after.status_code == (303 if login.startswith("grid") else 422)


async def test_guesses_side_by_side_cannot_outrun_the_lock(
    browser: Browser, sql: Connection
) -> None:
    token = form_token(await browser.open())
    form = {"login": "grid.222406001001001", "password": "wrong", "form_token": token}
    answers = await asyncio.gather(
        *(browser.http.post("/v1/authorize", params=browser.query(), data=form) for _ in range(12))
    )
    assert {answer.status_code for answer in answers} <= {422, 429}
    rows = await sql.fetch("select outcome, count(*) from sign_ins group by 1 order by 1")
    assert [tuple(row) for row in rows] == [("locked", 7), ("wrong_password", 5)]
    assert await sql.fetchval("select count(*) from events") == 1


async def test_a_right_password_clears_the_count(browser: Browser) -> None:
    for _ in range(2):
        for _ in range(4):
            assert (await browser.submit(password="wrong")).status_code == 422
        assert (await browser.submit()).status_code == 303


async def test_a_lock_is_told_once_and_only_of_real_accounts(
    browser: Browser, sql: Connection
) -> None:
    for _ in range(7):
        await browser.submit(password="wrong")
        await browser.submit(login="nobody", password="wrong")
    rows = await sql.fetch("select type, subject, area, data::text from events")
    assert [(row["type"], row["area"]) for row in rows] == [
        ("identity.account.locked.v1", "222406001001001")
    ]
    account = await sql.fetchval("select id from accounts")
    assert rows[0]["subject"] == str(account)
    outcomes = await sql.fetch(
        "select outcome, count(*) from sign_ins where account_id = $1 group by 1 order by 1",
        account,
    )
    assert [tuple(row) for row in outcomes] == [("locked", 2), ("wrong_password", 5)]


async def test_the_log_holds_no_typed_name_and_no_address(
    browser: Browser, sql: Connection
) -> None:
    await browser.submit(login="my-password-in-the-wrong-box", password="wrong")
    row = await sql.fetchrow("select * from sign_ins")
    assert row is not None
    assert set(row.keys()) == {
        "id",
        "occurred_at",
        "account_id",
        "login_index",
        "client_id",
        "outcome",
    }
    assert b"my-password" not in bytes(row["login_index"])
