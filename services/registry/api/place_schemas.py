"""The shapes of requests and answers about areas in time."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.api.schemas import Area, PageFilter

_PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
_CODE = r"^[0-9]{4,26}$"
ChangeKind = Literal["rename", "recode", "merge", "split", "reparent"]


class OnFilter(BaseModel):
    """On which day."""

    model_config = ConfigDict(extra="forbid")

    on: date | None = Field(None, description="As it was on this day; its last state without it.")


class WithinPageFilter(PageFilter):
    """What concerns an area."""

    within: str = Field(max_length=26, description="Area code; it and everything inside it.")


class Related(BaseModel):
    """A code that followed or preceded another."""

    code: str
    kind: ChangeKind
    effective_on: date
    change_id: UUID


class AreaInTime(Area):
    """An area, and what became of its code."""

    successors: list[Related]
    predecessors: list[Related]


class AreaVersion(BaseModel):
    """A state of an area."""

    name: str
    name_ko: str | None
    name_en: str | None
    urban: bool
    address: str | None
    change_id: UUID | None
    valid_from: date
    valid_to: date | None


class AreaHistory(BaseModel):
    """Every state of an area, oldest first."""

    code: str
    versions: list[AreaVersion]
    successors: list[Related]
    predecessors: list[Related]


class AreaRegistration(BaseModel):
    """A grid, building, unit or dwelling to be registered."""

    model_config = ConfigDict(extra="forbid")

    parent: str = Field(pattern=_CODE, description="The community, grid, building or unit.")
    number: int = Field(ge=1, le=99_999, description="Its number there; of a dwelling, the room.")
    name: str = Field(min_length=1, max_length=80, pattern=_PRINTABLE)
    name_ko: str | None = Field(None, min_length=1, max_length=80, pattern=_PRINTABLE)
    name_en: str | None = Field(None, min_length=1, max_length=80, pattern=_PRINTABLE)
    address: str | None = Field(None, min_length=1, max_length=200, pattern=_PRINTABLE)


class ChangedArea(BaseModel):
    """An area after a change; names left out stay as they were."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(pattern=_CODE)
    name: str | None = Field(None, min_length=1, max_length=80, pattern=_PRINTABLE)
    name_ko: str | None = Field(None, min_length=1, max_length=80, pattern=_PRINTABLE)
    name_en: str | None = Field(None, min_length=1, max_length=80, pattern=_PRINTABLE)


class AreaChangeRequest(BaseModel):
    """A change of areas that is asked for."""

    model_config = ConfigDict(extra="forbid")

    kind: ChangeKind
    effective_on: date = Field(description="First day of the new codes.")
    document: str = Field(
        min_length=1, max_length=200, pattern=_PRINTABLE, description="The ordering document."
    )
    note: str | None = Field(None, max_length=500)
    old: list[str] = Field(min_length=1, max_length=50)
    new: list[ChangedArea] = Field(min_length=1, max_length=50)
    assignment: dict[str, str] = Field(
        default_factory=dict,
        max_length=5000,
        description="Of a split: part of the old area → new area.",
    )


class ChangeProgress(BaseModel):
    """How far the re-keying of records came."""

    phase: Literal["areas", "households", "residents", "emptied", "periods"] | None
    rows_total: int
    rows_done: int


class AreaChange(BaseModel):
    """A change of areas."""

    id: UUID
    kind: ChangeKind
    effective_on: date
    state: Literal["scheduled", "rekeying", "done", "failed"]
    reach: str
    document: str
    note: str | None
    old: list[str]
    new: list[ChangedArea]
    assignment: dict[str, str]
    asked_by: str
    organisation: str
    asked_at: datetime
    effective_at: datetime | None
    finished_at: datetime | None
    error: str | None
    progress: ChangeProgress


class LineagePair(BaseModel):
    """An old code and one that followed it; what lay inside followed with it."""

    old: str
    new: str


class AreaChangeInFull(AreaChange):
    """A change of areas, with the codes it gave (the first 1,000, widest areas first)."""

    lineage: list[LineagePair]


class AreaChangePage(BaseModel):
    """Changes, oldest first."""

    items: list[AreaChange]
    next: str | None


class FollowedPair(LineagePair):
    """One code that followed another."""

    carries: bool = Field(description="Whether what lay at the old code lies at this one now.")


class FollowedChange(BaseModel):
    """What changed."""

    change: UUID
    kind: ChangeKind
    effective_on: date
    old: list[str]
    new: list[str]
    lineage: list[FollowedPair] = Field(
        description="The longest `old` that begins a code says what became of it."
    )


class AreaChangeEvent(BaseModel):
    """CloudEvents 1.0."""

    specversion: Literal["1.0"]
    id: UUID
    source: str
    type: Literal["registry.area.changed.v1"]
    subject: str
    time: datetime
    datacontenttype: Literal["application/json"]
    area: str
    domain: str | None
    data: FollowedChange


class AreaChangeFeed(BaseModel):
    """Changes in the order in which they came into effect."""

    items: list[AreaChangeEvent]
    next: str = Field(description="Where to go on; there is always one.")
