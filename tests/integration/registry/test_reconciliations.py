"""Departments hold their whole file against the record before they send it."""

import io
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from services.common.testing import TokenMint
from services.registry.service import SERVICE
from services.registry.store.reconciliations import differences
from tests.factories.imports import counts, csv_file, read_csv, read_xlsx, xlsx
from tests.factories.reconciliations import Reconciler
from tests.factories.registry import (
    GRID,
    OTHER_COUNTY_GRID,
    Person,
    Registry,
    dwelling,
    id_number,
    running,
)

HEADINGS = ["姓名", "身份证号", "联系电话", "房屋性质", "建筑面积", "登记日期"]
NEWER, OLDER = "2026-09-01", "2026-01-01"
OTHER_COMMUNITY = "222406001002001"


@pytest.fixture
async def registry(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> AsyncIterator[Registry]:
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint, data_dir=tmp_path, import_chunk_rows=2) as made:
        yield made


@pytest.fixture
def housing(registry: Registry) -> Reconciler:
    return Reconciler(registry, "housing")


async def person(registry: Registry, sequence: int, **changes: Any) -> Any:
    facts = changes.pop("facts", {"property_kind": "reform", "floor_area_m2": 60.0})
    values = {"number": id_number(sequence), "facts": facts, "phone": None, **changes}
    return await registry.resident(Person(**values))


async def filled(registry: Registry) -> dict[str, Any]:
    return {
        "same": await person(registry, 1, name="金一"),
        "changed": await person(registry, 2, name="金二"),
        "older": await person(registry, 3, name="金三"),
        "phone": await person(registry, 4, name="金四", phone="15411112222"),
        "missing": await person(registry, 5, name="金五"),
        "not_housing": await person(registry, 6, name="金六", facts={"low_income": True}),
        "elsewhere": await person(registry, 7, name="金七", dwelling=dwelling(OTHER_COMMUNITY)),
        "abroad": await person(registry, 8, name="金八", dwelling=dwelling(OTHER_COUNTY_GRID)),
        "dead": await person(registry, 9, name="金九", died_on=date(2026, 7, 1)),
        "refused": await person(registry, 10, name="金十"),
    }


def rows() -> list[list[Any]]:
    return [
        ["和龙市房产登记信息表"],
        HEADINGS,
        ["金一", id_number(1), "", "房改房", 60, "2026-06-01"],
        ["金二", id_number(2), "", "商品房", 60, NEWER],
        ["金三", id_number(3), "", "商品房", 60, OLDER],
        ["金四", id_number(4), "15433334444", "房改房", 60, "2026-06-01"],
        ["金七", id_number(7), "", "商品房", 60, NEWER],
        ["金八", id_number(8), "", "商品房", 60, NEWER],
        ["新来", id_number(20), "", "商品房", 70, NEWER],
        ["新来", id_number(20), "", "商品房", 60, OLDER],
        ["金十", id_number(10), "", "不知道", 60, NEWER],
        ["", id_number(21), "", "商品房", 60, NEWER],
    ]


