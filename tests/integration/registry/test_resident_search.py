"""Searching residents by area and name."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.common import paging
from services.registry.domain.filters import Filter
from tests.factories.ciphers import BOTH_CIPHERS
from tests.factories.registry import (
    COMMUNITY,
    COUNTY,
    GRID,
    OTHER_COUNTY_GRID,
    OTHER_GRID,
    Person,
    Registry,
    dwelling,
    id_number,
)


async def search(registry: Registry, body: dict[str, Any], **token: Any) -> Any:
    token.setdefault("areas", ["2224"])
    return await registry.client.post(
        "/v1/residents/search",
        json={"fields": ["name"], **body},
        headers=registry.headers("county_officer", **token),
    )


async def names(registry: Registry, **body: Any) -> list[str]:
    answer = await search(registry, body)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


pytestmark = BOTH_CIPHERS


@pytest.fixture
async def people(registry: Registry) -> Registry:
    for number, (name, name_ko, pinyin, where) in enumerate(
        [
            ("金哲洙", "김철수", "jin zhe zhu", dwelling(GRID, 101)),
            ("金哲", "김철", "jin zhe", dwelling(GRID, 102)),
            ("朴金哲", "박금철", "piao jin zhe", dwelling(OTHER_GRID, 101)),
            ("王小明", None, "wang xiao ming", dwelling(OTHER_GRID, 102)),
            ("金哲浩", "김철호", "jin zhe hao", dwelling(OTHER_COUNTY_GRID, 101)),
        ]
    ):
        await registry.resident(
            Person(
                name=name,
                name_ko=name_ko,
                name_pinyin=pinyin,
                dwelling=where,
                number=id_number(number),
            )
        )
    return registry


async def test_a_name_is_found_in_every_script(people: Registry) -> None:
    cases: list[tuple[str, list[str]]] = [
        ("金哲", ["金哲浩", "金哲洙", "金哲", "朴金哲"]),
        ("小明", ["王小明"]),
        ("金哲洙", ["金哲洙"]),
        ("金 哲 洙", ["金哲洙"]),
        ("김철", ["金哲浩", "金哲洙", "金哲"]),
        ("금철", ["朴金哲"]),
        ("김철수", ["金哲洙"]),
        ("jinzhe", ["金哲浩", "金哲洙", "金哲"]),
        ("Jin Zhe Zhu", ["金哲洙"]),
        ("jzz", ["金哲洙"]),
        ("wxm", ["王小明"]),
        ("ㄱㅊㅎ", ["金哲浩"]),
        ("李四", []),
    ]
    for text, found in cases:
        assert await names(people, within="2224", name=text) == found


async def test_an_area_lists_everybody_in_it_by_dwelling(people: Registry) -> None:
    assert await names(people, within=COMMUNITY) == ["金哲洙", "金哲", "朴金哲", "王小明"]
    assert await names(people, within=GRID) == ["金哲洙", "金哲"]
    assert await names(people, within=dwelling(GRID, 102)) == ["金哲"]


async def test_area_and_name_narrow_each_other(people: Registry) -> None:
    assert await names(people, within=COMMUNITY, name="金") == ["金哲洙", "金哲"]
    assert await names(people, within=COUNTY, name="金哲") == ["金哲洙", "金哲", "朴金哲"]
    assert await names(people, within=OTHER_GRID, name="哲洙") == []


async def test_the_dead_are_not_listed(registry: Registry) -> None:
    await registry.resident(Person(died_on=date(2026, 1, 1)))
    assert await names(registry, within=GRID) == []
    assert await names(registry, within=COUNTY, name="金哲") == []


async def test_a_search_that_would_find_half_the_county_is_refused(people: Registry) -> None:
    cases: list[dict[str, str]] = [{}, {"name": "金"}, {"name": "jz"}, {"name": "ㄱㅊ"}]
    for body in cases:
        answer = await search(people, {"within": COUNTY, **body})
        assert (answer.status_code, answer.json()["code"]) == (422, "search-too-broad")


async def test_pages_follow_one_another_without_gap_or_repeat(people: Registry) -> None:
    for body in ({"within": COMMUNITY}, {"within": "2224", "name": "金哲"}):
        everybody = await names(people, **body)
        seen: list[str] = []
        after = None
        while True:
            answer = await search(people, {**body, "limit": 1, "after": after})
            page = answer.json()
            seen += [item["name"] for item in page["items"]]
            after = page["next"]
            if after is None:
                break
        assert seen == everybody


async def test_only_the_residents_shown_are_recorded_as_read(people: Registry) -> None:
    answer = await search(people, {"within": GRID, "limit": 1}, purpose="case_handling")
    (shown,) = answer.json()["items"]
    rows = await people.rows("select resident_id, operation, purpose, fields from accesses")
    assert [(str(r["resident_id"]), r["operation"], r["purpose"], r["fields"]) for r in rows] == [
        (shown["id"], "registry.residents.search", "case_handling", ["name"])
    ]


async def test_a_cursor_belongs_to_its_question(people: Registry) -> None:
    answer = await search(people, {"within": GRID, "limit": 1})
    after = answer.json()["next"]
    other = await search(people, {"within": OTHER_GRID, "after": after})
    assert (other.status_code, other.json()["code"]) == (422, "cursor-not-valid")
    broken = await search(people, {"within": GRID, "after": "x"})
    assert broken.status_code == 422


async def test_outside_the_callers_areas_there_is_nothing(people: Registry) -> None:
    for within in (COUNTY, OTHER_GRID, "2224"):
        answer = await search(people, {"within": within, "name": "金哲"}, areas=[GRID])
        assert (answer.status_code, answer.json()["code"]) == (404, "nothing-here")


async def test_filters_fail_closed(registry: Registry) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"within": "22240"}, "/within"),
        ({"within": "x" * 12}, "/within"),
        ({"within": GRID, "limit": 0}, "/limit"),
        ({"within": GRID, "limit": 201}, "/limit"),
        ({"within": GRID, "fields": []}, "/fields"),
        ({"within": GRID, "everybody": True}, "/everybody"),
        ({"within": GRID, "name": ""}, "/name"),
    ]
    for body, pointer in cases:
        answer = await search(registry, body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_field_the_caller_may_not_read_is_refused_in_lists_too(
    people: Registry,
) -> None:
    answer = await search(people, {"within": GRID, "fields": ["name", "ethnic"]})
    assert (answer.status_code, answer.json()["fields"]) == (403, ["ethnic"])


async def test_an_invented_cursor_is_refused(registry: Registry) -> None:
    cases: list[list[object]] = [["x", "y"], ["", "x"], [1, 2], ["\x00", str(UUID(int=1))], []]
    for keys in cases:
        after = paging.encode(keys, Filter(within=GRID))
        answer = await search(registry, {"within": GRID, "after": after})
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor-not-valid")


async def test_a_name_with_control_characters_is_refused(registry: Registry) -> None:
    for name in ("金\x00", "\n", "\ud800"):
        answer = await registry.client.post(
            "/v1/residents/search",
            content=json.dumps({"within": GRID, "name": name, "fields": ["name"]}),
            headers={**registry.headers(), "Content-Type": "application/json"},
        )
        assert answer.status_code == 422
