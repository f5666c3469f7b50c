"""Searching residents by telephone, address and fields; how many there are."""

from datetime import date
from typing import Any

import pytest

from services.registry.store import searches
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

STREET = COUNTY + "001"


async def search(registry: Registry, body: dict[str, Any], **headers: str) -> Any:
    headers = headers or registry.headers("county_officer", areas=["2224"])
    return await registry.client.post(
        "/v1/residents/search", json={"fields": ["name"], **body}, headers=headers
    )


async def names(registry: Registry, body: dict[str, Any], **headers: str) -> list[str]:
    answer = await search(registry, body, **headers)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


@pytest.fixture
async def people(registry: Registry) -> Registry:
    homes = [
        await registry.household(at=dwelling(GRID, 101), address="民慧街12号1单元101室"),
        await registry.household(at=dwelling(OTHER_GRID, 101), address="公园路3号"),
    ]
    known: list[tuple[str, str, str, dict[str, Any]]] = [
        ("金哲洙", "15412345678", dwelling(GRID, 101), {"lives_alone": True}),
        ("崔明子", "15412345678", dwelling(GRID, 102), {"employment_status": "retired"}),
        ("朴金哲", "15400000000", dwelling(OTHER_GRID, 101), {"disability": "visual"}),
        ("李哲", "15412345678", dwelling(OTHER_COUNTY_GRID, 101), {}),
    ]
    for number, (name, phone, where, facts) in enumerate(known):
        await registry.resident(
            Person(
                name=name,
                name_ko=None,
                name_pinyin=None,
                phone=phone,
                dwelling=where,
                facts=facts,
                household_id=homes[number // 2] if number < 3 else None,
                number=id_number(number),
            )
        )
    await registry.resident(Person(number=id_number(9), died_on=date(2026, 1, 1), name="金死"))
    return registry


async def test_a_telephone_number_is_found_whole_and_anywhere(people: Registry) -> None:
    phone = "154 1234 5678"
    assert await names(people, {"within": "2224", "phone": phone}) == ["李哲", "金哲洙", "崔明子"]
    assert await names(people, {"within": COUNTY, "phone": phone}) == ["金哲洙", "崔明子"]
    assert await names(people, {"within": "2224", "phone": phone, "name": "明子"}) == ["崔明子"]
    part = await search(people, {"within": COMMUNITY, "phone": "5678"})
    assert part.status_code == 422
    assert part.json()["errors"][0]["pointer"] == "/phone"


async def test_an_address_is_found_within_a_street(people: Registry) -> None:
    assert await names(people, {"within": STREET, "address": "民慧街"}) == ["金哲洙", "崔明子"]
    assert await names(people, {"within": STREET, "address": "公园路 3号"}) == ["朴金哲"]
    wide = await search(people, {"within": COUNTY, "address": "民慧街"})
    assert (wide.status_code, wide.json()["code"]) == (422, "search-too-broad")


async def test_fields_narrow_an_area(people: Registry) -> None:
    retired = {"field": "employment_status", "op": "eq", "value": "retired"}
    alone = {"field": "lives_alone", "op": "eq", "value": True}
    assert await names(people, {"within": STREET, "where": [retired]}) == ["崔明子"]
    assert await names(people, {"within": STREET, "where": [alone]}) == ["金哲洙"]
    assert await names(people, {"within": STREET, "where": [alone, retired]}) == []
    unknown = {"field": "employment_status", "op": "missing"}
    assert await names(people, {"within": GRID, "where": [unknown]}) == ["金哲洙"]
    wide = await search(people, {"within": COUNTY, "where": [alone]})
    assert (wide.status_code, wide.json()["code"]) == (422, "search-too-broad")


async def test_the_owner_finds_by_a_sensitive_field_and_nobody_else(people: Registry) -> None:
    body = {
        "within": STREET,
        "where": [{"field": "disability", "op": "in", "value": ["visual", "hearing"]}],
    }
    assert await names(people, body, **people.department("health")) == ["朴金哲"]
    other = await search(people, body, **people.department("social_security"))
    assert (other.status_code, other.json()["code"]) == (403, "field-not-searchable")
    worker = await search(people, body)
    assert (worker.status_code, worker.json()["code"]) == (403, "field-not-readable")


async def test_nobody_searches_by_ethnic_group(people: Registry) -> None:
    body = {"within": GRID, "where": [{"field": "ethnic", "op": "eq", "value": "10"}]}
    for headers in (people.department("public_security"), people.headers()):
        answer = await search(people, body, **headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "field-not-searchable")


async def test_the_dead_are_found_when_asked_for(people: Registry) -> None:
    for living, found in ((False, ["金死"]), (True, ["金哲洙"]), (None, ["金哲洙", "金死"])):
        body = {"within": GRID, "name": "金", "living": living}
        assert sorted(await names(people, body)) == found


async def test_a_count_stops_at_ten_thousand(people: Registry) -> None:
    body = {"within": COMMUNITY, "limit": 1}
    assert "count" not in (await search(people, body)).json()
    counted = (await search(people, {**body, "count": "capped"})).json()
    assert counted["count"] == {"value": 3, "capped": False}
    async with people.store.transaction() as tx:
        await tx.connection.execute(
            "insert into residents (county, id, name, dwelling, observed_on, changed_by, "
            "change_reason) select $1, uuidv7(), '甲', $2, current_date, 't', 't' "
            "from generate_series(1, 10001)",
            COUNTY,
            dwelling(),
        )
    capped = (await search(people, {**body, "count": "capped"})).json()
    assert capped["count"] == {"value": searches.MOST_COUNTED, "capped": True}
    refused = await search(people, {**body, "count": "exact"})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    "kind",
    [
        {"within": "2224", "phone": "15412345678"},
        {"within": STREET, "where": [{"field": "lives_alone", "op": "in", "value": [True, False]}]},
        {"within": STREET, "address": "民慧街"},
        {"within": "2224", "name": "金哲"},
        {"within": COMMUNITY, "living": None},
    ],
)
async def test_pages_of_each_kind_follow_one_another(
    people: Registry, kind: dict[str, Any]
) -> None:
    everybody = await names(people, kind)
    seen: list[str] = []
    after = None
    while True:
        page = (await search(people, {**kind, "limit": 1, "after": after})).json()
        seen += [item["name"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == everybody


async def test_a_cursor_serves_no_other_question(people: Registry) -> None:
    body = {"within": "2224", "phone": "15412345678", "limit": 1}
    after = (await search(people, body)).json()["next"]
    other = await search(people, {**body, "phone": "15400000000", "after": after})
    assert (other.status_code, other.json()["code"]) == (422, "cursor-not-valid")


async def test_only_those_shown_leave_a_record_of_access(people: Registry) -> None:
    answer = await search(
        people, {"within": "2224", "phone": "15412345678", "limit": 2, "count": "capped"}
    )
    shown = [item["id"] for item in answer.json()["items"]]
    rows = await people.rows("select resident_id::text from accesses order by id")
    assert sorted(row["resident_id"] for row in rows) == sorted(shown)


async def test_what_is_not_understood_is_refused(people: Registry) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"where": [{"field": "sex", "op": "ne", "value": "1"}]}, "/where/0/op"),
        ({"where": [{"field": "sex", "op": "eq", "value": "7"}]}, "/where/0/value"),
        ({"where": [{"field": "sex", "op": "eq", "value": "1", "or": 1}]}, "/where/0/or"),
        ({"where": [{"field": "height", "op": "missing"}]}, "/where/0/field"),
        ({"where": {}}, "/where"),
        ({"phone": "nobody"}, "/phone"),
        ({"living": "perhaps"}, "/living"),
    ]
    for body, pointer in cases:
        answer = await search(people, {"within": GRID, **body})
        assert answer.status_code == 422, body
        assert answer.json()["errors"][0]["pointer"] == pointer
