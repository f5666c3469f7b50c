"""Accounts over HTTP, and three administrators of whom none can do another's work."""

from typing import Any

import pytest

from services.common.database import Connection
from tests.factories.identity import Browser, answered
from tests.factories.identity_office import ADMINISTRATORS, Office

WISH = {"name": "李四", "organisation": "222406001"}
RIGHTS = {
    "roles": ["street_officer"],
    "areas": ["222406001"],
    "domains": [],
    "reason": "到岗",
}


async def opened(office: Office) -> None:
    made = await office.send("system_admin", "PUT", "/accounts/li.si", json=WISH)
    assert made.status_code == 201, made.text


async def test_two_administrators_make_an_account_that_works(
    office: Office, browser: Browser
) -> None:
    made = await office.send("system_admin", "PUT", "/accounts/li.si", json=WISH)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert made.json() == {
        "login": "li.si",
        **WISH,
        "roles": [],
        "areas": [],
        "domains": [],
        "version": 1,
        "is_disabled": False,
        "has_second_factor": False,
        "must_change_password": False,
        "external_ids": {},
    }
    assert (await browser.submit(login="li.si", password="")).status_code == 422
    assert (await browser.submit(login="li.si", password="!")).status_code == 422
    given = await office.send(
        "security_admin", "PUT", "/accounts/li.si/rights", json=RIGHTS, version=1
    )
    assert (given.status_code, given.json()["roles"]) == (200, ["street_officer"])
    issued = await office.send(
        "security_admin",
        "PUT",
        "/accounts/li.si/credentials",
        json={"reason": "首次登录"},
        version=2,
    )
    assert issued.headers["cache-control"] == "no-store"
    password = issued.json()["password"]
    page = await browser.submit(login="li.si", password=password)
    assert "location" not in page.headers, "a first password is changed before anything else"
    done = await browser.renew(page, "Only-mine-2026")
    assert (await browser.exchange(answered(done)["code"])).status_code == 200


async def test_closing_an_account_ends_its_sessions(office: Office, browser: Browser) -> None:
    tokens = await browser.tokens()
    path = "/accounts/grid.222406001001001"
    closed = await office.send(
        "system_admin",
        "PUT",
        f"{path}/disabled",
        json={"is_disabled": True, "reason": "离岗"},
        version=1,
    )
    assert (closed.status_code, closed.json()["is_disabled"]) == (200, True)
    assert (await browser.refresh(tokens["refresh_token"])).status_code == 400
    assert (await browser.submit()).status_code == 422
    again = await office.send(
        "system_admin",
        "PUT",
        f"{path}/disabled",
        json={"is_disabled": False, "reason": "返岗"},
        version=2,
    )
    assert again.json()["is_disabled"] is False
    assert (await browser.submit()).status_code == 303


CLOSED = {"is_disabled": True, "reason": "离岗"}
DOINGS = {
    ("PUT", "/accounts/zhang.san"): (WISH, {"system_admin"}),
    ("PUT", "/accounts/li.si/rights"): (RIGHTS, {"security_admin"}),
    ("PUT", "/accounts/li.si/credentials"): ({"reason": "补发"}, {"security_admin"}),
    ("PUT", "/accounts/li.si/disabled"): (
        {"is_disabled": True, "reason": "离岗"},
        {"system_admin"},
    ),
    ("GET", "/accounts"): (None, set(ADMINISTRATORS)),
    ("GET", "/accounts/li.si"): (None, set(ADMINISTRATORS)),
    ("GET", "/account-changes"): (None, {"security_admin", "auditor"}),
    ("GET", "/sign-ins"): (None, {"security_admin", "auditor"}),
}


