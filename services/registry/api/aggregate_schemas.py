"""The shapes of counts."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.registry.api.filter_schemas import Filter


class AggregateQuestion(BaseModel):
    """What is counted."""

    model_config = ConfigDict(extra="forbid")

    filter: Filter = Field(description="Without name, phone and address.")
    group_by: list[str] = Field(
        default_factory=list, max_length=3, description="Fields of codes, or of yes and no."
    )
    area_level: Literal["county", "street", "community", "grid"] | None = None


class Cell(BaseModel):
    """A group."""

    group: dict[str, str | None] = Field(description="Value by field; null: nobody said one.")
    residents: int | None = Field(description="Null: too few, or it would give such away.")


class Aggregate(BaseModel):
    """Residents by group; a group that is not listed has nobody."""

    as_of: datetime
    within: str
    filtered_by: list[str]
    total: int | None
    least: int = Field(description="Smaller groups are hidden.")
    hidden: int = Field(description="How many groups are hidden.")
    items: list[Cell]
