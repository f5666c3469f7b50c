"""An import of a department's file: what it is asked to do, how it stands, what it counted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from services.registry.domain.imports.columns import OBSERVED_ON, Column, Ignored, Layout

Kind: TypeAlias = Literal["xlsx", "csv", "parquet", "ndjson"]
State: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]
Phase: TypeAlias = Literal["staging", "matching", "applying", "reporting"]

OPERATION: Final = "registry.imports.start"
OPEN: Final = frozenset({"queued", "running"})
LISTED_AT_MOST: Final = 100_000
"""Rows an error file lists; all are counted, but nobody repairs more by hand."""

COUNTERS: Final = (
    "rows_total", "matched", "created", "changed", "rejected", "duplicates", "conflicts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FilePlan:
    """How the file is read; settled before the import is accepted.

    Attributes:
        kind: By content.
        sheet: Place of the sheet, from 0.
        sheet_name: Empty for CSV.
        layout: Which column is which field.
        encoding: Of a CSV.
        delimiter: Of a CSV.
        schema: Columns and types of a Parquet file.
    """

    kind: Kind
    sheet: int
    sheet_name: str
    layout: Layout
    encoding: str | None = None
    delimiter: str | None = None
    schema: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @classmethod
    def of_json(cls, data: Mapping[str, Any]) -> "FilePlan":
        """What `as_json` gave."""
        layout = data["layout"]
        return cls(
            kind=data["kind"],
            sheet=data["sheet"],
            sheet_name=data["sheet_name"],
            layout=Layout(
                layout["header_row"],
                tuple(layout["headings"]),
                tuple(Column(**column) for column in layout["columns"]),
                tuple(Ignored(**ignored) for ignored in layout["ignored"]),
            ),
            encoding=data["encoding"],
            delimiter=data["delimiter"],
            schema=data.get("schema"),
        )


@dataclass(frozen=True, slots=True)
class Sender:
    """Who says what is recorded: of a file, or of a request with some rows.

    Attributes:
        county: Only its residents are changed.
        domain: For which the department speaks.
        organisation: The department.
        reader: Subject of the token.
        reader_name: What people call it.
        role: The role it acts in.
        request_id: Of the request.
        operation: What the access records say was done.
        headings: Field → how the sender calls it.
        import_id: Of the import, when it is one.
    """

    county: str
    domain: str
    organisation: str
    reader: str
    reader_name: str
    role: str
    request_id: str | None
    operation: str
    headings: Mapping[str, str]
    import_id: UUID | None = None

    @property
    def fields(self) -> list[str]:
        """The fields that are told."""
        return [code for code in self.headings if code != OBSERVED_ON]


@dataclass(frozen=True, slots=True)
class Job:
    """An import.

    Attributes:
        county: First part of its key; only residents of this county are changed.
        id: Second part.
        domain: For which the department speaks.
        organisation: The department.
        requested_by: Subject of the token.
        requested_by_name: What people call it.
        role: The role it acted in.
        request_id: Of the request that started it.
        file_name: As the sender called it.
        media_type: By content.
        size_bytes: Of the file.
        sha256: Of the file.
        plan: How the file is read.
        dry_run: Count and report, but record nothing.
        mapping: The saved mapping it was read by: id, version, name.
        default_on: Day of rows that carry none; the day this content first came.
        state: Where it stands.
        phase: What it does while running.
        staged_to: Last row of the sheet that was read.
        applied_to: Last row of the sheet that was recorded.
        listed: Rows in the error file so far.
        progressed_in: The lease in which it last came further.
        counts: By name, see `COUNTERS`.
        has_errors: Whether there is an error file.
        error: Why it failed.
        created_at: When it was accepted.
        started_at: When a worker took it up.
        finished_at: When it was over.
    """

    county: str
    id: UUID
    domain: str
    organisation: str
    requested_by: str
    requested_by_name: str
    role: str
    request_id: str | None
    file_name: str
    media_type: str
    size_bytes: int
    sha256: bytes
    plan: FilePlan
    dry_run: bool
    default_on: date
    created_at: datetime
    state: State = "queued"
    phase: Phase = "staging"
    staged_to: int = 0
    applied_to: int = 0
    listed: int = 0
    progressed_in: int = 0
    counts: Mapping[str, int] | None = None
    has_errors: bool = False
    error: Mapping[str, Any] | None = None
    mapping: Mapping[str, Any] | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def sender(self) -> Sender:
        """Who says what the file says."""
        return Sender(
            county=self.county,
            domain=self.domain,
            organisation=self.organisation,
            reader=self.requested_by,
            reader_name=self.requested_by_name,
            role=self.role,
            request_id=self.request_id,
            operation=OPERATION,
            headings={c.field: c.heading for c in self.plan.layout.columns},
            import_id=self.id,
        )

    @property
    def is_open(self) -> bool:
        """Whether it may still change something."""
        return self.state in OPEN

    def progress(self) -> dict[str, int]:
        """What it counted; rows that are done are refused, repeated or recorded."""
        counts = dict.fromkeys(COUNTERS, 0) | dict(self.counts or {})
        accepted = counts["matched"] + counts["created"]
        return {
            "rows_total": counts["rows_total"],
            "rows_done": accepted + counts["rejected"] + counts["duplicates"],
            "accepted": accepted,
            **{name: counts[name] for name in COUNTERS[1:]},
        }


def view(job: Job, base: str) -> dict[str, Any]:
    """An import as its department sees it.

    Args:
        job: The import.
        base: Path of the imports, such as `/registry/v1/imports`.
    """
    own = f"{base}/{job.id}"
    plan = job.plan
    return {
        "id": str(job.id),
        "state": job.state,
        "phase": job.phase if job.state == "running" else None,
        "county": job.county,
        "domain": job.domain,
        "organisation": job.organisation,
        "dry_run": job.dry_run,
        "file": {
            "name": job.file_name,
            "media_type": job.media_type,
            "size_bytes": job.size_bytes,
            "sha256": job.sha256.hex(),
            "kind": plan.kind,
            "sheet": plan.sheet_name or None,
            "encoding": plan.encoding,
            "delimiter": plan.delimiter,
        },
        "columns": {
            "used": [{"heading": c.heading, "field": c.field} for c in plan.layout.columns],
            "ignored": [asdict(ignored) for ignored in plan.layout.ignored],
        },
        "mapping": dict(job.mapping) if job.mapping else None,
        "observed_on_default": job.default_on.isoformat(),
        "progress": job.progress(),
        "error": dict(job.error) if job.error else None,
        "created_at": _instant(job.created_at),
        "started_at": _instant(job.started_at),
        "finished_at": _instant(job.finished_at),
        "links": {
            "self": own,
            "errors": f"{own}/errors" if job.has_errors else None,
            "cancel": f"{own}/cancel" if job.is_open else None,
            "rows": f"{own}/rows",
        },
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None
