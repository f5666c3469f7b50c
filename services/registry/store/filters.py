"""Filters as SQL: what `domain.filters` checked, over alias `r` of `residents`."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson

from services.common.sealing import Sealer
from services.registry.domain import areas, scopes, search
from services.registry.domain.catalogue import Field
from services.registry.domain.filters import Condition, Filter
from services.registry.store import sealed

_KEYS: Final = "text[]"
_BUILDING: Final = areas.LENGTHS["building"]
_TYPES: Final = {"date": "date", "id": "uuid"}
_COMPARED: Final = {"eq": "=", "ge": ">=", "le": "<="}
_JSON_TYPES: Final = {"date": "string", "integer": "number", "decimal": "number"}
# What `filters.address_form` does to the words that are looked for.
_ADDRESS: Final = """lower(normalize({}.address, NFKC) collate "C")"""

Place: TypeAlias = Callable[[Any, str], str]


class _Arguments:
    """Collects arguments and gives each its place."""

    def __init__(self, first_parameter: int) -> None:
        self._first = first_parameter
        self.values: list[Any] = []

    def __call__(self, value: Any, cast: str) -> str:
        self.values.append(value)
        return f"${self._first + len(self.values) - 1}::{cast}"


def conditions(
    asked: Filter, sealer: Sealer, first_parameter: int, *, walked: bool | None = None
) -> tuple[str, list[Any]]:
    """The condition that holds for the residents of a filter, and its arguments.

    Args:
        asked: Checked by `domain.filters.check`.
        sealer: Makes the blind indexes.
        first_parameter: Number of its first argument; the others follow.
        walked: True keeps the planner from the index over everybody's names, False from walking
            the dwellings of a whole prefecture, None leaves the choice to it.

    Returns:
        SQL over alias `r` of `residents`, to be joined by `and`; never empty.
    """
    place = _Arguments(first_parameter)
    parts = [_within(asked.within, place, dwelling(walked=walked is not False))]
    if asked.living is not None:
        parts.append(f"r.died_on is {'' if asked.living else 'not '}null")
    if asked.name is not None:
        parts.append(_name(asked.name, place, walked=walked is True))
    if asked.phone is not None:
        indexes = sealed.phone_indexes(sealer, asked.phone)
        parts.append(f"r.phone_index = any ({place(indexes, 'bytea[]')})")
    if asked.address:
        parts.append(_address(asked, place))
    parts += [_condition(condition, sealer, place) for condition in asked.where]
    return " and ".join(parts), place.values


def dwelling(*, walked: bool) -> str:
    """The dwelling of a resident, or the same as something that no index knows."""
    return "r.dwelling" if walked else "r.dwelling || ''"


def _within(within: str, place: Place, at: str) -> str:
    first, end = (place(code, "text") for code in scopes.range_of(within))
    inside = f"{at} >= {first} and {at} < {end}"
    if len(within) < areas.LENGTHS["county"]:
        return inside
    return f"r.county = left({first}, {areas.LENGTHS['county']}) and {inside}"


def _name(name: str, place: Place, *, walked: bool) -> str:
    held = [f"r.name_keys @> {place(list(keys), _KEYS)}" for keys in search.query_keys(name)]
    # What must be true, rather than what is, no index is asked for.
    return f"({' or '.join(held)}){' is true' if walked else ''}"


def _address(asked: Filter, place: Place) -> str:
    first, end = (place(code, "text") for code in scopes.range_of(asked.within))
    building = place(asked.within[:_BUILDING], "text")
    words = [place(word, "text") for word in asked.address]
    wide = len(asked.within) < areas.LENGTHS["county"]
    county = "" if wide else f"h.county = left({first}, {areas.LENGTHS['county']}) and"
    return f"""(
        (r.county, r.household_id) in (
            select h.county, h.id from households h
            where {county} h.dwelling >= {first} and h.dwelling < {end} and {_all("h", words)})
        or left(r.dwelling, {_BUILDING}) in (
            select a.code from areas a
            where a.level = 'building' and a.code >= {building} and a.code < {end}
              and {_all("a", words)}))"""


def _all(alias: str, words: Sequence[str]) -> str:
    address = _ADDRESS.format(alias)
    return " and ".join(f"strpos({address}, {word}) > 0" for word in words)


def _condition(condition: Condition, sealer: Sealer, place: Place) -> str:
    row, op = condition.field, condition.op
    if op == "missing":
        return f"{_text_of(row)} is null"
    if op == "stale":
        return _stale(row, place(condition.value, "date"))
    if row.is_sealed:
        return _sealed(condition, sealer, place)
    return _fact(condition, place) if row.is_fact else _column(condition, place)


def _text_of(row: Field) -> str:
    """What is null where a field has no value."""
    if row.is_fact:
        return f"(r.facts -> '{row.code}' ->> 'value')"
    return "r.phone_sealed" if row.code == "phone" else f"r.{row.code}"


def _stale(row: Field, fresh_from: str) -> str:
    seen_on = f"(r.facts -> '{row.code}' ->> 'observed_on')::date"
    if row.is_fact:
        return f"{seen_on} < {fresh_from}"
    column = f"{_text_of(row)} is not null and r.observed_on < {fresh_from}"
    # As `freshness.stale`: an entry tells its own day, a column without one the record's.
    return f"""case when r.facts ? '{row.code}' then {seen_on} < {fresh_from} else {column} end"""


def _sealed(condition: Condition, sealer: Sealer, place: Place) -> str:
    row = condition.field
    several = condition.value if condition.op == "in" else (condition.value,)
    if row.code == "phone":
        phones = [index for value in several for index in sealed.phone_indexes(sealer, value)]
        return f"r.phone_index = any ({place(phones, 'bytea[]')})"
    indexes = [i for value in several for i in sealed.fact_indexes(sealer, row.code, value)]
    return f"r.facts -> '{row.code}' ->> 'index' = any ({place(indexes, 'text[]')})"


def _fact(condition: Condition, place: Place) -> str:
    row, op = condition.field, condition.op
    value = f"r.facts -> '{row.code}' -> 'value'"
    if op == "in":
        return f"{value} = any ({place([_json(v) for v in condition.value], 'jsonb[]')})"
    compared = f"{value} {_COMPARED[op]} {place(_json(condition.value), 'jsonb')}"
    if op == "eq":
        return compared
    # In the order of jsonb a null is less than every number.
    return f"(jsonb_typeof({value}) = '{_JSON_TYPES[row.type]}' and {compared})"


def _column(condition: Condition, place: Place) -> str:
    row, op = condition.field, condition.op
    type_ = _TYPES.get(row.type, "text")
    if op == "in":
        several = [_typed(row, value) for value in condition.value]
        return f"r.{row.code} = any ({place(several, f'{type_}[]')})"
    return f"r.{row.code} {_COMPARED[op]} {place(_typed(row, condition.value), type_)}"


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _typed(row: Field, value: Any) -> Any:
    if row.type == "date":
        return date.fromisoformat(value)
    return UUID(value) if row.type == "id" else value
