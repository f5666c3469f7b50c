"""Filters: which residents a search, an export or a list is about.

What is asked is checked against the catalogue before anything is looked for. A filter that cannot
be understood, or that the caller has no ground for, is refused; it never means "everybody".

- A field that the caller may not read cannot be filtered by: the answer would tell its value.
- Nobody filters by ethnic group or by document (the look-up is for that).
- A sensitive value is compared by its blind index, so only for equality, and only for the domain
  that owns it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Final, Literal, TypeAlias
from unicodedata import normalize

from services.common.errors import DomainError, Fault, Kind, ValidationFailed
from services.registry.domain import areas, search, values
from services.registry.domain.askers import Asker
from services.registry.domain.catalogue import DEPARTMENT_ROLES, Catalogue, Field

Op: TypeAlias = Literal["eq", "in", "ge", "le", "missing", "stale"]

OPS: Final[tuple[Op, ...]] = ("eq", "in", "ge", "le", "missing", "stale")
NEVER: Final = frozenset({"ethnic", "document"})
"""Fields that are no search key for anybody."""
MOST_CONDITIONS: Final = 10
MOST_VALUES: Final = 50

_ORDERED: Final = frozenset({"date", "integer", "decimal"})
_VALUELESS: Final = frozenset({"missing", "stale"})
_SHORTEST_ADDRESS: Final = 2
# Only these, so that PostgreSQL's "C" collation does the same.
_SMALL: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
# Whose field each key other than `where` tells about.
_TOLD_BY: Final = {"name": "name", "phone": "phone", "address": "dwelling"}


class FieldNotSearchable(DomainError):
    """Some of these fields are no search key for you."""

    kind = Kind.FORBIDDEN
    title = "A field is not a search key"
    title_zh = "该字段不能作为查询条件"
    title_ko = "이 항목은 검색 조건으로 쓸 수 없습니다"


@dataclass(frozen=True, slots=True)
class AskedCondition:
    """A condition as it was sent."""

    field: str
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter as it was sent; see `Filter`."""

    within: str
    name: str | None = None
    phone: str | None = None
    address: str | None = None
    where: Sequence[AskedCondition] = ()
    living: bool | None = True


