"""Which column of a department's sheet holds which field of the record.

Offices name the same thing in many ways, put a hint in brackets behind it and a title row above it.
A heading is recognised by its synonyms after tidying; an explicit mapping goes before them. What a
domain may not write is reported as ignored, so that a department sees what became of every column.
"""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.registry.domain.catalogue import Field

OBSERVED_ON: Final = "observed_on"
"""Pseudo field: the day on which the row's values were true."""
DOCUMENT: Final = "document"
NAME: Final = "name"

IDENTITY: Final = frozenset({DOCUMENT, NAME, "sex", "born_on", "phone"})
"""Fields any department may send: they find the person, and stay mere assertions of a non-owner."""
NOT_IMPORTED: Final = frozenset({
    "name_pinyin", "household_id", "dwelling",
    "registered_household_id", "registered_relation", "registered_on",
})  # fmt: skip
"""Derived, or in need of an address or household that was resolved; a sheet cannot say them."""

NOT_YOUR_FIELD: Final = "not-your-field"
NOT_IMPORTABLE: Final = "not-importable"
UNKNOWN_HEADING: Final = "unknown-heading"
DOUBLE: Final = "field-mapped-twice"
OWN_GRID_LAYER: Final = "own-grid-layer-refused"
"""A column with grids that a department drew for itself: there is one set of grids for all."""

_LIKE: Final = 0.5
_BRACKETED: Final = re.compile(r"[(\[【{〔<][^)\]】}〕>]*[)\]】}〕>]")
_OWN_GRIDS: Final = re.compile(r"网格|網格|格网|격자|망격|grid(code|no|id|name)?$")
_NOISE: Final = re.compile(r"[\s*:;、,.。_\-/\\\"'“”‘’#☆★※]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is read.

    Attributes:
        index: Place in the row, from 0.
        heading: As the sender wrote it.
        field: Field code, or `observed_on`.
    """

    index: int
    heading: str
    field: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A column that is not read, and why.

    Attributes:
        heading: As the sender wrote it.
        reason: `unknown-heading`, `not-your-field`, `not-importable`, `field-mapped-twice` or
            `own-grid-layer-refused`.
        field: The field it would be, where it was recognised.
    """

    heading: str
    reason: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is read.

    Attributes:
        header_row: Place of the heading row, from 0; data follow it.
        headings: Every heading, in order, as written.
        columns: What is read.
        ignored: What is not.
    """

    header_row: int
    headings: tuple[str, ...]
    columns: tuple[Column, ...]
    ignored: tuple[Ignored, ...]

    @property
    def fields(self) -> frozenset[str]:
        """The fields some column holds."""
        return frozenset(column.field for column in self.columns)


def tidy(heading: str) -> str:
    """A heading without hints, blanks, marks and case: `* 身份证号(18位)` → `身份证号`."""
    text = unicodedata.normalize("NFKC", heading)
    without_hints = _NOISE.sub("", _BRACKETED.sub("", text)) or _NOISE.sub("", text)
    return unicodedata.normalize("NFKC", without_hints.casefold())


class Headings:
    """Finds the field a heading means.

    Args:
        catalogue: Every field by code.
        synonyms: Field code → headings seen in office sheets, beside the catalogue's own names.
    """

    def __init__(
        self, catalogue: Mapping[str, Field], synonyms: Mapping[str, Sequence[str]]
    ) -> None:
        self._catalogue = catalogue
        self._labels: set[str] = set()
        self._by_heading: dict[str, str] = {}
        for code, words in synonyms.items():
            if code == OBSERVED_ON or code in catalogue:
                self._by_heading.update(dict.fromkeys(map(tidy, words), code))
        for spec in catalogue.values():
            labels = [
                tidy(label) for label in (spec.code, spec.name_zh, spec.name_ko, spec.name_en)
            ]
            self._labels.update(labels)
            self._by_heading.update(dict.fromkeys(labels, spec.code))

    def known(self, heading: str) -> str | None:
        """The field code of a heading, or None."""
        return self._by_heading.get(tidy(heading)) if heading else None

    def nearest(self, heading: str) -> tuple[str, ...]:
        """The fields whose headings resemble an unknown one most, three at most."""
        close = difflib.get_close_matches(tidy(heading), self._by_heading, n=8, cutoff=_LIKE)
        return tuple(dict.fromkeys(self._by_heading[word] for word in close))[:3]

    def layout(
        self,
        rows: Sequence[Sequence[str]],
        domain: str,
        mapping: Mapping[str, str] | None = None,
    ) -> Layout | None:
        """How a sheet with these first rows is read, or None when no row is a heading row.

        The heading row is the one with most recognised headings, two at least, among them the
        identity number: without it no row could be tied to a person.

        Args:
            rows: The first rows as text.
            domain: The department's domain; decides what it may write.
            mapping: Heading → field code; goes before the synonyms.
        """
        chosen = {tidy(heading): field for heading, field in (mapping or {}).items()}
        best: tuple[int, int] | None = None
        for place, row in enumerate(rows):
            fields = {self._field(cell, chosen) for cell in row} - {None}
            if DOCUMENT in fields and len(fields) > 1 and (best is None or len(fields) > best[0]):
                best = (len(fields), place)
        if best is None:
            return None
        return self._read(rows[best[1]], best[1], domain, chosen)

    def _field(self, heading: str, chosen: Mapping[str, str]) -> str | None:
        return chosen.get(tidy(heading)) or self.known(heading) if heading.strip() else None

    def _read(
        self, row: Sequence[str], place: int, domain: str, chosen: Mapping[str, str]
    ) -> Layout:
        best = self._best(row, chosen)
        columns: list[Column] = []
        ignored: list[Ignored] = []
        for index, heading in enumerate(row):
            field = self._field(heading, chosen)
            reason = self._refusal(field, domain)
            if reason == UNKNOWN_HEADING and _OWN_GRIDS.search(tidy(heading)):
                reason = OWN_GRID_LAYER
            if field is not None and reason is None and best[field] == index:
                columns.append(Column(index, heading, field))
            elif heading.strip():
                ignored.append(Ignored(heading, reason or DOUBLE, field))
        return Layout(place, tuple(row), tuple(columns), tuple(ignored))

    def _best(self, row: Sequence[str], chosen: Mapping[str, str]) -> dict[str, int]:
        """The column that stands for each field: mapped, else its own label, else the first."""
        best: dict[str, tuple[int, int]] = {}
        for index, heading in enumerate(row):
            field = self._field(heading, chosen)
            if field is not None:
                word = tidy(heading)
                rank = (0 if word in chosen else 1 if word in self._labels else 2, index)
                best[field] = min(best.get(field, rank), rank)
        return {field: index for field, (_, index) in best.items()}

    def _refusal(self, field: str | None, domain: str) -> str | None:
        if field == OBSERVED_ON:
            return None
        if field in NOT_IMPORTED:
            return NOT_IMPORTABLE
        spec = self._catalogue.get(field or "")
        if field is None or spec is None:
            return UNKNOWN_HEADING
        allowed = spec.owner == domain or field in IDENTITY
        return None if allowed else NOT_YOUR_FIELD
