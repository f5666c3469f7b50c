"""What is wrong with areas and records is told, by rule."""

from typing import Any

from services.registry.domain.places.findings import RULES
from services.registry.use_cases import upkeep
from tests.factories.places import peopled, today
from tests.factories.registry import COMMUNITY, COUNTY, GRID, OTHER_GRID, Person, Registry, dwelling


async def found(registry: Registry, within: str = COUNTY, **query: Any) -> dict[str, list[Any]]:
    """Findings by kind: area and measured value; all pages."""
    told: dict[str, list[Any]] = {}
    after = ""
    while True:
        given = "".join(f"&{name}={value}" for name, value in query.items())
        answer = await registry.client.get(
            f"/v1/findings?within={within}{given}{after}",
            headers=registry.headers("county_officer", areas=["2224"]),
        )
        assert answer.status_code == 200, answer.text
        for item in answer.json()["items"]:
            told.setdefault(item["kind"], []).append(
                (item["area"]["code"], item["measured"], item["other"])
            )
        if answer.json()["next"] is None:
            return told
        after = f"&after={answer.json()['next']}"


async def post(registry: Registry, area: str, kind: str) -> None:
    body = {"area": area, "post": kind, "holder": "金明子"}
    headers = registry.headers("secretariat")
    assert (await registry.client.post("/v1/posts", json=body, headers=headers)).status_code == 201


async def test_each_rule_finds_what_breaks_it(registry: Registry) -> None:
    await peopled(registry, GRID, 3)
    await registry.grid(OTHER_GRID)
    await registry.household(dwelling(OTHER_GRID))
    await registry.resident(Person(number=None, dwelling=COUNTY))
    await registry.rows("delete from areas where level = 'building'")
    await post(registry, GRID, "grid_head")
    await post(registry, OTHER_GRID, "grid_worker")
    await registry.rows(
        "insert into area_boundaries select $1, daterange($2, null), 1, '{}', 5, 1, 1, 2, 2, 1, 1,"
        " 1, 'x', 'x'",
        GRID,
        today(),
    )
    await registry.rows(
        "insert into boundary_faults values ($1, $2, 'boundary_overlaps', 0.25)", GRID, OTHER_GRID
    )
    await upkeep.count_all(registry.store)
    told = await found(registry, limit=2)
    without_grids = told.pop("community_without_grids")
    assert len(without_grids) == 9
    assert told == {
        "boundary_overlaps": [(GRID, 25.0, OTHER_GRID)],
        "community_below_households": [(COMMUNITY, 4.0, None)],
        "dwelling_without_building": [(GRID, 3.0, None)],
        "grid_below_households": [(GRID, 3.0, None), (OTHER_GRID, 1.0, None)],
        "grid_without_boundary": [(OTHER_GRID, 0.0, None)],
        "grid_without_head": [(OTHER_GRID, 0.0, None)],
        "grid_without_worker": [(GRID, 0.0, None)],
        "heads_fewer_than_grids": [(COUNTY, 1.0, None)],
        "household_at_ended_place": [(OTHER_GRID, 1.0, None)],
        "household_without_head": [(OTHER_GRID, 1.0, None)],
        "household_without_members": [(OTHER_GRID, 1.0, None)],
        "resident_without_document": [(COUNTY, 1.0, None), (GRID, 1.0, None)],
        "resident_without_dwelling": [(COUNTY, 1.0, None)],
        "resident_without_household": [(COUNTY, 1.0, None)],
    }
    only = await found(registry, kind="grid_without_head")
    assert only == {"grid_without_head": told["grid_without_head"]}
    whole = await found(registry, "2224", kind="heads_fewer_than_grids")
    assert whole["heads_fewer_than_grids"] == [("2224", 1.0, None), (COUNTY, 1.0, None)]
    assert "heads_fewer_than_grids" not in await found(registry, COMMUNITY)


async def test_the_summary_tells_every_rule_and_its_source(registry: Registry) -> None:
    await registry.grid()
    answer = await registry.client.get(
        f"/v1/findings/summary?within={COUNTY}", headers=registry.headers("auditor")
    )
    items = {item["kind"]: item for item in answer.json()["items"]}
    assert set(items) == set(RULES)
    assert items["grid_without_head"]["areas"] == 1
    assert items["grid_above_households"]["areas"] == 0
    assert all(item["source"] and item["title_ko"] and item["title_en"] for item in items.values())
    listed = await registry.client.get(
        f"/v1/findings?within={COUNTY}&kind=heads_fewer_than_grids",
        headers=registry.headers("auditor"),
    )
    (item,) = listed.json()["items"]
    assert (item["measured"], item["limit"]) == (0, {"least": 1, "most": None})
    assert "1144" in item["source"]
    for query, status in (("within=222401", 404), (f"within={COUNTY}&kind=x", 422)):
        refused = await registry.client.get(
            f"/v1/findings?{query}", headers=registry.headers("auditor")
        )
        assert refused.status_code == status
