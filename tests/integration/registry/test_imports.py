"""Departments send files as their offices export them."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator, Callable
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from services.common.testing import TokenMint
from services.registry.domain import areas, demo
from services.registry.domain.demo import office_files
from services.registry.service import SERVICE
from services.registry.store import sealed
from services.registry.use_cases.demo import files as demo_files
from tests.factories.imports import Office, counts, csv_file, day, read_csv, read_xlsx, record, xlsx
from tests.factories.registry import (
    COUNTY,
    GRID,
    OTHER_COUNTY_GRID,
    Person,
    Registry,
    dwelling,
    id_number,
    running,
)

HOUSING = [
    "业主姓名",
    "证件号码",
    "联系电话",
    "房屋坐落",
    "房屋性质",
    "建筑面积(㎡)",
    "是否出租",
    "登记日期",
]
HEALTH = ["姓名", "身份证号", "性别", "出生日期", "慢性病", "签约医生", "更新日期"]
KNOWN, STRANGER = id_number(1), id_number(2, "19551231")


@pytest.fixture
async def registry(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> AsyncIterator[Registry]:
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint, data_dir=tmp_path, import_chunk_rows=3) as made:
        yield made


@pytest.fixture
def housing(registry: Registry) -> Office:
    return Office(registry, "housing")


def rows() -> list[list[Any]]:
    return [
        ["和龙市房产登记信息表(2026年)"],
        HOUSING,
        [
            "金 哲 洙",
            KNOWN.lower(),
            "0433-2512345",
            "民惠街1号",
            "商品住宅",
            "88.5㎡",
            "否",
            "2026年7月1日",
        ],
        ["许春兰", STRANGER, "15400000001", "民惠街2号", "回迁房", 60, "是", "20260702"],
        ["许春兰", STRANGER, "", "民惠街2号", "商品房", 61, "是", "2026/7/3"],
        ["李明", id_number(3)[:-1], "", "民惠街3号", "商品房", 70, "是", "2026/7/3"],
        ["=cmd()", id_number(4), "", "民惠街4号", "小产权", "约70", "是", "2026-02-30"],
        ["", id_number(5), "", "民惠街5号", "商品房", 70, "否", "2026/7/3"],
        ["合计", "", "", "", "", 278.5, "", ""],
    ]


async def test_a_messy_workbook_end_to_end(registry: Registry, housing: Office) -> None:
    resident = await registry.resident(Person(facts={"property_kind": "reform"}))
    sent = await housing.send(xlsx(rows()), "房产 登记.xlsx")
    assert sent.status_code == 202
    queued = sent.json()
    own = f"/v1/imports/{queued['id']}"
    assert sent.headers["location"] == own
    assert queued["state"] == "queued"
    assert queued["links"] == {
        "self": own,
        "errors": None,
        "cancel": f"{own}/cancel",
        "rows": f"{own}/rows",
    }

    assert await housing.work() == 1
    job = await housing.job(queued["id"])
    instants = {job.pop(name) for name in ("created_at", "started_at", "finished_at")}
    assert None not in instants
    file = job.pop("file")
    assert (file.pop("size_bytes") > 1000, len(file.pop("sha256"))) == (True, 64)
    assert file == {
        "name": "房产 登记.xlsx",
        "media_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "kind": "xlsx",
        "sheet": "登记表",
        "encoding": None,
        "delimiter": None,
    }
    fields = [
        "name", "document", "phone", "property_kind", "floor_area_m2", "rented_out", "observed_on",
    ]  # fmt: skip
    headings = [heading for heading in HOUSING if heading != "房屋坐落"]
    assert job == {
        "id": queued["id"],
        "state": "done",
        "phase": None,
        "county": COUNTY,
        "domain": "housing",
        "organisation": "222406.housing",
        "dry_run": False,
        "columns": {
            "used": [{"heading": h, "field": f} for h, f in zip(headings, fields, strict=True)],
            "ignored": [{"heading": "房屋坐落", "reason": "not-importable", "field": "dwelling"}],
        },
        "observed_on_default": queued["observed_on_default"],
        "mapping": None,
        "progress": {
            "rows_total": 6,
            "rows_done": 6,
            "accepted": 2,
            "matched": 1,
            "created": 1,
            "changed": 1,
            "rejected": 3,
            "duplicates": 1,
            "conflicts": 0,
        },
        "error": None,
        "links": {"self": own, "errors": f"{own}/errors", "cancel": None, "rows": f"{own}/rows"},
    }
    await check_matched(registry, resident)
    await check_created(registry, queued["id"])
    await check_errors(housing, queued["id"])


async def check_matched(registry: Registry, resident: Any) -> None:
    fields = "name,phone,property_kind,floor_area_m2,rented_out"
    view = await registry.client.get(
        f"/v1/residents/{resident}?fields={fields}", headers=registry.department("housing")
    )
    shown = {"source": "department_push", "domain": "housing", "observed_on": "2026-07-01"}
    assert view.json() == {
        "id": str(resident),
        "county": COUNTY,
        "version": 2,
        "name": "金哲洙",
        # The telephone belongs to another domain: what housing says of it does not overwrite.
        "phone": "154****5678",
        "facts": {
            "property_kind": {"value": "commercial", **shown},
            "floor_area_m2": {"value": 88.5, **shown},
            "rented_out": {"value": False, **shown},
        },
    }
    said = await registry.rows(
        "select field, value::text, value_sealed is not null as sealed, method, domain, "
        "organisation, collector, observed_on::text from assertions "
        "where resident_id = $1 order by field, observed_on",
        resident,
    )
    base = {"organisation": None, "collector": None}
    sent = {
        "method": "department_push", "domain": "housing", "organisation": "222406.housing",
        "collector": "person-1", "observed_on": "2026-07-01", "sealed": False,
    }  # fmt: skip
    assert said == [
        {"field": "floor_area_m2", "value": "88.5", **sent},
        {"field": "phone", "value": None, "sealed": True, "method": "baseline",
         "domain": "public_security", "observed_on": "2026-06-01", **base},
        {"field": "phone", "value": None, **sent, "sealed": True},
        {"field": "property_kind", "value": '"reform"', "sealed": False, "domain": "housing",
         "method": "department_push", "observed_on": "2026-06-01", **base},
        {"field": "property_kind", "value": '"commercial"', **sent},
        {"field": "rented_out", "value": "false", **sent},
    ]  # fmt: skip
    assert (await registry.accesses(resident))[0]["operation"] == "registry.imports.start"


async def check_created(registry: Registry, import_id: str) -> None:
    found = await registry.rows("select * from residents where name = '许春兰'")
    assert len(found) == 1
    row = found[0]
    sealer = registry.store.sealer
    assert sealed.open_document(sealer, row["id"], row["document_sealed"]) == STRANGER
    assert (row["sex"], row["born_on"], row["name_pinyin"]) == (
        "2",
        day("1955-12-31"),
        "xu chun lan",
    )
    assert (row["county"], row["dwelling"], row["version"]) == (COUNTY, COUNTY, 1)
    # Of two rows the newest counts, and it says no telephone.
    assert (row["observed_on"], row["phone_sealed"]) == (day("2026-07-03"), None)
    entry = {"source": "department_push", "domain": "housing", "observed_on": "2026-07-03"}
    assert orjson.loads(row["facts"]) == {
        "name": entry,
        "property_kind": {"value": "commercial", **entry},
        "floor_area_m2": {"value": 61, **entry},
        "rented_out": {"value": True, **entry},
    }
    events = await registry.rows(
        "select type, subject, area, domain, data::text from events order by seq"
    )
    told = {
        "county": COUNTY, "method": "department_push", "import_id": import_id,
        "fields": ["property_kind", "floor_area_m2", "rented_out"],
    }  # fmt: skip
    assert [(e["type"], e["area"], e["domain"], orjson.loads(e["data"])) for e in events] == [
        ("registry.facts.asserted.v1", GRID, "housing", {**told, "version": 2}),
        ("registry.resident.registered.v1", COUNTY, "housing",
         {**told, "version": 1, "fields": ["name", *told["fields"]]}),
        # The telephone differs from what the record shows, and nothing settles which is right.
        ("registry.verification.opened.v1", GRID, "public_security",
         {"county": COUNTY, "resident": str(events[0]["subject"]), "fields": ["phone"]}),
    ]  # fmt: skip


async def check_errors(housing: Office, import_id: str) -> None:
    answer = await housing.errors(import_id)
    assert answer.status_code == 200
    assert "filename*=UTF-8''%E6%88%BF%E4%BA%A7" in answer.headers["content-disposition"]
    title, headings, *wrong = read_xlsx(answer.content)
    assert title[0] == "和龙市房产登记信息表(2026年)"
    assert headings == [*HOUSING, "错误字段", "原因"]
    assert wrong == [
        [*_read_back(rows()[5]), "证件号码", "公民身份号码应为18位(旧号15位)"],
        [
            *_read_back(rows()[6]),
            "业主姓名、登记日期、房屋性质、建筑面积(㎡)",
            "姓名含有数字或符号;日期不存在;不在可选值内,可填:商品房、房改房、回迁房、经济适用房;请填数字",
        ],
        [*_read_back(rows()[7]), "业主姓名", "登记中没有此人;新登记须填写姓名"],
    ]


def _read_back(row: list[Any]) -> list[Any]:
    return [None if cell == "" else cell for cell in row]


async def test_the_error_file_repaired_and_sent_again_is_taken(housing: Office) -> None:
    job = await housing.take(xlsx(rows()))
    table = read_xlsx((await housing.errors(job["id"])).content)
    table[2][1] = id_number(3)
    table[3][0], table[3][4], table[3][5], table[3][7] = "郑丽", "商品房", 70, "2026-02-28"
    table[4][0] = "赵静"
    again = await housing.take(xlsx(table))
    assert again["progress"]["created"] == 3
    assert again["progress"]["rejected"] == 0
    ignored = [column["heading"] for column in again["columns"]["ignored"]]
    assert ignored == ["房屋坐落", "错误字段", "原因"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_csv_comes_back_as_it_was_sent(
    housing: Office, encoding: str, delimiter: str
) -> None:
    table = [
        ["业主姓名", "证件号码", "备注,说明", "房屋性质"],
        ["金哲洙", KNOWN, "甲;乙,丙", "商品房"],
        ["李明", "123", '=HYPERLINK("http://evil")', "商品房"],
        ["朴玉", "456", "-2+3", "@SUM(A1)"],
        ["崔浩", "789", "-12.5", "\t+1"],
    ]
    job = await housing.take(csv_file(table, encoding, delimiter), "表.csv")
    assert job["progress"]["created"] == 1
    assert (job["file"]["encoding"], job["file"]["delimiter"]) == (encoding, delimiter)
    answer = await housing.errors(job["id"])
    assert answer.headers["content-type"] == f"text/csv; charset={encoding}"
    assert (answer.content[:3] == b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    wrong = "公民身份号码应为18位(旧号15位)"
    bad_code = "不在可选值内,可填:商品房、房改房、回迁房、经济适用房"
    assert read_csv(answer.content, encoding, delimiter) == [
        ["业主姓名", "证件号码", "备注,说明", "房屋性质", "错误字段", "原因"],
        ["李明", "123", '\'=HYPERLINK("http://evil")', "商品房", "证件号码", wrong],
        ["朴玉", "456", "'-2+3", "'@SUM(A1)", "证件号码、房屋性质", f"{wrong};{bad_code}"],
        ["崔浩", "789", "-12.5", "'\t+1", "证件号码、房屋性质", f"{wrong};{bad_code}"],
    ]


async def test_what_looks_like_a_formula_stays_text_in_the_workbook(housing: Office) -> None:
    job = await housing.take(xlsx([["姓名", "证件号码", "备注"], ["=1+1", "12", "=2"]]))
    with zipfile.ZipFile(io.BytesIO((await housing.errors(job["id"])).content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "=1+1" in sheet
    assert "<f>" not in sheet


async def test_the_demos_office_files_are_taken(registry: Registry, tmp_path: Path) -> None:
    source = resources.files("services.registry") / "reference" / "divisions.csv"
    divisions = areas.divisions_from(csv.DictReader(source.read_text("utf-8").splitlines()))
    plan = demo.plan(divisions, "tiny")
    community = plan.grids[0].community
    for person in office_files.sample(plan, community, 48):
        known = Person(
            name=person.name, number=person.id_number, sex=person.sex, born_on=person.born_on,
            phone=person.phone, dwelling=dwelling(), name_ko=None, name_pinyin=None,
        )  # fmt: skip
        await registry.resident(known)
    health_file, housing_file = demo_files.write(tmp_path / "demo", plan, community, 1)
    health = await Office(registry, "health").take(health_file.read_bytes(), "health.xlsx")
    housing = await Office(registry, "housing").take(housing_file.read_bytes(), "housing.csv")
    assert {k: v for k, v in health["progress"].items() if k != "changed"} == {
        "rows_total": 51, "rows_done": 51, "accepted": 46, "matched": 45, "created": 1,
        "rejected": 3, "duplicates": 2, "conflicts": 0,
    }  # fmt: skip
    assert {k: v for k, v in housing["progress"].items() if k != "changed"} == {
        "rows_total": 32, "rows_done": 32, "accepted": 31, "matched": 31, "created": 0,
        "rejected": 1, "duplicates": 0, "conflicts": 0,
    }  # fmt: skip


async def test_importing_twice_is_importing_once(registry: Registry, housing: Office) -> None:
    await registry.resident(Person(facts={"property_kind": "reform"}))
    first = await housing.take(xlsx(rows()))
    once, tables = await record(registry), await counts(registry)
    second = await housing.take(xlsx(rows()), "又一次.xlsx")
    twice = await record(registry)
    assert second["progress"]["matched"] == 2
    assert second["progress"]["changed"] == second["progress"]["created"] == 0
    for resident in (*once, *twice):
        del resident["accesses"]
    assert twice == once
    # Each touch of a person is recorded, whether it changed anything or not.
    assert await counts(registry) == {**tables, "accesses": tables["accesses"] + 2}
    assert first["id"] != second["id"]


async def test_the_same_request_again_has_the_same_answer(housing: Office) -> None:
    headers = housing.headers()
    content = xlsx(rows())
    first = await housing.send(content, headers=headers)
    again = await housing.send(content, headers=headers)
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    other = await housing.send(xlsx(rows()[:3]), headers=headers)
    assert other.json()["code"] == "idempotency-key-reused"
    assert await housing.work() == 1
    assert await housing.work() == 0
    kept = [path.name for path in housing.env.uploads.path(id_of(first)).parent.iterdir()]
    assert sorted(kept) == [id_of(first).hex, f"{id_of(first).hex}.errors"]


def id_of(response: httpx.Response) -> UUID:
    return UUID(response.json()["id"])


async def test_a_file_without_days_keeps_the_day_it_first_came(
    registry: Registry, housing: Office
) -> None:
    content = xlsx([["姓名", "身份证号", "房屋性质"], ["金哲洙", KNOWN, "商品房"]])
    first = await housing.take(content)
    await registry.rows("update imports set default_on = '2026-03-05'")
    second = await housing.take(content)
    assert first["observed_on_default"] != second["observed_on_default"] == "2026-03-05"


async def test_files_are_private_and_go_after_their_time(
    registry: Registry, housing: Office
) -> None:
    job = await housing.take(xlsx(rows()))
    folder = registry.app.state.settings.data_dir / "uploads"
    assert folder.stat().st_mode & 0o777 == 0o700
    files = list(folder.iterdir())
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600, 0o600]
    due = await registry.rows(
        "select due_at - now() as left, kind from timers where fired_at is null"
    )
    assert [(row["kind"], row["left"].days) for row in due] == [("registry.import_expiry", 29)]
    await registry.rows("update timers set due_at = now() where kind = 'registry.import_expiry'")
    await housing.tidy()
    assert list(folder.iterdir()) == []
    assert (await housing.job(job["id"]))["links"]["errors"] is None
    assert (await housing.errors(job["id"])).status_code == 404


async def test_staged_rows_are_sealed_and_forgotten(registry: Registry, housing: Office) -> None:
    await housing.take(xlsx(rows()))
    kept = await registry.rows("select * from import_packs order by last_row")
    outcomes = [(pack["row_nos"], pack["outcomes"]) for pack in kept]
    assert outcomes == [([3, 4, 5], "cdc"), ([6, 7, 8], "rrr"), ([], "")]  # the last one: the sums
    assert not any(pack["sealed"] or pack["persons"] or pack["days"] for pack in kept)
    stored = await registry.rows("select row_to_json(i)::text as row from imports i")
    assert KNOWN not in stored[0]["row"]


async def test_a_dry_run_counts_and_changes_nothing(registry: Registry, housing: Office) -> None:
    await registry.resident(Person(facts={"property_kind": "reform"}))
    before, tables = await record(registry), await counts(registry)
    job = await housing.take(xlsx(rows()), dry_run="true")
    assert job["progress"] == {
        "rows_total": 6, "rows_done": 6, "accepted": 2, "matched": 1, "created": 1, "changed": 1,
        "rejected": 3, "duplicates": 1, "conflicts": 0,
    }  # fmt: skip
    assert len(read_xlsx((await housing.errors(job["id"])).content)) == 5
    assert await record(registry) == before
    assert await counts(registry) == tables


async def test_bad_rows_change_nothing(registry: Registry, housing: Office) -> None:
    await registry.resident(Person(facts={"property_kind": "reform"}))
    before, tables = await record(registry), await counts(registry)
    bad: list[list[Any]] = [
        HOUSING,
        ["金哲洙", KNOWN, "15499999999", "", "小产权", 70, "是", "2026/7/3"],
        rows()[5],
    ]
    job = await housing.take(xlsx(bad))
    assert (job["progress"]["rejected"], job["progress"]["rows_done"]) == (2, 2)
    assert await record(registry) == before
    assert await counts(registry) == tables


async def test_another_name_for_the_number_is_told(registry: Registry, housing: Office) -> None:
    await registry.resident()
    table = [["姓名", "身份证号", "房屋性质"], ["金哲珠", KNOWN, "商品房"]]
    job = await housing.take(xlsx(table))
    assert (job["progress"]["matched"], job["progress"]["conflicts"]) == (1, 1)
    errors = read_xlsx((await housing.errors(job["id"])).content)
    reason = "(已登记)提示:姓名与登记的不一致(表中为金**,登记为金**),读音相同,可能是同音字"
    assert errors[1] == ["金哲珠", KNOWN, "商品房", "姓名", reason]
    assert (await registry.rows("select name from residents"))[0]["name"] == "金哲洙"
    said = await registry.rows(
        "select value::text from assertions where field = 'name' order by observed_on"
    )
    assert [row["value"] for row in said] == ['"金哲洙"', '"金哲珠"']


async def test_the_owner_of_names_corrects_them(registry: Registry) -> None:
    resident = await registry.resident()
    police = Office(registry, "public_security")
    table = [["姓名", "身份证号", "联系电话", "民族", "登记日期"],
             ["朴哲珠", KNOWN, "15499999999", "朝鲜", "2026/8/1"]]  # fmt: skip
    job = await police.take(xlsx(table))
    assert (job["progress"]["changed"], job["progress"]["conflicts"]) == (1, 0)
    found = await registry.client.post(
        "/v1/residents/search",
        json={"within": COUNTY, "name": "pzz", "fields": ["name", "phone", "name_pinyin"]},
        headers=police.headers(),
    )
    assert found.json()["items"] == [
        {"id": str(resident), "county": COUNTY, "version": 2, "name": "朴哲珠",
         "name_pinyin": "piao zhe zhu", "phone": "154****9999"}
    ]  # fmt: skip
    row = (await registry.rows("select facts::text from residents"))[0]
    ethnic = orjson.loads(row["facts"])["ethnic"]
    assert "value" not in ethnic
    assert sealed.open_fact(registry.store.sealer, resident, "ethnic", ethnic) == "10"


async def test_an_older_file_does_not_overwrite_a_newer_one(housing: Office) -> None:
    heads = ["姓名", "身份证号", "房屋性质", "登记日期"]
    await housing.take(xlsx([heads, ["金哲洙", KNOWN, "商品房", "2026-07-01"]]))
    old = await housing.take(xlsx([heads, ["金哲洙", KNOWN, "房改房", "2025-07-01"]]))
    assert (old["progress"]["matched"], old["progress"]["changed"]) == (1, 0)
    kept = await housing.registry.rows(
        "select value::text, observed_on::text from assertions where field = 'property_kind' "
        "order by observed_on"
    )
    assert [tuple(row.values()) for row in kept] == [
        ('"reform"', "2025-07-01"),
        ('"commercial"', "2026-07-01"),
    ]


async def test_somebody_of_another_county_is_left_alone(
    registry: Registry, housing: Office
) -> None:
    await registry.resident(Person(dwelling=dwelling(OTHER_COUNTY_GRID)))
    before = await record(registry)
    job = await housing.take(xlsx([HOUSING, rows()[2]]))
    assert job["progress"]["rejected"] == 1
    errors = read_xlsx((await housing.errors(job["id"])).content)
    assert errors[1][-2:] == ["证件号码", "此人登记在其他县市,不能由本县市导入"]
    assert await record(registry) == before


async def test_sensitive_facts_are_sealed_and_not_told(registry: Registry) -> None:
    resident = await registry.resident()
    health = Office(registry, "health")
    table: list[list[Any]] = [
        HEALTH,
        ["金哲洙", KNOWN, "男", "1990.1.1", "高血压、糖尿病", "李明哲", 46000],
    ]
    job = await health.take(xlsx(table))
    assert job["progress"]["changed"] == 1
    row = (await registry.rows("select facts::text from residents"))[0]
    facts = orjson.loads(row["facts"])
    assert sorted(facts["chronic_disease"]) == [
        "domain",
        "index",
        "observed_on",
        "sealed",
        "source",
    ]
    opened = sealed.open_fact(
        registry.store.sealer, resident, "chronic_disease", facts["chronic_disease"]
    )
    assert (opened, facts["family_doctor"]["value"]) == ("hypertension", "李明哲")
    events = await registry.rows("select data::text from events")
    assert "hypertension" not in events[0]["data"]
    assert orjson.loads(events[0]["data"])["fields"] == ["chronic_disease", "family_doctor"]
    errors = read_xlsx((await health.errors(job["id"])).content)
    assert errors[1][-2:] == ["慢性病", "(已登记)提示:填了多个值,只登记了第一个:高血压"]


async def test_imports_are_listed_newest_first(registry: Registry, housing: Office) -> None:
    ids = [(await housing.take(xlsx(rows()[: 3 + n])))["id"] for n in range(3)]
    first = await registry.client.get("/v1/imports?limit=2", headers=housing.headers())
    assert [job["id"] for job in first.json()["items"]] == [ids[2], ids[1]]
    second = await registry.client.get(
        f"/v1/imports?limit=2&after={first.json()['next']}", headers=housing.headers()
    )
    assert [job["id"] for job in second.json()["items"]] == [ids[0]]
    assert second.json()["next"] is None
    other = await registry.client.get("/v1/imports", headers=registry.department("health"))
    assert other.json()["items"] == []
