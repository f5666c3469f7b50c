"""Residents leave the registry as a file: which, for whom, and what is recorded of it."""

import csv
import io
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pyarrow.parquet as pq
import pytest

from services.common.testing import TokenMint
from services.registry.domain.exports import plans
from services.registry.service import SERVICE
from services.registry.store.exports import writers
from services.registry.store.exports.rows import Cursor
from tests.factories.exports import Exporter
from tests.factories.registry import (
    COMMUNITY,
    COUNTY,
    GRID,
    Person,
    Registry,
    dwelling,
    id_number,
    running,
)

FIELDS = ["name", "document", "phone", "employment_status", "pension_verified_on", "low_income"]


@pytest.fixture
async def registry(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> AsyncIterator[Registry]:
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint, data_dir=tmp_path, export_chunk_rows=2) as made:
        yield made


@pytest.fixture
def security(registry: Registry) -> Exporter:
    return Exporter(registry, registry.department("social_security"))


@pytest.fixture
def community(registry: Registry) -> Exporter:
    return Exporter(registry, registry.headers("community_officer", areas=[COMMUNITY]))


async def filled(registry: Registry) -> list[Any]:
    facts: list[dict[str, Any]] = [
        {"employment_status": "employed", "pension_verified_on": "2026-05-01", "low_income": True},
        {"employment_status": "unemployed", "low_income": False},
        {},
        {"floor_area_m2": 60.5, "children_count": 2, "lives_alone": True},
        {"employment_status": "retired"},
    ]
    names = ["金哲洙", "=HYPERLINK(1)", "李英", "朴玉", "崔浩"]
    return [
        await registry.resident(
            Person(
                name=name,
                number=id_number(place),
                phone=f"1541234567{place}",
                facts=facts[place - 1],
                dwelling=dwelling(GRID, 100 + place),
                died_on=date(2026, 1, 1) if name == "崔浩" else None,
            )
        )
        for place, name in enumerate(names, 1)
    ]


async def test_a_csv_for_people(registry: Registry, security: Exporter) -> None:
    people = await filled(registry)
    disputed = "update residents set disputed = '{employment_status,ethnic,name}' where id = $1"
    async with registry.store.transaction() as tx:
        await tx.connection.execute(disputed, people[1])
    content = await security.take(FIELDS)
    assert content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert header == [
        "居民编号", "姓名", "公民身份号码", "联系电话", "就业状况", "养老待遇资格认证日期",
        "最低生活保障", "有争议的字段",
    ]  # fmt: skip
    masked = [f"229999********{id_number(n)[14:]}" for n in range(1, 6)]
    assert rows == [
        [str(people[0]), "金哲洙", masked[0], "154****5671", "在业", "2026-05-01", "是", ""],
        [
            str(people[1]),
            "'=HYPERLINK(1)",
            masked[1],
            "154****5672",
            "失业",
            "",
            "否",
            "姓名、就业状况",
        ],
        [str(people[2]), "李英", masked[2], "154****5673", "", "", "", ""],
        [str(people[3]), "朴玉", masked[3], "154****5674", "", "", "", ""],
    ]


async def test_every_exported_resident_has_an_access_record(
    registry: Registry, security: Exporter
) -> None:
    people = await filled(registry)
    await security.take(FIELDS)
    for resident in people[:4]:
        (access,) = await registry.accesses(resident)
        assert (access["operation"], access["purpose"]) == (
            "registry.exports.start",
            "public_service",
        )
        assert access["fields"] == FIELDS
    assert await registry.accesses(people[4]) == []


async def test_the_register_says_who_was_provided_with_what(
    registry: Registry, security: Exporter
) -> None:
    await filled(registry)
    where = [{"field": "employment_status", "op": "eq", "value": "employed"}]
    asked = {"within": COUNTY, "name": "金哲", "where": where}
    await security.take(FIELDS, filter=asked, agreement="延数共享〔2026〕7号", format="ndjson")
    auditor = registry.headers("auditor")
    answer = await registry.client.get("/v1/provisions", headers=auditor)
    (entry,) = answer.json()["items"]
    assert {name: entry[name] for name in ("organisation", "fields", "filtered_by")} == {
        "organisation": f"{COUNTY}.social_security",
        "fields": FIELDS,
        "filtered_by": ["name", "employment_status"],
    }
    assert (entry["residents"], entry["format"], entry["agreement"]) == (
        1,
        "ndjson",
        "延数共享〔2026〕7号",
    )
    other = registry.department("housing")
    answer = await registry.client.get("/v1/provisions", headers=other)
    assert answer.json()["items"] == []
    # What was looked for is told to nobody, and does not lie in the clear.
    kept = await registry.rows("select e::text as row from exports e")
    assert "金哲" not in kept[0]["row"]


