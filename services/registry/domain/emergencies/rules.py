"""What an emergency opens, and the limits of it.

EmergencyNotFound       there is none, or none the caller may see
EmergencyIsOver         its time has run out
EmergencyIsOpen         it is reviewed when it is over
EmergencyIsReviewed     somebody judged it before
EmergencyLimitReached   so many a day, found or not
EmergencyReviewNotYours who opened it does not judge it
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from services.common.clock import LOCAL
from services.common.errors import DomainError, Kind, NothingHere, NotPermitted
from services.registry.domain import areas

Reason: TypeAlias = Literal["life_rescue", "disaster", "missing_person", "child_in_danger"]
Reach: TypeAlias = Literal["county", "prefecture"]

PURPOSE: Final = "emergency"
"""What access records say of every reading under an emergency; no caller can state it."""
OPENED: Final = ("emergency_access",)
"""What an access record names when an emergency was opened, or the list of them was read."""
CONTACT: Final = ("name", "name_ko", "phone", "usual_language", "dwelling")
HEALTH: Final = ("chronic_disease", "disability", "family_doctor", "lives_alone")
MEMBER: Final = ("name", "name_ko", "relation")
"""What is told of those who live in the same household."""

_BEYOND_CONTACT: Final[Mapping[str, tuple[str, ...]]] = {"life_rescue": HEALTH}


class EmergencyNotFound(NothingHere):
    """There is no such emergency access, or none you may see."""

    title = "Emergency access not found"
    title_zh = "未找到该应急查阅"
    title_ko = "해당 비상 열람을 찾을 수 없습니다"


class EmergencyIsOver(DomainError):
    """The time of this emergency access has run out; open another one if the emergency lasts."""

    kind = Kind.GONE
    title = "The emergency access is over"
    title_zh = "应急查阅已到期"
    title_ko = "비상 열람 기한이 지났습니다"


class EmergencyIsOpen(DomainError):
    """An emergency access is reviewed when its time has run out."""

    kind = Kind.CONFLICT
    title = "The emergency access is still open"
    title_zh = "应急查阅尚未到期，到期后复核"
    title_ko = "비상 열람이 아직 끝나지 않았습니다"


class EmergencyIsReviewed(DomainError):
    """This emergency access was reviewed; a review is not changed."""

    kind = Kind.CONFLICT
    title = "The emergency access is reviewed"
    title_zh = "该应急查阅已复核"
    title_ko = "이 비상 열람은 이미 검토되였습니다"


class EmergencyLimitReached(DomainError):
    """You opened as many emergency accesses today as one person may, found or not."""

    kind = Kind.LIMITED
    title = "No more emergency accesses today"
    title_zh = "今日应急查阅次数已用完，请由他人办理并报告上级"
    title_ko = "오늘 비상 열람 횟수를 다 썼습니다. 다른 사람에게 맡기고 상급에 보고하십시오"


class EmergencyReviewNotYours(NotPermitted):
    """Who opened an emergency access does not review it."""

    title = "Somebody else reviews this"
    title_zh = "不得复核本人发起的应急查阅"
    title_ko = "자신이 연 비상 열람은 검토할 수 없습니다"


def reach_of(scopes: tuple[str, ...], reach: Reach) -> tuple[str, ...]:
    """The areas whose residents somebody may open: the whole county or prefecture around its own.

    Args:
        scopes: Area prefixes of the caller.
        reach: As the installation is set.
    """
    length = areas.LENGTHS[reach]
    return tuple(dict.fromkeys(scope[:length] for scope in scopes if scope))


def fields_of(reason: str) -> tuple[str, ...]:
    """What is opened: contact and address; health only to save a life."""
    return CONTACT + _BEYOND_CONTACT.get(reason, ())


def day_of(now: datetime) -> datetime:
    """When the civil day of an instant began."""
    return now.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)


def require_left(used: int, most: int, now: datetime) -> None:
    """Pass while a person has emergencies left today.

    Raises:
        EmergencyLimitReached: With the seconds until the next day.
    """
    if used >= most:
        left = day_of(now) + timedelta(days=1) - now
        raise EmergencyLimitReached(retry_after_s=int(left.total_seconds()) + 1)
