"""The events this service tells: what became true, for whom, without anything about a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.common.outbox import Event
from services.tasks.domain.assignments import Assignment
from services.tasks.domain.whistles import Whistle

WHISTLE_EVENTS: Final = frozenset(
    f"tasks.whistle.{fact}.v1"
    for fact in (
        "reported",
        "blown",
        "dispatched",
        "signed",
        "arrived",
        "result_submitted",
        "verified",
        "rated",
        "closed",
        "overdue",
    )
)
ASSIGNMENT_EVENTS: Final = frozenset(
    f"tasks.assignment.{fact}.v1" for fact in ("placed", "refused", "done")
)
EMITS: Final = WHISTLE_EVENTS | ASSIGNMENT_EVENTS


def about_whistle(
    whistle: Whistle, fact: str, now: datetime, more: Mapping[str, Any] | None = None
) -> Event:
    """An event of a whistle; `audience` names the departments that may read it."""
    return Event(
        type=f"tasks.whistle.{fact}.v1",
        subject=str(whistle.id),
        area=whistle.area,
        occurred_at=now,
        data={
            "kind": whistle.kind,
            "state": whistle.state,
            "round": whistle.round,
            "audience": [leg.organisation for leg in whistle.legs],
            **(more or {}),
        },
    )


def about_assignment(
    assignment: Assignment, fact: str, now: datetime, more: Mapping[str, Any] | None = None
) -> Event:
    """An event of an assignment, for the department that placed it and the community's side."""
    return Event(
        type=f"tasks.assignment.{fact}.v1",
        subject=str(assignment.id),
        area=assignment.community,
        domain=assignment.domain,
        occurred_at=now,
        data={
            "organisation": assignment.organisation,
            "state": assignment.state,
            "audience": [assignment.organisation],
            **(more or {}),
        },
    )
