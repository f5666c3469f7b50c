"""What a department places on a community, and how the community answers."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.common.errors import DomainError, Fault, Kind, ValidationFailed

_COMMUNITY_DIGITS = 12


class RefusalReason(StrEnum):
    """Why a community may refuse; each is a right, not an excuse."""

    NO_FUNDS = "no_funds"
    BEYOND_ITEM = "beyond_item"
    ITEM_EXPIRED = "item_expired"
    DUPLICATE = "duplicate"
    SHORT_NOTICE = "short_notice"
    NO_CAPACITY = "no_capacity"
    OTHER = "other"


class NotAdmitted(DomainError):
    """The admission gate did not let this task into the community; see `reason`."""

    kind = Kind.FORBIDDEN
    title = "The task is not admitted"
    title_zh = "事项未获准入，不得下派"
    title_ko = "진입 허가를 받지 않은 임무입니다"


class TaskNotCheckable(DomainError):
    """The admission gate cannot judge this task; name a department of the nine domains."""

    title = "The task cannot be checked"
    title_zh = "该事项无法进行准入校验"
    title_ko = "진입 허가를 심사할 수 없는 임무입니다"


class AssignmentNotOpen(DomainError):
    """The community has already answered this assignment."""

    kind = Kind.CONFLICT
    title = "The assignment is not open"
    title_zh = "该事项已办结或已拒绝"
    title_ko = "이미 처리되었거나 거절된 임무입니다"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """As much of an assignment as decisions need."""

    county: str
    id: UUID
    version: int
    community: str
    organisation: str
    domain: str
    state: str


def check_order(community: str, due_at: datetime, now: datetime) -> None:
    """Refuse what no community could do.

    Raises:
        ValidationFailed: The code is no community, or the time has passed.
    """
    faults = []
    if not (len(community) == _COMMUNITY_DIGITS and community.isascii() and community.isdigit()):
        faults.append(Fault("/community", "not-a-community", "社区代码为 12 位数字。"))
    if due_at <= now:
        faults.append(Fault("/due_at", "in-the-past", "时限须晚于现在。"))
    if faults:
        raise ValidationFailed(*faults)


def refuse(assignment: Assignment, reason: RefusalReason, comment: str | None) -> Assignment:
    """The community says no, with a reason.

    Raises:
        AssignmentNotOpen: It was answered before.
        ValidationFailed: The reason is `other` and nothing was said.
    """
    if reason is RefusalReason.OTHER and not comment:
        raise ValidationFailed(Fault("/comment", "required", "请说明理由。"))
    return _answered(assignment, "refused")


def complete(assignment: Assignment) -> Assignment:
    """The community says it is done.

    Raises:
        AssignmentNotOpen: It was answered before.
    """
    return _answered(assignment, "done")


def _answered(assignment: Assignment, state: str) -> Assignment:
    if assignment.state != "open":
        raise AssignmentNotOpen(state=assignment.state)
    return replace(assignment, state=state)
