"""A reconciliation: what it is asked to hold against the record, how it stands, what it found."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from services.registry.domain.imports.jobs import Job
from services.registry.domain.reconciliations import outcomes
from services.registry.domain.reconciliations.outcomes import Summary

State: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]
Phase: TypeAlias = Literal["reading", "comparing", "missing", "reporting"]

OPEN: Final = frozenset({"queued", "running"})


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A reconciliation.

    Attributes:
        file: The import the file would be; its key is that of the reconciliation.
        within: The area the file is about: the county, or an area inside it.
        mapping: Heading → field, as the sender said.
        state: Where it stands.
        phase: What it does while running.
        read_to: Last row of the sheet that was read.
        compared_to: Last row that was compared.
        listed: Differences kept so far.
        progressed_in: The lease in which it last came further.
        summary: What it counted.
        has_file: Whether the file with the differences is there.
        error: Why it failed.
        started_at: When a worker took it up.
        finished_at: When it was over.
    """

    file: Job
    within: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    state: State = "queued"
    phase: Phase = "reading"
    read_to: int = 0
    compared_to: int = 0
    listed: int = 0
    progressed_in: int = 0
    summary: Summary = field(default_factory=dict)
    has_file: bool = False
    error: Mapping[str, Any] | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def county(self) -> str:
        """First part of its key."""
        return self.file.county

    @property
    def id(self) -> UUID:
        """Second part of its key."""
        return self.file.id

    @property
    def is_open(self) -> bool:
        """Whether it still works."""
        return self.state in OPEN

    @property
    def room(self) -> int:
        """How many more differences are kept."""
        return max(outcomes.LISTED_AT_MOST - self.listed, 0)


def view(job: Reconciliation, base: str) -> dict[str, Any]:
    """A reconciliation as its department sees it.

    Args:
        job: The reconciliation.
        base: Path of the reconciliations, such as `/registry/v1/reconciliations`.
    """
    own, file = f"{base}/{job.id}", job.file
    layout = file.plan.layout
    return {
        "id": str(job.id),
        "state": job.state,
        "phase": job.phase if job.state == "running" else None,
        "county": job.county,
        "within": job.within,
        "domain": file.domain,
        "organisation": file.organisation,
        "file": {
            "name": file.file_name,
            "media_type": file.media_type,
            "size_bytes": file.size_bytes,
            "sha256": file.sha256.hex(),
            "kind": file.plan.kind,
        },
        "columns": {
            "used": [{"heading": c.heading, "field": c.field} for c in layout.columns],
            "ignored": [asdict(ignored) for ignored in layout.ignored],
        },
        "observed_on_default": file.default_on.isoformat(),
        "progress": {"read_to": job.read_to, "compared_to": job.compared_to},
        "summary": outcomes.view(job.summary),
        "differences_listed": job.listed,
        "differences_truncated": job.listed >= outcomes.LISTED_AT_MOST,
        "error": dict(job.error) if job.error else None,
        "created_at": _instant(file.created_at),
        "started_at": _instant(job.started_at),
        "finished_at": _instant(job.finished_at),
        "links": {
            "self": own,
            "differences": f"{own}/differences",
            "file": f"{own}/file" if job.has_file else None,
            "apply": f"{own}/apply" if job.state == "done" else None,
            "cancel": f"{own}/cancel" if job.is_open else None,
        },
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None
