"""Whistles and assignments follow the areas that changed their codes."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.common.errors import PeerUnavailable
from services.following import areas
from services.tasks.store.following import STEPS
from tests.factories.area_feed import Feed, following, killed, rows
from tests.factories.tasks import COMMUNITY, GRID, OTHER_GRID, STREET, World

NEW_STREET = "222406009"
NEW_GRID = GRID.replace(STREET, NEW_STREET)
NEVER = timedelta()


async def look(world: World, feed: Feed, **given: Any) -> None:
    async with following(world.dsn, feed, STEPS, **given) as follower:
        await follower.look()


async def at(world: World) -> list[str]:
    return [row["area"] for row in await rows(world.dsn, "select area from whistles order by id")]


async def closed(world: World) -> dict[str, Any]:
    made = await world.reported()
    return await world.step("street", made, "close")


async def test_open_and_closed_whistles_lie_in_the_recoded_street(world: World) -> None:
    first, ended = await world.reported(), await closed(world)
    elsewhere = await world.reported("worker", area=GRID)
    feed = Feed()
    feed.tell((STREET, NEW_STREET))
    await look(world, feed)
    assert await at(world) == [NEW_GRID] * 3
    moved = world.headers("worker", areas=[NEW_GRID], org=COMMUNITY.replace(STREET, NEW_STREET))
    seen = await world.client.get(f"/v1/whistles/{first['id']}", headers=moved)
    assert (seen.status_code, seen.json()["area"]) == (200, NEW_GRID)
    assert seen.json()["timeline"][0]["organisation"] == COMMUNITY, "as it was written"
    assert (await world.get("worker", f"/v1/whistles/{elsewhere['id']}")).status_code == 404
    street = world.headers("street", areas=[NEW_STREET], org=NEW_STREET)
    response = await world.client.get(f"/v1/whistles/{ended['id']}", headers=street)
    assert response.json()["street"] == NEW_STREET


async def test_assignments_and_suggestions_follow(world: World) -> None:
    body = {
        "community": COMMUNITY, "title": "体检通知", "content": "逐户通知",
        "due_at": "2099-01-01T00:00:00Z",
    }  # fmt: skip
    assert (await world.post("health", "/v1/assignments", body)).status_code == 201
    text = {"kind": "suggestion", "text": "少填一张表"}
    assert (await world.post("worker", "/v1/suggestions", text)).status_code == 201
    feed = Feed()
    feed.tell((STREET, NEW_STREET))
    await look(world, feed)
    new = COMMUNITY.replace(STREET, NEW_STREET)
    assert await rows(world.dsn, "select community, organisation from assignments") == [
        {"community": new, "organisation": "222406.health"}
    ]
    assert await rows(world.dsn, "select organisation from suggestions") == [{"organisation": new}]


async def test_the_feed_twice_changes_nothing(world: World) -> None:
    await world.reported()
    feed = Feed()
    for _ in range(3):  # more than a page
        feed.tell((STREET, NEW_STREET))
    await look(world, feed, late=NEVER)
    # The old code is given again; the same feed, read from its beginning, moves nothing.
    await world.reported()
    await rows(world.dsn, "update area_cursor set cursor = null")
    await look(world, feed, late=NEVER)
    assert await at(world) == [NEW_GRID, GRID]
    inbox = await rows(world.dsn, "select done_at is null as waits from area_inbox")
    assert inbox == [{"waits": False}] * 3


async def test_who_writes_the_old_code_for_a_while_is_followed(world: World) -> None:
    feed = Feed()
    feed.tell((STREET, NEW_STREET))
    await look(world, feed)
    await world.reported()
    await look(world, feed)
    assert await at(world) == [NEW_GRID]


async def test_killed_in_the_middle_it_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(areas, "CHUNK", 2)
    for _ in range(5):
        await world.reported()
    feed = Feed()
    feed.tell((STREET, NEW_STREET))
    async with following(world.dsn, feed, killed(STEPS, 2)) as follower:
        with pytest.raises(RuntimeError, match="killed"):
            await follower.look()
    assert sorted(await at(world)) == [GRID] + [NEW_GRID] * 4
    await look(world, feed, late=NEVER)
    assert await at(world) == [NEW_GRID] * 5


async def test_of_a_split_grid_the_doubtful_are_listed(world: World) -> None:
    made = await world.reported()
    part = f"{COMMUNITY}009"
    feed = Feed()
    feed.tell((GRID, GRID), (GRID, part, False), kind="split")
    feed.tell((OTHER_GRID, part), kind="merge")
    await look(world, feed, late=NEVER)
    assert await at(world) == [GRID]
    doubts = await rows(world.dsn, "select place, row_key, code from area_doubts")
    assert doubts == [{"place": "whistles.area", "row_key": f"222406/{made['id']}", "code": GRID}]


async def test_what_would_change_its_county_stays_and_is_listed(world: World) -> None:
    await world.reported()
    feed = Feed()
    feed.tell((COMMUNITY, "222401001009"), kind="reparent")
    await look(world, feed, late=NEVER)
    assert await at(world) == [GRID]
    assert [r["code"] for r in await rows(world.dsn, "select code from area_doubts")] == [GRID]


async def test_a_registry_that_is_away_or_has_forgotten_is_asked_again(world: World) -> None:
    await world.reported()
    feed = Feed()
    feed.tell((STREET, NEW_STREET))
    feed.refusals = [503, 410]
    async with following(world.dsn, feed, STEPS, every_s=0.01) as follower:
        for _ in range(2):
            with pytest.raises(PeerUnavailable):
                await follower.look()
        assert await at(world) == [GRID]
        feed.refusals = [503]
        running = asyncio.create_task(follower.run())
        for _ in range(200):
            await asyncio.sleep(0.02)
            if await at(world) == [NEW_GRID]:
                break
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert await at(world) == [NEW_GRID]
