"""The shapes of rows sent as JSON, for the OpenAPI document; the body itself is read by hand."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class ItemDocument(BaseModel):
    """Whose row it is."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["resident_id"] = "resident_id"
    number: str


class Item(BaseModel):
    """What is known of one person; a field left out says nothing."""

    model_config = ConfigDict(extra="forbid")

    document: ItemDocument
    name: str | None = Field(None, description="Needed where the person is not registered yet.")
    observed_on: date | None = Field(None, description="Day it was true; else the request's.")
    fields: dict[str, str | int | float | bool | None] = Field(
        default_factory=dict, description="Field code → value, in the words a file may use too."
    )


class Upserts(BaseModel):
    """Rows of one department about one county, recorded together."""

    model_config = ConfigDict(extra="forbid")

    domain: str
    county: str
    observed_on: date | None = Field(None, description="Day of items without one; else today.")
    items: list[Item] = Field(min_length=1, max_length=1000)


class ItemFault(BaseModel):
    """What is wrong or doubtful in an item."""

    pointer: str = Field(description="Into the request.")
    code: str
    reason: str
    taken: bool = Field(description="Whether the item was recorded all the same.")


class ItemOutcome(BaseModel):
    """What became of an item."""

    outcome: Literal["created", "changed", "unchanged", "rejected"]
    resident_id: UUID | None = Field(None, description="Absent when it was rejected.")
    faults: list[ItemFault] | None = Field(None, description="Absent when there are none.")


class UpsertCounts(BaseModel):
    """How many items each outcome has."""

    created: int
    changed: int
    unchanged: int
    rejected: int


class UpsertResult(BaseModel):
    """Outcomes in the order of the items."""

    counts: UpsertCounts
    items: list[ItemOutcome]
