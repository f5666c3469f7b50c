"""The shapes of imports, for the OpenAPI document."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field


class Form(BaseModel):
    """What is sent."""

    file: str = Field(
        description="XLSX, CSV, Parquet or NDJSON.", json_schema_extra={"format": "binary"}
    )
    domain: str = Field(description="One of the caller's domains.")
    county: str = Field(description="County code; only its residents are changed.")
    mapping: str = Field("{}", description='JSON object {"heading": "field code"}.')
    dry_run: Literal["true", "false"] = Field("false", description="Count, record nothing.")


class ImportFile(BaseModel):
    """The file, by its content."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    kind: Literal["xlsx", "csv", "parquet", "ndjson"]
    sheet: str | None
    encoding: str | None
    delimiter: str | None


class UsedColumn(BaseModel):
    """A column that is read."""

    heading: str
    field: str


class IgnoredColumn(BaseModel):
    """A column that is not read, and why."""

    heading: str
    reason: Literal[
        "unknown-heading",
        "not-your-field",
        "not-importable",
        "field-mapped-twice",
        "own-grid-layer-refused",
    ]
    field: str | None


class ImportColumns(BaseModel):
    """What became of each column."""

    used: list[UsedColumn]
    ignored: list[IgnoredColumn]


class Progress(BaseModel):
    """Rows; done are the accepted, the rejected and the duplicates."""

    rows_total: int = Field(description="Rows read so far; all of them once it is applying.")
    rows_done: int
    accepted: int = Field(description="Matched and created.")
    matched: int
    created: int
    changed: int = Field(description="Of the matched: whose record shows something new.")
    rejected: int
    duplicates: int
    conflicts: int = Field(description="Of the matched: whose name differs.")


class ImportFailure(BaseModel):
    """Why it failed."""

    code: str
    title: str
    detail: str


class ImportLinks(BaseModel):
    """Where to go on."""

    self: str
    errors: str | None
    cancel: str | None


class Import(BaseModel):
    """An import."""

    id: UUID
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    phase: Literal["staging", "matching", "applying", "reporting"] | None
    county: str
    domain: str
    organisation: str
    dry_run: bool
    file: ImportFile
    columns: ImportColumns
    observed_on_default: date
    progress: Progress
    error: ImportFailure | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    links: ImportLinks


class ImportPage(BaseModel):
    """Imports, newest first."""

    items: list[Import]
    next: str | None
