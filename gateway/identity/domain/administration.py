"""Who administers accounts, and what keeps administrators apart.

GB/T 22239-2019 section 8.1.4.2 (三员分立): one opens and closes accounts, another gives rights and
credentials, a third reads what both did and can change nothing. Nobody is two of them, nobody works
with residents' data beside it, and nobody changes an account of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gateway.identity.domain.accounts import Account
from services.common.errors import DomainError, Fault, Kind, ValidationFailed

ADMINISTRATORS: Final = frozenset({"system_admin", "security_admin", "auditor"})
WORKERS: Final = frozenset({
    "grid_worker", "community_officer", "street_officer", "department_officer", "county_officer",
    "secretariat", "approver", "finance_officer", "resident_desk",
})  # fmt: skip
DEPARTMENTAL: Final = frozenset({"department_officer"})
SYSTEMS: Final = frozenset({"department_system"})
DOMAINS: Final = frozenset({
    "public_security", "family_planning", "social_security", "housing", "health", "education",
    "culture", "transport", "market",
})  # fmt: skip


class OwnAccount(DomainError):
    """Nobody changes their own account: ask another administrator."""

    kind = Kind.FORBIDDEN
    title = "It is your own account"
    title_zh = "不能修改自己的账号"
    title_ko = "자기 계정은 고칠수 없습니다"


class ExternalIdTaken(DomainError):
    """Another account is linked to this person of the other house."""

    kind = Kind.CONFLICT
    title = "Linked to another account"
    title_zh = "该外部账号已关联其他账号"
    title_ko = "이 외부계정은 다른 계정에 련결되여있습니다"


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account may do, and where.

    Attributes:
        roles: What its person does.
        areas: Area prefixes it sees and acts in.
        domains: Departmental domains it works for.
    """

    roles: tuple[str, ...]
    areas: tuple[str, ...]
    domains: tuple[str, ...]


def external_id_of(house: str, typed: str | None) -> str | None:
    """An id of another house as it is kept: WeCom does not tell capital letters apart."""
    if typed is None:
        return None
    return typed.strip().lower() if house == "wecom" else typed.strip()


def require_another(account: Account, administrator: UUID) -> None:
    """Pass when somebody else's account is changed.

    Raises:
        OwnAccount: It is the administrator's own.
    """
    if account.id == administrator:
        raise OwnAccount


def require_grantable(rights: Rights, scopes: Sequence[str], *, to_system: bool = False) -> None:
    """Accept rights an administrator wants to give.

    Args:
        rights: To be given.
        scopes: Area prefixes of the administrator; nobody gives what lies outside their own.
        to_system: They are for a department's system and not for a person.

    Raises:
        ValidationFailed: Each rule they break is a fault.
    """
    known = SYSTEMS if to_system else ADMINISTRATORS | WORKERS
    faults = [*_role_faults(frozenset(rights.roles), known), *_domain_faults(rights)]
    for number, area in enumerate(rights.areas):
        if not (area.isascii() and area.isdigit() and area.startswith(tuple(scopes))):
            faults.append(Fault(f"/areas/{number}", "area", "区划代码不在您的管理范围内。"))
    if faults:
        raise ValidationFailed(*faults)


def _role_faults(roles: frozenset[str], known: frozenset[str]) -> list[Fault]:
    unknown = roles - known
    if unknown:
        return [Fault("/roles", "role-unknown", f"没有这种角色:{'、'.join(sorted(unknown))}")]
    if roles & ADMINISTRATORS and len(roles) > 1:
        return [Fault("/roles", "duties-not-separated", "三员须分设,也不得兼任其他角色。")]
    return []


def _domain_faults(rights: Rights) -> list[Fault]:
    unknown = frozenset(rights.domains) - DOMAINS
    if unknown:
        return [Fault("/domains", "domain-unknown", f"没有这个领域:{'、'.join(sorted(unknown))}")]
    if rights.domains and not (DEPARTMENTAL | SYSTEMS) & frozenset(rights.roles):
        return [Fault("/domains", "domain-without-department", "只有部门人员可有业务领域。")]
    return []
