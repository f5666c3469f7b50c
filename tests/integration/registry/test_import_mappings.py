"""Saved mappings, what a file with unknown headings is told, and what became of each row."""

from typing import Any

import httpx

from tests.factories.imports import Office, csv_file
from tests.factories.registry import COUNTY, Person, Registry, id_number

COLUMNS = {"证号": "document", "叫啥": "name", "房子": "property_kind", "哪天": "observed_on"}
PATH = "/v1/import-mappings"


async def save(
    registry: Registry, columns: dict[str, str], name: str = "月报", **token: Any
) -> httpx.Response:
    body = {"name": name, "domain": "housing", "columns": columns}
    headers = registry.department("housing", **token)
    return await registry.client.post(PATH, json=body, headers=headers)


async def test_a_mapping_is_kept_changed_and_used(registry: Registry) -> None:
    office = Office(registry, "housing")
    saved = await save(registry, COLUMNS)
    assert (saved.status_code, saved.headers["etag"]) == (201, '"1"')
    mapping = saved.json()
    own = f"{PATH}/{mapping['id']}"
    assert saved.headers["location"] == own
    content = csv_file([[*COLUMNS, "序"], [id_number(1), "金明", "商品房", "2026-07-01", "1"]])
    job = await office.take(content, "表.csv", mapping_id=mapping["id"])
    assert job["mapping"] == {"id": mapping["id"], "version": 1, "name": "月报"}
    assert job["progress"]["created"] == 1
    body = {"name": "年报", "columns": {**COLUMNS, "多": "floor_area_m2"}}
    changed = await registry.client.put(
        own, json=body, headers={**office.headers(), "If-Match": '"1"'}
    )
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["name"], changed.json()["columns"]) == ("年报", body["columns"])
    for method, json in (("put", body), ("delete", None)):
        for tag, status in (({}, 428), ({"If-Match": '"1"'}, 412)):
            answer = await registry.client.request(
                method, own, json=json, headers={**office.headers(), **tag}
            )
            assert answer.status_code == status
    listed = await registry.client.get(PATH, headers=office.headers())
    assert listed.json() == {"items": [changed.json()], "next": None}
    gone = await registry.client.delete(own, headers={**office.headers(), "If-Match": '"2"'})
    assert gone.status_code == 204
    assert (await registry.client.get(own, headers=office.headers())).status_code == 404
    assert (await office.job(job["id"]))["mapping"]["version"] == 1


async def test_mappings_belong_to_an_organisation(registry: Registry) -> None:
    own = f"{PATH}/{(await save(registry, COLUMNS)).json()['id']}"
    other = registry.department("housing", org=f"{COUNTY}.other")
    assert (await registry.client.get(own, headers=other)).status_code == 404
    again = await save(registry, COLUMNS)
    assert (again.status_code, again.json()["code"]) == (409, "mapping-name-taken")
    assert (await save(registry, COLUMNS, org=f"{COUNTY}.other")).status_code == 201
    wrong = await save(registry, {"a": "nothing", "b": "dwelling", "c": "name", "d": "name"}, "x")
    assert [(e["pointer"], e["code"]) for e in wrong.json()["errors"]] == [
        ("/columns/a", "unknown-field"),
        ("/columns/b", "not-importable"),
        ("/columns/d", "field-mapped-twice"),
    ]


async def test_unknown_headings_are_answered_with_suggestions(registry: Registry) -> None:
    office = Office(registry, "housing")
    content = csv_file([["居民身份证号码全", "房屋的性质", "姓名"], ["1", "2", "3"]])
    problem = (await office.send(content, "表.csv")).json()
    assert problem["code"] == "columns-not-recognised"
    assert problem["recognised"] == [{"heading": "姓名", "field": "name"}]
    near = {one["heading"]: one["fields"][0] for one in problem["suggestions"]}
    assert near == {"居民身份证号码全": "document", "房屋的性质": "property_kind"}


async def test_each_row_has_an_outcome(registry: Registry) -> None:
    office = Office(registry, "housing")
    await registry.resident(Person(number=id_number(1), facts={"property_kind": "reform"}))
    rows = [
        ["身份证号", "姓名", "房屋性质", "登记日期"],
        [id_number(1), "", "商品房", "2026-07-01"],
        [id_number(2), "金明", "商品房", "2026-07-01"],
        [id_number(2), "金明", "商品房", "2026-07-02"],
        [id_number(3)[:-1], "金明", "商品房", ""],
        [id_number(4), "", "商品房", ""],
    ]
    job = await office.take(csv_file(rows), "表.csv")
    path = job["links"]["rows"]
    found = await registry.client.get(path, headers=office.headers())
    assert [(row["row"], row["outcome"]) for row in found.json()["items"]] == [
        (2, "changed"),
        (3, "duplicate"),
        (4, "created"),
        (5, "rejected"),
        (6, "rejected"),
    ]
    codes = [[f["code"] for f in row["faults"]] for row in found.json()["items"]]
    assert codes == [[], [], [], ["id-number-length-wrong"], ["name-missing"]]
    page: dict[str, str | int] = {"outcome": "rejected", "limit": 1}
    first = await registry.client.get(path, params=page, headers=office.headers())
    after = first.json()["next"]
    second = await registry.client.get(
        path, params={**page, "after": after}, headers=office.headers()
    )
    assert [row["row"] for row in (*first.json()["items"], *second.json()["items"])] == [5, 6]
    assert second.json()["next"] is None
    hidden = registry.department("health")
    assert (await registry.client.get(path, headers=hidden)).status_code == 404
