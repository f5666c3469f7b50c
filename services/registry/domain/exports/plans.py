"""What an export writes, and whether this caller may have it.

- Only fields the caller may read. A sensitive value leaves the registry only for the department
  that owns it; identity and telephone numbers leave it masked, for everybody.
- Without a filter a community may be exported. More than a community without a filter only by a
  department, only with its own domain's fields beside those that say who somebody is, and then
  only the people about whom it has one of them.
- Each role has a most; who may read one resident at a time need not carry all away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

from services.registry.domain import areas
from services.registry.domain.askers import Asker
from services.registry.domain.catalogue import DEPARTMENT_ROLES, Catalogue, Field
from services.registry.domain.exports.errors import ExportTooBroad, FieldNotExportable
from services.registry.domain.filters import Asked, AskedCondition

Format: TypeAlias = Literal["xlsx", "csv", "parquet", "ndjson"]
Encoding: TypeAlias = Literal["utf-8", "gb18030"]
Language: TypeAlias = Literal["zh", "ko", "en"]
Values: TypeAlias = Literal["label", "code"]

MOST: Final[Mapping[str, int]] = {
    "community_officer": 20_000,
    "street_officer": 100_000,
    "county_officer": 500_000,
    "department_officer": 3_000_000,
    "department_system": 3_000_000,
}
"""Residents of one export at most, by role; who has no row exports nothing."""

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "ndjson": "application/x-ndjson",
}
_FOR_PEOPLE: Final = frozenset({"xlsx", "csv"})


@dataclass(frozen=True, slots=True)
class Plan:
    """How an export is written.

    Attributes:
        format: Of the file.
        fields: Codes, in the order of the columns.
        encoding: Of a CSV.
        language: Of headings and labels.
        values: Whether codes are written as their labels; only in files for people.
        own: Fields of which a resident must have one; empty when the filter decides alone.
    """

    format: Format
    fields: tuple[str, ...]
    encoding: Encoding = "utf-8"
    language: Language = "zh"
    values: Values = "code"
    own: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @classmethod
    def of_json(cls, data: Mapping[str, Any]) -> "Plan":
        """What `as_json` gave."""
        return cls(**{**data, "fields": tuple(data["fields"]), "own": tuple(data["own"])})


def usual_values(format_: Format) -> Values:
    """Labels in files that people open, codes in those that programs read."""
    return "label" if format_ in _FOR_PEOPLE else "code"


def most(roles: frozenset[str]) -> int:
    """How many residents somebody with these roles may export at once; 0 is none."""
    return max((MOST.get(role, 0) for role in roles), default=0)


def permitted(
    codes: Sequence[str], catalogue: Catalogue, asked: Asked, asker: Asker
) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """The fields to write, in the order asked, and the own fields a resident must have one of.

    Args:
        codes: What a caller asked for.
        catalogue: Of all fields.
        asked: The filter.
        asker: The caller.

    Raises:
        UnknownField, FieldNotReadable, FieldNotExportable: Of the fields.
        ExportTooBroad: The filter leaves too many.
    """
    fields = catalogue.named(codes, "/fields/*")
    catalogue.readable(fields, asker.roles, asker.domains)
    foreign = [f.code for f in fields if _is_kept_back(f, asker)]
    if foreign:
        raise FieldNotExportable(f"Only their owner exports: {', '.join(foreign)}.", fields=foreign)
    by_code = {f.code: f for f in fields}
    ordered = tuple(by_code[code] for code in dict.fromkeys(codes))
    return ordered, () if is_narrow(asked) else _own(ordered, asker)


def is_narrow(asked: Asked) -> bool:
    """Whether a filter says more than a wide area."""
    filtered = asked.name or asked.phone or asked.address or asked.where
    return bool(filtered) or len(asked.within) >= areas.LENGTHS["community"]


def filtered_by(asked: Asked) -> list[str]:
    """The names of what a filter looks at, without a value."""
    keys = [key for key in ("name", "phone", "address") if getattr(asked, key) is not None]
    return [*keys, *dict.fromkeys(c.field for c in asked.where)]


def filter_of_json(data: Mapping[str, Any]) -> Asked:
    """The filter that `dataclasses.asdict` made plain."""
    return Asked(**{**data, "where": [AskedCondition(**c) for c in data["where"]]})


def _is_kept_back(field: Field, asker: Asker) -> bool:
    # An identity number is sensitive too, but only its mask is written.
    return field.sensitivity == "sensitive" and field.code != "document" and not _owns(asker, field)


def _owns(asker: Asker, field: Field) -> bool:
    return bool(asker.roles & DEPARTMENT_ROLES) and field.owner in asker.domains


def _own(fields: Sequence[Field], asker: Asker) -> tuple[str, ...]:
    facts = [f for f in fields if f.is_fact]
    if not facts or not all(_owns(asker, f) for f in facts):
        raise ExportTooBroad
    return tuple(f.code for f in facts)