async def test_every_outcome_is_told_by_person_and_field(
    registry: Registry, housing: Reconciler
) -> None:
    people = await filled(registry)
    before = await counts(registry)
    job = await housing.reconcile(xlsx(rows()), "房产.xlsx", within=GRID[:12])
    assert await counts(registry) == before  # nothing is written
    assert job["state"] == "done"
    assert job["summary"] == {
        "rows": {"total": 10, "rejected": 2, "duplicates": 1},
        "persons": {
            "added": 1,
            "missing": 1,
            "changed": 2,
            "contradicting": 2,
            "same": 1,
            "elsewhere": 2,
        },
        "fields": {
            "floor_area_m2": {"changed": 0, "contradicting": 0, "confirmed": 2, "same": 3},
            "name": {"changed": 0, "contradicting": 0, "confirmed": 0, "same": 5},
            "phone": {"changed": 0, "contradicting": 1, "confirmed": 0, "same": 0},
            "property_kind": {"changed": 2, "contradicting": 1, "confirmed": 0, "same": 2},
        },
    }
    found = await housing.differences(job["id"])
    assert [(d["kind"], d["field"], d["row"]) for d in found] == [
        ("rejected", None, 11),
        ("changed", "property_kind", 4),
        ("contradicting", "property_kind", 5),
        ("contradicting", "phone", 6),
        ("elsewhere", None, 7),
        ("changed", "property_kind", 7),
        ("elsewhere", None, 8),
        ("added", None, 9),
        ("rejected", None, 12),
        ("missing", None, None),
    ]
    told = {"id": str(people["changed"]), "name": "金二", "grid": GRID}
    assert found[1] == {
        "no": 2,
        "kind": "changed",
        "field": "property_kind",
        "row": 4,
        # Housing may not read identity numbers: it is not even shown a masked one.
        "resident": told,
        "file": {"value": "commercial", "observed_on": NEWER},
        "registry": {
            "value": "reform",
            "source": "department_push",
            "domain": "housing",
            "observed_on": "2026-06-01",
        },
    }
    assert found[3]["file"]["value"] == "154****4444"
    assert found[3]["registry"]["value"] == "154****2222"
    assert found[6]["resident"] is None
    assert found[7]["file"] == {
        "name": "新来",
        "document": {
            "kind": "resident_id",
            "number": f"229999********{id_number(20)[14:]}",
        },
    }
    assert found[9]["resident"] == {"id": str(people["missing"]), "name": "金五", "grid": GRID}


async def test_what_is_shown_leaves_an_access_record(
    registry: Registry, housing: Reconciler
) -> None:
    people = await filled(registry)
    job = await housing.reconcile(xlsx(rows()))
    assert await registry.accesses(people["changed"]) == []
    await housing.differences(job["id"], kind="changed", field="property_kind", limit="1")
    (access,) = await registry.accesses(people["changed"])
    assert access["operation"] == "registry.reconciliations.differences"
    assert (access["organisation"], access["fields"]) == ("222406.housing", ["property_kind"])
    assert await registry.accesses(people["phone"]) == []
    assert (await housing.get(job["id"], "/file")).status_code == 200
    assert [a["operation"] for a in await registry.accesses(people["missing"])] == [
        "registry.reconciliations.file"
    ]


