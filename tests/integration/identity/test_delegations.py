"""Rights lent to a colleague until a day: both names in every record, and an end that counts."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.common.clock import local_day
from services.common.database import Connection
from services.common.ids import new_id
from tests.factories import identity
from tests.factories.identity import Browser, Hands

STREET = "222406001"
PEOPLE = [
    identity.person(login="jin", name="金明子", role="street_officer", org=STREET, areas=[STREET]),
    identity.person(
        login="li",
        name="李明",
        role="community_officer",
        org="222406001001",
        areas=["222406001001"],
    ),
    identity.person(login="wang", role="street_officer", org="222406002", areas=["222406002"]),
    identity.person(
        login="guard", name="安全员", role="security_admin", org="222406", areas=["222406"]
    ),
    identity.person(login="system", role="system_admin", org="222406", areas=["222406"]),
]
SignIn = Callable[[str], Awaitable[dict[str, Any]]]


@pytest.fixture
async def sign_in(app: FastAPI, browser: Browser, hands: Hands) -> SignIn:
    async with app.state.issuer.store.transaction() as tx:
        await tx.accounts.put_accounts(PEOPLE, identity.HASH, hands(), is_demo=False)

    async def tokens(login: str) -> dict[str, Any]:
        return dict((await browser.exchange(await browser.code(login=login))).json())

    return tokens


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def lend(
    http: httpx.AsyncClient, tokens: dict[str, Any], hands: Hands, **changes: Any
) -> httpx.Response:
    wish = {
        "colleague": "li",
        "roles": ["street_officer"],
        "areas": [STREET],
        "ends_on": str(local_day(hands()) + timedelta(days=7)),
        "reason": "休假",
        **changes,
    }
    headers = {**bearer(tokens), "Idempotency-Key": new_id().hex}
    return await http.post("/v1/delegations", json=wish, headers=headers)


async def test_a_colleague_acts_for_the_lender_under_both_names(
    sign_in: SignIn, browser: Browser, app: FastAPI, hands: Hands
) -> None:
    lender, colleague = await sign_in("jin"), await sign_in("li")
    lent = await lend(browser.http, lender, hands)
    assert lent.status_code == 201, lent.text
    body = lent.json()
    assert (body["state"], body["uses"], body["last_used_at"]) == ("open", 0, None)
    assert body["ends_on"] == str(local_day(hands()) + timedelta(days=7))
    seen = await browser.http.get("/v1/me/delegations", headers=bearer(colleague))
    assert [item["lender"]["name"] for item in seen.json()["items"]] == ["金明子"]

    acting = (await browser.refresh(colleague["refresh_token"], acting_for=body["id"])).json()
    jwks = (await browser.http.get("/v1/jwks")).json()
    claims = identity.claims_of(acting["access_token"], jwks)
    assert claims["name"] == "李明（代 金明子）"
    assert claims["sub"] == identity.claims_of(colleague["access_token"], jwks)["sub"]
    assert (claims["org"], claims["roles"], claims["areas"]) == (
        STREET,
        ["street_officer"],
        [STREET],
    )
    me = (await browser.http.get("/v1/me", headers=bearer(acting))).json()
    assert me["acting_for"] == {"delegation": body["id"], "name": "金明子"}

    own = (await browser.refresh(acting["refresh_token"])).json()
    assert identity.claims_of(own["access_token"], jwks)["roles"] == ["community_officer"]
    given = (await browser.http.get("/v1/me/delegations", headers=bearer(lender))).json()
    assert given["items"][0]["uses"] == 1
    assert given["items"][0]["last_used_at"] is not None
    path = f"/v1/delegations/{body['id']}/records"
    records = (await browser.http.get(path, headers=bearer(lender))).json()["items"]
    assert [(item["action"], item["by"]) for item in records] == [
        ("used", "李明"),
        ("granted", "金明子"),
    ]


@pytest.mark.parametrize("who", ["jin", "li", "guard"])
async def test_each_side_and_the_security_administrator_may_end_it(
    sign_in: SignIn, browser: Browser, hands: Hands, who: str
) -> None:
    colleague, by = await sign_in("li"), await sign_in(who)
    lent = (await lend(browser.http, await sign_in("jin"), hands)).json()
    path = f"/v1/delegations/{lent['id']}"
    for _ in range(2):
        assert (await browser.http.delete(path, headers=bearer(by))).status_code == 204
    refused = await browser.refresh(colleague["refresh_token"], acting_for=lent["id"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    # The refusal costs nothing: one's own rights go on with the same refresh token.
    assert (await browser.refresh(colleague["refresh_token"])).status_code == 200
    headers = bearer(by)
    records = (await browser.http.get(f"{path}/records", headers=headers)).json()["items"]
    assert [item["action"] for item in records] == ["revoked", "granted"]


async def test_nobody_else_sees_ends_or_uses_it(
    sign_in: SignIn, browser: Browser, hands: Hands
) -> None:
    stranger, system = await sign_in("wang"), await sign_in("system")
    lent = (await lend(browser.http, await sign_in("jin"), hands)).json()
    path = f"/v1/delegations/{lent['id']}"
    for tokens in (stranger, system):
        headers = bearer(tokens)
        assert (await browser.http.delete(path, headers=headers)).status_code == 404
        assert (await browser.http.get(f"{path}/records", headers=headers)).status_code == 404
    refused = await browser.refresh(stranger["refresh_token"], acting_for=lent["id"])
    assert refused.status_code == 400
    assert (await browser.http.get("/v1/delegations", headers=bearer(stranger))).status_code == 403
    guard = bearer(await sign_in("guard"))
    page = (await browser.http.get("/v1/delegations", headers=guard)).json()
    assert [item["id"] for item in page["items"]] == [lent["id"]]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"roles": ["county_officer"]}, "/roles"),
        ({"areas": ["222406"]}, "/areas"),
        ({"domains": ["health"]}, "/domains"),
        ({"ends_on": "2020-01-01"}, "/ends_on"),
        ({"ends_on": "2099-01-01"}, "/ends_on"),
    ],
)
async def test_nobody_lends_more_than_they_have_or_for_too_long(
    sign_in: SignIn, browser: Browser, hands: Hands, change: dict[str, Any], pointer: str
) -> None:
    refused = await lend(browser.http, await sign_in("jin"), hands, **change)
    assert refused.status_code == 422
    assert pointer in {error["pointer"] for error in refused.json()["errors"]}


async def test_ninety_days_are_the_longest(sign_in: SignIn, browser: Browser, hands: Hands) -> None:
    tokens, today = await sign_in("jin"), local_day(hands())
    longest = await lend(browser.http, tokens, hands, ends_on=str(today + timedelta(days=90)))
    assert longest.status_code == 201
    longer = await lend(browser.http, tokens, hands, ends_on=str(today + timedelta(days=91)))
    assert longer.status_code == 422


@pytest.mark.parametrize(
    ("lender", "colleague", "code"),
    [
        ("jin", "wang", "no-colleague"),
        ("jin", "jin", "no-colleague"),
        ("jin", "nobody", "no-colleague"),
        ("li", "jin", "no-colleague"),
        ("system", "jin", "rights-not-lendable"),
    ],
)
async def test_only_colleagues_act_and_administrators_neither_lend_nor_borrow(
    sign_in: SignIn, browser: Browser, hands: Hands, lender: str, colleague: str, code: str
) -> None:
    tokens = await sign_in(lender)
    roles = {"system": "system_admin", "li": "community_officer"}.get(lender, "street_officer")
    areas = ["222406001001"]
    refused = await lend(
        browser.http, tokens, hands, colleague=colleague, roles=[roles], areas=areas
    )
    assert refused.json()["code"] == code


async def test_it_ends_with_its_day_and_while_the_lender_is_locked_out(
    sign_in: SignIn, browser: Browser, hands: Hands, sql: Connection
) -> None:
    colleague = await sign_in("li")
    lent = (await lend(browser.http, await sign_in("jin"), hands)).json()
    await sql.execute("update accounts set disabled_at = now() where login = 'jin'")
    refused = await browser.refresh(colleague["refresh_token"], acting_for=lent["id"])
    assert refused.json()["error"] == "invalid_target"
    await sql.execute("update accounts set disabled_at = null where login = 'jin'")
    good = await browser.refresh(colleague["refresh_token"], acting_for=lent["id"])
    assert good.status_code == 200
    # Rights that the lender lost are lent no more; nothing left is a refusal.
    await sql.execute("update accounts set areas = '{222406001002}' where login = 'jin'")
    refused = await browser.refresh(good.json()["refresh_token"], acting_for=lent["id"])
    assert refused.json()["error"] == "invalid_target"
    await sql.execute("update accounts set areas = '{222406}' where login = 'jin'")
    past = "update delegations set granted_at = now() - interval '8 days', ends_at = now()"
    await sql.execute(past)
    colleague = await sign_in("li")
    refused = await browser.refresh(colleague["refresh_token"], acting_for=lent["id"])
    assert refused.json()["error"] == "invalid_target"
    seen = await browser.http.get("/v1/me/delegations", headers=bearer(colleague))
    assert seen.json()["items"][0]["state"] == "ended"


async def test_what_was_borrowed_is_not_lent_on(
    sign_in: SignIn, browser: Browser, hands: Hands
) -> None:
    lent = (await lend(browser.http, await sign_in("jin"), hands)).json()
    colleague = await sign_in("li")
    acting = (await browser.refresh(colleague["refresh_token"], acting_for=lent["id"])).json()
    on = await lend(browser.http, acting, hands, colleague="jin")
    assert {error["pointer"] for error in on.json()["errors"]} == {"/roles", "/areas"}


async def test_colleagues_are_ones_own_office_and_what_is_below(
    sign_in: SignIn, browser: Browser
) -> None:
    headers = bearer(await sign_in("jin"))
    found = (await browser.http.get("/v1/colleagues", headers=headers)).json()["items"]
    assert [item["login"] for item in found] == ["grid.222406001001001", "li"]
    asked = {"starts_with": "李"}
    found = (await browser.http.get("/v1/colleagues", params=asked, headers=headers)).json()
    assert found["items"] == [{"login": "li", "name": "李明", "organisation": "222406001001"}]
