"""Measures a workbook's XML while it passes: used area, strings, and how often they repeat."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from services.registry.domain.imports.errors import FileNotReadable, FileTooLarge

_CHUNK: Final = 1 << 18
_MAX_STRING: Final = 32_767  # Excel's own limit for a cell
_CHARACTERS_PER_CELL: Final = 100
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be.

    Attributes:
        file_bytes: Of the upload.
        unpacked_bytes: Of a workbook's XML in all.
        ratio: Unpacked to packed.
        members: Parts in the ZIP.
        rows: Data rows.
        columns: Of a sheet.
        cells: Rows × columns of the used area, and characters a hundred times as many.
    """

    file_bytes: int = 64 << 20
    unpacked_bytes: int = 768 << 20
    ratio: int = 200
    members: int = 1000
    rows: int = 2_000_000
    columns: int = 200
    cells: int = 20_000_000


class Area:
    """What the sheets of one workbook use; raises as soon as a limit is passed.

    Only cells with a value count: sheets are often formatted down to the last row.
    """

    def __init__(self, limits: Limits) -> None:
        self.shared_cells = 0
        self.longest_string = 0
        self._limits = limits
        self._columns: dict[str, int] = {}
        self._reference = ""
        self._place = (0, 0)
        self._most = (0, 0)
        self._string = 0

    @property
    def repeats_much(self) -> bool:
        """Whether the strings might fill too much memory once every cell has its own copy."""
        most = self.shared_cells * self.longest_string
        return most > self._limits.cells * _CHARACTERS_PER_CELL

    def begin(self) -> None:
        """A new member begins."""
        self._place, self._most = (0, 0), (0, 0)

    def cell(self, attributes: dict[str, str]) -> None:
        """A cell begins."""
        self._reference = attributes.get("r", "")
        self._place = (self._place[0], self._place[1] + 1)
        self.shared_cells += attributes.get("t") == "s"

    def row(self, attributes: dict[str, str]) -> None:
        """A row begins."""
        number = attributes.get("r", "")
        self._place = (int(number) if number.isdecimal() else self._place[0] + 1, 0)

    def used(self) -> None:
        """The cell that began has a value."""
        if self._reference:
            found = _REFERENCE.fullmatch(self._reference)
            if found is None:
                raise FileNotReadable("单元格坐标有误,请重新导出后上传。")
            letters, digits = found.groups()
            self._place = (int(digits), self._columns.get(letters) or self._column(letters))
        row, column = self._place
        if row > self._most[0] or column > self._most[1]:
            self._most = (max(row, self._most[0]), max(column, self._most[1]))
            self._check(*self._most)

    def string(self, length: int) -> None:
        """A shared string, or a piece of one, has so many characters more."""
        self._string += length
        self.longest_string = max(self.longest_string, self._string)
        if self._string > _MAX_STRING:
            raise FileTooLarge(limit="cell_characters", maximum=_MAX_STRING)

    def string_begins(self) -> None:
        """The next shared string begins."""
        self._string = 0

    def _column(self, letters: str) -> int:
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter) - 64
        self._columns[letters] = number
        return number

    def _check(self, rows: int, columns: int) -> None:
        limits = self._limits
        if columns > limits.columns:
            raise FileTooLarge(limit="columns", maximum=limits.columns)
        if rows > limits.rows:
            raise FileTooLarge(limit="rows", maximum=limits.rows)
        if rows * columns > limits.cells:
            raise FileTooLarge(limit="cells", maximum=limits.cells)


def parser(area: Area) -> expat.XMLParserType:
    """An XML parser that tells `area` what passes; document types are refused."""
    area.begin()
    made = expat.ParserCreate()
    made.buffer_text = True

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag
        if name == "c":
            area.cell(attributes)
        elif name in {"v", "is"}:
            area.used()
        elif name == "row":
            area.row(attributes)
        elif name == "si":
            area.string_begins()
            # Only a table of strings pays for hearing its text: a sheet has ten times the elements.
            made.CharacterDataHandler = lambda data: area.string(len(data))

    made.StartElementHandler = start
    made.StartDoctypeDeclHandler = _no_doctype
    return made


def check_repeats(path: Path, limits: Limits) -> None:
    """Add up the strings as a parser would copy them into cells.

    Raises:
        FileTooLarge: A few long strings stand in very many cells.
    """
    with zipfile.ZipFile(path) as workbook:
        lengths: list[int] = []
        sheets = []
        for name in workbook.namelist():
            found = _Repeats()
            with workbook.open(name) as member:
                while chunk := member.read(_CHUNK):
                    found.parser.Parse(chunk, False)  # noqa: FBT003 — expat takes it by position
            lengths = found.lengths or lengths
            sheets.append(found.uses)
    total = sum(lengths[i] * n for uses in sheets for i, n in uses.items() if i < len(lengths))
    if total > limits.cells * _CHARACTERS_PER_CELL:
        raise FileTooLarge(limit="characters", maximum=limits.cells * _CHARACTERS_PER_CELL)


class _Repeats:
    """Lengths of shared strings and how often each is used, of one member."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.uses: dict[int, int] = {}
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.CharacterDataHandler = self._text
        self._shared = False
        self._name = ""

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._name = tag.rpartition(":")[2]
        if self._name == "si":
            self.lengths.append(0)
        elif self._name == "c":
            self._shared = attributes.get("t") == "s"

    def _text(self, data: str) -> None:
        if self._name == "t" and self.lengths:
            self.lengths[-1] += len(data)
        elif self._name == "v" and self._shared and data.strip().isdecimal():
            index = int(data)
            self.uses[index] = self.uses.get(index, 0) + 1


def _no_doctype(*_: Any) -> None:
    """Workbooks have no document type; one is there to define entities that expand."""
    raise FileNotReadable("文件含有不允许的内容。")
