"""What is asked for a resident's copy, and what it holds."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class CopyRequest(BaseModel):
    """Who asks, having shown who it is, and for which format."""

    model_config = ConfigDict(extra="forbid")

    requested_by: Literal["self", "guardian", "agent"] = "self"
    format: Literal["json", "html"] = Field("json", description="`html` is a page to print.")


class Made(BaseModel):
    """The hand-over."""

    id: UUID
    at: datetime
    by: str
    organisation: str
    requested_by: str


class PersonalCopy(BaseModel):
    """All that is kept of a person; of others, offices and officers only."""

    made: Made
    resident: dict[str, Any]
    fields: list[dict[str, Any]] = Field(description="With their owners, sources and grounds.")
    said: list[dict[str, Any]] = Field(description="What each source said, shown or not.")
    documents: list[dict[str, Any]] = Field(description="Numbers in full.")
    households: list[dict[str, Any]]
    life_events: list[dict[str, Any]]
    disputes: list[dict[str, Any]]
    verifications: list[dict[str, Any]]
    accesses: list[dict[str, Any]] = Field(description="Who has seen the data, newest first.")
    consents: list[dict[str, Any]] = Field(description="What the resident agreed to or withdrew.")
    emergencies: list[dict[str, Any]] = Field(description="Emergency accesses and their reviews.")
    provisions: list[dict[str, Any]] = Field(description="To whom files with the data went.")
    copies: list[dict[str, Any]] = Field(description="Earlier copies.")
    correct: str = Field(description="Where to say that something is wrong.")
