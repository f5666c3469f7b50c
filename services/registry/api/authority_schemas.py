"""The shapes of the authority matrix, for the OpenAPI document and to read what is sent."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.registry.domain.authority import LONGEST_AGE_DAYS, WORST_RANK

_MOST_CELLS = 2000


class Rank(BaseModel):
    """What one domain's word about one field is worth."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(max_length=40)
    domain: str = Field(max_length=40, description="A domain, or `resident`.")
    rank: int = Field(ge=1, le=WORST_RANK, description="1 is best; who is not listed comes last.")
    max_age_days: int | None = Field(
        None,
        ge=1,
        le=LONGEST_AGE_DAYS,
        description="Older than the newest by more than this, it falls behind all that stand.",
    )


class Change(Rank):
    """A cell of the base that is different in the draft."""

    rank: int | None = Field(ge=1, le=WORST_RANK, description="null takes the cell out.")  # type: ignore[assignment]  # a change may take out what a matrix must have


class Draft(BaseModel):
    """A whole matrix, or changes of a version."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(min_length=1, max_length=500, description="Why; kept with the version.")
    ranks: list[Rank] | None = Field(None, min_length=1, max_length=_MOST_CELLS)
    base: int | None = Field(None, ge=1)
    changes: list[Change] | None = Field(None, max_length=_MOST_CELLS)

    @model_validator(mode="after")
    def _is_either(self) -> "Draft":
        whole = self.ranks is not None
        if whole in {self.changes is not None, self.base is not None}:
            raise ValueError("Send either ranks, or base and changes.")
        return self


class Progress(BaseModel):
    """How far a version has been carried into the records."""

    state: Literal["running", "done"] | None
    residents_seen: int
    residents_changed: int
    values_changed: int
    applied_at: datetime | None


class Version(BaseModel):
    """A version without its cells."""

    number: int
    version: int = Field(description="For If-Match.")
    state: Literal["draft", "active", "retired"]
    base: int | None = Field(description="Active when it was drafted.")
    former: int | None = Field(description="Active before it was.")
    note: str
    made_by: str
    organisation: str
    made_at: datetime
    activated_by: str | None
    activated_at: datetime | None
    retired_at: datetime | None
    fields: list[str] = Field(description="That it orders differently from the former.")
    progress: Progress


class VersionInFull(Version):
    """A version with its cells."""

    ranks: list[Rank]


class VersionPage(BaseModel):
    """Versions, newest first."""

    items: list[Version]
    next: str | None


class SimulationRequest(BaseModel):
    """Of which area."""

    model_config = ConfigDict(extra="forbid")

    within: str = Field(max_length=26, description="Area code, a community or wider.")


class Move(BaseModel):
    """Residents who would be shown another domain's value."""

    model_config = ConfigDict(populate_by_name=True)

    from_: str = Field(alias="from")
    to: str
    residents: int


class SimulatedField(BaseModel):
    """What would change in one field."""

    field: str
    residents: int
    moves: list[Move]


class Simulation(BaseModel):
    """What would change; grows until its state is done."""

    id: UUID
    number: int
    against: int
    within: str
    state: Literal["running", "done"]
    residents_seen: int = Field(description="Of whom anything was asserted.")
    residents_changed: int
    fields: list[SimulatedField]
