"""What waits today, the limits, the indicators, the suggestion box and the demo's history."""

from typing import Any

import asyncpg
import pytest

from services.common.ids import new_id
from services.tasks.service import SERVICE
from services.tasks.settings import TasksSettings
from tests.factories.tasks import COMMUNITY, COUNTY, GRID, World

HOUSING = f"{COUNTY}.housing"


async def closed(world: World, **rating: Any) -> dict[str, Any]:
    w = await world.dispatched()
    for action, body in (("sign", {}), ("arrive", {}), ("result", {"text": "已修"})):
        w = await world.step("housing", w, action, **body)
    w = await world.step("worker", w, "verify", passed=True)
    w = await world.step("street", w, "rate", **(rating or {"score": 5}))
    return await world.step("street", w, "close")


async def found(world: World, who: str = "county", **query: Any) -> dict[Any, dict[str, Any]]:
    report = (await world.get(who, "/v1/indicators", **query)).json()
    return {(item["code"], item["organisation"]): item for item in report["items"]}


async def test_today_has_what_the_worker_must_do(world: World) -> None:
    to_verify = await world.dispatched()
    for action, body in (("sign", {}), ("arrive", {}), ("result", {"text": "已修"})):
        to_verify = await world.step("housing", to_verify, action, **body)
    still_open = await world.dispatched()
    await closed(world)
    order = {
        "community": COMMUNITY,
        "title": "体检通知",
        "content": "通知居民体检",
        "due_at": "2099-01-01T00:00:00Z",
    }
    assignment = (await world.post("health", "/v1/assignments", order)).json()
    today = (await world.get("worker", "/v1/today")).json()
    assert [(item["kind"], item["subject_id"]) for item in today["items"]] == [
        ("verify_whistle", to_verify["id"]),
        ("assignment", assignment["id"]),
        ("open_whistle", still_open["id"]),
    ]
    assert today["items"][2]["due_at"] == still_open["legs"][0]["close_due_at"]
    other = (await world.get("other_worker", "/v1/today")).json()["items"]
    assert [item["kind"] for item in other] == ["assignment"]
    assert (await world.get("street", "/v1/today")).status_code == 403


async def test_today_has_the_facts_that_sources_contradict_each_other_about(world: World) -> None:
    claim = {"value": "ko", "source": "grid", "domain": None, "observed_on": "2026-01-02"}
    one = {
        "id": str(new_id()), "county": "222406", "resident_id": str(new_id()), "name": "金哲",
        "dwelling": f"{GRID}00100101010101"[:26], "version": 3, "field": "usual_language",
        "state": "open", "shown": claim, "claimed": {**claim, "value": "zh", "organisation": None},
        "opened_at": "2026-11-01T00:00:00Z", "age_days": 23, "outcome": None, "resolved_by": None,
        "resolved_organisation": None, "resolved_at": None, "note": None,
    }  # fmt: skip
    world.contradictions.open = [one]
    today = (await world.get("worker", "/v1/today")).json()
    assert today["missing"] == []
    assert today["items"] == [
        {
            "kind": "verify_fact", "title": "金哲", "area": GRID, "subject_id": one["id"],
            "due_at": None, "field": "usual_language", "resident_id": one["resident_id"],
        }
    ]  # fmt: skip
    assert world.contradictions.asked == [(GRID, "verification")]
    for status in (503, 404):
        world.contradictions.status = status
        today = (await world.get("worker", "/v1/today")).json()
        assert (today["items"], today["missing"]) == ([], ["verify_fact"])


