"""Files that cannot be read, columns nobody knows, and departments that may not."""

import io
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from services.common.testing import TokenMint
from services.registry.service import SERVICE
from tests.factories.imports import Office, csv_file, xlsx
from tests.factories.registry import COUNTY, id_number, running

GOOD = xlsx([["姓名", "身份证号", "房屋性质"], ["金哲洙", id_number(1), "商品房"]])


@pytest.fixture
async def office(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> AsyncIterator[Office]:
    dsn = service_database("registry", SERVICE.migrations)
    settings: dict[str, Any] = {"data_dir": tmp_path, "import_file_bytes": 1 << 20}
    async with running(dsn, mint, **settings) as registry:
        yield Office(registry, "housing")


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            heavy = name == "xl/worksheets/sheet1.xml"
            new.writestr(name, b" " * (64 << 20) if heavy else old.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"", "a.xlsx", 422, "file-empty"),
        (b"%PDF-1.7", "a.pdf", 415, "file-kind-not-supported"),
        (b"<html><table></table></html>", "a.xls", 415, "file-kind-not-supported"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "a.xls", 415, "file-kind-not-supported"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "a.xlsx",
            422,
            "file-encrypted",
        ),
        (csv_file([["姓名", "身份证号"]]), "a.xlsx", 422, "file-mislabelled"),
        (GOOD, "a.csv", 422, "file-mislabelled"),
        (GOOD[:-200], "a.xlsx", 422, "file-not-readable"),
        (b"\x00\x01\x02\x03" * 30, "a.csv", 422, "file-not-readable"),
        (bomb(), "a.xlsx", 413, "file-too-large"),
        (csv_file([["a"] * 201, ["b"] * 201]), "a.csv", 413, "file-too-large"),
        (b"a" * ((1 << 20) + 1), "a.csv", 413, "file-too-large"),
        (b"a" * (3 << 20), "a.csv", 413, "body-too-large"),
    ],
)
async def test_what_cannot_be_read_is_refused_at_once(
    office: Office, content: bytes, name: str, status: int, code: str
) -> None:
    answer = await office.send(content, name)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"]
    await nothing_kept(office)


async def nothing_kept(office: Office) -> None:
    folder = office.registry.app.state.settings.data_dir / "uploads"
    assert not folder.exists() or list(folder.iterdir()) == []
    assert await office.registry.rows("select 1 from imports") == []
    assert await office.registry.rows("select 1 from timers where kind like '%import%'") == []


async def test_unknown_columns_are_listed(office: Office) -> None:
    table = [
        ["房产表"],
        ["业主", "业主姓名", "证件", "房屋性质"],
        ["甲", "金哲洙", id_number(1), "商品房"],
    ]
    answer = await office.send(xlsx(table))
    body = answer.json()
    del body["instance"]
    assert answer.status_code == 422
    assert body == {
        "type": "/problems/columns-not-recognised",
        "title": "未能识别表头",
        "status": 422,
        "detail": "没有找到含身份证号和至少一个已知列的表头行。",
        "code": "columns-not-recognised",
        "recognised": [
            {"heading": "业主姓名", "field": "name"},
            {"heading": "房屋性质", "field": "property_kind"},
        ],
        "unknown": ["业主", "证件"],
        "suggestions": [
            {"heading": "业主", "fields": ["phone", "sex", "name"]},
            {"heading": "证件", "fields": ["document"]},
        ],
    }
    await nothing_kept(office)
    mapped = await office.send(xlsx(table), mapping='{"证件": "document"}')
    assert mapped.status_code == 202


async def test_a_sheet_without_headings_shows_no_data(office: Office) -> None:
    answer = await office.send(xlsx([["金哲洙", id_number(1), "商品房"]]))
    assert (answer.json()["recognised"], answer.json()["unknown"]) == ([], [])


