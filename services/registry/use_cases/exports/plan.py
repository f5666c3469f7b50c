"""What exports work with, and what somebody asks of them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.common.clock import Clock, utc_now
from services.registry.domain.exports.plans import Encoding, Format, Language, Values
from services.registry.domain.filters import Asked
from services.registry.settings import RegistrySettings
from services.registry.store.exports.files import ExportFiles
from services.registry.store.exports.writers import SHEET_ROWS
from services.registry.store.store import Store

RUN: Final = "registry.export"
EXPIRE: Final = "registry.export_expiry"


@dataclass(frozen=True, slots=True)
class Exporting:
    """What exports work with.

    Attributes:
        store: The registry's.
        files: Where files are.
        chunk_rows: Residents read at a time.
        keep: How long a file can be fetched.
        sheet_rows: Rows of a worksheet.
        clock: Tells the time.
    """

    store: Store
    files: ExportFiles
    chunk_rows: int = 2000
    keep: timedelta = timedelta(days=7)
    sheet_rows: int = SHEET_ROWS
    clock: Clock = utc_now


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks.

    Attributes:
        format: Of the file.
        fields: Codes, in the order of the columns.
        filter: Which residents; its area was checked against the caller's.
        encoding: Of a CSV.
        language: Of headings and labels.
        values: Labels or codes; None for what is usual in the format.
        legal_basis: On which the data are provided.
        agreement: Under which, where there is one.
    """

    format: Format
    fields: tuple[str, ...]
    filter: Asked
    encoding: Encoding
    language: Language
    values: Values | None
    legal_basis: str
    agreement: str | None


def exporting(store: Store, settings: RegistrySettings) -> Exporting:
    """What exports of an open store work with."""
    return Exporting(
        store,
        ExportFiles(settings.data_dir / "exports"),
        settings.export_chunk_rows,
        timedelta(days=settings.export_keep_days),
    )
