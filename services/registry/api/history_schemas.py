"""The shapes of why a record shows what it shows, and of what it showed before."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.common import paging


class Said(BaseModel):
    """An assertion; its value is masked as the field's own."""

    value: Any
    source: Literal["department_push", "grid_visit", "resident", "baseline"]
    domain: str | None
    organisation: str | None
    observed_on: date
    recorded_at: datetime
    rank: int = Field(description="In the active matrix; 1 is best.")
    max_age_days: int | None


class Lost(Said):
    """An assertion that is not shown."""

    reason: Literal[
        "beyond-maximum-age", "rank", "older", "method", "value", "domain", "repeated"
    ] = Field(description="What decided between it and the shown one.")


class Explanation(BaseModel):
    """Why a field shows what it shows."""

    authority: int | None = Field(description="Version of the matrix the record follows.")
    shown: Said | None
    others: list[Lost] = Field(description="In the order in which they would be shown.")


class AsOf(BaseModel):
    """Which times were asked for."""

    valid_on: date | None
    known_at: datetime
    authority: int = Field(description="Version of the matrix that was active.")
    unknown: list[str] = Field(description="Fields of which nothing was known about the day.")


class HistoryFilter(BaseModel):
    """Of which fields, and where to go on."""

    model_config = ConfigDict(extra="forbid")

    fields: str = Field(max_length=2000, description="Codes of the catalogue, with commas.")
    after: str | None = Field(None, max_length=512, description="`next` of the page before.")
    limit: int = Field(paging.DEFAULT_LIMIT, ge=1, le=paging.MAX_LIMIT)


class FieldChange(BaseModel):
    """A field that a version shows differently from the one before."""

    field: str
    old: Any
    new: Any
    valid_since: date
    source: str
    domain: str | None


class RecordChange(BaseModel):
    """What one change did, who made it, and why."""

    version: int
    known_at: datetime
    changed_by: str
    organisation: str | None
    role: str | None
    operation: str | None
    purpose: str | None
    request_id: str | None
    fields: list[FieldChange]


class History(BaseModel):
    """Changes, newest first."""

    items: list[RecordChange]
    next: str | None


class DisputeRequest(BaseModel):
    """What a resident says is wrong."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(max_length=40)
    statement: str = Field(min_length=1, max_length=1000, description="In the resident's words.")


class DisputeDecision(BaseModel):
    """What the owner of the field decides."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["uphold", "reject"]
    value: Any = Field(None, description="The right value, when upheld; null for none.")
    reason: str = Field(min_length=1, max_length=1000)


class Dispute(BaseModel):
    """A dispute; the statement and the reason are told to those who may read the field."""

    id: UUID
    county: str
    resident_id: UUID
    field: str
    state: Literal["open", "upheld", "rejected"]
    statement: str | None = None
    opened_by: str
    opened_organisation: str
    opened_at: datetime
    age_days: int
    decided_by: str | None
    decided_organisation: str | None
    decided_at: datetime | None
    reason: str | None = None


class DisputePage(BaseModel):
    """Disputes in the order in which they were opened."""

    items: list[Dispute]
    next: str | None


class Claim(BaseModel):
    """What somebody said, or what is shown."""

    value: Any
    source: str
    domain: str | None
    organisation: str | None = None
    observed_on: date


class VerificationResolution(BaseModel):
    """What was found on looking."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["confirm", "replace"]
    value: Any = Field(None, description="What it really is, when replaced; null for none.")
    note: str | None = Field(None, max_length=1000)


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
    shown: Claim | None
    claimed: Claim
    opened_at: datetime
    age_days: int
    outcome: Literal["confirmed", "replaced"] | None
    resolved_by: str | None
    resolved_organisation: str | None
    resolved_at: datetime | None
    note: str | None = None


class VerificationPage(BaseModel):
    """Verifications in the order in which they were opened."""

    items: list[Verification]
    next: str | None