async def test_a_workbook_has_typed_cells_and_several_sheets(
    registry: Registry, security: Exporter
) -> None:
    await filled(registry)
    env = replace(security.env, sheet_rows=3)
    asked = await security.ask(FIELDS, format="xlsx", language="ko")
    await security.work(env)
    content = (await security.get(f"/{asked.json()['id']}/file")).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["주민", "주민 2"]
    first, second = (list(sheet.iter_rows(values_only=True)) for sheet in book)
    assert first[0][1:4] == ("이름", "공민신분번호", "전화번호")
    assert first[0] == second[0]
    assert (len(first), len(second)) == (3, 3)
    assert first[1][5].date() == date(2026, 5, 1)
    assert first[1][6] == "예"
    quoted = book["주민"]["B3"]
    assert (quoted.value, quoted.data_type) == ("=HYPERLINK(1)", "s")


async def test_parquet_and_ndjson_are_typed(registry: Registry) -> None:
    await filled(registry)
    public = Exporter(registry, registry.department("public_security"))
    fields = ["floor_area_m2", "born_on", "sex", "phone"]
    table = pq.read_table(io.BytesIO(await public.take(fields, format="parquet")))
    types = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert types == {
        "id": "string", "floor_area_m2": "double", "born_on": "date32[day]", "sex": "string",
        "phone": "string", "disputed": "list<element: string>",
    }  # fmt: skip
    assert table.column("floor_area_m2").to_pylist() == [None, None, None, 60.5]
    assert table.column("sex").to_pylist() == ["1"] * 4
    family = Exporter(registry, registry.department("family_planning"))
    lines = (await family.take(["name", "children_count"], format="ndjson")).splitlines()
    assert [orjson.loads(line)["children_count"] for line in lines] == [None, None, None, 2]


async def test_gb18030_and_an_empty_export(registry: Registry, security: Exporter) -> None:
    await filled(registry)
    content = await security.take(["name"], encoding="gb18030")
    assert content.decode("gb18030").splitlines()[1].endswith("金哲洙,")
    nobody = {"within": COUNTY, "name": "没有这人"}
    for format_ in ("csv", "xlsx", "parquet", "ndjson"):
        await security.take(["name"], filter=nobody, format=format_)


@pytest.mark.parametrize(
    ("role", "fields", "asked", "status", "code"),
    [
        ("grid_worker", ["name"], {}, 403, "not-permitted"),
        ("community_officer", ["name"], {"within": COUNTY}, 404, "nothing-here"),
        ("community_officer", ["low_income"], {}, 403, "field-not-readable"),
        ("county_officer", ["name"], {"within": COUNTY}, 422, "export-too-broad"),
        ("social_security", ["name"], {"within": COUNTY}, 422, "export-too-broad"),
        ("social_security", ["name", "disability"], {}, 403, "field-not-exportable"),
        ("social_security", ["no_such"], {}, 422, "unknown-field"),
        ("social_security", ["name"], {"where": [
            {"field": "disability", "op": "eq", "value": "1"}]}, 403, "field-not-searchable"),
        ("social_security", ["name"], {"colour": "red"}, 422, "validation-failed"),
    ],
)  # fmt: skip
async def test_what_is_refused_at_once(
    registry: Registry,
    role: str,
    fields: list[str],
    asked: dict[str, Any],
    status: int,
    code: str,
) -> None:
    areas = {"community_officer": [COMMUNITY], "grid_worker": [GRID]}.get(role, [COUNTY])
    known = role in {"grid_worker", "community_officer", "county_officer"}
    headers = registry.headers(role, areas=areas) if known else registry.department(role)
    exporter = Exporter(registry, headers)
    answer = await exporter.ask(fields, filter={"within": COMMUNITY, **asked})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_department_takes_only_its_own_people_from_a_whole_county(
    registry: Registry, security: Exporter
) -> None:
    people = await filled(registry)
    content = await security.take(
        ["name", "employment_status"], filter={"within": COUNTY}, format="ndjson"
    )
    found = {orjson.loads(line)["id"] for line in content.splitlines()}
    assert found == {str(people[0]), str(people[1])}