async def test_suggested_limits_hold_until_the_county_sets_its_own(world: World) -> None:
    items = (await world.get("street", "/v1/whistle-defaults")).json()["items"]
    assert [item["kind"] for item in items] == [
        "emergency", "key_work", "law_enforcement", "peace", "resident_demand",
    ]  # fmt: skip
    assert items[0] == {
        "kind": "emergency",
        "county": "",
        "version": 1,
        "sign_within_s": 900,
        "arrive_within_s": 1800,
        "close_within_s": 86_400,
        "rework_within_s": 14_400,
        "escalate_every_s": 900,
    }
    path = "/v1/whistle-defaults/resident_demand"
    match = {"If-Match": '"1"'}
    change = {"sign_within_s": 60, "escalate_every_s": 5}

    async def patch(who: str, body: dict[str, Any], etag: str, **query: str) -> Any:
        headers = {**world.headers(who), "If-Match": etag}
        return await world.client.patch(path, json=body, headers=headers, params=query)

    assert (await patch("street", change, '"1"')).status_code == 403
    assert (await patch("county", change, '"1"', county="222401")).status_code == 403
    assert (await patch("county", {"sign_within_s": 90_000}, '"1"')).status_code == 422
    assert (await patch("county", {"sign_within_s": 0}, '"1"')).status_code == 422
    changed = await patch("county", change, match["If-Match"])
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json()["county"] == COUNTY
    assert changed.json()["arrive_within_s"] == 86_400
    assert (await patch("county", change, '"1"')).status_code == 412
    w = await world.reported()
    w = await world.step("street", w, "blow")
    refused = await world.post(
        "street",
        f"/v1/whistles/{w['id']}/dispatch",
        {"lead": HOUSING, "sign_within_s": 61},
        **{"If-Match": '"2"'},
    )
    assert refused.status_code == 422, "longer than the county's own limit"
    elsewhere = (await world.get("other_county", "/v1/whistle-defaults")).json()["items"]
    assert {item["county"] for item in elsewhere} == {""}


async def test_empty_boards_say_nothing_of_nothing(world: World) -> None:
    items = await found(world)
    assert items["response_rate", None]["value"] is None
    assert items["overdue_sign", None]["value"] == 0
    assert items["closed_whistles", None]["figure"] == "39"
    assert all(item["definition"] for item in items.values())


async def test_indicators_count_what_happened(world: World) -> None:
    await closed(world)
    await closed(world, satisfaction="basically_satisfied")
    late = await world.dispatched(sign_within_s=60)
    declined = await world.reported(kind="peace")
    await world.step("street", declined, "close")
    world.clock.wind(seconds=61)
    items = await found(world)
    assert items["closed_whistles", None]["value"] == 2
    assert (items["closed_whistles", None]["denominator"]) == 3
    assert items["whistles_resident_demand", None]["value"] == 3
    assert items["whistles_peace", None]["figure"] == "44"
    assert items["reported_in", HOUSING]["value"] == 2
    rate = items["response_rate", HOUSING]
    assert (rate["value"], rate["numerator"], rate["denominator"]) == (66.67, 2, 3)
    assert items["resolution_rate", None]["value"] == 100
    satisfaction = items["satisfaction_rate", HOUSING]
    assert (satisfaction["value"], satisfaction["numerator"]) == (90, 1.8)
    assert items["overdue_sign", HOUSING]["value"] == 1
    assert items["overdue_sign", None]["value"] == 1
    assert items["declined_whistles", None]["value"] == 1
    assert items["open_whistles", None]["value"] == 1
    assert late["id"]
    seen = (await world.get("county", "/v1/indicators")).json()
    assert not any("w1" in str(item) or "worker" in str(item) for item in seen["items"])


async def test_indicators_hold_to_scope(world: World) -> None:
    await world.dispatched()
    assert (await found(world, "housing"))["reported_in", HOUSING]["denominator"] == 1
    street = await found(world, "street", within="222406001001")
    assert street["open_whistles", None]["value"] == 1
    other = await found(world, "other_county")
    assert other["open_whistles", None]["denominator"] == 0
    outside = await world.get("street", "/v1/indicators", within=COUNTY)
    assert outside.status_code == 404
    future = await found(world, since="2099-01-01T00:00:00Z")
    assert future["open_whistles", None]["denominator"] == 0
    assert (await world.get("worker", "/v1/indicators")).status_code == 403