async def test_the_sheet_with_the_table_is_found(office: Office) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["填表说明"])
    sheet = book.create_sheet("数据")
    for row in (["姓名", "身份证号", "房屋性质"], ["金哲洙", id_number(1), "商品房"]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    job = await office.take(out.getvalue())
    assert (job["file"]["sheet"], job["progress"]["created"]) == ("数据", 1)


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ("[]", "mapping-not-valid"),
        ("{", "mapping-not-valid"),
        ('{"没有": "name"}', "mapping-not-valid"),
        ('{"姓名": "nothing"}', "mapping-not-valid"),
        ('{"姓名": 1}', "mapping-not-valid"),
    ],
)
async def test_a_mapping_must_fit(office: Office, mapping: str, code: str) -> None:
    answer = await office.send(GOOD, mapping=mapping)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_mapping_cannot_take_another_domains_field(office: Office) -> None:
    table = [["姓名", "身份证号", "房屋性质", "病"], ["金哲洙", id_number(1), "商品房", "高血压"]]
    job = await office.take(xlsx(table), mapping='{"病": "chronic_disease"}')
    assert job["columns"]["ignored"] == [
        {"heading": "病", "reason": "not-your-field", "field": "chronic_disease"}
    ]
    facts = await office.registry.rows("select facts ? 'chronic_disease' as there from residents")
    assert facts == [{"there": False}]


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"domain": "weather"}, 422, "domain-unknown"),
        ({"domain": "health"}, 403, "domain-not-yours"),
        ({"county": "222401"}, 403, "county-not-yours"),
        ({"county": "999999"}, 422, "validation-failed"),
        ({"county": "2224"}, 422, "validation-failed"),
        ({"county": ""}, 422, "validation-failed"),
        ({"dry_run": "perhaps"}, 422, "validation-failed"),
    ],
)
async def test_only_for_ones_own_domain_and_county(
    office: Office, form: dict[str, str], status: int, code: str
) -> None:
    answer = await office.registry.client.post(
        "/v1/imports",
        files={"file": ("a.xlsx", GOOD)},
        data={"domain": "housing", "county": COUNTY, **form},
        headers=office.headers(),
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    await nothing_kept(office)


async def test_a_file_is_needed(office: Office) -> None:
    answer = await office.registry.client.post(
        "/v1/imports", data={"domain": "housing", "county": COUNTY}, headers=office.headers()
    )
    assert answer.json()["errors"][0]["pointer"] == "/file"


async def test_a_key_is_needed(office: Office) -> None:
    headers = office.headers()
    del headers["Idempotency-Key"]
    answer = await office.send(GOOD, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-required")


@pytest.mark.parametrize(
    "role", ["grid_worker", "community_officer", "county_officer", "resident_desk", "auditor"]
)
async def test_only_departments_import(office: Office, role: str) -> None:
    answer = await office.send(GOOD, headers=office.registry.headers(role, domains=["housing"]))
    assert answer.status_code == 403
    await nothing_kept(office)


async def test_nobody_else_sees_an_import(office: Office) -> None:
    import_id = (await office.take(GOOD))["id"]
    registry = office.registry
    strangers = [
        registry.department("health"),
        registry.department("housing", areas=["222401"]),
        registry.department("housing", areas=[]),
    ]
    for headers in strangers:
        for method, path in (("GET", ""), ("GET", "/errors"), ("POST", "/cancel")):
            answer = await registry.client.request(
                method, f"/v1/imports/{import_id}{path}", headers=headers
            )
            assert (answer.status_code, answer.json()["code"]) == (404, "import-not-found")
    assert (await registry.client.get("/v1/imports", headers=strangers[1])).json()["items"] == []
    malformed = await registry.client.get("/v1/imports/nothing", headers=office.headers())
    assert malformed.status_code == 404


async def test_an_import_without_faults_has_no_error_file(office: Office) -> None:
    job = await office.take(GOOD)
    assert job["links"]["errors"] is None
    answer = await office.errors(job["id"])
    assert (answer.status_code, answer.json()["code"]) == (404, "import-has-no-error-file")


async def test_an_error_file_is_read_for_a_purpose(office: Office) -> None:
    job = await office.take(xlsx([["姓名", "身份证号"], ["金哲洙", "1"]]))
    headers = office.headers(purpose=None)
    answer = await office.registry.client.get(f"/v1/imports/{job['id']}/errors", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "purpose-required")
