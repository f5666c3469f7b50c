"""Nothing reaches a community except through the gate, and the community may say no."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from services.common.ids import new_id
from tests.factories.tasks import COMMUNITY, COUNTY, World


def order(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "community": COMMUNITY,
        "title": "老年人体检通知",
        "content": "协助通知六十五岁以上居民体检。",
        "due_at": (world.clock.now + timedelta(days=3)).isoformat(),
        **changes,
    }


async def placed(world: World, **changes: Any) -> dict[str, Any]:
    response = await world.post("health", "/v1/assignments", order(world, **changes))
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    assert response.headers["Location"] == f"/v1/assignments/{made['id']}"
    return made


async def stored(world: World) -> tuple[int, int]:
    connection = await asyncpg.connect(world.dsn)
    count = await connection.fetchval("select count(*) from assignments")
    keys = await connection.fetchval("select count(*) from idempotency_keys")
    await connection.close()
    return count, keys


async def test_gate_is_asked_with_the_callers_token(world: World) -> None:
    item = str(new_id())
    world.gate.answer = {"admitted": True, "item": {"id": item, "title": "健康体检"}}
    made = await placed(world, item_id=item)
    assert world.gate.asked == [
        {
            "community": COMMUNITY,
            "organisation": f"{COUNTY}.health",
            "domain": "health",
            "title": "老年人体检通知",
            "item_id": item,
        }
    ]
    assert (world.gate.tokens[0] or "").startswith("Bearer ey")
    assert world.gate.keys[0]
    assert (made["item_id"], made["item_title"], made["state"]) == (item, "健康体检", "open")
    assert made["organisation"] == f"{COUNTY}.health"


async def test_refused_by_the_gate_keeps_nothing(world: World) -> None:
    world.gate.refuse()
    response = await world.post("health", "/v1/assignments", order(world))
    assert response.status_code == 403
    problem = response.json()
    assert (problem["code"], problem["title"]) == ("not-admitted", "事项未获准入，不得下派")
    assert problem["reason"] == {
        "code": "FUNDS_NOT_PAID",
        "title": "经费未到位",
        "how_to": "先拨付本期经费",
    }
    assert await stored(world) == (0, 0)
    assert (await world.get("county", "/v1/events")).json()["items"] == []


async def test_retry_is_recalled_before_the_gate_is_asked_again(world: World) -> None:
    headers, body = world.headers("health"), order(world)

    async def send() -> httpx.Response:
        return await world.client.post("/v1/assignments", json=body, headers=headers)

    first = await send()
    world.gate.refuse()
    second = await send()
    assert (second.status_code, second.content) == (201, first.content)
    assert len(world.gate.asked) == 1


async def test_retried_refusal_has_one_key_at_the_gate(world: World) -> None:
    world.gate.refuse()
    headers, body = world.headers("health"), order(world)
    for _ in range(2):
        await world.client.post("/v1/assignments", json=body, headers=headers)
    assert len(set(world.gate.keys)) == 1
    assert world.gate.keys[0] != headers["Idempotency-Key"]


@pytest.mark.parametrize(
    ("status", "expected", "code"),
    [
        (500, 503, "peer-unavailable"),
        (418, 503, "peer-unavailable"),
        (403, 403, "not-permitted"),
        (404, 404, "nothing-here"),
        (422, 422, "task-not-checkable"),
    ],
)
async def test_silent_gate_lets_nothing_in(
    world: World, status: int, expected: int, code: str
) -> None:
    world.gate.status = status
    response = await world.post("health", "/v1/assignments", order(world))
    assert (response.status_code, response.json()["code"]) == (expected, code)
    assert await stored(world) == (0, 0)


async def test_half_a_yes_is_a_no(world: World) -> None:
    world.gate.answer = {"admitted": "yes"}
    response = await world.post("health", "/v1/assignments", order(world))
    assert (response.status_code, response.json()["reason"]["code"]) == (403, "NOT_ADMITTED")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"community": "222406001"}, "/community"),
        ({"due_at": "2020-01-01T00:00:00Z"}, "/due_at"),
        ({"due_at": "2026-12-01T00:00:00"}, "/due_at"),
        ({"title": ""}, "/title"),
        ({"item_id": "7"}, "/item_id"),
    ],
)
async def test_bad_orders_never_reach_the_gate(
    world: World, changes: dict[str, Any], pointer: str
) -> None:
    response = await world.post("health", "/v1/assignments", order(world, **changes))
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == pointer
    assert world.gate.asked == []


async def test_community_refuses_with_a_reason(world: World) -> None:
    made = await placed(world)
    path = f"/v1/assignments/{made['id']}/refuse"
    body = {"reason_code": "no_funds", "comment": "经费未到"}
    missing = await world.post("community", path, body)
    assert missing.status_code == 428
    stale = await world.post("community", path, body, **{"If-Match": '"9"'})
    assert stale.status_code == 412
    match = {"If-Match": '"1"'}
    silent = await world.post("community", path, {"reason_code": "other"}, **match)
    assert silent.status_code == 422
    hidden = await world.post("other_community", path, body, **match)
    assert hidden.status_code == 404
    for who in ("worker", "street", "health"):
        assert (await world.post(who, path, body, **match)).status_code == 403
    refused = await world.post("community", path, body, **match)
    assert refused.status_code == 200
    answer = refused.json()
    assert (answer["state"], answer["reason_code"], answer["version"]) == ("refused", "no_funds", 2)
    again = await world.post("community", path, body, **{"If-Match": '"2"'})
    assert (again.status_code, again.json()["code"]) == (409, "assignment-not-open")
    types = [e["type"] for e in (await world.get("health", "/v1/events")).json()["items"]]
    assert types == ["tasks.assignment.placed.v1", "tasks.assignment.refused.v1"]
    assert (await world.get("housing", "/v1/events")).json()["items"] == []


async def test_community_completes(world: World) -> None:
    made = await placed(world)
    path = f"/v1/assignments/{made['id']}/complete"
    done = await world.post("community", path, {"comment": "已通知"}, **{"If-Match": '"1"'})
    assert (done.status_code, done.json()["state"]) == (200, "done")


async def test_each_sees_its_own_assignments(world: World) -> None:
    made = await placed(world)
    path = f"/v1/assignments/{made['id']}"
    for who in ("health", "worker", "community", "street", "county"):
        assert (await world.get(who, path)).json()["id"] == made["id"]
        items = (await world.get(who, "/v1/assignments")).json()["items"]
        assert [item["id"] for item in items] == [made["id"]]
    for who in ("housing", "other_community", "other_street", "other_county"):
        assert (await world.get(who, path)).status_code == 404
        assert (await world.get(who, "/v1/assignments")).json()["items"] == []
    outside = await world.get("street", "/v1/assignments", within="222406002")
    assert outside.status_code == 404
    nothing = await world.get("street", "/v1/assignments", state="done")
    assert nothing.json() == {"items": [], "next": None}


async def test_pages_of_assignments(world: World) -> None:
    made = [(await placed(world))["id"] for _ in range(3)]
    first = await world.get("street", "/v1/assignments", limit=2)
    assert [item["id"] for item in first.json()["items"]] == made[:0:-1]
    assert 'rel="next"' in first.headers["Link"]
    after = first.json()["next"]
    rest = await world.get("street", "/v1/assignments", limit=2, after=after)
    assert [item["id"] for item in rest.json()["items"]] == made[:1]
    assert rest.json()["next"] is None
    wrong = await world.get("street", "/v1/assignments", state="open", after=after)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "cursor-not-valid")
