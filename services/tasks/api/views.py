"""What callers get, for the OpenAPI document; the bodies come ready from the database."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.tasks.domain.whistles import LegState, State, WhistleKind


class OverdueView(BaseModel):
    """A deadline that passed."""

    what: Literal["sign", "arrive", "close"]
    level: int
    round: int
    due_at: datetime
    fired_at: datetime


class LegView(BaseModel):
    """One department's part."""

    id: UUID
    organisation: str
    role: Literal["lead", "co_handler"]
    state: LegState
    round: int
    dispatched_at: datetime
    sign_due_at: datetime
    arrive_due_at: datetime
    close_due_at: datetime
    signed_at: datetime | None
    arrived_at: datetime | None
    done_at: datetime | None
    result: str | None
    overdue: list[OverdueView]


class WhistleSummary(BaseModel):
    """A whistle in a list."""

    id: UUID
    county: str
    version: int
    kind: WhistleKind
    state: State
    round: int
    outcome: Literal["resolved", "declined"] | None
    solved: bool | None
    title: str
    description: str
    area: str
    street: str
    place_text: str | None
    reported_by: str
    reporter_name: str
    reporter_organisation: str
    reporter_role: str
    resident_contact: str | None
    reported_at: datetime
    blown_at: datetime | None
    dispatched_at: datetime | None
    result_submitted_at: datetime | None
    verified_at: datetime | None
    rated_at: datetime | None
    closed_at: datetime | None
    overdue: bool
    result_text: str | None
    photo_ids: list[UUID]
    result_photo_ids: list[UUID]
    legs: list[LegView]


class RatingView(BaseModel):
    """The last rating."""

    round: int
    satisfaction: Literal["satisfied", "basically_satisfied", "unsatisfied"]
    score: int | None
    comment: str | None
    rated_at: datetime


class EntryView(BaseModel):
    """One line of a timeline."""

    seq: int
    at: datetime
    action: str
    round: int
    organisation: str
    role: str
    actor_name: str
    comment: str | None
    details: dict[str, Any] | None


class WhistleView(WhistleSummary):
    """A whistle with its rating and timeline."""

    rating: RatingView | None
    timeline: list[EntryView]


class WhistlePage(BaseModel):
    """A page of whistles."""

    items: list[WhistleSummary]
    next: str | None


class ContactView(BaseModel):
    """A resident's contact in clear."""

    resident_contact: str | None


class AttachmentView(BaseModel):
    """A photo as it is kept."""

    id: UUID
    sha256: str
    media_type: str
    size_bytes: int
    width_px: int
    height_px: int


class AssignmentView(BaseModel):
    """A task placed on a community."""

    id: UUID
    county: str
    version: int
    community: str
    title: str
    content: str
    organisation: str
    domain: str
    item_id: UUID | None
    item_title: str | None
    state: Literal["open", "refused", "done"]
    due_at: datetime
    placed_by_name: str
    placed_at: datetime
    answered_by_name: str | None
    answered_at: datetime | None
    reason_code: str | None
    comment: str | None


class AssignmentPage(BaseModel):
    """A page of assignments."""

    items: list[AssignmentView]
    next: str | None


class SuggestionView(BaseModel):
    """A complaint or suggestion and its answer."""

    id: UUID
    county: str
    version: int
    kind: Literal["complaint", "suggestion"]
    text: str
    organisation: str
    role: str
    created_at: datetime
    reply: str | None
    replied_at: datetime | None


class SuggestionPage(BaseModel):
    """A page of suggestions."""

    items: list[SuggestionView]
    next: str | None


class TodayItem(BaseModel):
    """Something that waits."""

    kind: Literal["verify_whistle", "assignment", "open_whistle", "verify_fact"]
    title: str = Field(description="Of a fact: whose it is.")
    area: str
    subject_id: UUID = Field(description="Of a fact: the verification in the registry.")
    due_at: datetime | None
    field: str | None = Field(None, description="Which fact; of verify_fact alone.")
    resident_id: UUID | None = Field(None, description="Whose fact; of verify_fact alone.")


class TodayView(BaseModel):
    """What waits for a grid worker."""

    as_of: datetime
    items: list[TodayItem]
    missing: list[Literal["verify_fact"]] = Field(
        description="Kinds that could not be asked for just now."
    )


class LimitsView(BaseModel):
    """Limits in force for a kind; county is empty where the suggestion holds."""

    kind: WhistleKind
    county: str
    version: int
    sign_within_s: int
    arrive_within_s: int
    close_within_s: int
    rework_within_s: int
    escalate_every_s: int


class LimitsPage(BaseModel):
    """The limits of all kinds."""

    items: list[LimitsView]
    next: None


class IndicatorView(BaseModel):
    """One indicator with its meaning and parts."""

    figure: str | None
    code: str
    organisation: str | None
    name_zh: str
    name_ko: str
    name_en: str
    value: float | None
    unit: str
    numerator: float
    denominator: int
    definition: str


class IndicatorsView(BaseModel):
    """The indicators of an area."""

    as_of: datetime
    within: str
    items: list[IndicatorView]


class EventPage(BaseModel):
    """A page of CloudEvents."""

    items: list[dict[str, Any]]
    next: str
