"""The shapes of exports and of the register of provisions, for checking and for OpenAPI."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.api.filter_schemas import Filter
from services.registry.api.import_schemas import ImportFailure
from services.registry.api.schemas import PageFilter

Format = Literal["xlsx", "csv", "parquet", "ndjson"]


class ExportCreate(BaseModel):
    """What is to be exported."""

    model_config = ConfigDict(extra="forbid")

    format: Format
    fields: list[str] = Field(
        min_length=1, max_length=60, description="Field codes, in the order of the columns."
    )
    filter: Filter
    legal_basis: str = Field(
        min_length=4, max_length=500, description="Statute or duty the provision rests on."
    )
    agreement: str | None = Field(
        None, min_length=1, max_length=200, description="Number of a sharing agreement."
    )
    encoding: Literal["utf-8", "gb18030"] = Field("utf-8", description="Of a CSV.")
    language: Literal["zh", "ko", "en"] = Field("zh", description="Of headings and labels.")
    values: Literal["label", "code"] | None = Field(
        None, description="Codes as labels or as they are; labels in XLSX and CSV if left out."
    )


class ExportProgress(BaseModel):
    """Residents."""

    residents_total: int | None
    residents_done: int
    residents_most: int = Field(description="More fail the export.")


class ExportFile(BaseModel):
    """The file, once it is done."""

    media_type: str
    size_bytes: int
    sha256: str


class ExportLinks(BaseModel):
    """Where to go on."""

    self: str
    file: str | None
    cancel: str | None


class ExportView(BaseModel):
    """An export."""

    id: UUID
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    within: str
    filtered_by: list[str]
    format: Format
    fields: list[str]
    masked: list[str] = Field(description="Fields whose values are masked in the file.")
    limited_to_holders_of: list[str] = Field(
        description="Only residents who have one of these; for wide exports without a filter."
    )
    encoding: str | None
    language: str
    values: str
    purpose: str
    legal_basis: str
    agreement: str | None
    progress: ExportProgress
    file: ExportFile | None
    error: ImportFailure | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    links: ExportLinks


class ExportPage(BaseModel):
    """Exports, newest first."""

    items: list[ExportView]
    next: str | None


class ProvisionFilter(PageFilter):
    """Which entries."""

    organisation: str | None = Field(None, max_length=40)


class Provision(BaseModel):
    """Who was provided with what."""

    id: UUID
    organisation: str
    organisation_name: str | None
    recipient: str
    role: str
    export_id: UUID
    within: str
    fields: list[str]
    filtered_by: list[str]
    residents: int
    format: str
    sha256: str
    purpose: str
    legal_basis: str
    agreement: str | None
    provided_at: datetime


class ProvisionPage(BaseModel):
    """Entries, newest first."""

    items: list[Provision]
    next: str | None
