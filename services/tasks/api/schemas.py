"""What callers send. Every model refuses members it does not know."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.tasks.domain.assignments import RefusalReason
from services.tasks.domain.whistles import WhistleKind

_MAX_PHOTOS = 9
_MAX_CO_HANDLERS = 9
_YEAR_S = 366 * 86_400

# A NUL cannot be stored by PostgreSQL and has no place in a sentence.
Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00\r\n]+$"
    ),
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]+$"),
]
Comment = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=r"^[^\x00]*$")
]
OrganisationCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,15}(\.[a-z_]{2,40})?$")]
Seconds = Annotated[int, Field(ge=1, le=_YEAR_S)]
PhotoIds = Annotated[list[UUID], Field(max_length=_MAX_PHOTOS)]

Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC)),
]
"""An instant of our time: at the ends of the calendar, zones lead out of it."""


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class AssignmentPlace(_Sent):
    """A task for a community."""

    community: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
    title: Line
    content: Text
    item_id: UUID | None = Field(None, description="The admitted item it relies on.")
    due_at: Instant


class AssignmentRefuse(_Sent):
    """A community's no."""

    reason_code: RefusalReason
    comment: Comment | None = None


class Commented(_Sent):
    """A step that needs no more than an optional comment."""

    comment: Comment | None = None


class WhistleReport(_Sent):
    """What somebody saw."""

    kind: WhistleKind
    title: Line
    description: Text
    area: Annotated[str, StringConstraints(pattern=r"^[0-9]{15}$")] = Field(
        description="Grid code."
    )
    place_text: Line | None = None
    photo_ids: PhotoIds = []
    resident_contact: Line | None = Field(
        None, description="Name and telephone of a resident who asked; kept sealed."
    )


class WhistleDispatch(_Sent):
    """Who answers, and by when; limits may only be shorter than the county's."""

    lead: OrganisationCode
    co_handlers: Annotated[list[OrganisationCode], Field(max_length=_MAX_CO_HANDLERS)] = []
    sign_within_s: Seconds | None = None
    arrive_within_s: Seconds | None = None
    close_within_s: Seconds | None = None
    comment: Comment | None = None


class WhistleResult(_Sent):
    """What a department did."""

    text: Text
    photo_ids: PhotoIds = []


class WhistleVerify(_Sent):
    """Whether it is solved on the spot."""

    passed: bool
    comment: Comment | None = None


class WhistleRate(_Sent):
    """How good the answer was: a score, or a word."""

    score: Annotated[int, Field(ge=1, le=5)] | None = None
    satisfaction: Literal["satisfied", "basically_satisfied", "unsatisfied"] | None = None
    comment: Comment | None = None


class WhistleLimitsPatch(_Sent):
    """Limits to change; what is left out stays."""

    sign_within_s: Seconds | None = None
    arrive_within_s: Seconds | None = None
    close_within_s: Seconds | None = None
    rework_within_s: Seconds | None = None
    escalate_every_s: Seconds | None = None


class SuggestionSubmit(_Sent):
    """A word for whoever runs this software."""

    text: Text
    kind: Literal["complaint", "suggestion"] = "suggestion"


class SuggestionReply(_Sent):
    """The owner's answer."""

    text: Text
