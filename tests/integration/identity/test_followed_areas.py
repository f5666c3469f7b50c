"""Accounts and systems see under the new codes what they saw under the old ones."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from gateway.identity.store import following as rules
from gateway.identity.store.following import STEPS
from services.common.database import Connection
from tests.factories import identity
from tests.factories.area_feed import Feed, following, killed

STREET, NEW_STREET = "222406001", "222406009"
COMMUNITY = f"{STREET}001"


async def people(app: FastAPI, *given: dict[str, Any]) -> None:
    async with app.state.issuer.store.transaction() as tx:
        await tx.accounts.put_accounts(
            [identity.person(**one) for one in given],
            identity.HASH,
            app.state.clock(),
            is_demo=False,
        )


async def seen(sql: Connection) -> dict[str, tuple[str, list[str]]]:
    rows = await sql.fetch("select login, organisation, areas from accounts")
    return {row["login"]: (row["organisation"], row["areas"]) for row in rows}


async def look(dsn: str, feed: Feed) -> None:
    async with following(dsn, feed, STEPS, late=timedelta()) as follower:
        await follower.look()


async def test_a_street_and_its_people_follow_and_it_is_recorded(
    app: FastAPI, dsn: str, sql: Connection
) -> None:
    await people(
        app,
        {"login": "street", "role": "street_officer", "org": STREET, "areas": [STREET]},
        {"login": "county", "org": "222406.health", "areas": ["222406"]},
    )
    await sql.execute("update clients set areas = $1 where id = 'sys.222406.health'", [COMMUNITY])
    await sql.execute(
        "insert into delegations (lender_id, colleague_id, roles, areas, domains, reason,"
        " granted_at, ends_at, revoked_at) select a.id, b.id, a.roles, a.areas, '{}', '休假',"
        " now(), now() + interval '1 day', r from accounts a, accounts b,"
        " unnest(array[null, now()]) r where a.login = 'street' and b.login = 'county'"
    )
    feed = Feed()
    feed.tell((STREET, NEW_STREET))
    await look(dsn, feed)
    lent = await sql.fetch("select areas from delegations order by revoked_at nulls first")
    assert [row["areas"] for row in lent] == [[NEW_STREET], [STREET]]
    new = COMMUNITY.replace(STREET, NEW_STREET)
    assert await seen(sql) == {
        "grid.222406001001001": (new, [f"{new}001"]),
        "street": (NEW_STREET, [NEW_STREET]),
        "county": ("222406.health", ["222406"]),
    }
    assert await sql.fetchval("select areas from clients where id = 'sys.222406.health'") == [new]
    noted = await sql.fetch(
        "select a.login, c.action, c.changed_by_name, c.reason, a.version"
        " from account_changes c join accounts a on a.id = c.account_id order by 1"
    )
    event = feed.events[0]["id"]
    assert [tuple(row) for row in noted] == [
        (login, "rights_given", "区划变更", f"区划代码变更 {event}", 2)
        for login in ("grid.222406001001001", "street")
    ]
    assert await sql.fetchval("select count(*) from events") == 2


async def test_the_feed_twice_takes_nothing_back(app: FastAPI, dsn: str, sql: Connection) -> None:
    await people(app, {"login": "cc", "org": COMMUNITY, "areas": [COMMUNITY, f"{STREET}002"]})
    feed = Feed()
    part = f"{STREET}007"
    feed.tell((COMMUNITY, COMMUNITY), (COMMUNITY, part, False), kind="split")
    await look(dsn, feed)
    assert (await seen(sql))["cc"] == (COMMUNITY, [COMMUNITY, f"{STREET}002", part])
    await sql.execute("update accounts set areas = $1 where login = 'cc'", [part])
    await sql.execute("update area_cursor set cursor = null")
    await look(dsn, feed)
    assert (await seen(sql))["cc"] == (COMMUNITY, [part]), "what an administrator said stands"


async def test_killed_in_the_middle_it_goes_on(
    app: FastAPI, dsn: str, sql: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "_CHUNK", 2)
    await people(app, *({"login": f"p{n}", "areas": [COMMUNITY]} for n in range(5)))
    feed = Feed()
    feed.tell((STREET, NEW_STREET))
    async with following(dsn, feed, killed(STEPS, 2)) as follower:
        with pytest.raises(RuntimeError, match="killed"):
            await follower.look()
    before = [org for org, _ in (await seen(sql)).values()]
    assert 0 < before.count(COMMUNITY) < 6
    await look(dsn, feed)
    assert {org for org, _ in (await seen(sql)).values()} == {f"{NEW_STREET}001"}
    assert await sql.fetchval("select count(*) from account_changes") == 6