async def test_each_role_has_a_most(
    registry: Registry, community: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await filled(registry)
    monkeypatch.setattr(plans, "MOST", {"community_officer": 3})
    asked = await community.ask(["name"])
    await community.work()
    job = await community.job(asked.json()["id"])
    assert (job["state"], job["error"]["code"]) == ("failed", "export-too-large")
    assert job["error"]["residents_most"] == 3
    assert await registry.accesses(people[0]) == []
    assert (await community.get(f"/{job['id']}/file")).json()["code"] == "export-has-no-file"


async def test_an_interrupted_export_is_begun_again_and_recorded_once(
    registry: Registry, security: Exporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await filled(registry)
    asked = await security.ask(["name"])
    write, calls = writers._Csv.write, 0  # noqa: SLF001 — where a disk would fail

    def failing(self: Any, columns: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError
        write(self, columns)

    monkeypatch.setattr(writers._Csv, "write", failing)  # noqa: SLF001 — same
    await security.work()
    assert list((tmp_path / "exports").iterdir()) == []
    assert await registry.accesses(people[0]) == []
    async with registry.store.transaction() as tx:
        await tx.connection.execute("update timers set leased_until = null")
    await security.work()
    assert (await security.job(asked.json()["id"]))["state"] == "done"
    assert len(await registry.accesses(people[0])) == 1
    assert len(await registry.rows("select * from provisions")) == 1


async def test_a_slow_disk_does_not_end_the_snapshot(
    registry: Registry, security: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(registry)
    patience = "alter role registry set idle_in_transaction_session_timeout = '{}'"
    async with registry.store.transaction() as tx:
        await tx.connection.execute(patience.format("300ms"))
    write = writers._NdJson.write  # noqa: SLF001 — where a disk would be slow

    def slow(self: Any, columns: Any) -> None:
        time.sleep(0.7)
        write(self, columns)

    monkeypatch.setattr(writers._NdJson, "write", slow)  # noqa: SLF001 — same
    await registry.store.database.pool.expire_connections()
    try:
        await security.take(["name"], format="ndjson")
    finally:
        async with registry.store.transaction() as tx:
            await tx.connection.execute(patience.format("60s"))  # as `migrating.provision`


async def test_an_export_is_of_one_instant(registry: Registry, security: Exporter) -> None:
    await filled(registry)
    asked = await security.ask(["name"], format="ndjson")
    following = Cursor.next

    async def slow(self: Any, *arguments: Any) -> Any:
        rows = await following(self, *arguments)
        if len(rows) == 2:
            await registry.resident(Person(name="后来", number=None, dwelling=dwelling(GRID, 999)))
        return rows

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cursor, "next", slow)
        await security.work()
    content = (await security.get(f"/{asked.json()['id']}/file")).text
    assert "后来" not in content
    assert len(content.splitlines()) == 4


async def test_files_go_after_their_time_and_others_do_not_see_them(
    registry: Registry, security: Exporter, tmp_path: Path
) -> None:
    await filled(registry)
    await security.take(["name"])
    (job,) = (await security.get("")).json()["items"]
    other = registry.department("social_security", sub="person-9")
    assert (await security.get(f"/{job['id']}/file", other)).status_code == 404
    assert (await security.get("", other)).json()["items"] == []
    async with registry.store.transaction() as tx:
        await tx.connection.execute("update timers set due_at = now() where fired_at is null")
    assert await security.clean_up() == 1
    assert list((tmp_path / "exports").iterdir()) == []
    assert (await security.job(job["id"]))["links"]["file"] is None


async def test_cancelling(registry: Registry, security: Exporter) -> None:
    asked = (await security.ask(["name"])).json()
    path = f"/v1/exports/{asked['id']}/cancel"
    headers = registry.department("social_security")
    ended = await registry.client.post(path, headers=headers)
    assert (ended.status_code, ended.json()["state"]) == (200, "cancelled")
    assert await security.work() == 0
    again = await registry.client.post(path, headers=registry.department("social_security"))
    assert again.json()["code"] == "export-is-over"
