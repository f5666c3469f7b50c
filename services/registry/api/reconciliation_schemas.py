"""The shapes of reconciliations, for the OpenAPI document."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.api.import_schemas import ImportColumns, ImportFailure
from services.registry.api.schemas import PageFilter

Kind = Literal["added", "missing", "changed", "contradicting", "elsewhere", "rejected"]


class Form(BaseModel):
    """What is sent."""

    file: str = Field(
        description="XLSX, CSV, Parquet or NDJSON.", json_schema_extra={"format": "binary"}
    )
    domain: str = Field(description="One of the caller's domains.")
    county: str = Field(description="County code.")
    within: str | None = Field(None, description="An area of the county; the county if left out.")
    mapping: str = Field("{}", description='JSON object {"heading": "field code"}.')


class DifferenceFilter(PageFilter):
    """Which differences."""

    kind: Kind | None = None
    field: str | None = Field(
        None, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$", description="A field code."
    )


class ReconciledFile(BaseModel):
    """The file, by its content."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    kind: str


class RowCounts(BaseModel):
    """Rows of the file."""

    total: int
    rejected: int
    duplicates: int


class PersonCounts(BaseModel):
    """Persons, each once; `elsewhere` beside what their values say."""

    added: int = Field(description="In the file, not in the registry.")
    missing: int = Field(description="In the registry by this department's word, not in the file.")
    changed: int = Field(description="An import would change a value.")
    contradicting: int = Field(description="Values differ, none would change.")
    same: int
    elsewhere: int = Field(description="Registered in another area.")


class ValueCounts(BaseModel):
    """Values of one field."""

    changed: int
    contradicting: int
    confirmed: int = Field(description="The shown value, newer.")
    same: int


class Summary(BaseModel):
    """What was found."""

    rows: RowCounts
    persons: PersonCounts
    fields: dict[str, ValueCounts]


class ReconciliationProgress(BaseModel):
    """How far it came, in rows of the sheet."""

    read_to: int
    compared_to: int


class ReconciliationLinks(BaseModel):
    """Where to go on."""

    self: str
    differences: str
    file: str | None
    apply: str | None
    cancel: str | None


class ReconciliationView(BaseModel):
    """A reconciliation."""

    id: UUID
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    phase: Literal["reading", "comparing", "missing", "reporting"] | None
    county: str
    within: str
    domain: str
    organisation: str
    file: ReconciledFile
    columns: ImportColumns
    observed_on_default: date
    progress: ReconciliationProgress
    summary: Summary
    differences_listed: int
    differences_truncated: bool
    error: ImportFailure | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    links: ReconciliationLinks


class ReconciliationPage(BaseModel):
    """Reconciliations, newest first."""

    items: list[ReconciliationView]
    next: str | None


class Difference(BaseModel):
    """A difference; numbers are masked, what the department may not read is left out."""

    no: int
    kind: Kind
    field: str | None
    row: int | None = Field(description="Place in the sheet, from 1.")
    resident: dict[str, Any] | None
    file: dict[str, Any] | None
    registry: dict[str, Any] | None


class DifferencePage(BaseModel):
    """Differences in the order they were found."""

    items: list[Difference]
    next: str | None
