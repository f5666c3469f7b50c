"""Rows that come as JSON: the same columns, cells and checks as a sheet's.

An item is laid out as a row whose headings are field codes and read by the reader of files, so that
a value refused in a sheet is refused here, and a word taken there is taken here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.registry.domain.catalogue import Catalogue
from services.registry.domain.imports.columns import (
    DOCUMENT,
    IDENTITY,
    NAME,
    NOT_IMPORTED,
    OBSERVED_ON,
    Column,
    Layout,
)
from services.registry.domain.imports.rows import Fault, ImportRow, RowReader

MOST: Final = 1000
RESIDENT_ID: Final = "resident_id"
_NEVER: Final = date.min
_MEMBERS: Final = frozenset({"document", "name", "observed_on", "fields"})
_WHOSE: Final = frozenset({"kind", "number"})
_POINTERS: Final = {DOCUMENT: "document/number", NAME: "name", OBSERVED_ON: "observed_on"}


@dataclass(frozen=True, slots=True)
class ItemRead:
    """What became of an item.

    Attributes:
        row: None when it was refused; its number is the item's place from 0.
        faults: Why, or what was left out; the heading is a JSON Pointer inside the item.
    """

    row: ImportRow | None
    faults: tuple[Fault, ...] = ()


def layout_of(items: Iterable[Any]) -> Layout:
    """The columns that some item fills; what is no field is refused item by item."""
    told = dict.fromkeys((DOCUMENT, NAME, OBSERVED_ON))
    for item in items:
        fields = item.get("fields") if isinstance(item, Mapping) else None
        told.update(dict.fromkeys(fields if isinstance(fields, Mapping) else ()))
    headings = tuple(told)
    return Layout(0, headings, tuple(Column(n, h, h) for n, h in enumerate(headings)), ())


def importable(layout: Layout, catalogue: Catalogue) -> Layout:
    """The same, with only the columns that are fields a sheet may hold."""
    columns = tuple(
        column
        for column in layout.columns
        if column.field == OBSERVED_ON
        or (column.field in catalogue and column.field not in NOT_IMPORTED)
    )
    return Layout(0, layout.headings, columns, ())


class ItemReader:
    """Reads the items of one request.

    Args:
        reader: Of the layout's columns.
        layout: All that some item fills.
        catalogue: All fields.
        domain: The sender's.
    """

    def __init__(
        self, reader: RowReader, layout: Layout, catalogue: Catalogue, domain: str
    ) -> None:
        self._reader = reader
        self._headings = layout.headings
        self._catalogue = catalogue
        self._domain = domain

    def read(self, place: int, item: Any) -> ItemRead:
        """What an item says; `place` counts from 0."""
        faults = self._shape(item)
        if faults:
            return ItemRead(None, tuple(faults))
        said = {**item.get("fields", {}), NAME: item.get("name")}
        said |= {DOCUMENT: item["document"].get("number"), OBSERVED_ON: item.get("observed_on")}
        read = self._reader.read(place, [_text(said.get(heading)) for heading in self._headings])
        if read is None:
            return ItemRead(None, (Fault("document/number", "id-missing", "身份证号为空"),))
        return ItemRead(read.row, tuple(map(_pointed, read.faults)))

    def _shape(self, item: Any) -> list[Fault]:
        """What is wrong with an item before any value is read."""
        if not isinstance(item, Mapping):
            return [Fault("", "object", "每一项应为对象")]
        extra = [
            Fault(_token(n), "extra-forbidden", "没有这个成员") for n in item.keys() - _MEMBERS
        ]
        document, fields = item.get("document"), item.get("fields", {})
        if not isinstance(document, Mapping):
            return [*extra, Fault("document", "object", "缺少 document")]
        extra += [
            Fault(f"document/{_token(n)}", "extra-forbidden", "没有这个成员")
            for n in document.keys() - _WHOSE
        ]
        if document.get("kind", RESIDENT_ID) != RESIDENT_ID:
            extra.append(Fault("document/kind", "document-kind-not-supported", "目前只接受身份证"))
        if not isinstance(fields, Mapping):
            return [*extra, Fault("fields", "object", "fields 应为对象")]
        nested = [
            Fault(at, "value-nested", "内容应为单个值")
            for at, value in (
                ("document/number", document.get("number")),
                *((name, item.get(name)) for name in (NAME, OBSERVED_ON)),
                *((f"fields/{_token(code)}", value) for code, value in fields.items()),
            )
            if isinstance(value, Mapping | Sequence) and not isinstance(value, str)
        ]
        return [*extra, *nested, *self._refused(fields)]

    def _refused(self, fields: Mapping[str, Any]) -> list[Fault]:
        found = []
        for code in fields:
            at, spec = f"fields/{_token(code)}", self._catalogue.get(code)
            if spec is None:
                found.append(Fault(at, "unknown-field", "没有这个字段"))
            elif code in NOT_IMPORTED or code in {DOCUMENT, NAME}:
                found.append(Fault(at, "not-importable", "该字段不能这样填报"))
            elif spec.owner != self._domain and code not in IDENTITY:
                found.append(Fault(at, "not-your-field", "该字段不由本部门填报"))
        return found


def newest(rows: Sequence[ImportRow]) -> tuple[list[ImportRow], dict[int, int]]:
    """The rows that count, and of the others which one counts in their place.

    Of several rows about one person the newest counts; of rows of one day the first.

    Args:
        rows: In order, each with a day.
    """
    best: dict[str, ImportRow] = {}
    for row in rows:
        other = best.get(row.document)
        if other is None or (row.observed_on or _NEVER) > (other.observed_on or _NEVER):
            best[row.document] = row
    kept = [row for row in rows if best[row.document] is row]
    left = {r.number: best[r.document].number for r in rows if best[r.document] is not r}
    return kept, left


def pointer_of(field: str) -> str:
    """Where in an item a field stands."""
    return _POINTERS.get(field) or f"fields/{_token(field)}"


def _text(value: Any) -> str:
    """A JSON value as a cell has it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def _pointed(fault: Fault) -> Fault:
    return Fault(pointer_of(fault.heading), fault.code, fault.reason, fault.is_warning)


def _token(name: str) -> str:
    """A member's name as a JSON Pointer has it."""
    return str(name)[:64].replace("~", "~0").replace("/", "~1")
