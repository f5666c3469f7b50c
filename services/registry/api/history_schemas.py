"""The shapes of why a record shows what it shows, and of what it showed before."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from services.common import paging


def _with_plus(text: Any) -> Any:
    return text.replace(" ", "+") if isinstance(text, str) else text


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


class AsOfFilter(BaseModel):
    """About which day, and known by which instant."""

    model_config = ConfigDict(extra="forbid")

    valid_on: date | None = Field(None, description="As it was on this day; as it is without it.")
    # A plus sign in a query string reads as a space.
    known_at: Annotated[AwareDatetime | None, BeforeValidator(_with_plus)] = Field(
        None, description="What the registry knew by this instant (RFC 3339)."
    )


class AsOfTimes(BaseModel):
    """Which times were asked for; absent from what is shown now."""

    valid_on: date | None
    known_at: datetime | None


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
