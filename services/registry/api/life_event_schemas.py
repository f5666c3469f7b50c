"""The shapes of requests and answers about life events and new residents."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.api.schemas import PageFilter
from services.registry.domain.life_events.reports import Kind
from services.registry.use_cases.people.registering import Newcomer

_PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$"
DocumentKind = Literal["resident_id", "passport", "hmt_permit", "hmt_residence", "foreign_permit"]
Relation = Annotated[str, Field(pattern="^[0-8]$", description="GB/T 4761, one digit.")]
Version = Annotated[int, Field(ge=1)]


class DocumentGiven(BaseModel):
    """A document, as it is shown."""

    model_config = ConfigDict(extra="forbid")

    kind: DocumentKind
    number: str = Field(min_length=1, max_length=32)


class NewcomerGiven(BaseModel):
    """Somebody who has no record yet."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=80, pattern=_PRINTABLE)
    name_ko: str | None = Field(None, min_length=1, max_length=80, pattern=_PRINTABLE)
    sex: str = Field("0", pattern="^[0129]$")
    born_on: date | None = None
    residency: str | None = Field(None, max_length=20)
    usual_language: str | None = Field(None, max_length=20)
    document: DocumentGiven | None = Field(None, description="Left out: no document (none).")
    relation: Relation | None = None

    def newcomer(self) -> Newcomer:
        """As the use cases take it."""
        values = self.model_dump(exclude={"document"})
        document = (self.document.kind, self.document.number) if self.document else None
        return Newcomer(**values, document=document)


class LifeEventReport(BaseModel):
    """A life event that is reported."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    occurred_on: date
    people: list[UUID] = Field(
        default_factory=list,
        max_length=50,
        description="Birth: parents. Death: who died. Marriage: the spouses. Divorce: the spouses, "
        "and who leaves with the first. Moves, split: who moves. Head change: the new head.",
    )
    newcomers: list[NewcomerGiven] = Field(default_factory=list, max_length=20)
    household_id: UUID | None = Field(
        None, description="The household that is joined, moves as a whole, or gets another head."
    )
    other_id: UUID | None = Field(None, description="Merge: the household that ends in it.")
    dwelling: str | None = Field(None, pattern=r"^[0-9]{26}$")
    head_id: UUID | None = Field(None, description="Who heads the new household.")
    new_head_id: UUID | None = Field(None, description="Who follows a head that leaves or died.")
    relations: dict[UUID, Relation] = Field(default_factory=dict, max_length=50)
    registered: bool = Field(default=False, description="Whether the 户口 goes along.")
    spouse_id: UUID | None = Field(None, description="Death: the surviving spouse.")
    versions: dict[UUID, Version] = Field(
        default_factory=dict, max_length=100, description="Of the records that were read."
    )
    evidence: str | None = Field(None, min_length=1, max_length=500, pattern=_TEXT)
    legal_basis: str | None = Field(None, min_length=1, max_length=200, pattern=_PRINTABLE)
    amends: UUID | None = Field(None, description="The event that it puts right; taken back first.")


class LifeEventReversal(BaseModel):
    """Why an event is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=500, pattern=_TEXT)


class LifeEventFilter(PageFilter):
    """Which life events."""

    within: str = Field(max_length=26, description="Area code; it and everything inside it.")
    kind: Kind | None = None
    since: date | None = Field(None, alias="from", description="First day.")
    until: date | None = Field(None, alias="to", description="Last day.")


class Subject(BaseModel):
    """Whom an event is about, and as what."""

    id: UUID
    role: str


class NamedSubject(Subject):
    """The same, by name."""

    name: str


class RecordedLifeEvent(BaseModel):
    """An event that was recorded, and the versions of what it touched."""

    id: UUID
    county: str
    kind: Kind
    occurred_on: date
    area: str
    subjects: list[Subject]
    residents: dict[UUID, int]
    households: dict[UUID, int]


class ReversedLifeEvent(BaseModel):
    """An event that was taken back."""

    id: UUID
    county: str
    state: Literal["reversed"]


class ReversalTold(BaseModel):
    """When, by whom and why an event was taken back."""

    reversed_at: datetime
    reversed_by: str
    reason: str | None


class LifeEvent(BaseModel):
    """A life event."""

    id: UUID
    county: str
    kind: Kind
    occurred_on: date
    area: str
    evidence: str | None
    legal_basis: str | None
    amends: UUID | None
    recorded_at: datetime
    recorded_by: str
    role: str
    organisation: str
    subjects: list[NamedSubject]
    households: list[UUID]
    reversal: ReversalTold | None


class LifeEventPage(BaseModel):
    """Life events, newest report first."""

    items: list[LifeEvent]
    next: str | None
