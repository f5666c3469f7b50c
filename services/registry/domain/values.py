"""Whether a value fits its field, and the form in which it is kept."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.common.errors import Fault
from services.registry.domain import areas, names
from services.registry.domain.catalogue import Field

_TEXT_LENGTH: Final = 200
_MOST: Final = 10**9
_OLDEST: Final = date(1890, 1, 1)
_FURTHEST_YEAR: Final = 2100
_PHONE: Final = re.compile(r"1\d{10}|0\d{9,11}|00\d{8,14}")
_PHONE_NOISE: Final = re.compile(r"[\s\-()]|^\+86")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")

REQUIRED: Final = frozenset({"name", "sex", "residency", "dwelling"})
"""Columns that always have a value."""
NAMES: Final = frozenset({"name", "name_ko", "former_name"})

CodeSets = Mapping[str, frozenset[str]]


class _Unfit(ValueError):
    """A value does not fit; the message says how."""


def accept(field: Field, value: Any, code_sets: CodeSets, today: date) -> Any:
    """The value as the record keeps it: JSON's own types, dates and ids as text.

    Args:
        field: Its row of the catalogue.
        value: What a caller sent; None says that there is none.
        code_sets: Allowed codes by set.
        today: Nobody is born and nothing was observed after it.

    Raises:
        ValueNotAccepted: Carries the fault.
    """
    if value is None:
        if field.code in REQUIRED:
            raise ValueNotAccepted(_fault(field, "required", "A value is required."))
        return None
    try:
        return _kept(field, value, code_sets, today)
    except _Unfit as exc:
        raise ValueNotAccepted(_fault(field, f"{field.type}-not-valid", str(exc))) from exc


def _kept(field: Field, value: Any, code_sets: CodeSets, today: date) -> Any:
    kept = _READERS[field.type](value)
    if field.type == "code" and kept not in code_sets.get(field.code_set or "", frozenset()):
        raise _Unfit(f"This is no code of the set {field.code_set}.")
    if field.code == "born_on" and kept > today.isoformat():
        raise _Unfit("A birth date lies not in the future.")
    return names.normalise(kept) if field.code in NAMES else kept


class ValueNotAccepted(ValueError):
    """A value does not fit its field; `fault` says which and why, never repeating the value."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.detail)


def _fault(field: Field, code: str, detail: str) -> Fault:
    return Fault(f"/{field.code}", code, detail)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Unfit("A text is expected.")
    tidy = value.strip()
    if not tidy or len(tidy) > _TEXT_LENGTH or _CONTROL.search(tidy):
        raise _Unfit(f"A text has 1 to {_TEXT_LENGTH} characters, without control characters.")
    return tidy


def _date(value: Any) -> str:
    try:
        day = date.fromisoformat(_text(value))
    except ValueError as exc:
        raise _Unfit("A date is written 2026-11-24.") from exc
    if day < _OLDEST or day.year > _FURTHEST_YEAR:
        raise _Unfit("This date cannot be right.")
    return day.isoformat()


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST:
        raise _Unfit("A whole number from 0 is expected.")
    return value


def _decimal(value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Unfit("A number is expected.")
    if not math.isfinite(value) or not 0 <= value <= _MOST:
        raise _Unfit("A number from 0 is expected.")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Unfit("true or false is expected.")
    return value


def telephone(value: Any) -> str:
    """A telephone number as it is kept.

    Raises:
        ValueError: It is none; the message says what one looks like.
    """
    number = _PHONE_NOISE.sub("", _text(value))
    if not _PHONE.fullmatch(number):
        raise _Unfit("A telephone number is a mobile number, or 0 with area code and number.")
    return number


def _area(value: Any) -> str:
    code = _text(value)
    if not areas.is_area_code(code) or len(code) < areas.LENGTHS["county"]:
        raise _Unfit("An area code from the county down is expected.")
    return code


def _id(value: Any) -> str:
    try:
        return str(UUID(_text(value)))
    except ValueError as exc:
        raise _Unfit("An id (UUID) is expected.") from exc


def _document(_: Any) -> str:
    raise _Unfit("A document is registered from its issuer's file, not corrected by hand.")


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "text": _text,
    "code": _text,
    "date": _date,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "phone": telephone,
    "area": _area,
    "id": _id,
    "document": _document,
}
