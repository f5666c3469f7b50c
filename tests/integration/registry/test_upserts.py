"""Rows sent as JSON: the same record as a file makes, an outcome for each."""

import asyncio
from typing import Any

import httpx

from tests.factories.imports import Office, counts, csv_file, record
from tests.factories.registry import (
    COUNTY,
    OTHER_COUNTY_GRID,
    Person,
    Registry,
    dwelling,
    id_number,
)

KNOWN, NEW, ELSEWHERE = id_number(1), id_number(2), id_number(3)


def item(number: str, name: str | None = None, **fields: Any) -> dict[str, Any]:
    """A row; the day of its values is the last word of the fields."""
    day = fields.pop("on", None)
    told: dict[str, Any] = {"document": {"kind": "resident_id", "number": number}, "fields": fields}
    if name is not None:
        told["name"] = name
    return told if day is None else {**told, "observed_on": day}


async def send(registry: Registry, items: Any, **change: Any) -> httpx.Response:
    headers = registry.department("housing")
    headers |= {k: change.pop(k) for k in tuple(change) if k == "Idempotency-Key"}
    body = {"domain": "housing", "county": COUNTY, "items": items, **change}
    return await registry.client.post("/v1/residents/upserts", json=body, headers=headers)


async def test_each_item_has_its_outcome(registry: Registry) -> None:
    held = await registry.resident(Person(number=KNOWN, facts={"property_kind": "reform"}))
    await registry.resident(Person(number=ELSEWHERE, dwelling=dwelling(OTHER_COUNTY_GRID)))
    answer = await send(
        registry,
        [
            item(KNOWN, "金哲洙", property_kind="商品房", floor_area_m2=88.5, on="2026-07-01"),
            item(NEW, "许春兰", property_kind="commercial", rented_out=True),
            item(ELSEWHERE, property_kind="commercial"),
            item(id_number(4), property_kind="commercial"),
            item(id_number(5)[:-1], "李明", property_kind="约"),
            item(id_number(6), "李明", employment_status="1", nothing="x", dwelling="222406"),
            "text",
            {**item(id_number(7), "李明"), "mail": "x"},
            item(id_number(8), "李明", floor_area_m2=[1]),
            item(KNOWN, property_kind="reform", on="2025-01-01"),
        ],
        observed_on="2026-07-02",
    )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["counts"] == {"created": 1, "changed": 1, "unchanged": 0, "rejected": 8}
    told = body["items"]
    assert told[0] == {"outcome": "changed", "resident_id": str(held)}
    assert told[1]["outcome"] == "created"
    assert [
        [(f["pointer"], f["code"]) for f in one["faults"]] for one in told[2:]
    ] == [
        [("/items/2/document/number", "registered-elsewhere")],
        [("/items/3/name", "name-missing")],
        [
            ("/items/4/document/number", "id-number-length-wrong"),
            ("/items/4/fields/property_kind", "code-unknown"),
        ],
        [
            ("/items/5/fields/employment_status", "not-your-field"),
            ("/items/5/fields/nothing", "unknown-field"),
            ("/items/5/fields/dwelling", "not-importable"),
        ],
        [("/items/6", "object")],
        [("/items/7/mail", "extra-forbidden")],
        [("/items/8/fields/floor_area_m2", "value-nested")],
        [("/items/9/document/number", "repeats-person")],
    ]  # fmt: skip
    assert KNOWN not in answer.text


async def test_rows_and_a_file_make_the_same_record(registry: Registry) -> None:
    office = Office(registry, "housing")
    people = [(id_number(n), f"金{'明哲洙'[n % 3]}", ("商品房", "房改房")[n % 2]) for n in range(6)]
    await registry.resident(Person(number=people[0][0], facts={"property_kind": "reform"}))
    answer = await send(
        registry, [item(n, name, property_kind=kind, on="2026-07-01") for n, name, kind in people]
    )
    assert answer.json()["counts"]["created"] == 5
    by_rows = await record(registry)
    assert [row["accesses"] for row in by_rows] == [1] * 6
    rows = [["身份证号", "姓名", "房屋性质", "登记日期"], *([*p, "2026-07-01"] for p in people)]
    job = await office.take(csv_file(rows), "表.csv")
    assert (job["progress"]["matched"], job["progress"]["changed"]) == (6, 0)
    by_both = await record(registry)
    for row in (*by_rows, *by_both):
        row.pop("accesses")
    assert by_rows == by_both


async def test_a_retry_gets_the_first_answer_and_does_nothing(registry: Registry) -> None:
    key = {"Idempotency-Key": "k1"}
    first = await send(registry, [item(NEW, "许春兰")], **key)
    before = await counts(registry)
    again = await send(registry, [item(NEW, "许春兰")], **key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert await counts(registry) == before
    other = await send(registry, [item(NEW, "许春子")], **key)
    assert other.json()["code"] == "idempotency-key-reused"


async def test_systems_that_send_the_same_people_at_once_register_them_once(
    registry: Registry,
) -> None:
    people = [item(id_number(n), "李明", property_kind="commercial") for n in range(40)]
    answers = await asyncio.gather(*(send(registry, people[n:] + people[:n]) for n in range(3)))
    assert sum(answer.json()["counts"]["created"] for answer in answers) == 40
    assert (await counts(registry))["residents"] == 40


async def test_what_is_refused_as_a_whole(registry: Registry) -> None:
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"items": []}, 422, "validation-failed"),
        ({"items": [item(NEW)] * 1001}, 422, "validation-failed"),
        ({"items": {}}, 422, "validation-failed"),
        ({"items": [item(NEW)], "observed_on": "2999-01-01"}, 422, "validation-failed"),
        ({"items": [item(NEW)], "observed_on": "x"}, 422, "validation-failed"),
        ({"items": [item(NEW)], "domain": "health"}, 403, "domain-not-yours"),
        ({"items": [item(NEW)], "county": "222401"}, 403, "county-not-yours"),
        ({"items": [item(NEW)], "more": 1}, 422, "validation-failed"),
    ]
    for change, status, code in cases:
        answer = await send(registry, change.pop("items"), **change)
        assert (answer.status_code, answer.json()["code"]) == (status, code), change
    worker = await registry.client.post(
        "/v1/residents/upserts", json={}, headers=registry.headers("grid_worker")
    )
    assert worker.status_code == 403
    assert (await counts(registry))["residents"] == 0
