"""The shapes of findings."""

from datetime import datetime

from pydantic import BaseModel, Field

from services.registry.api.place_schemas import WithinPageFilter


class FindingFilter(WithinPageFilter):
    """Which findings are listed."""

    kind: str | None = Field(None, max_length=40, pattern=r"^[a-z_]+$")


class FindingArea(BaseModel):
    """Where it was found."""

    code: str
    level: str | None
    name: str | None


class FindingLimit(BaseModel):
    """Between which values there is no finding."""

    least: float | None
    most: float | None


class Finding(BaseModel):
    """An area whose measured value breaks a rule."""

    kind: str
    title: str
    area: FindingArea
    other: str | None = Field(description="The neighbour it is about, where there is one.")
    measured: float
    unit: str
    limit: FindingLimit
    source: str


class FindingPage(BaseModel):
    """Findings by kind and area."""

    items: list[Finding]
    next: str | None


class FindingKind(BaseModel):
    """A kind of finding and how often it was made."""

    kind: str
    title_zh: str
    title_ko: str
    title_en: str
    areas: int
    measured: float
    unit: str
    limit: FindingLimit
    source: str


class FindingSummary(BaseModel):
    """Findings of an area by kind."""

    within: str
    as_of: datetime = Field(description="When the oldest count of records was last checked.")
    items: list[FindingKind]
