"""The shapes of imports, for the OpenAPI document."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.api.schemas import PageFilter
from services.registry.domain.imports.outcomes import Outcome


class Form(BaseModel):
    """What is sent."""

    file: str = Field(
        description="XLSX, CSV, Parquet or NDJSON.", json_schema_extra={"format": "binary"}
    )
    domain: str = Field(description="One of the caller's domains.")
    county: str = Field(description="County code; only its residents are changed.")
    mapping: str = Field("{}", description='JSON object {"heading": "field code"}.')
    mapping_id: str = Field("", description="A saved mapping; `mapping` goes before it.")
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
    rows: str


class UsedMapping(BaseModel):
    """The saved mapping a file was read by."""

    id: UUID
    version: int
    name: str


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
    mapping: UsedMapping | None
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


class ChangedMapping(BaseModel):
    """A mapping's name and columns."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    columns: dict[str, str] = Field(
        min_length=1, max_length=200, description="Heading → field code, or `observed_on`."
    )


class NewMapping(ChangedMapping):
    """A mapping to be."""

    domain: str = Field(max_length=40, description="One of the caller's domains.")


class MappingView(BaseModel):
    """A mapping."""

    id: UUID
    version: int
    name: str
    domain: str
    columns: dict[str, str]
    updated_at: datetime


class MappingPage(BaseModel):
    """Mappings, oldest first."""

    items: list[MappingView]
    next: str | None


class RowFilter(PageFilter):
    """Which rows."""

    outcome: Outcome | None = Field(None, description="Only rows with this outcome.")


class RowFault(BaseModel):
    """What was wrong or doubtful in a row."""

    heading: str
    code: str
    reason: str
    taken: bool = Field(description="Whether the row was recorded all the same.")


class RowOutcome(BaseModel):
    """What became of a row."""

    row: int = Field(description="Place in the sheet, from 1; the headings count.")
    outcome: Outcome
    faults: list[RowFault]


class RowPage(BaseModel):
    """Rows of an import, in order; those it has not come to yet are absent."""

    items: list[RowOutcome]
    next: str | None
