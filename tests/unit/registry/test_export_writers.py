"""Each kind of file holds what it was given, and no formula."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.registry.domain.exports.plans import Plan
from services.registry.store.exports import writers
from services.registry.store.exports.writers import Table
from tests.factories.registry import catalogue_field

FIELDS = (
    catalogue_field(code="name", name_zh="姓名"),
    catalogue_field(code="count", name_zh="数", type="integer"),
    catalogue_field(code="area", name_zh="面积", type="decimal"),
    catalogue_field(code="alone", name_zh="独居", type="boolean"),
    catalogue_field(code="seen_on", name_zh="日期", type="date"),
)

texts = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=12)
people = st.tuples(
    st.uuids().map(str),
    st.none() | texts | st.sampled_from(["=1+1", "+1", "-2+3", "@SUM(A1)", "＝1", "-12.5"]),
    st.none() | st.integers(0, 10**9),
    st.none() | st.floats(0, 10**6, allow_nan=False),
    st.none() | st.booleans(),
    st.none() | st.dates(date(1900, 3, 1), date(2099, 12, 31)),
    st.none() | st.just(["name", "count"]),
)
chunks = st.lists(st.lists(people, min_size=1, max_size=4), max_size=4)
relaxed = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def write(table: Table, parts: list[list[Any]], working: Path) -> bytes:
    target = io.BytesIO()
    writer = writers.open_writer(table, target, working)
    for part in parts:
        writer.write([list(column) for column in zip(*part, strict=True)])
    writer.close()
    return target.getvalue()


@given(chunks)
def test_ndjson_and_parquet_come_back_as_they_were(parts: list[list[Any]]) -> None:
    rows = [row for part in parts for row in part]
    codes = ["id", "name", "count", "area", "alone", "seen_on", "disputed"]
    lines = write(Table(Plan("ndjson", ()), FIELDS), parts, Path()).splitlines()
    told = [orjson.loads(line) for line in lines]
    for line, row in zip(told, rows, strict=True):
        seen_on = row[5].isoformat() if row[5] else None
        whole = dict(zip(codes, (*row[:5], seen_on, row[6]), strict=True))
        if row[6] is None:
            del whole["disputed"]
        assert line == whole
    content = write(Table(Plan("parquet", ()), FIELDS), parts, Path())
    table = pq.read_table(io.BytesIO(content))
    assert table.column_names == codes
    assert [tuple(row.values()) for row in table.to_pylist()] == rows


@relaxed
@given(chunks, st.sampled_from(["utf-8", "gb18030"]))
def test_no_text_of_a_csv_is_a_formula(parts: list[list[Any]], encoding: Any) -> None:
    plan = Plan("csv", (), encoding=encoding, values="label")
    content = write(Table(plan, FIELDS), parts, Path())
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    header, *rows = csv.reader(io.StringIO(content.decode(codec), newline=""))
    assert header[1:] == ["姓名", "数", "面积", "独居", "日期", "有争议的字段"]
    given_rows = [row for part in parts for row in part]
    assert len(rows) == len(given_rows)
    for row, was in zip(rows, given_rows, strict=True):
        name = was[1] or ""
        assert row[1] in {name, f"'{name}"}
        assert not row[1].startswith(("=", "@", "＝"))
        assert row[4] == {None: "", True: "是", False: "否"}[was[4]]
        assert row[6] == ("姓名、数" if was[6] else "")


@relaxed
@given(chunks)
def test_a_workbook_has_typed_cells_on_as_many_sheets_as_it_needs(
    tmp_path: Path, parts: list[list[Any]]
) -> None:
    table = Table(Plan("xlsx", (), language="en", values="code"), FIELDS, sheet_rows=3)
    book = openpyxl.load_workbook(io.BytesIO(write(table, parts, tmp_path)))
    rows = [row for part in parts for row in part]
    assert len(book.sheetnames) == max(1, -(-len(rows) // 2))
    cells = [row for sheet in book for row in list(sheet.iter_rows())[1:]]
    assert len(cells) == len(rows)
    for found, row in zip(cells, rows, strict=True):
        assert found[1].data_type != "f"
        if row[1] is not None:
            assert found[1].value == row[1]
        assert found[2].value == row[2]
        assert found[4].value == row[4]
        assert found[5].value is None or found[5].value.date() == row[5]


@pytest.mark.parametrize("format_", ["csv", "xlsx", "parquet", "ndjson"])
def test_nobody_is_a_file_too(format_: Any, tmp_path: Path) -> None:
    content = write(Table(Plan(format_, ()), FIELDS), [], tmp_path)
    assert bool(content) == (format_ != "ndjson")


def test_parquet_is_written_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "_GROUP_ROWS", 2)
    person = ("x", "金", 1, 1.5, True, date(2026, 1, 1), None)
    content = write(Table(Plan("parquet", ()), FIELDS), [[person]] * 5, Path())
    assert pq.ParquetFile(io.BytesIO(content)).metadata.num_row_groups == 3
