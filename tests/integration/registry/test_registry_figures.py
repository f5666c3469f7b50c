"""Figures of an area, and the counts behind them."""

from typing import Any

import pytest

from services.registry.use_cases import upkeep
from tests.factories.registry import (
    COMMUNITY,
    COUNTY,
    GRID,
    NUMBER,
    OTHER_GRID,
    Person,
    Registry,
    dwelling,
    id_number,
)


@pytest.fixture
async def counted(registry: Registry) -> Registry:
    """Two grids; three residents in two households, two of them with facts."""
    await registry.grid(GRID)
    await registry.grid(OTHER_GRID)
    first = await registry.household(dwelling(GRID))
    await registry.household(dwelling(OTHER_GRID))
    people: list[dict[str, Any]] = [
        {"facts": {"tenure": "owned", "family_doctor": "李医生"}},
        {"facts": {"family_doctor": "李医生"}},
        {},
    ]
    for number, person in enumerate(people, 1):
        await registry.resident(Person(number=id_number(number), household_id=first, **person))
    await upkeep.count_all(registry.store)
    return registry


async def figures(registry: Registry, within: str = COUNTY) -> dict[str, Any]:
    answer = await registry.client.get(
        f"/v1/indicators?within={within}", headers=registry.headers("county_officer")
    )
    assert answer.status_code == 200
    body = answer.json()
    assert body["within"] == within
    assert body["as_of"]
    return {item["code"]: item for item in body["items"]}


async def test_each_figure_tells_its_parts(counted: Registry) -> None:
    found = await figures(counted)
    parts = {
        code: (item["figure"], item["value"], item["numerator"], item["denominator"])
        for code, item in found.items()
    }
    assert parts == {
        "urban_communities": ("3", 10, 10, None),
        "grids": ("21", 2, 2, None),
        "grids_per_community": ("21", 2.0, 2, 1),
        "households_per_grid": ("22", 1.0, 2, 2),
        "grids_below_norm": ("22", 100.0, 2, 2),
        "grids_above_norm": ("22", 0.0, 0, 2),
        "residents_per_grid": ("53", 1.5, 3, 2),
        "domains_reading": ("125", 0.0, 0, 9),
        "duplicate_collection_blocked": ("126", None, 0, 0),
        "residents_from_one_domain": ("151", 66.67, 2, 3),
        "residents_from_two_domains": ("151", 33.33, 1, 3),
    }
    assert found["grids_below_norm"]["details"] == [
        {"grid": GRID, "households": 1},
        {"grid": OTHER_GRID, "households": 1},
    ]
    assert all(item["definition"] and item["definition_en"] for item in found.values())


async def test_figures_follow_the_area(counted: Registry) -> None:
    assert (await figures(counted, COMMUNITY))["residents_per_grid"]["denominator"] == 2
    assert (await figures(counted, OTHER_GRID))["residents_per_grid"]["numerator"] == 0


async def test_who_reads_the_record_is_counted(counted: Registry) -> None:
    await counted.look_up(NUMBER, ["name"], counted.department("health"))
    await counted.look_up(NUMBER, ["name"], counted.department("health"))
    found = (await figures(counted))["domains_reading"]
    assert (found["numerator"], found["details"]) == (1, [{"domain": "health"}])


async def test_a_count_is_made_anew_only_after_a_change(counted: Registry) -> None:
    marks = "select county, counted_at from county_counts order by county"
    before = await counted.rows(marks)
    await upkeep.count_all(counted.store)
    assert await counted.rows(marks) == before
    (resident,) = await counted.rows("select id from residents limit 1")
    await counted.client.patch(
        f"/v1/residents/{resident['id']}",
        json={"volunteer": True},
        headers={**counted.headers(), "If-Match": '"1"'},
    )
    await upkeep.count_all(counted.store)
    after = await counted.rows(marks)
    changed = [a["county"] for a, b in zip(after, before, strict=True) if a != b]
    assert changed == [COUNTY]


async def test_figures_of_other_areas_are_not_told(registry: Registry) -> None:
    cases: list[tuple[str, str, int]] = [
        ("county_officer", "within=222401", 404),
        ("county_officer", "within=2224", 404),
        ("county_officer", "within=x", 422),
        ("county_officer", "", 422),
        ("county_officer", f"within={COUNTY}&x=1", 422),
        ("system_admin", f"within={COUNTY}", 403),
    ]
    for role, query, status in cases:
        answer = await registry.client.get(
            f"/v1/indicators?{query}", headers=registry.headers(role)
        )
        assert answer.status_code == status
