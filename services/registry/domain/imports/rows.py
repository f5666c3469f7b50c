"""What one row of a department's sheet says, or why it cannot be taken in.

A row that cannot be tied to a person, or whose own columns cannot be read, is refused whole: half a
row would look complete. Sex and birth date that contradict the identity number refuse it too, since
they mean that the number stands beside another person's values. A telephone number of a department
that does not own it is only left out, with a remark.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from services.registry.domain import id_numbers, names, values
from services.registry.domain.catalogue import Catalogue, Field
from services.registry.domain.id_numbers import IdNumber, IdNumberInvalid
from services.registry.domain.imports import cells as import_values
from services.registry.domain.imports import columns
from services.registry.domain.imports.cells import CellWrong, CodeSet
from services.registry.domain.imports.columns import DOCUMENT, NAME, OBSERVED_ON, Column, Layout

_SEX_NAMES: Final = {id_numbers.MALE: "男", id_numbers.FEMALE: "女"}
_SEX_OPEN: Final = frozenset({"0", "9"})
# What stands below a table: sums and signatures. A row with an identity number is never one.
_BELOW: Final = ("合计", "总计", "小计", "填表", "制表", "审核", "填报", "说明", "注:", "备注")
_DIGITS_LOST: Final = "身份证号被表格存成了数字,末几位已丢失;请把该列设为文本格式后重新填写"
_NO_NAME: Final = re.compile(r"[\d=+@<>|*?#$%^&_~\x00-\x1f\x7f]")
_REMEMBERED: Final = 5000
_EMPTIED_TAIL: Final = "000"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong or doubtful in a row.

    Attributes:
        heading: Of the column, as the sender wrote it.
        code: Stable word for programs.
        reason: Sentence for the clerk, in Chinese; never repeats an identity number.
        is_warning: The row was taken in all the same.
    """

    heading: str
    code: str
    reason: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A row that can be recorded.

    Attributes:
        number: Place in the sheet, from 1.
        document: Identity number, 18 characters.
        born_on: After the number.
        sex: After the number.
        name: As normalised; None when the sheet says none.
        observed_on: Day the row was true; None when the sheet does not say.
        values: Field code → value, without identity number and name.
    """

    number: int
    document: str
    born_on: date
    sex: str
    name: str | None
    observed_on: date | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowRead:
    """What became of a row.

    Attributes:
        number: Place in the sheet, from 1.
        row: None when it was refused.
        faults: Why it was refused, or what was left out of it.
        document: Identity number of a refused row, where that at least could be read.
    """

    number: int
    row: ImportRow | None
    faults: tuple[Fault, ...] = ()
    document: str | None = field(default=None, compare=False)


class RowReader:
    """Reads the rows of one sheet.

    Args:
        layout: Which column is which field.
        catalogue: All fields.
        code_sets: What the words of codes mean, by set.
        domain: The sender's.
        today: Nothing was observed and nobody was born after it.
    """

    def __init__(
        self,
        layout: Layout,
        catalogue: Catalogue,
        code_sets: Mapping[str, CodeSet],
        *,
        domain: str,
        today: date,
    ) -> None:
        self._today = today
        self._allowed = catalogue.code_sets
        special = {DOCUMENT, NAME, OBSERVED_ON}
        by_field = {column.field: column for column in layout.columns}
        self._document = by_field[DOCUMENT]
        self._name = by_field.get(NAME)
        self._observed_on = by_field.get(OBSERVED_ON)
        self._headings = tuple(columns.tidy(h) for h in layout.headings)
        self._cells = tuple(
            _Reading(column, catalogue[column.field], code_sets, domain)
            for column in layout.columns
            if column.field not in special
        )

    def read(self, number: int, cells: Sequence[str]) -> RowRead | None:
        """What a row says; None for rows that hold no person (blank, repeated heading, sums).

        Args:
            number: Place in the sheet, from 1.
            cells: As text; a short row lacks its last cells.
        """
        if self._is_no_person(cells):
            return None
        faults: list[Fault] = []
        identity = self._identity(cells, faults)
        name = self._name_in(cells, faults)
        observed_on = self._day(cells, faults)
        read: dict[str, Any] = {}
        for reading in self._cells:
            self._take(reading, cells, read, faults)
        if identity is not None:
            faults.extend(self._contradictions(identity, read))
        if identity is None or any(not fault.is_warning for fault in faults):
            return RowRead(number, None, tuple(faults), identity.number if identity else None)
        kept_name = names.normalise(name) if name else None
        row = ImportRow(
            number, identity.number, identity.born_on, identity.sex, kept_name, observed_on, read
        )
        return RowRead(number, row, tuple(faults))

    def _is_no_person(self, cells: Sequence[str]) -> bool:
        cell = _at(cells, self._document.index).strip()
        if cell:
            if cell[:-1].isdecimal():
                return False
            document = columns.tidy(cell)
            return document == self._headings[self._document.index] and document != ""
        filled = [cell.strip() for cell in cells if cell and cell.strip()]
        return not filled or filled[0].startswith(_BELOW)

    def _identity(self, cells: Sequence[str], faults: list[Fault]) -> IdNumber | None:
        heading = self._document.heading
        text = self._text(self._document, cells, faults)
        if not text:
            faults.append(Fault(heading, "id-missing", "身份证号为空"))
            return None
        if import_values.lost_digits(text):
            faults.append(Fault(heading, "id-digits-lost", _DIGITS_LOST))
            return None
        try:
            return id_numbers.parse(text, self._today)
        except IdNumberInvalid as exc:
            # Excel shows a number of 18 digits with zeros for the three it lost.
            lost = text.endswith(_EMPTIED_TAIL) and len(text) == id_numbers.LENGTH
            code = "id-digits-lost" if lost else exc.code()
            faults.append(Fault(heading, code, _DIGITS_LOST if lost else exc.title_zh))
            return None

    def _text(self, column: Column | None, cells: Sequence[str], faults: list[Fault]) -> str:
        if column is None:
            return ""
        try:
            text = import_values.clean(_at(cells, column.index))
        except CellWrong as exc:
            faults.append(Fault(column.heading, exc.code, exc.reason))
            return ""
        return "" if import_values.is_blank(text) else text

    def _name_in(self, cells: Sequence[str], faults: list[Fault]) -> str:
        text = self._text(self._name, cells, faults)
        if self._name is not None and _NO_NAME.search(text):
            faults.append(Fault(self._name.heading, "name-not-valid", "姓名含有数字或符号"))
        return text

    def _day(self, cells: Sequence[str], faults: list[Fault]) -> date | None:
        column = self._observed_on
        text = self._text(column, cells, faults)
        if column is None or not text:
            return None
        try:
            day = date.fromisoformat(import_values.read_date(text))
        except CellWrong as exc:
            faults.append(Fault(column.heading, exc.code, exc.reason))
            return None
        if day > self._today:
            faults.append(Fault(column.heading, "date-in-future", "日期晚于今天"))
        return day

    def _take(
        self, reading: "_Reading", cells: Sequence[str], read: dict[str, Any], faults: list[Fault]
    ) -> None:
        cell = _at(cells, reading.column.index)
        said = reading.seen.get(cell) or self._said(reading, cell)
        if said.value is not None:
            read[reading.field.code] = said.value
        if said.fault is not None:
            faults.append(said.fault)

    def _said(self, reading: "_Reading", cell: str) -> "_Said":
        """What a cell says, remembered: the same few hundred words come in thousands of rows."""
        heading = reading.column.heading
        try:
            text = import_values.clean(cell)
            value, remark = (None, None) if import_values.is_blank(text) else reading.value(text)
            if value is not None:
                value = values.accept(reading.field, value, self._allowed, self._today)
            said = _Said(value, remark)
        except CellWrong as exc:
            said = _Said(None, Fault(heading, exc.code, exc.reason, reading.is_side_matter))
        except values.ValueNotAccepted as exc:
            fault = Fault(heading, exc.fault.code, "内容不符合要求", reading.is_side_matter)
            said = _Said(None, fault)
        if len(reading.seen) < _REMEMBERED:
            reading.seen[cell] = said
        return said

    def _contradictions(self, identity: IdNumber, read: dict[str, Any]) -> list[Fault]:
        found = []
        sex, born_on = read.get("sex"), read.get("born_on")
        if sex is not None and sex not in _SEX_OPEN and sex != identity.sex:
            reason = f"与身份证号不符(身份证号为{_SEX_NAMES[identity.sex]})"
            found.append(Fault(self._heading_of("sex"), "sex-differs", reason))
        if born_on is not None and born_on != identity.born_on.isoformat():
            found.append(Fault(self._heading_of("born_on"), "born-on-differs", "与身份证号不符"))
        return found

    def _heading_of(self, field: str) -> str:
        return next(r.column.heading for r in self._cells if r.field.code == field)


class _Said(NamedTuple):
    """What a cell says: a value, nothing, or why it cannot be read."""

    value: Any
    fault: Fault | None


class _Reading:
    """How one column's cells become values."""

    def __init__(
        self, column: Column, field: Field, code_sets: Mapping[str, CodeSet], domain: str
    ) -> None:
        self.column = column
        self.field = field
        self.is_side_matter = field.code == "phone" and field.owner != domain
        self._codes = code_sets.get(field.code_set or "")
        self._read: Callable[[str], Any] = import_values.reader(field.type, field.code, self._codes)
        self.seen: dict[str, _Said] = {}

    def value(self, text: str) -> tuple[Any, Fault | None]:
        """The value of a cell and a remark; the value is None when the cell says there is none."""
        if self._codes is None:
            if self.field.type != "boolean" and import_values.says_none(text):
                return None, None
            return self._read(text), None
        return self._code(text)

    def _code(self, text: str) -> tuple[Any, Fault | None]:
        try:
            return self._read(text), None
        except CellWrong:
            if import_values.says_none(text):
                return None, None
            parts = import_values.several(text)
            if len(parts) < 2:  # noqa: PLR2004 — one value is no list
                raise
        values_read = [self._read(part) for part in parts]
        reason = f"填了多个值,只登记了第一个:{parts[0].strip()}"
        return values_read[0], Fault(
            self.column.heading, "only-first-kept", reason, is_warning=True
        )


def _at(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""
