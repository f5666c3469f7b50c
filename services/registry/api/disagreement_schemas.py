"""The shapes of disputes and verifications, to read what is sent and for the OpenAPI document."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.registry.api.schemas import PageFilter


class DisagreementFilter(PageFilter):
    """Of which area, about which field, in which state."""

    within: str = Field(max_length=26, description="Area code; it and everything inside it.")
    field: str | None = Field(None, max_length=40, description="Only about this field.")
    state: str = Field("open")


class DisputeFilter(DisagreementFilter):
    """Which disputes are listed."""

    state: Literal["open", "upheld", "rejected"] = "open"


class VerificationFilter(DisagreementFilter):
    """Which verifications are listed."""

    state: Literal["open", "resolved", "withdrawn"] = "open"


class DisputeRequest(BaseModel):
    """What a resident says is wrong."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(min_length=1, max_length=40)
    statement: str = Field(min_length=1, max_length=1000, description="In the resident's words.")


class DisputeDecision(BaseModel):
    """What the owner of the field decides."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["uphold", "reject"]
    value: Any = Field(None, description="The right value, when upheld; null for none.")
    reason: str = Field(min_length=1, max_length=1000)


class DisputeOpened(BaseModel):
    """A dispute that was just opened; what the resident said is not repeated."""

    id: UUID
    county: str
    resident_id: UUID
    field: str
    state: Literal["open"]
    opened_by: str
    opened_organisation: str
    opened_at: datetime
    age_days: int
    version: int = Field(description="Of the resident's record.")


class DisputeDecided(BaseModel):
    """A dispute that was just decided."""

    id: UUID
    resident_id: UUID
    state: Literal["upheld", "rejected"]
    version: int = Field(description="Of the resident's record.")


class Dispute(BaseModel):
    """A dispute."""

    id: UUID
    county: str
    resident_id: UUID
    field: str
    state: Literal["open", "upheld", "rejected"]
    statement: str
    opened_by: str
    opened_organisation: str
    opened_at: datetime
    age_days: int = Field(description="Civil days until it was decided, or until today.")
    decided_by: str | None
    decided_organisation: str | None
    decided_at: datetime | None
    reason: str | None


class DisputePage(BaseModel):
    """Disputes in the order in which they were opened."""

    items: list[Dispute]
    next: str | None


class Finding(BaseModel):
    """What was found: what is shown is right, or what it is."""

    model_config = ConfigDict(extra="forbid")

    confirm: bool = False
    value: Any = Field(None, description="What it is; null for none.")
    note: str | None = Field(None, min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _is_either(self) -> "Finding":
        if self.confirm == ("value" in self.model_fields_set):
            raise ValueError("Send either confirm: true, or a value.")
        return self


class VerificationResolved(BaseModel):
    """A verification that was just resolved."""

    id: UUID
    resident_id: UUID
    state: Literal["resolved"]
    outcome: Literal["confirmed", "replaced"]
    version: int = Field(description="Of the resident's record.")


class Shown(BaseModel):
    """What the record shows; numbers are masked."""

    value: Any
    source: str
    domain: str | None
    observed_on: date


class Claimed(Shown):
    """What was said against it."""

    organisation: str | None


class Verification(BaseModel):
    """Two sources contradict each other: somebody must look."""

    id: UUID
    county: str
    resident_id: UUID
    name: str
    dwelling: str
    version: int = Field(description="Of the resident's record.")
    field: str
    state: Literal["open", "resolved", "withdrawn"]
    shown: Shown
    claimed: Claimed
    opened_at: datetime
    age_days: int = Field(description="Civil days until it was over, or until today.")
    outcome: Literal["confirmed", "replaced"] | None
    resolved_by: str | None
    resolved_organisation: str | None
    resolved_at: datetime | None
    note: str | None


class VerificationPage(BaseModel):
    """Verifications in the order in which they were opened."""

    items: list[Verification]
    next: str | None