@dataclass(frozen=True, slots=True)
class Condition:
    """What one field must be.

    Attributes:
        field: Its row of the catalogue.
        op: `eq`, `in`, `ge` and `le` compare a value that is there; `missing` holds where there is
            none; `stale` where it was observed before a day.
        value: In the form in which the record keeps values; of `in` a tuple of such; of `stale`
            the first day that is fresh; None of `missing`.
    """

    field: Field
    op: Op
    value: Any


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that was checked.

    Attributes:
        within: Area code.
        name: Part of a name, see `search.query_keys`.
        phone: A whole telephone number, as it is kept.
        address: Words that all stand in the address of the household or of the building.
        where: What fields must be; all hold.
        living: True for the living, False for the dead, None for both.
    """

    within: str
    name: str | None = None
    phone: str | None = None
    address: tuple[str, ...] = ()
    where: tuple[Condition, ...] = field(default=())
    living: bool | None = True


def check(
    asked: Asked, catalogue: Catalogue, asker: Asker, today: date, pointer: str = ""
) -> Filter:
    """The filter that was asked for.

    Args:
        asked: As it was sent; the area was checked against the caller's before.
        catalogue: Of all fields.
        asker: Who filters.
        today: The civil day; what is stale depends on it.
        pointer: Where in the request the filter stands.

    Raises:
        ValidationFailed: An unknown field or operator, or a value that does not fit; all at once.
        FieldNotReadable: It tells of a field that the caller may not read.
        FieldNotSearchable: A field is no search key, or only for its owner.
    """
    if not areas.is_area_code(asked.within):
        raise ValidationFailed(Fault(f"{pointer}/within", "area-code", "An area code is expected."))
    if len(asked.where) > MOST_CONDITIONS:
        raise ValidationFailed(
            Fault(f"{pointer}/where", "too-long", f"At most {MOST_CONDITIONS} conditions.")
        )
    fields = [
        catalogue.named([c.field], f"{pointer}/where/{n}/field")[0]
        for n, c in enumerate(asked.where)
    ]
    _permit(asked, fields, catalogue, asker)
    faults: list[Fault] = []
    conditions: list[Condition] = []
    for n, (row, condition) in enumerate(zip(fields, asked.where, strict=True)):
        try:
            conditions.append(_condition(row, condition, catalogue, today))
        except _Unfit as exc:
            faults.append(Fault(f"{pointer}/where/{n}/{exc.place}", exc.code, exc.detail))
    found = Filter(
        within=asked.within,
        name=asked.name,
        phone=_collect(faults, f"{pointer}/phone", _phone, asked.phone),
        address=_collect(faults, f"{pointer}/address", _address, asked.address) or (),
        where=tuple(conditions),
        living=asked.living,
    )
    if asked.name is not None and not search.query_keys(asked.name):
        faults.append(Fault(f"{pointer}/name", "name-not-valid", "A name has letters."))
    if faults:
        raise ValidationFailed(*faults)
    return found


def require_narrow(asked: Filter) -> None:
    """Pass when a filter has few enough answers to be looked through by a person.

    A community and what is in it may be listed. In a street something must narrow: a name, a
    telephone number, an address, or what a field is. Wider than that only a specific name or a
    telephone number does.

    Raises:
        SearchTooBroad: It would find too many.
    """
    wide = len(asked.within) < areas.LENGTHS["street"]
    if len(asked.within) >= areas.LENGTHS["community"] or asked.phone:
        return
    if asked.name and search.is_specific(asked.name):
        return
    if wide or not (asked.address or any(c.op in {"eq", "in"} for c in asked.where)):
        raise search.SearchTooBroad


class _Unfit(ValueError):
    """A condition does not fit: where in it, a word for programs, a sentence for people."""

    def __init__(self, place: str, code: str, detail: str) -> None:
        self.place = place
        self.code = code
        self.detail = detail
        super().__init__(detail)


def _permit(asked: Asked, fields: Sequence[Field], catalogue: Catalogue, asker: Asker) -> None:
    """Pass when the caller may learn what the answer would tell."""
    told = [catalogue[code] for key, code in _TOLD_BY.items() if getattr(asked, key) is not None]
    never = [f.code for f in fields if f.code in NEVER]
    if never:
        raise FieldNotSearchable(
            f"Nobody searches by: {', '.join(dict.fromkeys(never))}.", fields=never
        )
    catalogue.readable([*told, *fields], asker.roles, asker.domains)
    foreign = [f.code for f in fields if f.sensitivity == "sensitive" and not _owns(asker, f)]
    if foreign:
        raise FieldNotSearchable(
            f"Only the owner searches by: {', '.join(dict.fromkeys(foreign))}.", fields=foreign
        )


def _owns(asker: Asker, row: Field) -> bool:
    return bool(asker.roles & DEPARTMENT_ROLES) and row.owner in asker.domains


def _condition(row: Field, asked: AskedCondition, catalogue: Catalogue, today: date) -> Condition:
    op: Op | None = next((known for known in OPS if known == asked.op), None)
    if op is None:
        raise _Unfit("op", "unknown-op", f"An operator is one of {', '.join(OPS)}.")
    _check_op(row, op)
    if op in _VALUELESS:
        if asked.value is not None:
            raise _Unfit("value", "extra-forbidden", f"{op} takes no value.")
        fresh_from = today - timedelta(days=row.freshness_days or 0)
        return Condition(row, op, fresh_from if op == "stale" else None)
    if op == "in":
        return Condition(row, op, tuple(_several(row, asked.value, catalogue, today)))
    return Condition(row, op, _value(row, asked.value, catalogue, today, "value"))


def _check_op(row: Field, op: Op) -> None:
    if op in {"ge", "le"} and row.type not in _ORDERED:
        raise _Unfit("op", "op-not-fit", f"{op} compares dates and numbers.")
    if op == "stale" and not row.freshness_days:
        raise _Unfit("op", "op-not-fit", "This field does not grow stale.")
    if row.is_sealed and op in {"ge", "le"}:
        raise _Unfit("op", "op-not-fit", "A sealed value is compared with eq or in.")
    if row.sensitivity == "sensitive" and op in _VALUELESS:
        raise _Unfit("op", "op-not-fit", "A sensitive field is compared with eq or in.")


def _several(row: Field, given: Any, catalogue: Catalogue, today: date) -> Iterator[Any]:
    if not isinstance(given, list | tuple) or not 0 < len(given) <= MOST_VALUES:
        raise _Unfit("value", "list", f"in takes a list of 1 to {MOST_VALUES} values.")
    for n, value in enumerate(given):
        yield _value(row, value, catalogue, today, f"value/{n}")


def _value(row: Field, given: Any, catalogue: Catalogue, today: date, place: str) -> Any:
    if given is None:
        raise _Unfit(place, "required", "A value is required; missing asks for none.")
    try:
        return values.accept(row, given, catalogue.code_sets, today)
    except values.ValueNotAccepted as exc:
        raise _Unfit(place, exc.fault.code, exc.fault.detail) from exc


def _collect(
    faults: list[Fault], pointer: str, read: Callable[[str], Any], given: str | None
) -> Any:
    if given is None:
        return None
    try:
        return read(given)
    except _Unfit as exc:
        faults.append(Fault(pointer, exc.code, exc.detail))
        return None


def _phone(given: str) -> str:
    try:
        return values.telephone(given)
    except ValueError as exc:
        raise _Unfit("", "phone-not-valid", str(exc)) from exc


def _address(given: str) -> tuple[str, ...]:
    """Words in the form in which addresses are compared, see `address_form`."""
    words = tuple(address_form(given).split())
    if sum(map(len, words)) < _SHORTEST_ADDRESS:
        raise _Unfit("", "too-short", f"An address has {_SHORTEST_ADDRESS} characters or more.")
    return words


def address_form(address: str) -> str:
    """The form in which addresses are compared: full-width letters are ordinary, A–Z small."""
    return normalize("NFKC", address).translate(_SMALL)
