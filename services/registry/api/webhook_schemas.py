"""Shapes of webhooks."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from services.registry.api.schemas import PageFilter

Url = Annotated[str, Field(min_length=1, max_length=2048, examples=["https://example.org/in"])]
Types = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Field(max_length=50, description="Which events; empty for all that concern you."),
]
Description = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class NewWebhook(BaseModel):
    """A subscription to be made."""

    model_config = ConfigDict(extra="forbid")

    url: Url
    types: Types = []
    description: Description = ""
    active: bool = True


class WebhookPatch(BaseModel):
    """What shall be different (JSON Merge Patch)."""

    model_config = ConfigDict(extra="forbid")

    url: Url | None = None
    types: Types | None = None
    description: Description | None = None
    active: bool | None = None


class Rotation(BaseModel):
    """How a secret is replaced."""

    model_config = ConfigDict(extra="forbid")

    overlap_s: int = Field(
        86_400, ge=0, le=7 * 86_400, description="Seconds in which the former secret signs too."
    )


class ReplayFrom(BaseModel):
    """From where on the feed is read again: one of the two."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(None, max_length=512, description="A cursor of the feed.")
    since: AwareDatetime | None = Field(None, description="What happened from this instant on.")

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.after is None) == (self.since is None):
            raise ValueError("Name either a cursor or an instant.")
        return self


class DeliveryFilter(PageFilter):
    """Which deliveries are listed."""

    state: Literal["pending", "delivered", "dead", "withheld"] | None = Field(
        None, description="Only those; dead are the dead letters."
    )


class Health(BaseModel):
    """How a subscription does."""

    state: Literal["ok", "struggling", "stopped"]
    pending: int = Field(description="Deliveries that wait, counted to 10,000.")
    dead: int = Field(description="Dead letters, counted to 10,000.")
    oldest_pending_at: datetime | None
    failures_in_a_row: int
    resting_until: datetime | None = Field(description="Nothing is attempted before.")
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_outcome: str | None
    missed_at: datetime | None = Field(description="When events were skipped, no longer kept.")


class WebhookView(BaseModel):
    """A subscription."""

    id: UUID
    version: int
    organisation: str
    areas: list[str] = Field(description="It sees no more than these areas.")
    domains: list[str] = Field(description="It sees no more than these domains may.")
    url: str
    types: list[str]
    description: str
    active: bool
    stopped_for: Literal["owner", "gone", "failing", "rights"] | None
    created_at: datetime
    former_secret_until: datetime | None
    health: Health | None = Field(None, description="Of a single subscription only.")


class WebhookWithSecret(WebhookView):
    """A subscription and its secret, which is shown this once."""

    secret: str | None = Field(
        description="`whsec_…`; missing from the answer to a repeated request: rotate it then."
    )


class WebhookPage(BaseModel):
    """Subscriptions, oldest first."""

    items: list[WebhookView]
    next: str | None


class DeliveryView(BaseModel):
    """One event on its way to one subscription."""

    id: UUID
    event_id: UUID = Field(description="Also the message's `webhook-id`, at every attempt.")
    event_type: str
    state: Literal["pending", "delivered", "dead", "withheld"]
    attempts: int
    replays: int
    created_at: datetime
    attempted_at: datetime | None
    next_attempt_at: datetime | None
    finished_at: datetime | None
    outcome: str | None


class DeliveryPage(BaseModel):
    """Deliveries, newest first."""

    items: list[DeliveryView]
    next: str | None
