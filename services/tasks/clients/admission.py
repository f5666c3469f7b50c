"""What the tasks service asks of admission: may this reach the community?"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from services.common.errors import DomainError, NothingHere, NotPermitted, PeerUnavailable
from services.common.peers import Peer
from services.tasks.domain.assignments import TaskNotCheckable

_log = structlog.get_logger()
_OK = 200
_REFUSALS: Mapping[int, type[DomainError]] = {
    403: NotPermitted,
    404: NothingHere,
    422: TaskNotCheckable,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A task somebody wants to place.

    Attributes:
        community: Where.
        organisation: Who wants to.
        domain: Departmental domain.
        title: What, in a line.
        item_id: The admitted item it relies on, if one is named.
    """

    community: str
    organisation: str
    domain: str
    title: str
    item_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate says.

    Attributes:
        is_admitted: Whether the task may reach the community.
        reason: Why not: `code`, `title` and `how_to`, as admission words them.
        item_id: The item it was admitted under.
        item_title: Its title.
    """

    is_admitted: bool
    reason: Mapping[str, str]
    item_id: UUID | None = None
    item_title: str | None = None


class Admission:
    """The admission service, asked on a caller's behalf."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def check(self, question: Question, *, token: str, once_key: str) -> Verdict:
        """Ask the gate; it records a refusal itself.

        Args:
            question: The task.
            token: The caller's own, so that the gate sees who asks.
            once_key: The caller's idempotency key: a retried placement is one refusal, not two.

        Raises:
            NotPermitted: Admission does not let this caller ask.
            NothingHere: Admission knows no such community for this caller.
            TaskNotCheckable: Admission cannot judge such a task.
            PeerUnavailable: No answer, or none that can be understood.
        """
        response = await self._peer.call(
            "POST",
            "/v1/checks",
            token=token,
            json=_wire(question),
            headers={"Idempotency-Key": _derived(once_key)},
        )
        if response.status_code in _REFUSALS:
            raise _REFUSALS[response.status_code]
        if response.status_code != _OK:
            _log.warning("admission.not_understood", status=response.status_code)
            raise PeerUnavailable(retry_after_s=2)
        return _verdict(response.json())


def _derived(key: str) -> str:
    """A key for the peer: same retry, same key, and never one the caller uses there itself."""
    return hashlib.sha256(f"tasks.assignments.place\0{key}".encode()).hexdigest()


def _wire(question: Question) -> dict[str, Any]:
    body: dict[str, Any] = {
        "community": question.community,
        "organisation": question.organisation,
        "domain": question.domain,
        "title": question.title,
    }
    if question.item_id is not None:
        body["item_id"] = str(question.item_id)
    return body


def _verdict(body: Any) -> Verdict:
    # A tolerant reader: anything but an outright yes is a no.
    item = body.get("item") or {}
    reason = body.get("reason") or {}
    item_id = item.get("id")
    return Verdict(
        is_admitted=body.get("admitted") is True,
        reason={
            "code": str(reason.get("code", "NOT_ADMITTED")),
            "title": str(reason.get("title", "")),
            "how_to": str(reason.get("how_to", "")),
        },
        item_id=UUID(item_id) if item_id else None,
        item_title=item.get("title"),
    )
