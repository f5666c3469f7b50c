"""What auditors ask and are told."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from services.registry.api.schemas import PageFilter


class Filter(PageFilter):
    """A page of chains or checkpoints."""


class Chain(BaseModel):
    """Where the chain of an organisation's readings stands."""

    organisation: str
    number: int = Field(description="Of its last block.")
    rows: int = Field(description="Access records in it.")
    hash: str = Field(description="Of its last block, hexadecimal.")
    algorithm: Literal["sha256", "sm3"]
    sealed_at: datetime


class ChainPage(BaseModel):
    """Chains by organisation."""

    items: list[Chain]
    next: str | None


class Head(BaseModel):
    """How far a chain had come."""

    organisation: str
    number: int
    hash: str
    rows: int


class Checkpoint(BaseModel):
    """A signed line of the file of checkpoints; RFC 8785 gives back its text."""

    number: int
    at: datetime
    round: int
    ended: tuple[int, str] = Field(description="Every record up to this place is in a block.")
    chains: list[Head] = Field(description="Those that grew since the checkpoint before.")
    previous: str = Field(description="SHA-256 of the line before; empty of the first.")
    key: str = Field(description="Public key, Ed25519.")
    signature: str


class CheckpointPage(BaseModel):
    """Checkpoints, oldest first."""

    items: list[Checkpoint]
    next: str | None
