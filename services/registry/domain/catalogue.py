"""The field catalogue: what a record can hold, whose it is, and who may read or collect it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from services.common.errors import DomainError, Fault, Kind, ValidationFailed

Sensitivity: TypeAlias = Literal["public", "internal", "personal", "sensitive"]

CORE: Final = frozenset({
    "name", "name_ko", "name_pinyin", "sex", "born_on", "document", "phone", "usual_language",
    "residency", "household_id", "relation", "dwelling",
})  # fmt: skip
"""Fields that are columns of the record; every other field of the catalogue is a fact."""

DEPARTMENT_ROLES: Final = frozenset({"department_officer", "department_system"})
AREA_ROLES: Final = frozenset({
    "grid_worker", "community_officer", "street_officer", "county_officer", "resident_desk",
})  # fmt: skip
COLLECTING_ROLES: Final = frozenset({"grid_worker", "community_officer"})

REGISTRATION: Final = frozenset({
    "registered_area", "registered_household_id", "registered_relation", "registered_on",
    "residency",
})  # fmt: skip
"""Where somebody is registered (户籍): public security decides, departments that read it may
contradict, and the authority matrix ranks what they say."""


class FieldNotReadable(DomainError):
    """Your organisation has no ground to read some of these fields."""

    kind = Kind.FORBIDDEN
    title = "A field is not readable for you"
    title_zh = "无权查看所请求的字段"
    title_ko = "요청한 항목을 열람할 권한이 없습니다"


class FieldNotCollectable(DomainError):
    """Somebody else collects some of these fields."""

    kind = Kind.FORBIDDEN
    title = "A field is not yours to change"
    title_zh = "无权采集或修改所提交的字段"
    title_ko = "제출한 항목을 수집하거나 수정할 권한이 없습니다"


class UnknownField(ValidationFailed):
    """The catalogue has no such field."""

    title = "Unknown field"
    title_zh = "字段不存在"
    title_ko = "없는 항목입니다"


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the catalogue.

    Attributes:
        code: Stable name in the API.
        name_zh: Chinese label.
        name_ko: Korean label.
        name_en: English label.
        type: text, code, date, integer, decimal, boolean, phone, document, area or id.
        code_set: Set of allowed values for the type code.
        owner: The one domain that decides the value.
        readers: Further domains that may read it.
        sensitivity: How closely it is kept.
        freshness_days: After so many days the value is stale; None does not age.
        legal_basis: Statute the collection rests on.
        collected_by: Who records it first.
    """

    code: str
    name_zh: str
    name_ko: str
    name_en: str
    type: str
    code_set: str | None
    owner: str
    readers: frozenset[str]
    sensitivity: Sensitivity
    freshness_days: int | None
    legal_basis: str
    collected_by: Literal["grid_worker", "department", "derived"]

    @property
    def is_fact(self) -> bool:
        """Whether it lives among the facts and is no column."""
        return self.code not in CORE

    @property
    def is_sealed(self) -> bool:
        """Whether its value is encrypted at rest."""
        return self.sensitivity == "sensitive" or self.code == "phone"

    def readable_by(self, roles: frozenset[str], domains: frozenset[str]) -> bool:
        """Whether somebody with these roles, working for these domains, may read it."""
        if roles & DEPARTMENT_ROLES and (self.owner in domains or self.readers & domains):
            return True
        return bool(roles & AREA_ROLES) and self.sensitivity != "sensitive"

    def collected_from(self, roles: frozenset[str], domains: frozenset[str]) -> bool:
        """Whether somebody with these roles, working for these domains, may record it."""
        return self.speaker(roles, domains) is not None

    def speaker(self, roles: frozenset[str], domains: frozenset[str]) -> str | None:
        """For which domain somebody who records it speaks; None when it is not theirs to record.

        Who collects a field does so on behalf of its owner, see `domain.assertions`.
        """
        is_registration = self.code in REGISTRATION
        if self.collected_by == "grid_worker" and roles & COLLECTING_ROLES:
            return self.owner
        if not roles & DEPARTMENT_ROLES:
            return None
        if self.owner in domains:
            return self.owner if self.collected_by == "department" or is_registration else None
        contradicting = sorted(self.readers & domains) if is_registration else []
        return contradicting[0] if contradicting else None


class Catalogue(Mapping[str, Field]):
    """All fields by code, in the order of the catalogue.

    Args:
        fields: The rows.
        code_sets: Set → allowed codes.
    """

    def __init__(self, fields: Iterable[Field], code_sets: Mapping[str, frozenset[str]]) -> None:
        self._fields = {field.code: field for field in fields}
        self.code_sets = code_sets

    def __getitem__(self, code: str) -> Field:
        return self._fields[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def named(self, codes: Sequence[str], pointer: str) -> tuple[Field, ...]:
        """The fields with these codes, in the order of the catalogue and once each.

        Args:
            codes: What a caller asked for.
            pointer: Where it asked, to point at each fault; `*` stands for the code.

        Raises:
            ValidationFailed: None were asked for.
            UnknownField: The catalogue lacks one.
        """
        if not codes:
            raise ValidationFailed(
                Fault(pointer, "fields-required", "Name the fields you need; there is no default.")
            )
        unknown = [code for code in dict.fromkeys(codes) if code not in self._fields]
        if unknown:
            places = [(pointer.replace("*", code[:64]), code[:64]) for code in unknown]
            raise UnknownField(
                *(Fault(at, "unknown-field", f"There is no field {c!r}.") for at, c in places)
            )
        wanted = set(codes)
        return tuple(field for code, field in self._fields.items() if code in wanted)

    def readable(
        self, fields: Sequence[Field], roles: frozenset[str], domains: frozenset[str]
    ) -> None:
        """Pass when all fields may be read.

        Raises:
            FieldNotReadable: Names those that may not.
        """
        hidden = [f.code for f in fields if not f.readable_by(roles, domains)]
        if hidden:
            raise FieldNotReadable(f"Not readable for you: {', '.join(hidden)}.", fields=hidden)

    def collectable(
        self, fields: Sequence[Field], roles: frozenset[str], domains: frozenset[str]
    ) -> None:
        """Pass when all fields may be recorded.

        Raises:
            FieldNotCollectable: Names those that may not.
        """
        foreign = [f.code for f in fields if not f.collected_from(roles, domains)]
        if foreign:
            raise FieldNotCollectable(f"Not yours to record: {', '.join(foreign)}.", fields=foreign)


def fields_from(rows: Iterable[Mapping[str, str]]) -> tuple[Field, ...]:
    """The fields of `reference/fields.csv`, in its order.

    Args:
        rows: Mappings with the columns of the file, as `csv.DictReader` gives them.
    """
    return tuple(
        Field(
            code=row["code"],
            name_zh=row["name_zh"],
            name_ko=row["name_ko"],
            name_en=row["name_en"],
            type=row["type"],
            code_set=row["code_set"] or None,
            owner=row["owner_domain"],
            readers=frozenset(row["reader_domains"].split()),
            sensitivity=row["sensitivity"],  # type: ignore[arg-type]  # the table's check constraint
            freshness_days=int(row["freshness_days"]) if row["freshness_days"] else None,
            legal_basis=row["legal_basis"],
            collected_by=row["collected_by"],  # type: ignore[arg-type]  # same
        )
        for row in rows
    )
