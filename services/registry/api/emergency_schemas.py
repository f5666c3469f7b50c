"""The shapes of emergency accesses, to read what is sent and for the OpenAPI document."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.api.schemas import Document, PageFilter, Resident
from services.registry.domain.emergencies.rules import Reason


class EmergencyRequest(BaseModel):
    """Whose record is opened, why and for how long."""

    model_config = ConfigDict(extra="forbid")

    document: Document
    reason: Reason
    text: str = Field(min_length=5, max_length=500, description="What happened; kept sealed.")
    minutes: int = Field(30, ge=5, le=60, description="How long the record stays open.")


class EmergencyOpened(BaseModel):
    """An access that was just opened; what it opens is read at its own address."""

    id: UUID
    county: str
    resident_id: UUID
    reason: Reason
    fields: list[str]
    expires_at: datetime


class EmergencyMember(BaseModel):
    """Somebody of the same household."""

    id: UUID
    name: str
    name_ko: str | None
    relation: str | None


class EmergencyResident(BaseModel):
    """What the emergency opens; `resident.phone` is in full."""

    id: UUID
    expires_at: datetime
    resident: Resident
    address: str | None
    members: list[EmergencyMember]


class EmergencyFilter(PageFilter):
    """Which accesses are listed."""

    within: str = Field(max_length=26, description="Area code; it and everything inside it.")
    state: Literal["all", "reviewed", "unreviewed"] = "all"


class EmergencyReview(BaseModel):
    """How an access is judged."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["justified", "not_justified"]
    comment: str = Field(min_length=1, max_length=500, description="Kept sealed.")


class EmergencyReviewed(BaseModel):
    """The judgement."""

    id: UUID
    verdict: Literal["justified", "not_justified"]
    reviewed_at: datetime


class EmergencyView(BaseModel):
    """An access, or an attempt that found nobody (`resident_id` is null)."""

    id: UUID
    county: str
    community: str | None
    resident_id: UUID | None
    opened_by: str
    opened_role: str
    opened_organisation: str
    reason: Reason
    text: str
    opened_at: datetime
    expires_at: datetime
    verdict: Literal["justified", "not_justified"] | None
    comment: str | None
    reviewed_by: str | None
    reviewed_organisation: str | None
    reviewed_at: datetime | None


class EmergencyPage(BaseModel):
    """Accesses, newest first."""

    items: list[EmergencyView]
    next: str | None
