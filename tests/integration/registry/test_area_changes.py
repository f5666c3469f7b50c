"""Areas that change: asked for, in effect, records carried along."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.registry.api.place_schemas import AreaChangeFeed
from tests.factories.places import RECORD, area, ask, carried_out, peopled, today
from tests.factories.registry import COUNTY, Registry, dwelling

TOWN, NEW_TOWN = "222401105", "222401103"


async def recoded(registry: Registry) -> str:
    """A town of five households that got another code; the id of the change."""
    await peopled(registry, f"{TOWN}001001")
    wish = {"kind": "recode", "old": [TOWN], "new": [{"code": NEW_TOWN}]}
    asked = await ask(registry, "secretariat", "222401", **wish)
    assert asked.status_code == 202
    change: str = asked.json()["id"]
    assert asked.headers["location"] == f"/v1/area-changes/{change}"
    assert asked.json()["state"] == "scheduled"
    await carried_out(registry)
    return change


async def test_a_town_gets_the_code_of_the_ministry(registry: Registry) -> None:
    gone = await registry.household(dwelling(f"{TOWN}001001", 300), valid_to=date(2025, 1, 1))
    change = await recoded(registry)
    rows = await registry.rows("select distinct left(dwelling, 9) as at from residents")
    assert rows == [{"at": NEW_TOWN}]
    rows = await registry.rows("select dwelling from households where id = $1", gone)
    assert rows == [{"dwelling": dwelling(f"{NEW_TOWN}001001", 300)}]
    history = await registry.rows(
        "select distinct version, left(old ->> 'dwelling', 9) as at, change_reason as why"
        " from resident_history"
    )
    assert history == [{"version": 1, "at": TOWN, "why": f"area-change {change}"}]
    assert len(await registry.rows("select 1 from residents where version = 2")) == 6


async def test_an_ended_code_tells_its_successor(registry: Registry) -> None:
    await recoded(registry)
    old = await area(registry, TOWN)
    assert (old["name"], old["valid_to"]) == ("朝阳川镇", today().isoformat())
    assert [s["code"] for s in old["successors"]] == [NEW_TOWN]
    new = await area(registry, NEW_TOWN)
    assert (new["name"], new["valid_from"], new["valid_to"]) == (
        "朝阳川镇",
        today().isoformat(),
        None,
    )
    assert [p["code"] for p in new["predecessors"]] == [TOWN]
    yesterday = (today() - timedelta(1)).isoformat()
    assert (await area(registry, TOWN, yesterday))["valid_to"] == today().isoformat()
    then = await area(registry, NEW_TOWN, yesterday)
    assert then["code"] == "area-not-valid-then"
    assert [p["code"] for p in then["predecessors"]] == [TOWN]
    village = await area(registry, f"{TOWN}201")
    assert [s["code"] for s in village["successors"]] == [f"{NEW_TOWN}201"]


async def test_offices_follow_and_readers_of_the_feed_are_told(registry: Registry) -> None:
    change = await recoded(registry)
    office = await registry.rows(
        "select code, area from organisations where code = any ($1) order by code",
        [TOWN, NEW_TOWN],
    )
    assert office == [{"code": NEW_TOWN, "area": NEW_TOWN}, {"code": TOWN, "area": NEW_TOWN}]
    events = await registry.rows("select type, area, data ->> 'change' as id from events")
    assert events == [
        {"type": kind, "area": "222401", "id": change}
        for kind in ("registry.area.changed.v1", "registry.area.rekeyed.v1")
    ]
    answer = await registry.client.get(
        f"/v1/area-changes/{change}",
        headers=registry.headers("auditor", areas=["222401"]),
    )
    told = answer.json()
    assert told["state"] == "done"
    # Down to the grid everything moved at once; seven places, five households, six people followed.
    assert told["progress"] == {"phase": None, "rows_total": 18, "rows_done": 18}
    assert told["lineage"] == [{"old": TOWN, "new": NEW_TOWN}]


REAL = [
    ("222404", [("222404060", "222404004")]),
    ("222424", [(f"22242401{n}", f"22242400{n}") for n in (1, 2, 3)]),
]


@pytest.mark.parametrize(("county", "moves"), REAL)
async def test_the_other_codes_that_moved_until_2025(
    registry: Registry, county: str, moves: list[tuple[str, str]]
) -> None:
    names = {old: (await area(registry, old))["name"] for old, _ in moves}
    for old, new in moves:
        wish = {"kind": "recode", "old": [old], "new": [{"code": new}]}
        assert (await ask(registry, "secretariat", county, **wish)).status_code == 202
        await carried_out(registry)
    for old, new in moves:
        assert (await area(registry, new))["name"] == names[old]
        assert (await area(registry, old))["valid_to"] == today().isoformat()
    valid = "select count(*)::int as n from areas where valid_to is null and code ^@ $1"
    for old, new in moves:
        assert await registry.rows(valid, old) == [{"n": 0}]
        ended = await registry.rows("select count(*)::int as n from areas where code ^@ $1", old)
        assert await registry.rows(valid, new) == ended


async def test_two_streets_whose_names_were_swapped_keep_their_codes(registry: Registry) -> None:
    first, second = "222426001", "222426003"
    before = [(await area(registry, code))["name"] for code in (first, second)]
    for code, name in zip((first, second), reversed(before), strict=True):
        wish = {"kind": "rename", "old": [code], "new": [{"code": code, "name": name}]}
        assert (await ask(registry, "secretariat", "222426", **wish)).status_code == 202
    await carried_out(registry)
    answer = await registry.client.get(
        f"/v1/areas/{first}/history", headers=registry.headers("system_admin", areas=["2224"])
    )
    versions = answer.json()["versions"]
    assert [v["name"] for v in versions] == before
    assert [v["valid_to"] for v in versions] == [today().isoformat(), None]
    yesterday = (today() - timedelta(1)).isoformat()
    assert (await area(registry, second, yesterday))["name"] == before[1]
    offices = await registry.rows("select name_zh from organisations where code = $1", first)
    assert offices == [{"name_zh": f"{before[1]}办事处"}]


async def test_two_communities_become_one(registry: Registry) -> None:
    first, second, new = "222406001001", "222406001003", "222406001090"
    await peopled(registry, f"{first}001", 2)
    await peopled(registry, f"{second}001", 2)
    wish = {
        "kind": "merge",
        "old": [first, second],
        "new": [{"code": new, "name": "新民慧社区", "name_ko": "신민혜사회구역"}],
    }
    assert (await ask(registry, "secretariat", COUNTY, **wish)).status_code == 202
    await carried_out(registry)
    rows = await registry.rows(
        "select grid, count(*)::int as n from residents group by 1 order by 1"
    )
    assert rows == [{"grid": f"{new}001", "n": 3}, {"grid": f"{new}002", "n": 3}]
    assert (await area(registry, new))["name"] == "新民慧社区"
    known = await area(registry, f"{second}001")
    assert [s["code"] for s in known["successors"]] == [f"{new}002"]
    office = await registry.rows("select name_zh from organisations where code = $1", new)
    assert office == [{"name_zh": "新民慧社区居民委员会"}]


async def test_a_grid_is_split_by_its_buildings_and_dwellings(registry: Registry) -> None:
    old, new = "222406001001001", "222406001001002"
    await peopled(registry, old, 4)
    await registry.rows(
        "insert into areas (code, county, level, name) values ($1, left($1, 6), 'building', 'x')",
        old + "00002",
    )
    wish = {"kind": "split", "old": [old], "new": [{"code": old}, {"code": new, "name": "新"}]}
    refused = await ask(
        registry, "secretariat", COUNTY, **wish, assignment={dwelling(old, 103): new}
    )
    assert refused.status_code == 422
    asked = await ask(
        registry,
        "secretariat",
        COUNTY,
        **wish,
        assignment={
            dwelling(old, 103): new,
            dwelling(old, 102): new,
            dwelling(old, 101): old,
            old + "00002": new,
        },
    )
    assert asked.status_code == 202, asked.json()
    await carried_out(registry, chunk=1)
    rows = await registry.rows("select dwelling from households order by 1")
    assert [row["dwelling"] for row in rows] == [
        dwelling(old, 100),
        dwelling(old, 101),
        dwelling(new, 102),
        dwelling(new, 103),
    ]
    valid = await registry.rows(
        "select code from areas where valid_to is null and code ^@ $1 order by 1", new
    )
    assert [row["code"] for row in valid] == [
        new,
        new + "00001",
        new + "0000101",
        dwelling(new, 102),
        dwelling(new, 103),
        new + "00002",
    ]


async def test_what_does_not_fit_the_areas_is_refused(registry: Registry) -> None:
    recode = {"kind": "recode", "old": [TOWN], "new": [{"code": NEW_TOWN}]}
    taken = {"code": "222401101"}
    cases: list[tuple[str, str, dict[str, Any], int, str]] = [
        ("grid_worker", "222401", recode, 403, "not-permitted"),
        ("secretariat", "222406", recode, 404, "nothing-here"),
        ("secretariat", "222401", {**recode, "new": [taken]}, 409, "area-code-in-use"),
        ("secretariat", "222401", {**recode, "old": ["222401109"]}, 409, "area-not-valid"),
        (
            "secretariat",
            "2224",
            {"kind": "reparent", "old": [TOWN], "new": [{"code": "222403900"}]},
            403,
            "not-permitted",
        ),
        ("secretariat", "222401", {**recode, "surprise": 1}, 422, "validation-failed"),
        ("secretariat", "222401", recode, 202, ""),
        ("secretariat", "222401", recode, 409, "area-change-pending"),
    ]  # fmt: skip
    for role, scope, wish, status, code in cases:
        answer = await ask(registry, role, scope, **wish)
        assert (answer.status_code, answer.json().get("code", "")) == (status, code)
    tomorrow = {"effective_on": (today() + timedelta(1)).isoformat()}
    wish = {"kind": "rename", "old": ["222406"], "new": [{"code": "222406", "name": "x"}]}
    assert (await ask(registry, "system_admin", "2224", **wish, **tomorrow)).status_code == 202
    await carried_out(registry)
    states = await registry.rows("select kind, state from area_changes order by id")
    assert [row["state"] for row in states] == ["done", "scheduled"]
    listed = await registry.client.get(
        f"/v1/area-changes?within={COUNTY}", headers=registry.headers("county_officer")
    )
    assert [item["kind"] for item in listed.json()["items"]] == ["rename"]
    hidden = await registry.client.get(
        f"/v1/area-changes/{listed.json()['items'][0]['id']}",
        headers=registry.headers("county_officer", areas=["222401"]),
    )
    assert hidden.status_code == 404


async def test_new_places_are_registered_and_departments_draw_no_grids(registry: Registry) -> None:
    community = "222406001001"
    body = {"parent": community, "number": 8, "name": "第8网格"}
    cases = [
        ("secretariat", body, 201, None),
        ("secretariat", body, 409, "area-code-in-use"),
        ("community_officer", {**body, "number": 9}, 403, "not-permitted"),
        ("department_officer", {**body, "number": 9}, 403, "own-grid-layer-refused"),
        ("department_system", {**body, "number": 9}, 403, "own-grid-layer-refused"),
        ("community_officer", {**body, "parent": f"{community}008", "number": 1}, 201, None),
        ("community_officer", {**body, "parent": f"{community}009"}, 409, "area-not-valid"),
        ("secretariat", {**body, "parent": "222406001", "number": 9}, 422, "validation-failed"),
        ("secretariat", {**body, "number": 1000}, 422, "validation-failed"),
    ]  # fmt: skip
    for role, wish, status, code in cases:
        answer = await registry.client.post(
            "/v1/areas", json=wish, headers=registry.headers(role, areas=[COUNTY])
        )
        told = answer.json()
        assert (answer.status_code, told["code"] if code else None) == (status, code)
        if code == "own-grid-layer-refused":
            assert (
                "民政局" in told["how_to"] if "how_to" in told else "民政局" in told["how_to_ask"]
            )
    made = await area(registry, f"{community}00800001")
    assert (made["level"], made["valid_from"]) == ("building", today().isoformat())


async def test_a_change_that_no_longer_fits_on_its_day_fails_and_says_why(
    registry: Registry,
) -> None:
    day = today() + timedelta(3)
    wish = {"kind": "recode", "old": [TOWN], "new": [{"code": NEW_TOWN}]}
    asked = await ask(registry, "secretariat", "222401", **wish, effective_on=day.isoformat())
    await carried_out(registry)
    assert (await area(registry, TOWN))["valid_to"] is None
    await registry.rows(
        "insert into areas (code, county, level, name) values ($1, '222401', 'street', 'x')",
        NEW_TOWN,
    )
    await registry.rows("update timers set due_at = now() where kind = 'registry.area_change'")
    await carried_out(registry)
    told = await registry.client.get(
        f"/v1/area-changes/{asked.json()['id']}",
        headers=registry.headers("secretariat", areas=["222401"]),
    )
    assert (told.json()["state"], told.json()["error"]) == ("failed", "area-code-in-use")
    assert (await area(registry, TOWN))["valid_to"] is None
    assert (await ask(registry, "secretariat", "222401", **wish)).status_code == 409


async def test_a_job_that_runs_twice_changes_nothing_the_second_time(registry: Registry) -> None:
    await recoded(registry)
    before = await registry.rows(RECORD)
    await registry.rows(
        "update timers set fired_at = null, leased_until = null where kind = 'registry.area_change'"
    )
    await carried_out(registry)
    await registry.rows(
        "update timers set fired_at = null, leased_until = null where kind = 'registry.area_change'"
    )
    await registry.rows("update area_changes set state = 'rekeying'")
    await carried_out(registry)
    assert await registry.rows(RECORD) == before


async def test_whoever_keeps_codes_is_told_what_became_of_them(registry: Registry) -> None:
    start = (await registry.client.get("/v1/area-changes/feed")).json()
    assert start["items"] == []
    change = await recoded(registry)
    told = await registry.client.get(f"/v1/area-changes/feed?after={start['next']}")
    assert told.headers["cache-control"] == "no-store"
    (event,) = told.json()["items"]
    AreaChangeFeed.model_validate(told.json())
    assert (event["type"], event["data"]["change"]) == ("registry.area.changed.v1", change)
    assert event["data"]["lineage"] == [{"old": TOWN, "new": NEW_TOWN, "carries": True}]
    after = f"?after={told.json()['next']}"
    assert (await registry.client.get(f"/v1/area-changes/feed{after}")).json()["items"] == []
    wrong = await registry.client.get("/v1/area-changes/feed?after=7.7")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "feed-cursor-not-valid")
