"""Lending one's own rights to a colleague until a day (GB/T 22239-2019 section 8.1.4.2).

Nobody lends more than they have, an administrator lends nothing and borrows nothing, and what was
borrowed cannot be lent on: rights to lend are read from the account, never from a token.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from gateway.identity.domain.accounts import Account
from gateway.identity.domain.administration import ADMINISTRATORS, DEPARTMENTAL, Rights
from services.common.clock import LOCAL, local_day
from services.common.errors import DomainError, Fault, Kind, ValidationFailed

LONGEST_DAYS: Final = 90


class RightsNotLendable(DomainError):
    """Administrators neither lend their rights nor act for others: their duties are separated."""

    kind = Kind.FORBIDDEN
    title = "These rights cannot be lent"
    title_zh = "管理员权限不得委托,管理员也不得代他人办理"
    title_ko = "관리원의 권한은 위임할수 없으며 관리원은 다른 사람을 대리할수 없습니다"


class NoColleague(DomainError):
    """There is nobody with this login name in your organisation or below it."""

    kind = Kind.NOT_FOUND
    title = "No such colleague"
    title_zh = "本单位及下属单位没有这个账号"
    title_ko = "본 단위와 산하단위에 이런 계정이 없습니다"


@dataclass(frozen=True, slots=True)
class Lent:
    """Somebody's rights, as far as a colleague may use them now.

    Attributes:
        delegation: By which they were lent.
        lender: Whose they are.
        rights: What of them.
    """

    delegation: UUID
    lender: Account
    rights: Rights


def end_of(day: date) -> datetime:
    """The instant a civil day in China is over."""
    return datetime.combine(day + timedelta(days=1), time(), LOCAL)


def require_lendable(lender: Account, rights: Rights, until: date, now: datetime) -> None:
    """Accept what somebody wants to lend.

    Args:
        lender: Whose rights they are.
        rights: What of them.
        until: The last day, in China.
        now: The current instant.

    Raises:
        RightsNotLendable: The lender is an administrator.
        ValidationFailed: More than they have, or for too long.
    """
    if ADMINISTRATORS & frozenset(lender.roles):
        raise RightsNotLendable
    today = local_day(now)
    faults = []
    if not rights.roles or not frozenset(rights.roles) <= frozenset(lender.roles):
        faults.append(Fault("/roles", "not-yours", "只能委托自己的角色。"))
    if not rights.areas or not all(_lies_in(area, lender.areas) for area in rights.areas):
        faults.append(Fault("/areas", "not-yours", "只能委托自己管理范围内的区划。"))
    if not frozenset(rights.domains) <= frozenset(lender.domains):
        faults.append(Fault("/domains", "not-yours", "只能委托自己的业务领域。"))
    if rights.domains and not DEPARTMENTAL & frozenset(rights.roles):
        detail = "没有委托部门角色,不能委托业务领域。"
        faults.append(Fault("/domains", "domain-without-department", detail))
    if not today <= until <= today + timedelta(days=LONGEST_DAYS):
        detail = f"截止日期须在今天起 {LONGEST_DAYS} 天以内。"
        faults.append(Fault("/ends_on", "span", detail))
    if faults:
        raise ValidationFailed(*faults)


def require_colleague(lender: Account, colleague: Account | None) -> Account:
    """Accept the person who is to act.

    A demo account never acts for a real one: everybody knows its password.

    Raises:
        NoColleague: Not in the lender's organisation or below it, or closed.
        RightsNotLendable: The colleague is an administrator.
    """
    if (
        colleague is None
        or colleague.id == lender.id
        or colleague.is_disabled
        or colleague.is_demo != lender.is_demo
        or not is_below(colleague.organisation, lender.organisation)
    ):
        raise NoColleague
    if ADMINISTRATORS & frozenset(colleague.roles):
        raise RightsNotLendable
    return colleague


def is_below(organisation: str, head: str) -> bool:
    """Whether an organisation is another one or part of it: same office, an area inside its area.

    A community is below its street, a county's health department below the prefecture's; a
    department is not below the government of its county.
    """
    area, _, office = organisation.partition(".")
    head_area, _, head_office = head.partition(".")
    return office == head_office and area.startswith(head_area)


def usable(lender: Account, colleague: Account, lent: Rights) -> Rights | None:
    """What of lent rights may be used now: no more than the lender still has; None is nothing."""
    if lender.is_disabled or ADMINISTRATORS & (
        frozenset(lender.roles) | frozenset(colleague.roles)
    ):
        return None
    roles = tuple(role for role in lent.roles if role in lender.roles)
    areas = tuple(area for area in lent.areas if _lies_in(area, lender.areas))
    domains = tuple(domain for domain in lent.domains if domain in lender.domains)
    return Rights(roles, areas, domains) if roles and areas else None


def acting_name(colleague: Account, lender: Account) -> str:
    """What records call somebody who acts for another: both names."""
    return f"{colleague.name}（代 {lender.name}）"


def _lies_in(area: str, areas: tuple[str, ...]) -> bool:
    return area.isascii() and area.isdigit() and area.startswith(areas)
