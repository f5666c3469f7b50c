"""Counts for leaders, from the record itself."""

from typing import Any

import pytest

from services.registry.domain import aggregates
from tests.factories.registry import (
    COMMUNITY,
    COUNTY,
    GRID,
    OTHER_GRID,
    Person,
    Registry,
    dwelling,
    id_number,
)


async def filled(registry: Registry) -> None:
    for number in range(1, 18):
        status = "employed" if number <= 9 else "unemployed" if number <= 14 else "retired"
        grid = GRID if number <= 12 else OTHER_GRID
        facts = {} if number == 17 else {"employment_status": status}
        home = dwelling(grid, 100 + number)
        await registry.resident(Person(number=id_number(number), facts=facts, dwelling=home))


async def ask(registry: Registry, role: str = "county_officer", **body: Any) -> Any:
    question = {"filter": {"within": COUNTY}, **body}
    headers = registry.headers(role)
    return await registry.client.post("/v1/aggregates", json=question, headers=headers)


async def test_small_groups_are_hidden(registry: Registry) -> None:
    await filled(registry)
    told = (await ask(registry, group_by=["employment_status"])).json()
    told.pop("as_of")
    assert told == {
        "within": COUNTY,
        "filtered_by": [],
        "total": 17,
        "least": 5,
        "hidden": 3,
        "items": [
            {"group": {"employment_status": "employed"}, "residents": 9},
            # Two are retired and one is unknown: five more are hidden, or nine from 17 would tell.
            {"group": {"employment_status": "retired"}, "residents": None},
            {"group": {"employment_status": "unemployed"}, "residents": None},
            {"group": {"employment_status": None}, "residents": None},
        ],
    }


async def test_groups_by_area_and_sex(registry: Registry) -> None:
    await filled(registry)
    body: dict[str, Any] = {
        "filter": {"within": COMMUNITY},
        "area_level": "grid",
        "group_by": ["sex"],
    }
    told = (await ask(registry, **body)).json()
    assert [(c["group"], c["residents"]) for c in told["items"]] == [
        ({"sex": "1", "area": GRID}, 12),
        ({"sex": "1", "area": OTHER_GRID}, 5),
    ]
    where = [{"field": "employment_status", "op": "eq", "value": "retired"}]
    told = (await ask(registry, filter={"within": COUNTY, "where": where})).json()
    assert (told["total"], told["items"]) == (None, [{"group": {}, "residents": None}])
    assert await registry.rows("select * from accesses") == []


async def test_what_is_refused(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    await filled(registry)
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"group_by": ["ethnic"]}, 403, "field-not-groupable"),
        ({"group_by": ["no_such"]}, 422, "unknown-field"),
        ({"filter": {"within": COUNTY, "name": "金哲"}}, 422, "validation-failed"),
        ({"filter": {"within": "222401"}}, 404, "nothing-here"),
        ({"limit": 3}, 422, "validation-failed"),
    ]
    for body, status, code in cases:
        answer = await ask(registry, **body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await ask(registry, "grid_worker")).status_code == 403
    monkeypatch.setattr(aggregates, "MOST_CELLS", 1)
    answer = await ask(registry, group_by=["employment_status"])
    assert answer.json()["code"] == "aggregate-too-fine"
