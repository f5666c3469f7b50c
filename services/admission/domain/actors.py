"""Who acts, and which items that person or system may see."""

from dataclasses import dataclass, field

from services.admission.domain.items import State

COMMUNITY_LENGTH = 12

_OVERSEERS = frozenset({"secretariat", "approver", "finance_officer", "county_officer", "auditor"})
_CONSULTED = frozenset({"community_officer", "street_officer"})
_RECIPIENTS = frozenset({"grid_worker"})
_DEPARTMENTS = frozenset({"department_officer", "department_system"})

OVERSEEN = frozenset(State) - {State.DRAFT}
PUBLISHED = frozenset({State.APPROVED, State.ACTIVE, State.SUSPENDED, State.EXPIRED, State.REVOKED})

OPEN_TO_OPINION = PUBLISHED | {State.SUBMITTED, State.REVIEWED}


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller, as admission needs to know it.

    Attributes:
        subject: Stable id.
        name: What people call it.
        organisation: Organisation code.
        roles: What it does there.
        areas: Area prefixes it may act in.
        domains: Departmental domains it works for.
        token: To ask a peer on its behalf.
    """

    subject: str
    name: str
    organisation: str
    roles: frozenset[str]
    areas: tuple[str, ...]
    domains: frozenset[str] = frozenset()
    token: str = field(default="", repr=False)

    @property
    def is_department(self) -> bool:
        """Whether it speaks for a department and for nothing above one."""
        return not self.roles.isdisjoint(_DEPARTMENTS) and self.roles.isdisjoint(_OVERSEERS)

    @property
    def community_areas(self) -> tuple[str, ...]:
        """Its areas, none finer than a community: a grid worker sees the community's items."""
        return tuple(area[:COMMUNITY_LENGTH] for area in self.areas)

    def covers(self, area: str) -> bool:
        """Whether an area lies inside its areas, counted in whole communities."""
        return area.startswith(self.community_areas) if self.areas else False


@dataclass(frozen=True, slots=True)
class Sight:
    """What a caller may see: its own organisation's, and others' in these states and areas.

    Attributes:
        organisation: Everything of this organisation is visible.
        states: Others' items are visible in these recorded states.
        areas: … if they touch a community with one of these prefixes.
    """

    organisation: str
    states: frozenset[State]
    areas: tuple[str, ...]


def sight(actor: Actor) -> Sight:
    """What this caller may see.

    A department sees its own applications only: what another department asks for is not its
    business. Streets and communities see what they would have to carry as soon as it is handed in,
    so that they can be heard.
    """
    states: frozenset[State] = frozenset()
    if not actor.roles.isdisjoint(_OVERSEERS):
        states = OVERSEEN
    elif not actor.roles.isdisjoint(_CONSULTED):
        states = OPEN_TO_OPINION
    elif not actor.roles.isdisjoint(_RECIPIENTS):
        states = PUBLISHED
    return Sight(actor.organisation, states, actor.community_areas)
