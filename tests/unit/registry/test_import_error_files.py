"""The error file: the sender's own layout, and nothing that turns into a formula."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.common.ids import new_id
from services.registry.domain.imports.columns import Column, Layout
from services.registry.domain.imports.errors import FileTooLarge
from services.registry.domain.imports.jobs import FilePlan
from services.registry.domain.imports.rows import Fault
from services.registry.store.imports import error_files
from services.registry.store.imports.office_files import Cell
from services.registry.store.imports.uploads import Uploads

LAYOUT = Layout(
    1, ("姓名", "身份证号", ""), (Column(0, "姓名", "name"), Column(1, "身份证号", "document")), ()
)
XLSX = FilePlan("xlsx", 0, "数据", LAYOUT)
CSV = FilePlan("csv", 0, "", LAYOUT, "gb18030", ";")
WRONG = Fault("身份证号", "id-missing", "身份证号为空")
DOUBT = Fault("姓名", "name-differs", "姓名不一致", is_warning=True)


def written(
    plan: FilePlan, rows: Sequence[Sequence[Cell]], faults: dict[int, list[Fault]]
) -> bytes:
    out = io.BytesIO()
    error_files.write(out, plan, enumerate(rows, start=1), faults)
    return out.getvalue()


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("gb18030"), newline=""), delimiter=";"))


def test_only_rows_at_fault_stand_below_title_and_headings() -> None:
    rows = [["登记表"], ["姓名", "身份证号"], ["金", "1"], ["朴", "2"], ["崔", "3"], ["李"]]
    faults = {4: [WRONG, DOUBT, WRONG], 6: [DOUBT]}
    assert csv_rows(written(CSV, rows, faults)) == [
        ["登记表"],
        ["姓名", "身份证号", "", "错误字段", "原因"],
        ["朴", "2", "", "身份证号、姓名", "身份证号为空;(已登记)提示:姓名不一致;身份证号为空"],
        ["李", "", "", "姓名", "(已登记)提示:姓名不一致"],
    ]


def test_a_workbook_keeps_the_kinds_of_its_cells() -> None:
    row: list[Cell] = ["金", 88.5, date(2024, 3, 5), True, timedelta(hours=1), None]
    layout = replace(LAYOUT, header_row=0, headings=("a", "b", "c", "d", "e", "f"))
    content = written(replace(XLSX, layout=layout), [list("abcdef"), row], {2: [WRONG]})
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["数据"]
    first, second = book["数据"].iter_rows(values_only=True)
    assert first == (*"abcdef", "错误字段", "原因")
    assert second[0:2] == ("金", 88.5)
    assert str(second[2]).startswith("2024-03-05")
    assert second[3:5] == (True, "1:00:00")


def test_a_sheet_without_a_name_gets_one() -> None:
    content = written(replace(XLSX, sheet_name=""), [["x"], ["姓名"]], {})
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames == ["错误清单"]


def test_control_characters_do_not_break_the_workbook() -> None:
    content = written(XLSX, [["x"], ["姓名"], ["金\x07哲"]], {3: [WRONG]})
    assert openpyxl.load_workbook(io.BytesIO(content)).active["A3"].value == "金哲"


formulas = st.builds(
    lambda start, rest: start + rest,
    st.sampled_from(["=", "+", "-", "@", "＝", " =", "\t=", "\t", "\r"]),
    st.text(st.characters(codec="gb18030", exclude_categories=["Cc", "Cs"]), max_size=8),
)


@settings(deadline=None)
@given(formulas)
def test_no_csv_cell_begins_like_a_formula(text: str) -> None:
    shown = csv_rows(written(CSV, [["x"], ["姓名"], [text]], {3: [WRONG]}))[2][0]
    plain_number = text.strip("+-").replace(".", "").replace(",", "").isdecimal()
    assert shown == f"'{text}" or (plain_number and shown == text)


@settings(deadline=None)
@given(formulas)
def test_no_workbook_cell_is_a_formula(text: str) -> None:
    content = written(XLSX, [["x"], ["姓名"], [text]], {3: [WRONG]})
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", ["-12.5", "+1", "-3", "12", "普通", "", "1-2"])
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert error_files.safe_text(text) == text


def test_uploads_are_private_and_whole(tmp_path: Path) -> None:
    uploads, key = Uploads(tmp_path / "uploads"), new_id()
    kept = uploads.keep(key, io.BytesIO(b"x" * 3_000_000), 3_000_000)
    assert (kept.size_bytes, kept.path.stat().st_size) == (3_000_000, 3_000_000)
    assert kept.path.stat().st_mode & 0o777 == 0o600
    assert kept.path.parent.stat().st_mode & 0o777 == 0o700
    with uploads.new_errors(key) as target:
        target.write(b"whole")
    assert uploads.errors_path(key).read_bytes() == b"whole"
    with pytest.raises(RuntimeError), uploads.new_errors(key) as target:
        target.write(b"half")
        raise RuntimeError
    assert uploads.errors_path(key).read_bytes() == b"whole"
    uploads.remove(key)
    uploads.remove(key)
    assert list(kept.path.parent.iterdir()) == []


def test_an_upload_over_the_limit_is_not_kept(tmp_path: Path) -> None:
    uploads, key = Uploads(tmp_path), new_id()
    with pytest.raises(FileTooLarge):
        uploads.keep(key, io.BytesIO(b"x" * 11), 10)
    assert list(tmp_path.iterdir()) == []
