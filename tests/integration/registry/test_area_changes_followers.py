"""What hangs on an area follows it, or ends with it."""

from datetime import timedelta
from typing import Any

from tests.factories.periods import disagreements
from tests.factories.places import ask, carried_out, peopled, today
from tests.factories.registry import COUNTY, Person, Registry, dwelling

FIRST, SECOND, NEW = "222406001001", "222406001003", "222406001090"
BEGUN = today() - timedelta(30)
BOUNDARY = """
insert into area_boundaries (code, valid, geometry, vertices, west, south, east, north, centre_lon,
    centre_lat, area_m2, source, drawn_by)
values ($1, daterange($2, null), '{"type": "Polygon", "coordinates": []}', 5, 1, 1, 2, 2, 1, 1, 1,
    'x', 'x')
"""


async def furnished(registry: Registry, *codes: str) -> None:
    """Areas with a boundary; grids with a head."""
    for code in codes:
        await registry.rows(BOUNDARY, code, BEGUN)
        if len(code) == 15:
            body = {
                "area": code,
                "post": "grid_head",
                "holder": "金明子",
                "valid_from": BEGUN.isoformat(),
            }
            made = await registry.client.post(
                "/v1/posts", json=body, headers=registry.headers("secretariat")
            )
            assert made.status_code == 201


async def posts(registry: Registry) -> list[dict[str, Any]]:
    return await registry.rows("select area, upper(valid) as until from area_posts order by area")


async def boundaries(registry: Registry) -> list[dict[str, Any]]:
    return await registry.rows(
        "select code, upper(valid) as until from area_boundaries order by code, valid"
    )


async def test_posts_and_boundaries_follow_a_recode(registry: Registry) -> None:
    await peopled(registry, f"{FIRST}001", 1)
    await furnished(registry, FIRST, f"{FIRST}001")
    wish = {"kind": "recode", "old": [FIRST], "new": [{"code": NEW}]}
    assert (await ask(registry, "secretariat", COUNTY, **wish)).status_code == 202
    await carried_out(registry)
    assert await posts(registry) == [{"area": f"{NEW}001", "until": None}]
    assert await boundaries(registry) == [
        {"code": FIRST, "until": today()},
        {"code": f"{FIRST}001", "until": today()},
        {"code": NEW, "until": None},
        {"code": f"{NEW}001", "until": None},
    ]


async def test_a_merged_areas_boundary_ends_and_its_grids_keep_theirs(registry: Registry) -> None:
    await peopled(registry, f"{FIRST}001", 1)
    await peopled(registry, f"{SECOND}001", 1)
    await furnished(registry, FIRST, SECOND, f"{FIRST}001", f"{SECOND}001")
    await registry.rows(
        "insert into boundary_faults values ($1, $2, 'boundary_overlaps', 0.5)", FIRST, SECOND
    )
    wish = {"kind": "merge", "old": [FIRST, SECOND], "new": [{"code": FIRST}]}
    assert (await ask(registry, "secretariat", COUNTY, **wish)).status_code == 202
    await carried_out(registry)
    assert await posts(registry) == [
        {"area": f"{FIRST}001", "until": None},
        {"area": f"{FIRST}002", "until": None},
    ]
    assert await boundaries(registry) == [
        {"code": FIRST, "until": today()},
        {"code": f"{FIRST}001", "until": None},
        {"code": f"{FIRST}002", "until": None},
        {"code": SECOND, "until": today()},
        {"code": f"{SECOND}001", "until": today()},
    ]
    assert await registry.rows("select 1 from boundary_faults") == []


async def test_the_head_of_a_grid_that_was_divided_is_head_no_more(registry: Registry) -> None:
    old = f"{FIRST}001"
    await peopled(registry, old, 2)
    await furnished(registry, old)
    await registry.rows(
        "insert into areas (code, county, level, name) values ($1, left($1, 6), 'building', 'x')",
        f"{old}00002",
    )
    wish = {
        "kind": "split",
        "old": [old],
        "new": [{"code": f"{FIRST}005", "name": "甲"}, {"code": f"{FIRST}006", "name": "乙"}],
        "assignment": {f"{old}00001": f"{FIRST}005", f"{old}00002": f"{FIRST}006"},
    }
    assert (await ask(registry, "secretariat", COUNTY, **wish)).status_code == 202
    await carried_out(registry)
    assert await posts(registry) == [{"area": old, "until": today()}]
    assert await boundaries(registry) == [{"code": old, "until": today()}]
    valid = await registry.rows(
        "select code from areas where level in ('grid', 'building') and valid_to is null"
        " and code ^@ $1 order by code",
        FIRST,
    )
    assert [row["code"] for row in valid] == [
        f"{FIRST}005",
        f"{FIRST}00500001",
        f"{FIRST}006",
        f"{FIRST}00600002",
    ]
    assert await disagreements(registry) == []