@pytest.mark.parametrize("role", [*ADMINISTRATORS, "street_officer"])
@pytest.mark.parametrize("doing", list(DOINGS), ids=lambda d: f"{d[0]} {d[1]}")
async def test_none_can_do_anothers_work(office: Office, role: str, doing: tuple[str, str]) -> None:
    await opened(office)
    body, allowed = DOINGS[doing]
    answer = await office.send(role, *doing, json=body, version=1)
    assert answer.is_success is (role in allowed), answer.text
    if role not in allowed:
        assert answer.json()["code"] == "not-permitted"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"roles": ["system_admin", "security_admin"]}, "duties-not-separated"),
        ({"roles": ["auditor", "street_officer"]}, "duties-not-separated"),
        ({"roles": ["department_system"]}, "role-unknown"),
        ({"areas": ["222404"]}, "area"),
        ({"areas": [""]}, "area"),
        ({"domains": ["health"]}, "domain-without-department"),
        ({"domains": ["religion"]}, "domain-unknown"),
    ],
)
async def test_rights_that_nobody_may_give(
    office: Office, changes: dict[str, Any], code: str, sql: Connection
) -> None:
    await opened(office)
    body = {**RIGHTS, **changes}
    answer = await office.send(
        "security_admin", "PUT", "/accounts/li.si/rights", json=body, version=1
    )
    assert answer.status_code == 422
    assert code in {error["code"] for error in answer.json()["errors"]}
    assert await sql.fetchval("select version from accounts where login = 'li.si'") == 1


async def test_nobody_changes_their_own_account(office: Office, sql: Connection) -> None:
    await opened(office)
    office.ids["security_admin"] = await sql.fetchval("select id from accounts where login='li.si'")
    answer = await office.send(
        "security_admin", "PUT", "/accounts/li.si/rights", json=RIGHTS, version=1
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "own-account")


async def test_accounts_of_another_county_are_not_there(office: Office) -> None:
    await opened(office)
    for role, method, path, body in (
        ("security_admin", "PUT", "/accounts/li.si/rights", {**RIGHTS, "areas": ["222404"]}),
        ("auditor", "GET", "/accounts/li.si", None),
    ):
        answer = await office.send(role, method, path, json=body, version=1, areas=("222404",))
        assert answer.status_code == 404
    for path in ("/accounts", "/account-changes", "/sign-ins"):
        role = "auditor"
        page = await office.send(role, "GET", path, areas=("222404",))
        assert page.json() == {"items": [], "next": None}
    taken = await office.send(
        "system_admin",
        "PUT",
        "/accounts/li.si",
        json={**WISH, "organisation": "222404001"},
        areas=("222404",),
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "login-taken")
    outside = await office.send(
        "system_admin", "PUT", "/accounts/wang.wu", json=WISH, areas=("222404",)
    )
    assert outside.status_code == 422


async def test_a_change_needs_the_version_that_was_read(office: Office) -> None:
    await opened(office)
    for version, status in ((None, 428), (7, 412), (1, 200), (1, 412)):
        answer = await office.send(
            "security_admin", "PUT", "/accounts/li.si/rights", json=RIGHTS, version=version
        )
        assert answer.status_code == status


async def test_what_administrators_did_is_recorded_without_secrets(
    office: Office, sql: Connection
) -> None:
    await opened(office)
    await office.send("security_admin", "PUT", "/accounts/li.si/rights", json=RIGHTS, version=1)
    issued = await office.send(
        "security_admin",
        "PUT",
        "/accounts/li.si/credentials",
        json={"reason": "首次登录"},
        version=2,
    )
    page = (await office.send("auditor", "GET", "/account-changes?login=li.si&limit=2")).json()
    assert [item["action"] for item in page["items"]] == ["credentials_issued", "rights_given"]
    assert page["items"][1]["before"] == {"roles": [], "areas": [], "domains": []}
    assert page["items"][1]["changed_by"] == "security_admin"
    more = await office.send("auditor", "GET", f"/account-changes?login=li.si&after={page['next']}")
    assert [item["action"] for item in more.json()["items"]] == ["created"]
    text = await sql.fetchval(
        "select string_agg(c::text, ' ') from account_changes c"
    ) + await sql.fetchval("select string_agg(data::text, ' ') from events")
    assert issued.json()["password"] not in text
    types = {row["type"] for row in await sql.fetch("select type from events")}
    assert types == {"identity.account.changed.v1"}
