"""The shapes of the registry's requests and answers, for its OpenAPI document.

Answers are JSON text from the database; these models describe it and are never built for one.
"""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.common import paging
from services.registry.api.filter_schemas import Filter
from services.registry.domain.areas import Level

_WORD = r"^[a-z_]+$"


class PageFilter(BaseModel):
    """What every list takes; an unknown parameter is refused, never ignored."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(None, max_length=512, description="`next` of the page before.")
    limit: int = Field(
        paging.DEFAULT_LIMIT, ge=1, le=paging.MAX_LIMIT, description="Items at most."
    )


class EventFilter(PageFilter):
    """From where on, and how long to wait."""

    wait_s: float = Field(0, ge=0, le=25, description="Seconds to wait for a first event.")


class WithinFilter(BaseModel):
    """Of which area."""

    model_config = ConfigDict(extra="forbid")

    within: str = Field(max_length=26, description="Area code; it and everything inside it.")


class IndicatorFilter(WithinFilter):
    """Of which area, and when."""

    on: date | None = Field(None, description="Figures of this day; the newest without it.")


class AreaFilter(PageFilter):
    """Which areas are listed."""

    within: str = Field(max_length=26, description="Area code; it and everything inside it.")
    level: Level | None = Field(None, description="Only areas of this level.")
    on: date | None = Field(None, description="Valid on this day; now without it.")


class OrganisationFilter(PageFilter):
    """Which organisations are listed."""

    within: str | None = Field(None, max_length=26, description="Only of this area and inside it.")
    kind: str | None = Field(None, max_length=40, pattern=_WORD)
    domain: str | None = Field(None, max_length=40, pattern=_WORD)


class Area(BaseModel):
    """An area."""

    code: str
    level: Level
    name: str
    name_ko: str | None
    name_en: str | None
    parent: str | None
    urban: bool
    address: str | None
    valid_from: date
    valid_to: date | None


class AreaPage(BaseModel):
    """Areas in code order."""

    items: list[Area]
    next: str | None


class Organisation(BaseModel):
    """A department, office or committee."""

    code: str
    name_zh: str
    name_ko: str | None
    name_en: str | None
    kind: str
    area: str
    domain: str | None


class OrganisationPage(BaseModel):
    """Organisations in code order."""

    items: list[Organisation]
    next: str | None


class CatalogueField(BaseModel):
    """A field a record can hold."""

    code: str
    name_zh: str
    name_ko: str
    name_en: str
    type: str
    code_set: str | None
    owner: str
    readers: list[str]
    sensitivity: Literal["public", "internal", "personal", "sensitive"]
    freshness_days: int | None
    legal_basis: str
    collected_by: Literal["grid_worker", "department", "derived"]


class FieldList(BaseModel):
    """The whole catalogue."""

    items: list[CatalogueField]
    next: None


class Document(BaseModel):
    """A document; its number is masked in answers."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["resident_id", "passport", "hmt_permit", "hmt_residence", "foreign_permit"] = (
        "resident_id"
    )
    number: str = Field(min_length=4, max_length=32)


class Lookup(BaseModel):
    """Who is asked for, and what of them."""

    model_config = ConfigDict(extra="forbid")

    document: Document
    fields: list[str] = Field(min_length=1, max_length=60, description="Codes of the catalogue.")
    explain: bool = Field(default=False, description="Also tell which assertion won, and why.")


class Search(Filter):
    """A search: whom, what of them, and whether to count."""

    fields: list[str] = Field(min_length=1, max_length=60, description="Codes of the catalogue.")
    after: str | None = Field(None, max_length=512, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200, description="Residents at most.")
    count: Literal["none", "capped"] = Field(
        "none", description="`capped` says how many there are, up to 10,000."
    )


class Fact(BaseModel):
    """A fact and where it comes from."""

    value: Any
    source: Literal["department_push", "grid_visit", "resident", "baseline"]
    domain: str | None
    observed_on: date
    observed_at: datetime | None = None


class Resident(BaseModel):
    """A resident, with the fields asked for and no others."""

    id: UUID
    county: str
    version: int
    name: str | None = None
    name_ko: str | None = None
    name_pinyin: str | None = None
    sex: str | None = None
    born_on: date | None = None
    document: Document | None = None
    phone: str | None = Field(None, description="Masked: 138****1234.")
    residency: str | None = None
    usual_language: str | None = None
    household_id: UUID | None = None
    relation: str | None = None
    dwelling: str | None = None
    facts: dict[str, Fact | None] | None = None
    disputed: list[str] | None = Field(
        None, description="Those of the fields that somebody disputes; absent where nobody does."
    )


class Count(BaseModel):
    """How many there are; `capped` when there are more."""

    value: int = Field(le=10_000)
    capped: bool


class ResidentPage(BaseModel):
    """Residents by dwelling."""

    items: list[Resident]
    next: str | None
    count: Count | None = Field(None, description="Only where asked for.")


class Member(BaseModel):
    """A member of a household, as a grid worker sees it."""

    id: UUID
    version: int
    name: str
    name_ko: str | None
    relation: str | None
    sex: str
    born_on: date | None
    phone: str | None
    usual_language: str | None
    stale: list[str]


class Household(BaseModel):
    """A household and its members."""

    id: UUID
    dwelling: str
    address: str
    head_name: str | None
    members: list[Member]


class HouseholdPage(BaseModel):
    """Households by dwelling."""

    items: list[Household]
    next: str | None


class Access(BaseModel):
    """Somebody read or changed something of a resident."""

    read_at: datetime
    organisation: str
    organisation_name: str | None
    reader: str
    role: str
    purpose: str
    fields: list[str]
    operation: str
    request_id: str | None


class AccessPage(BaseModel):
    """Accesses, newest first."""

    items: list[Access]
    next: str | None


class Indicator(BaseModel):
    """A figure, how it is computed, and from what."""

    figure: str
    code: str
    name_zh: str
    name_ko: str
    name_en: str
    value: float | int | None
    unit: str
    numerator: int | None
    denominator: int | None
    definition: str
    definition_en: str
    details: list[dict[str, Any]] | None = None


class IndicatorList(BaseModel):
    """Figures of an area."""

    as_of: datetime
    within: str
    counted_on: date | None = Field(None, description="Of a former day: the newest count by then.")
    items: list[Indicator]


class EventPage(BaseModel):
    """Events (CloudEvents 1.0) after a cursor."""

    items: list[dict[str, Any]]
    next: str
