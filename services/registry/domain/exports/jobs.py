"""An export: what was asked for, how it stands, and what it became."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from services.registry.domain.exports.plans import MEDIA_TYPES, Plan, filtered_by
from services.registry.domain.filters import Asked

State: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]

OPEN: Final = frozenset({"queued", "running"})
MASKED: Final = ("document", "phone")
"""Fields whose values leave the registry only masked."""


@dataclass(frozen=True, slots=True)
class Export:
    """An export.

    Attributes:
        id: Its key.
        within: Area of its filter.
        roles: Of who asked.
        domains: Of who asked.
        organisation: Of who asked.
        requested_by: Subject of the token.
        requested_by_name: What people call it.
        role: The one that carries furthest, for access records.
        purpose: Stated with the request.
        request_id: Of the request.
        plan: What is written.
        filter: Which residents.
        legal_basis: On which they are provided.
        agreement: Under which, where there is one.
        most: Residents at most.
        created_at: When it was asked for.
        state: Where it stands.
        tries: How often it was begun.
        residents_total: How many fit; None until they are counted.
        residents_done: How many are written.
        size_bytes: Of the file.
        sha256: Of the file.
        has_file: Whether it can be fetched.
        error: Why it failed.
        started_at: When it was first begun.
        finished_at: When it was over.
    """

    id: UUID
    within: str
    roles: Sequence[str]
    domains: Sequence[str]
    organisation: str
    requested_by: str
    requested_by_name: str
    role: str
    purpose: str
    request_id: str | None
    plan: Plan
    filter: Asked = field(repr=False)
    legal_basis: str
    agreement: str | None
    most: int
    created_at: datetime
    state: State = "queued"
    tries: int = 0
    residents_total: int | None = None
    residents_done: int = 0
    size_bytes: int | None = None
    sha256: bytes | None = None
    has_file: bool = False
    error: Mapping[str, Any] | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


def view(job: Export, base: str) -> dict[str, Any]:
    """An export as who asked for it sees it; the values of its filter are not repeated.

    Args:
        job: The export.
        base: Path of the exports, such as `/registry/v1/exports`.
    """
    own = f"{base}/{job.id}"
    return {
        "id": str(job.id),
        "state": job.state,
        "within": job.within,
        "filtered_by": filtered_by(job.filter),
        "format": job.plan.format,
        "fields": list(job.plan.fields),
        "masked": [code for code in job.plan.fields if code in MASKED],
        "limited_to_holders_of": list(job.plan.own),
        "encoding": job.plan.encoding if job.plan.format == "csv" else None,
        "language": job.plan.language,
        "values": job.plan.values,
        "purpose": job.purpose,
        "legal_basis": job.legal_basis,
        "agreement": job.agreement,
        "progress": {
            "residents_total": job.residents_total,
            "residents_done": job.residents_done,
            "residents_most": job.most,
        },
        "file": _file(job) if job.state == "done" else None,
        "error": dict(job.error) if job.error else None,
        "created_at": _instant(job.created_at),
        "started_at": _instant(job.started_at),
        "finished_at": _instant(job.finished_at),
        "links": {
            "self": own,
            "file": f"{own}/file" if job.has_file else None,
            "cancel": f"{own}/cancel" if job.state in OPEN else None,
        },
    }


def _file(job: Export) -> dict[str, Any]:
    return {
        "media_type": MEDIA_TYPES[job.plan.format],
        "size_bytes": job.size_bytes,
        "sha256": job.sha256.hex() if job.sha256 else None,
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None
