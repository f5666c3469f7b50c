"""The error file: the sender's own rows that were refused or are doubtful, with what is wrong.

Same kind of file, same columns, same encoding, two columns more: a clerk repairs the cells and
sends it again. A cell must not turn into a formula on the clerk's desk (OWASP: CSV injection), so
text that begins like one stays text: by its type in a workbook, behind an apostrophe in CSV.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import IO, Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import IllegalCharacterError

from services.registry.domain.imports.jobs import FilePlan
from services.registry.domain.imports.rows import Fault
from services.registry.store.imports import office_ndjson, office_parquet
from services.registry.store.imports.office_files import Cell, text_of

FIELD_HEADING: Final = "错误字段"
REASON_HEADING: Final = "原因"
_WARNING: Final = "(已登记)提示:"
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet may take a cell for a formula by."""
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?")
_DEFAULT_SHEET: Final = "错误清单"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

Row = tuple[int, Sequence[Cell]]


def write(
    target: IO[bytes], plan: FilePlan, rows: Iterable[Row], faults: Mapping[int, Sequence[Fault]]
) -> None:
    """Write the error file.

    Args:
        target: Where.
        plan: How the file is laid out.
        rows: All rows of the sheet, by number from 1.
        faults: What is wrong, by row.
    """
    write_rows(target, plan, _chosen(plan, rows, faults))


def write_rows(target: IO[bytes], plan: FilePlan, rows: Iterable[list[Cell]]) -> None:
    """Write rows as the sender writes them: kind, sheet name, encoding; no cell is a formula."""
    if plan.kind == "xlsx":
        _write_xlsx(target, plan.sheet_name, rows)
    elif plan.kind == "ndjson":
        office_ndjson.write(target, rows)
    elif plan.kind == "parquet" and plan.schema is not None:
        office_parquet.write(target, plan.schema, rows, len(plan.layout.headings))
    else:
        _write_csv(target, plan, rows)


def padded(cells: Sequence[Cell], width: int) -> list[Cell]:
    """The cells of a row, as many as there are headings."""
    return [*cells[:width], *[""] * (width - len(cells))]


def _chosen(
    plan: FilePlan, rows: Iterable[Row], faults: Mapping[int, Sequence[Fault]]
) -> Iterator[list[Cell]]:
    """What stands above the table, the headings, and the rows at fault."""
    width = len(plan.layout.headings)
    heading_row = plan.layout.header_row + 1
    for number, cells in rows:
        if number < heading_row:
            yield list(cells)
        elif number == heading_row:
            yield [*padded(cells, width), FIELD_HEADING, REASON_HEADING]
        elif found := faults.get(number):
            fields = "、".join(dict.fromkeys(f.heading for f in found if f.heading))
            yield [*padded(cells, width), fields, ";".join(map(_reason, found))]


def _reason(fault: Fault) -> str:
    return f"{_WARNING}{fault.reason}" if fault.is_warning else fault.reason


def _write_xlsx(target: IO[bytes], name: str, rows: Iterable[list[Cell]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name or _DEFAULT_SHEET)
    for row in rows:
        sheet.append([_workbook_cell(sheet, cell) for cell in row])
    book.save(target)


def _workbook_cell(sheet: Any, value: Cell) -> Any:
    if not isinstance(value, str):
        return str(value) if isinstance(value, timedelta) else value
    try:
        cell = WriteOnlyCell(sheet, value)
    except IllegalCharacterError:
        cell = WriteOnlyCell(sheet, _CONTROL.sub("", value))
    # openpyxl takes "=…" for a formula and "#N/A" for an error; what the sender wrote is text.
    cell.data_type = "s"
    if value.startswith(FORMULA_STARTS):
        cell.quotePrefix = True
    return cell


def _write_csv(target: IO[bytes], plan: FilePlan, rows: Iterable[list[Cell]]) -> None:
    encoding = plan.encoding or "utf-8-sig"
    text = io.TextIOWrapper(target, encoding=encoding, newline="", write_through=True)
    writer = csv.writer(text, delimiter=plan.delimiter or ",")
    for row in rows:
        writer.writerow([safe_text(text_of(cell)) for cell in row])
    text.flush()
    text.detach()


def safe_text(text: str) -> str:
    """A text that a spreadsheet shows as it is; plain numbers stay numbers."""
    if text.lstrip().startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text if not text.startswith(("\t", "\r")) else f"'{text}"
