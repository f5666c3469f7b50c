"""What kind a file is, what its rows are, and what is refused before a parser sees it."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain.imports.errors import (
    FileEmpty,
    FileEncrypted,
    FileKindNotSupported,
    FileMislabelled,
    FileNotReadable,
    FileTooLarge,
    ImportRefused,
)
from services.registry.store.imports import office_csv, office_files
from services.registry.store.imports.office_area import Limits
from services.registry.store.imports.office_csv import CsvForm
from services.registry.store.imports.office_files import Form

LIMITS = Limits()
SHEET = "xl/worksheets/sheet1.xml"


def workbook(path: Path, rows: Sequence[Sequence[object]], title: str = "表1") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def read(path: Path, name: str | None = None, limits: Limits = LIMITS) -> list[list[str]]:
    form = office_files.form_of(path, name or path.name, limits)
    with office_files.opened(path, form, limits) as file:
        rows = file.rows(file.sheets[0].place)
        return [[office_files.text_of(cell) for cell in row] for _, row in rows]


def repacked(path: Path, member: str, content: bytes) -> Path:
    """The workbook with one member exchanged."""
    target = path.with_name(f"{path.stem}-changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == member else old.read(name))
        if member not in old.namelist():
            new.writestr(member, content)
    return target


def with_shared_strings(path: Path, *strings: str) -> Path:
    items = "".join(f"<si><t>{text}</t></si>" for text in strings)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return repacked(path, "xl/sharedStrings.xml", f'<sst xmlns="{space}">{items}</sst>'.encode())


def sheet_xml(cells: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'.encode()


def test_a_workbook_is_read_by_its_content(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        [
            ["姓名", "日期", "面积", "租", "号"],
            ["金哲洙", date(2024, 3, 5), 88.5, True, "229999198501010011"],
            ["朴明", datetime.fromisoformat("2024-03-05T08:30:00"), 90, False, 229999198501010011],
        ],
    )
    assert read(path) == [
        ["姓名", "日期", "面积", "租", "号"],
        ["金哲洙", "2024-03-05", "88.5", "是", "229999198501010011"],
        ["朴明", "2024-03-05 08:30:00", "90", "否", "2.29999198501010E+17"],
    ]
    assert list(tmp_path.glob("tmp*")) == []


def test_rows_keep_their_numbers_below_blank_ones(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [[], [], [None, "姓名"], [None, "金哲洙"]])
    with office_files.opened(path, Form("xlsx"), LIMITS) as file:
        assert list(file.rows(0))[2:] == [(3, ["", "姓名"]), (4, ["", "金哲洙"])]


def test_hidden_sheets_are_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "字典"
    book.active.sheet_state = "hidden"
    book.create_sheet("数据").append(["姓名"])
    book.save(tmp_path / "a.xlsx")
    with office_files.opened(tmp_path / "a.xlsx", Form("xlsx"), LIMITS) as file:
        assert [(sheet.name, sheet.place) for sheet in file.sheets] == [("数据", 1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_each_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [["姓名", "住址"], ["金哲洙", "民惠街1号,2单元;3室"], ['"老"金', "第一行\n第二行"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path = tmp_path / "a.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    expected = Form("csv", CsvForm(encoding, delimiter))
    assert office_files.form_of(path, "a.csv", LIMITS) == expected
    assert read(path) == rows


cells = st.text(
    st.characters(codec="gb18030", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=8
)


@settings(deadline=None)
@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_was_written_as_gb18030_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    rows = [["姓名", "证件号码", "住址"], *rows]
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    assert list(office_csv.rows(path, CsvForm("gb18030", ","), LIMITS)) == rows


@pytest.mark.parametrize(
    ("content", "name", "error"),
    [
        (b"", "a.csv", FileEmpty),
        (b"\xef\xbb\xbf \r\n", "a.csv", FileEmpty),
        (b"%PDF-1.7 ...", "a.xlsx", FileKindNotSupported),
        (b"%PDF-1.7 ...", "a.csv", FileKindNotSupported),
        (b"<html><table>", "a.xls", FileKindNotSupported),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", FileKindNotSupported),
        ("姓名,身份证号\r\n".encode(), "a.xlsx", FileMislabelled),
        ("姓名,身份证号\r\n".encode(), "a.xls", FileMislabelled),
        (b"PK\x03\x04 broken", "a.xlsx", FileNotReadable),
        (b"a,b\r\n\xff\xff\xff,\x00", "a.csv", FileNotReadable),
        (b"a,b\r\n\0\0,c", "a.csv", FileNotReadable),
    ],
)
def test_what_is_no_table_is_refused(
    tmp_path: Path, content: bytes, name: str, error: type[ImportRefused]
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(error):
        read(path, name)


def test_a_workbook_named_csv_is_mislabelled(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名"]])
    with pytest.raises(FileMislabelled) as caught:
        read(path, "a.csv")
    assert caught.value.extra == {"named": ".csv", "found": "xlsx"}


def test_an_encrypted_workbook_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    envelope = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    )
    path.write_bytes(envelope)
    with pytest.raises(FileEncrypted):
        read(path)


def test_another_zip_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(FileKindNotSupported):
        read(path)


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名"]])
    bomb = repacked(path, SHEET, sheet_xml(" " * (40 << 20)))
    assert bomb.stat().st_size < 100_000
    with pytest.raises(FileTooLarge) as caught:
        read(bomb)
    assert caught.value.extra["limit"] == "ratio"


def test_unpacked_size_is_counted_and_not_believed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名"]])
    with pytest.raises(FileTooLarge) as caught:
        read(path, limits=Limits(unpacked_bytes=1000))
    assert caught.value.extra == {"limit": "unpacked_bytes", "maximum": 1000}


def test_too_many_members(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名"]])
    with pytest.raises(FileTooLarge) as caught:
        read(path, limits=Limits(members=3))
    assert caught.value.extra == {"limit": "members", "maximum": 3}


@pytest.mark.parametrize(
    ("sheet", "limit"),
    [
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "columns"),
        (
            "<row><c><v>1</v></c></row>" + '<row r="1048576"><c r="CV1048576"><v>1</v></c></row>',
            "cells",
        ),
        ('<row r="1"><c><v>1</v></c></row><row r="3000000"><c><v>1</v></c></row>', "rows"),
        ("<row r='1'><c r='&#88;FD1'><v>1</v></c></row>", "columns"),
        ('<x:row xmlns:x="a"><x:c r="XFD1"><x:is/></x:c></x:row>', "columns"),
        ("<row>" + "<c><v>1</v></c>" * 201 + "</row>", "columns"),
    ],
)
def test_a_cell_at_the_end_of_the_world_is_seen_first(
    tmp_path: Path, sheet: str, limit: str
) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名"]])
    with pytest.raises(FileTooLarge) as caught:
        read(repacked(path, SHEET, sheet_xml(sheet)))
    assert caught.value.extra["limit"] == limit


def test_formatted_but_empty_cells_cost_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名"]])
    used = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row><row r="9"><c r="A9"/></row>'
    assert read(repacked(path, SHEET, sheet_xml(used))) == [["1"]]


def test_one_long_string_in_many_cells_is_seen_first(tmp_path: Path) -> None:
    path = with_shared_strings(workbook(tmp_path / "b.xlsx", [["甲"]]), "长" * 30_000)
    cells = "".join(f'<row><c t="s"><v>{0}</v></c></row>' for _ in range(4000))
    with pytest.raises(FileTooLarge) as caught:
        read(repacked(path, SHEET, sheet_xml(cells)), limits=Limits(cells=1_000_000))
    assert caught.value.extra == {"limit": "characters", "maximum": 100_000_000}


def test_many_short_strings_beside_a_long_one_are_fine(tmp_path: Path) -> None:
    path = with_shared_strings(workbook(tmp_path / "b.xlsx", [["甲"]]), "长" * 30_000, "短")
    cells = "".join(f'<row><c t="s"><v>{1}</v></c></row>' for _ in range(4000))
    assert (
        len(read(repacked(path, SHEET, sheet_xml(cells)), limits=Limits(cells=1_000_000))) == 4000
    )


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名"]])
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + sheet_xml("")
    with pytest.raises(FileNotReadable):
        read(repacked(path, SHEET, laughs))
    assert list(tmp_path.glob("tmp*")) == []


def test_a_cell_without_a_place_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名"]])
    with pytest.raises(FileNotReadable):
        read(repacked(path, SHEET, sheet_xml('<row><c r="1A"><v>1</v></c></row>')))


def test_broken_xml_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名"]])
    with pytest.raises(FileNotReadable):
        read(repacked(path, SHEET, b"<worksheet><sheetData>"))


def test_csv_limits(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" * 5, "utf-8")
    for limits, limit in (
        (Limits(rows=4), "rows"),
        (Limits(columns=1), "columns"),
        (Limits(file_bytes=10), "file_bytes"),
    ):
        with pytest.raises(FileTooLarge) as caught:
            read(path, limits=limits)
        assert caught.value.extra["limit"] == limit


def test_a_quote_that_never_closes_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"c,d\n' + "e,f\n" * 50_000, "utf-8")
    with pytest.raises(FileNotReadable) as caught:
        read(path)
    assert "引号" in caught.value.detail


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (45356.0, "45356"),
        (88.5, "88.5"),
        (-0.0, "0"),
        (13812345678.0, "13812345678"),
        (999999999999999, "999999999999999"),
        (10**15, "1.00000000000000E+15"),
    ],
)
def test_cells_as_text(cell: office_files.Cell, text: str) -> None:
    assert office_files.text_of(cell) == text
