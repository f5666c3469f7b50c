"""Who may report and look at which kinds of life events."""

from collections.abc import Collection
from typing import Final

from services.common.errors import NotPermitted

KINDS: Final = (
    "birth", "death", "marriage", "divorce", "move_in", "move_out", "move_within", "split",
    "merge", "head_change",
)  # fmt: skip
OWNER: Final = "public_security"
_OFFICES: Final = frozenset({"grid_worker", "community_officer", "street_officer"})
_READING_OFFICES: Final = _OFFICES | {"county_officer", "resident_desk"}
_DEPARTMENTS: Final = frozenset({"department_officer", "department_system"})
_OF_DOMAIN: Final = {
    OWNER: frozenset(KINDS),
    "family_planning": frozenset({"birth", "marriage", "divorce"}),
}


def reportable(roles: Collection[str], domains: Collection[str]) -> frozenset[str]:
    """The kinds somebody may report."""
    return _kinds(_OFFICES, roles, domains)


def readable(roles: Collection[str], domains: Collection[str]) -> frozenset[str]:
    """The kinds somebody may look at."""
    return _kinds(_READING_OFFICES, roles, domains)


def require(kind: str, roles: Collection[str], domains: Collection[str]) -> None:
    """Pass when somebody may report, or take back, this kind.

    Raises:
        NotPermitted: It is another's to report.
    """
    if kind not in reportable(roles, domains):
        raise NotPermitted("Another office or department reports this kind of event.")


def may_receive(domains: Collection[str], roles: Collection[str]) -> bool:
    """Whether somebody may let people move to a county outside its areas: the police may."""
    return OWNER in domains and not _DEPARTMENTS.isdisjoint(roles)


def _kinds(
    offices: frozenset[str], roles: Collection[str], domains: Collection[str]
) -> frozenset[str]:
    if not offices.isdisjoint(roles):
        return frozenset(KINDS)
    if _DEPARTMENTS.isdisjoint(roles):
        return frozenset()
    return frozenset().union(*(_OF_DOMAIN.get(domain, frozenset()) for domain in domains))
