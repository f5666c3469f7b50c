"""The four kinds of file, each written as the chunks come, in bounded memory.

XLSX is written by xlsxwriter in its constant-memory mode: rows go to a file of the export's own
folder and are packed at the end. A cell that begins like a formula stays text: by its type in a
workbook, behind an apostrophe in CSV (OWASP: CSV injection).
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, Final, Protocol

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from services.registry.domain.catalogue import Field
from services.registry.domain.exports.plans import Plan
from services.registry.store import code_labels
from services.registry.store.imports import error_files

SHEET_ROWS: Final = 1_048_576
"""Rows of a worksheet, the headings among them; what goes beyond begins another."""

_GROUP_ROWS: Final = 1 << 15
_ID: Final = {"zh": "居民编号", "ko": "주민 번호", "en": "Resident id"}
_DISPUTED: Final = {"zh": "有争议的字段", "ko": "이의가 있는 항목", "en": "Disputed fields"}
_SHEET: Final = {"zh": "居民", "ko": "주민", "en": "Residents"}
_BOOLEANS: Final = {"zh": ("否", "是"), "ko": ("아니오", "예"), "en": ("no", "yes")}
_CODECS: Final = {"utf-8": "utf-8-sig", "gb18030": "gb18030"}
_TYPES: Final[Mapping[str, pa.DataType]] = {
    "date": pa.date32(),
    "integer": pa.int64(),
    "decimal": pa.float64(),
    "boolean": pa.bool_(),
}

Columns = Sequence[Sequence[Any]]


class Writer(Protocol):
    """Writes chunks of columns."""

    def write(self, columns: Columns) -> None:
        """Write residents, given by column; blocking."""
        ...

    def close(self) -> None:
        """Complete the file, which stays open."""
        ...


@dataclass(frozen=True, slots=True)
class Table:
    """What is written.

    Attributes:
        plan: How.
        fields: After the id, in order.
        sheet_rows: Rows of a worksheet at most.
    """

    plan: Plan
    fields: Sequence[Field]
    sheet_rows: int = SHEET_ROWS

    @property
    def codes(self) -> list[str]:
        """Names of the columns for programs."""
        return ["id", *(field.code for field in self.fields), "disputed"]

    @property
    def headings(self) -> list[str]:
        """Names of the columns for people."""
        language = self.plan.language
        return [_ID[language], *self._names().values(), _DISPUTED[language]]

    def labelled(self, columns: Columns) -> list[Sequence[Any]]:
        """The columns with labels in place of codes, where the plan wants them."""
        if self.plan.values == "code":
            return list(columns)
        ids, *rest, disputed = columns
        found = [self._labels(f, c) for f, c in zip(self.fields, rest, strict=True)]
        names = self._names()
        return [ids, *found, [[names[c] for c in codes] if codes else None for codes in disputed]]

    def _names(self) -> dict[str, str]:
        return {f.code: getattr(f, f"name_{self.plan.language}") for f in self.fields}

    def _labels(self, field: Field, column: Sequence[Any]) -> Sequence[Any]:
        language = self.plan.language
        if field.type == "boolean":
            no, yes = _BOOLEANS[language]
            return [None if v is None else yes if v else no for v in column]
        if field.type != "code":
            return column
        known = {v: code_labels.label(field.code_set, v, language) for v in set(column) - {None}}
        return [known.get(v) for v in column]


def open_writer(table: Table, target: IO[bytes], working: Path) -> Writer:
    """A writer of the plan's format.

    Args:
        table: What is written.
        target: The file; stays open.
        working: A private folder for what is written on the way.
    """
    return _WRITERS[table.plan.format](table, target, working)


class _Csv:
    def __init__(self, table: Table, target: IO[bytes], _: Path) -> None:
        self._table = table
        encoding = _CODECS[table.plan.encoding]
        self._text = io.TextIOWrapper(target, encoding=encoding, newline="", write_through=False)
        self._writer = csv.writer(self._text)
        self._writer.writerow(table.headings)

    def write(self, columns: Columns) -> None:
        *fields, disputed = self._table.labelled(columns)
        safe = [list(map(_safe, column)) for column in (*fields, map(_joined, disputed))]
        self._writer.writerows(zip(*safe, strict=True))

    def close(self) -> None:
        self._text.flush()
        self._text.detach()


class _NdJson:
    def __init__(self, table: Table, target: IO[bytes], _: Path) -> None:
        self._table = table
        self._target = target

    def write(self, columns: Columns) -> None:
        codes = self._table.codes
        rows = zip(*self._table.labelled(columns), strict=True)
        option = orjson.OPT_APPEND_NEWLINE
        for row in rows:
            line = dict(zip(codes, row, strict=True))
            if line["disputed"] is None:
                del line["disputed"]  # as in every answer: a member only where there is a dispute
            self._target.write(orjson.dumps(line, option=option))

    def close(self) -> None:
        self._target.flush()


class _Parquet:
    def __init__(self, table: Table, target: IO[bytes], _: Path) -> None:
        self._table = table
        labelled = table.plan.values == "label"
        types = [_type(field, labelled=labelled) for field in table.fields]
        types = [pa.string(), *types, pa.list_(pa.string())]
        self._schema = pa.schema(list(zip(table.codes, types, strict=True)))
        self._writer = pq.ParquetWriter(target, self._schema, compression="zstd")
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0

    def write(self, columns: Columns) -> None:
        labelled = self._table.labelled(columns)
        arrays = [pa.array(c, f.type) for c, f in zip(labelled, self._schema, strict=True)]
        self._waiting.append(pa.record_batch(arrays, schema=self._schema))
        self._rows += len(labelled[0])
        if self._rows >= _GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema))
            self._waiting, self._rows = [], 0


class _Xlsx:
    def __init__(self, table: Table, target: IO[bytes], working: Path) -> None:
        self._table = table
        options = {"constant_memory": True, "tmpdir": str(working), "strings_to_formulas": False}
        self._book = xlsxwriter.Workbook(target, options)
        self._bold = self._book.add_format({"bold": True})
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._sheets = 0
        self._begin()

    def write(self, columns: Columns) -> None:
        *fields, disputed = self._table.labelled(columns)
        for row in zip(*fields, map(_joined, disputed), strict=True):
            if self._row >= self._table.sheet_rows:
                self._begin()
            self._cells(row)

    def close(self) -> None:
        self._book.close()

    def _begin(self) -> None:
        self._sheets += 1
        suffix = "" if self._sheets == 1 else f" {self._sheets}"
        self._sheet = self._book.add_worksheet(f"{_SHEET[self._table.plan.language]}{suffix}")
        self._sheet.freeze_panes(1, 0)
        for place, heading in enumerate(self._table.headings):
            self._sheet.write_string(0, place, heading, self._bold)
        self._row = 1

    def _cells(self, row: Sequence[Any]) -> None:
        sheet, at = self._sheet, self._row
        for place, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, str):
                prefixed = value.startswith(error_files.FORMULA_STARTS)
                sheet.write_string(at, place, value, self._quoted if prefixed else None)
            elif isinstance(value, bool):
                sheet.write_boolean(at, place, value)
            elif isinstance(value, date):
                sheet.write_datetime(at, place, value, self._date)
            else:
                sheet.write_number(at, place, value)
        self._row += 1


_WRITERS: Final[Mapping[str, Callable[[Table, IO[bytes], Path], Writer]]] = {
    "csv": _Csv,
    "ndjson": _NdJson,
    "parquet": _Parquet,
    "xlsx": _Xlsx,
}


def _type(field: Field, *, labelled: bool) -> pa.DataType:
    if labelled and field.type == "boolean":
        return pa.string()
    return _TYPES.get(field.type, pa.string())


def _joined(words: Sequence[str] | None) -> str | None:
    return "、".join(words) if words else None


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return error_files.safe_text(value)
    return ("false", "true")[value] if isinstance(value, bool) else value
