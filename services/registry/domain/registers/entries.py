"""Entries of the registers: versions that follow one another, none of them ever changed.

EntryNotFound       there is none, or none the caller may see
GuardianConsents    for a child under 14 its guardian consents or withdraws
NoticeNotConsent    that text asks for no consent
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from services.common.errors import DomainError, Fault, NothingHere, ValidationFailed

Register: TypeAlias = Literal["sharing_agreement", "impact_assessment", "notice", "breach"]

GUARDIAN_UNDER: Final = 14
"""个人信息保护法, article 31."""


class EntryNotFound(NothingHere):
    """The register has no such entry, or none you may see."""

    title = "Entry not found"
    title_zh = "未找到该登记"
    title_ko = "해당 등록을 찾을 수 없습니다"


class GuardianConsents(DomainError):
    """For a child under 14 the guardian consents and withdraws."""

    title = "The guardian decides"
    title_zh = "不满十四周岁的，由监护人同意或撤回"
    title_ko = "만 14세 미만은 보호자가 동의하거나 철회합니다"


class NoticeNotConsent(DomainError):
    """This text informs; nobody is asked to consent to it."""

    title = "The text asks for no consent"
    title_zh = "该文本为告知书，无需同意"
    title_ko = "이 글은 고지문이며 동의를 구하지 않습니다"


@dataclass(frozen=True, slots=True)
class Draft:
    """A version of an entry, before it is entered.

    Attributes:
        area: Code of the area it is about.
        valid_from: First day.
        valid_until: The day after the last; None without end.
        content: What the register asks for.
        reason: Why the version before was not enough; None of a first one.
    """

    area: str
    valid_from: date
    valid_until: date | None
    content: Mapping[str, Any]
    reason: str | None

    def check(self) -> None:
        """Pass when its days are in order.

        Raises:
            ValidationFailed: It ends before it begins.
        """
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            detail = "The end comes after the first day."
            raise ValidationFailed(Fault("/valid_until", "too-early", detail))


def require_consent_of(born_on: date | None, said_by: str, today: date) -> None:
    """Pass when whoever consents may.

    Args:
        born_on: Of the resident.
        said_by: `resident` or `guardian`.
        today: The civil day.

    Raises:
        GuardianConsents: The resident is under 14 and speaks for itself.
    """
    if born_on is None or said_by == "guardian":
        return
    had_birthday = (today.month, today.day) >= (born_on.month, born_on.day)
    age = today.year - born_on.year - (not had_birthday)
    if age < GUARDIAN_UNDER:
        raise GuardianConsents
