"""What holding a file against the record can find, and how it is counted.

    added           the file has a person whom no county of the prefecture holds
    missing         the department's own word is kept about a person the file does not hold
    changed         the file says another value, and it would be shown after an import
    contradicting   the file says another value, but what others said stays shown
    confirmed       the file says the shown value, newer: an import would only move its date
    same            the file says the shown value, and an import would change nothing
    elsewhere       the person is registered, but in another area than the file is about
    rejected        the row cannot be read, or an import would refuse it

A blank cell says nothing, so it is no difference. Only the first two of a value's outcomes and the
outcomes of a person or row are listed; the others are counted.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

KINDS: Final = ("added", "missing", "changed", "contradicting", "elsewhere", "rejected")
OF_VALUES: Final = ("changed", "contradicting", "confirmed", "same")
LISTED_VALUES: Final = frozenset({"changed", "contradicting"})
OF_PERSONS: Final = ("added", "missing", "changed", "contradicting", "same", "elsewhere")
OF_ROWS: Final = ("total", "rejected", "duplicates")
LISTED_AT_MOST: Final = 1_000_000
"""Differences kept; all are counted."""

Summary: TypeAlias = dict[str, dict[str, int]]
"""`rows`, `persons` and `fields:<code>` → outcome → count."""

_FIELD: Final = "fields:"


def of_value(*, agrees: bool, would_be_shown: bool) -> str:
    """The outcome of one value of the file.

    Args:
        agrees: The record shows the same value.
        would_be_shown: After an import the file's statement is the shown one.
    """
    if agrees:
        return "confirmed" if would_be_shown else "same"
    return "changed" if would_be_shown else "contradicting"


def of_person(outcomes: Iterable[str]) -> str:
    """The outcome of a registered person, out of those of the values."""
    found = set(outcomes)
    return next((kind for kind in ("changed", "contradicting") if kind in found), "same")


def add(summary: Summary, more: Mapping[str, Mapping[str, int]]) -> Summary:
    """Both counts together; neither is changed."""
    total: Summary = {part: dict(counts) for part, counts in summary.items()}
    for part, counts in more.items():
        into = total.setdefault(part, {})
        for name, count in counts.items():
            into[name] = into.get(name, 0) + count
    return total


def count(summary: Summary, part: str, name: str, by: int = 1) -> None:
    """Count something, in place."""
    counts = summary.setdefault(part, {})
    counts[name] = counts.get(name, 0) + by


def field_part(code: str) -> str:
    """The part of a summary that counts a field's values."""
    return f"{_FIELD}{code}"


def view(summary: Summary) -> dict[str, object]:
    """A summary as a caller sees it, with every count."""
    rows, persons = summary.get("rows", {}), summary.get("persons", {})
    return {
        "rows": {name: rows.get(name, 0) for name in OF_ROWS},
        "persons": {name: persons.get(name, 0) for name in OF_PERSONS},
        "fields": {
            part.removeprefix(_FIELD): {name: counts.get(name, 0) for name in OF_VALUES}
            for part, counts in sorted(summary.items())
            if part.startswith(_FIELD)
        },
    }