async def test_a_street_goes_to_another_county_and_who_lives_elsewhere_stays(
    registry: Registry,
) -> None:
    street, new = "222406002", "222401019"
    people = await peopled(registry, f"{street}001001", 2)
    (home,) = await registry.rows("select household_id from residents where id = $1", people[0])
    away = await registry.resident(
        Person(number=None, dwelling=dwelling(), household_id=home["household_id"], relation="3")
    )
    wish = {"kind": "reparent", "old": [street], "new": [{"code": new}]}
    assert (await ask(registry, "system_admin", "2224", **wish)).status_code == 202
    await carried_out(registry, chunk=1)
    rows = await registry.rows("select id, county, household_id is null as alone from residents")
    assert {row["id"]: (row["county"], row["alone"]) for row in rows} == {
        **dict.fromkeys(people, ("222401", False)),
        away: (COUNTY, True),
    }
    homes = await registry.rows(
        "select distinct county, head_id is null as headless from households"
    )
    assert homes == [{"county": "222401", "headless": False}]
    assert await disagreements(registry) == []
    events = await registry.rows("select area from events where type like '%rekeyed%' order by 1")
    assert [event["area"] for event in events] == [new, street]


async def test_a_list_shows_the_areas_of_a_day(registry: Registry) -> None:
    await ask(registry, "secretariat", COUNTY, kind="recode", old=[FIRST], new=[{"code": NEW}])
    await carried_out(registry)
    listed = {}
    for on in ("", f"&on={BEGUN}"):
        answer = await registry.client.get(
            f"/v1/areas?within=222406001&level=community&limit=200{on}",
            headers=registry.headers("county_officer"),
        )
        listed[on] = {item["code"] for item in answer.json()["items"]}
    assert {FIRST, NEW} & listed[""] == {NEW}
    assert {FIRST, NEW} & listed[f"&on={BEGUN}"] == {FIRST}
    assert len(listed[""]) == len(listed[f"&on={BEGUN}"])


async def test_changes_are_listed_in_pages(registry: Registry) -> None:
    for number in range(3):
        wish = {
            "kind": "rename",
            "old": [f"22240600{number + 1}"],
            "new": [{"code": f"22240600{number + 1}", "name": f"甲{number}"}],
        }
        assert (await ask(registry, "secretariat", COUNTY, **wish)).status_code == 202
    headers = registry.headers("auditor", areas=[COUNTY])
    path = f"/v1/area-changes?within={COUNTY}&limit=2"
    first = (await registry.client.get(path, headers=headers)).json()
    second = await registry.client.get(f"{path}&after={first['next']}", headers=headers)
    named = [item["new"][0]["name"] for item in first["items"] + second.json()["items"]]
    assert named == ["甲0", "甲1", "甲2"]
    for unknown in ("/v1/area-changes/x", "/v1/areas/222406009/history", "/v1/areas/9/history"):
        assert (await registry.client.get(unknown, headers=headers)).status_code == 404
    with_text = {"kind": "rename", "old": ["x"], "new": [{"code": "222406", "name": "x"}]}
    assert (await ask(registry, "secretariat", COUNTY, **with_text)).status_code == 422


async def test_an_area_does_not_change_on_the_day_it_began(registry: Registry) -> None:
    body = {"parent": FIRST, "number": 8, "name": "第8网格"}
    made = await registry.client.post(
        "/v1/areas", json=body, headers=registry.headers("secretariat")
    )
    assert made.status_code == 201
    wish = {"kind": "recode", "old": [f"{FIRST}008"], "new": [{"code": f"{FIRST}009"}]}
    refused = await ask(registry, "secretariat", COUNTY, **wish)
    assert (refused.status_code, refused.json()["code"]) == (409, "area-not-valid")
    assert refused.json()["valid_from"] == today().isoformat()