async def test_suggestion_is_answered_by_the_owner(world: World) -> None:
    sent = await world.post("worker", "/v1/suggestions", {"text": "字太小", "kind": "complaint"})
    assert sent.status_code == 201
    made = sent.json()
    assert (made["kind"], made["reply"]) == ("complaint", None)
    path = f"/v1/suggestions/{made['id']}"
    assert (await world.get("street", path)).status_code == 404
    assert (await world.get("street", "/v1/suggestions")).json()["items"] == []
    inbox = (await world.get("admin", "/v1/suggestions", replied=False)).json()["items"]
    assert [item["id"] for item in inbox] == [made["id"]]
    assert "w1" not in str(inbox)
    assert "金明子" not in str(inbox), "the owner learns no name"
    match = {"If-Match": '"1"'}
    body = {"text": "下一版可调到三十号字"}
    assert (await world.post("worker", f"{path}/reply", body, **match)).status_code == 403
    replied = await world.post("admin", f"{path}/reply", body, **match)
    assert replied.status_code == 200
    assert (await world.post("admin", f"{path}/reply", body, **match)).status_code == 412
    own = (await world.get("worker", "/v1/suggestions")).json()["items"]
    assert own == [replied.json()]
    assert own[0]["reply"] == "下一版可调到三十号字"
    assert (await world.get("admin", "/v1/suggestions", replied=False)).json()["items"] == []
    assert (await world.post("worker", "/v1/suggestions", {"text": "  "})).status_code == 422
    for who in ("auditor", "housing_system", "county"):
        assert (await world.post(who, "/v1/suggestions", {"text": "好"})).status_code == 201


def demo_context(scale: str) -> dict[str, Any]:
    grids = [f"{COMMUNITY}{n:03d}" for n in range(1, 6)]
    people: list[tuple[str, str, str, list[str], list[str]]] = [
        ("street.222406001", "street_officer", "222406001", ["222406001"], []),
        (f"community.{COMMUNITY}", "community_officer", COMMUNITY, [COMMUNITY], []),
    ]
    people += [(f"grid.{grid}", "grid_worker", COMMUNITY, [grid], []) for grid in grids]
    domains = ("public_security", "family_planning", "social_security", "housing", "health",
               "education", "culture", "transport", "market")  # fmt: skip
    people += [
        (f"dept.{COUNTY}.{d}", "department_officer", f"{COUNTY}.{d}", [COUNTY], [d])
        for d in domains
    ]
    keys = ("login", "role", "org", "areas", "domains")
    return {
        "scale": scale,
        "seed": 7,
        "county": COUNTY,
        "grids": grids,
        "communities": [COMMUNITY],
        "accounts": [{**dict(zip(keys, p, strict=True)), "name": "朴英姬"} for p in people],
        "subjects": {f"grid.{GRID}": "w1"},
    }


async def load(settings: TasksSettings, scale: str) -> int:
    assert SERVICE.load_demo is not None
    told: list[tuple[str, int, int]] = []
    result = await SERVICE.load_demo(settings, demo_context(scale), lambda *step: told.append(step))
    assert told[-1][1] == told[-1][2]
    return int(result["whistles"])


@pytest.mark.parametrize(("scale", "count"), [("tiny", 4), ("county", 60)])
async def test_demo_fills_the_boards_once(
    world: World, settings: TasksSettings, scale: str, count: int
) -> None:
    assert await load(settings, scale) == count
    assert await load(settings, scale) == 0
    items = await found(world)
    assert items["open_whistles", None]["denominator"] == count
    today = (await world.get("worker", "/v1/today")).json()["items"]
    assert {item["kind"] for item in today} == {"verify_whistle", "assignment", "open_whistle"}
    whistles = (await world.get("county", "/v1/whistles", limit=200)).json()["items"]
    assert len(whistles) == count
    one = (await world.get("county", f"/v1/whistles/{whistles[0]['id']}")).json()
    assert [entry["seq"] for entry in one["timeline"]] == list(range(1, len(one["timeline"]) + 1))
    defaults = (await world.get("county", "/v1/whistle-defaults")).json()["items"]
    assert {item["county"] for item in defaults} == {COUNTY}


async def test_demo_goes_on_living(world: World, settings: TasksSettings) -> None:
    await load(settings, "tiny")
    waiting = (await world.get("housing", "/v1/whistles")).json()["items"]
    connection = await asyncpg.connect(world.dsn)
    pending = await connection.fetchval("select count(*) from timers where fired_at is null")
    broken = await connection.fetchval("""
        select count(*) from whistles w where state in ('dispatched', 'handling') and not exists (
            select from legs l where l.whistle_id = w.id)""")
    await connection.close()
    assert pending > 0
    assert broken == 0
    assert isinstance(waiting, list)
    verify = next(
        item
        for item in (await world.get("worker", "/v1/today")).json()["items"]
        if item["kind"] == "verify_whistle"
    )
    w = (await world.get("worker", f"/v1/whistles/{verify['subject_id']}")).json()
    after = await world.step("worker", w, "verify", passed=True, comment="已解决")
    assert after["state"] == "verified"
