"""The feed tells what became of places, to those in them, and never of whom."""

from typing import Any

from tests.factories import event_schemas
from tests.factories.registry import COMMUNITY, COUNTY, GRID, Registry, dwelling
from tests.integration.registry.test_boundaries import draw, square
from tests.integration.registry.test_posts import appoint


async def events(registry: Registry, area: str) -> list[dict[str, Any]]:
    answer = await registry.client.get(
        "/v1/events", headers=registry.headers("county_officer", areas=[area])
    )
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    for item in items:
        event_schemas.validate(item)
    return items


async def test_registering_drawing_and_posts_are_told_where_they_are(registry: Registry) -> None:
    async with registry.store.transaction() as tx:
        await tx.connection.execute(
            "insert into areas (code, county, level, name) values ($1, '222406', 'community', 'x')"
            " on conflict do nothing",
            COMMUNITY,
        )
    made = await registry.client.post(
        "/v1/areas",
        json={"parent": COMMUNITY, "number": 1, "name": "第一网格"},
        headers=registry.headers("secretariat"),
    )
    assert made.status_code == 201, made.text
    drawn = await draw(registry, GRID, {**square(129.0, 42.5), "source": "x"})
    assert drawn.status_code == 200, drawn.text
    post = (await appoint(registry)).json()
    body = {"holder": "金明洙", "phone": None}
    put = await registry.client.put(
        f"/v1/posts/{post['id']}",
        json=body,
        headers={**registry.headers("community_officer"), "If-Match": '"1"'},
    )
    assert put.status_code == 200, put.text
    assert (await appoint(registry)).status_code == 409
    told = await events(registry, GRID)
    assert [(e["type"].split(".", 1)[1], e["subject"]) for e in told] == [
        ("area.registered.v1", GRID),
        ("boundary.drawn.v1", GRID),
        ("post.filled.v1", post["id"]),
        ("post.corrected.v1", post["id"]),
    ]
    assert told[0]["data"]["parent"] == COMMUNITY
    text = str(told)
    assert not any(word in text for word in ("金明", "15412345678", "第一网格"))
    assert await events(registry, f"{COMMUNITY}002") == []


async def test_the_end_of_a_post_is_told(registry: Registry) -> None:
    await registry.grid()
    post = (await appoint(registry, valid_from="2026-01-01")).json()
    ended = await registry.client.post(
        f"/v1/posts/{post['id']}/end",
        json={"on": "2026-06-01"},
        headers={**registry.headers("community_officer", areas=[COUNTY]), "If-Match": '"1"'},
    )
    assert ended.status_code == 200, ended.text
    last = (await events(registry, GRID))[-1]
    assert last["type"] == "registry.post.ended.v1"
    assert last["data"] == {
        "post": "grid_head",
        "version": 2,
        "valid_from": "2026-01-01",
        "valid_to": "2026-06-01",
    }
    assert last["area"] == dwelling()[:15]