async def test_differences_are_paged_and_filtered(registry: Registry, housing: Reconciler) -> None:
    await filled(registry)
    job = await housing.reconcile(xlsx(rows()))
    seen: list[int] = []
    after = ""
    while True:
        page = (await housing.get(job["id"], f"/differences?limit=3{after}")).json()
        seen += [item["no"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == sorted(set(seen))
    assert len(seen) == job["differences_listed"]
    other = await housing.get(job["id"], f"/differences?kind=added{after}")
    assert other.json()["code"] == "cursor-not-valid"
    assert (await housing.get(job["id"], "/differences?color=red")).status_code == 422


async def test_the_file_comes_back_with_what_differs(
    registry: Registry, housing: Reconciler
) -> None:
    await filled(registry)
    job = await housing.reconcile(xlsx(rows()), "房产.xlsx", within=GRID[:12])
    answer = await housing.get(job["id"], "/file")
    assert "%E6%88%BF%E4%BA%A7_%E5%AF%B9%E8%B4%A6.xlsx" in answer.headers["content-disposition"]
    title, headings, *wrong = read_xlsx(answer.content)
    assert title[0] == "和龙市房产登记信息表"
    assert headings == [*HEADINGS, "对账结果", "差异字段", "说明"]
    source = "住房和城乡建设局部门推送 2026-06-01"
    assert [(row[0], *row[6:]) for row in wrong] == [
        ("金二", "变更", "房屋性质",
         f"房屋性质:表中为商品房,登记为房改房({source}),导入后更新"),
        ("金三", "矛盾", "房屋性质",
         f"房屋性质:表中为商品房,登记为房改房({source}),以登记为准"),
        ("金四", "矛盾", "联系电话",
         "联系电话:表中为154****4444,登记为154****2222(公安局原有登记 2026-06-01),以登记为准"),
        ("金七", "他处登记、变更", "房屋性质",
         f"此人登记在其他区域;房屋性质:表中为商品房,登记为房改房({source}),导入后更新"),
        ("金八", "他处登记", None, "此人登记在其他区域"),
        ("新来", "新增", None, "登记中没有此人,导入后新登记"),
        ("金十", "未接受", "房屋性质",
         "不在可选值内,可填:商品房、房改房、回迁房、经济适用房"),
        (None, "未接受", "姓名", "登记中没有此人;新登记须填写姓名"),
        ("金五", "缺失", None, "登记中有本部门提供的数据,文件中没有此人"),
    ]  # fmt: skip


async def test_what_nobody_said_yet_is_told_as_nobodys(
    registry: Registry, housing: Reconciler
) -> None:
    await person(registry, 1, name="金一", facts={})
    table = [["姓名", "身份证号", "房屋性质"], ["金一", id_number(1), "商品房"]]
    job = await housing.reconcile(xlsx(table))
    (found,) = await housing.differences(job["id"])
    assert found["registry"] == {
        "value": None,
        "source": None,
        "domain": None,
        "observed_on": None,
    }
    rows_ = read_xlsx((await housing.get(job["id"], "/file")).content)
    assert rows_[1][3:] == ["变更", "房屋性质", "房屋性质:表中为商品房,登记为空,导入后更新"]


async def test_a_csv_stays_a_csv(housing: Reconciler) -> None:
    table = [
        ["姓名", "身份证号", "房屋性质"],
        ["=新来", id_number(1), "商品房"],
        ["李", id_number(2), "商品房"],
    ]
    job = await housing.reconcile(csv_file(table, "gb18030", ";"), "表.csv")
    text = (await housing.get(job["id"], "/file")).content
    assert read_csv(text, "gb18030", ";")[1][:2] == ["'=新来", id_number(1)]
    assert read_csv(text, "gb18030", ";")[2][3] == "新增"


async def test_an_import_does_what_the_reconciliation_told(
    registry: Registry, housing: Reconciler
) -> None:
    await filled(registry)
    job = await housing.reconcile(xlsx(rows()))
    told = job["summary"]["persons"]
    applied = await housing.post(job["id"], "apply")
    assert applied.status_code == 202
    assert applied.headers["location"] == f"/v1/imports/{applied.json()['id']}"
    assert await housing.work() == 1
    done = await housing.job(applied.json()["id"])
    assert done["progress"]["created"] == told["added"]
    assert done["progress"]["rejected"] == 3  # and the person of another county
    again = (await housing.reconcile(xlsx(rows())))["summary"]
    assert again["persons"] == {
        **told,
        "added": 0,
        "changed": 0,
        "same": told["same"] + told["added"] + told["changed"],
    }
    assert all(counted["changed"] == 0 for counted in again["fields"].values())
    assert all(counted["confirmed"] == 0 for counted in again["fields"].values())


async def test_a_killed_reconciliation_goes_on(
    registry: Registry, housing: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(registry)
    whole = (await housing.reconcile(xlsx(rows())))["summary"]
    sent = (await housing.hold(xlsx(rows()))).json()
    add, calls = differences.add, 0

    async def dying(*arguments: Any) -> int:
        nonlocal calls
        calls += 1
        if calls % 3 == 0:
            raise OSError
        return await add(*arguments)

    monkeypatch.setattr(differences, "add", dying)
    for _ in range(12):
        await housing.compare()
        async with registry.store.transaction() as tx:
            await tx.connection.execute("update timers set leased_until = null")
    job = await housing.reconciliation(sent["id"])
    assert (job["state"], job["summary"]) == ("done", whole)
    numbers = [d["no"] for d in await housing.differences(sent["id"], limit="200")]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_cancelling(registry: Registry, housing: Reconciler) -> None:
    sent = (await housing.hold(xlsx(rows()))).json()
    assert (await housing.post(sent["id"], "apply")).json()["code"] == "reconciliation-not-done"
    ended = await housing.post(sent["id"], "cancel")
    assert (ended.status_code, ended.json()["state"]) == (200, "cancelled")
    assert await housing.compare() == 0
    again = await housing.post(sent["id"], "cancel")
    assert (again.status_code, again.json()["code"]) == (409, "reconciliation-is-over")
    file = await housing.get(sent["id"], "/file")
    assert (file.status_code, file.json()["code"]) == (404, "reconciliation-has-no-file")


async def test_files_go_after_their_time(
    registry: Registry, housing: Reconciler, tmp_path: Path
) -> None:
    job = await housing.reconcile(xlsx(rows()))
    assert len(list((tmp_path / "uploads").iterdir())) == 2
    async with registry.store.transaction() as tx:
        await tx.connection.execute("update timers set due_at = now() where fired_at is null")
    assert await housing.clean_up() == 1
    assert list((tmp_path / "uploads").iterdir()) == []
    assert await housing.differences(job["id"]) == []
    assert (await housing.post(job["id"], "apply")).status_code == 410
    assert (await housing.reconciliation(job["id"]))["summary"] == job["summary"]
    assert await registry.rows("select * from reconciliation_rows") == []


async def test_others_do_not_see_it(registry: Registry, housing: Reconciler) -> None:
    job = await housing.reconcile(xlsx(rows()))
    health = Reconciler(registry, "health")
    assert (await health.get(job["id"])).status_code == 404
    assert (await housing.get(job["id"], areas=["222401"])).status_code == 404
    listed = await registry.client.get("/v1/reconciliations", headers=housing.headers())
    assert [item["id"] for item in listed.json()["items"]] == [job["id"]]
    listed = await registry.client.get("/v1/reconciliations", headers=health.headers())
    assert listed.json() == {"items": [], "next": None}
    worker = registry.headers()
    assert (await housing.hold(b"x", headers=worker)).status_code == 403
    refused = await housing.hold(xlsx(rows()), headers=None, within="222401")
    assert refused.json()["errors"][0]["pointer"] == "/within"
    refused = await housing.hold(b"PK\x03\x04broken", headers=None)
    assert refused.json()["code"] == "file-not-readable"


@pytest.mark.parametrize("kind", ["parquet", "ndjson"])
async def test_files_of_programs_come_back_in_their_own_format(
    registry: Registry, housing: Reconciler, kind: str
) -> None:
    await person(registry, 1, name="金一")
    await person(registry, 5, name="金五")
    people = [
        {"姓名": "金一", "身份证号": id_number(1), "房屋性质": "商品房", "建筑面积": 60.0},
        {"姓名": "新来", "身份证号": id_number(2), "房屋性质": "商品房", "建筑面积": 70.5},
    ]
    day = {"登记日期": NEWER}
    content = table_of(kind, [{**one, **day} for one in people])
    job = await housing.reconcile(content, f"房产.{kind}")
    told = rows_of(kind, (await housing.get(job["id"], "/file")).content)
    assert [(row.get("姓名"), row["对账结果"], row.get("差异字段") or "") for row in told] == [
        ("金一", "变更", "房屋性质"),
        ("新来", "新增", ""),
        ("金五", "缺失", ""),
    ]
    assert told[1]["建筑面积"] == 70.5


def table_of(kind: str, rows: list[dict[str, Any]]) -> bytes:
    if kind == "ndjson":
        return b"".join(orjson.dumps(row) + b"\n" for row in rows)
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def rows_of(kind: str, content: bytes) -> list[dict[str, Any]]:
    if kind == "ndjson":
        return [orjson.loads(line) for line in content.splitlines()]
    rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(content)).to_pylist()
    return rows
