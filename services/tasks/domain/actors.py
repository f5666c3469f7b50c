"""Who acts, and how far that reaches, in plain values."""

from dataclasses import dataclass

AREA_ROLES = frozenset({"grid_worker", "community_officer", "street_officer", "county_officer"})
DEPARTMENT_ROLES = frozenset({"department_officer", "department_system"})

_COUNTY_DIGITS = 6
_COMMUNITY_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Scope:
    """What an actor may see.

    Attributes:
        areas: Area prefixes; empty sees nothing.
        organisation: Only what this department has a part in; None for all in the areas.
    """

    areas: tuple[str, ...]
    organisation: str | None = None

    def covers(self, area: str) -> bool:
        """Whether an area code lies inside."""
        return bool(self.areas) and area.startswith(self.areas)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A proved caller.

    Attributes:
        subject: Stable id of the person or system.
        name: What people call it.
        organisation: Organisation code.
        roles: What it does there.
        areas: Area prefixes it may see and act in.
        domains: Departmental domains it works for.
    """

    subject: str
    name: str
    organisation: str
    roles: frozenset[str]
    areas: tuple[str, ...]
    domains: frozenset[str] = frozenset()

    def has(self, *roles: str) -> bool:
        """Whether it holds one of these roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def role(self) -> str:
        """One role to write into a record: the first in alphabetical order."""
        return min(self.roles, default="none")

    @property
    def scope(self) -> Scope:
        """What it may see: its areas, and as a department only what it has a part in."""
        areas = tuple(area for area in self.areas if area)
        if self.roles.isdisjoint(AREA_ROLES) and self.has(*DEPARTMENT_ROLES):
            return Scope(areas, self.organisation)
        return Scope(areas)

    @property
    def community_scope(self) -> Scope:
        """The same for what belongs to communities: a grid worker sees its grid's community."""
        scope = self.scope
        return Scope(tuple(area[:_COMMUNITY_DIGITS] for area in scope.areas), scope.organisation)

    @property
    def county(self) -> str:
        """The county its own records are kept under; a prefecture's own code where it has none."""
        return next(iter(self.areas), self.organisation)[:_COUNTY_DIGITS]

    @property
    def domain(self) -> str:
        """The domain it works for, or the department's own name in its code."""
        if len(self.domains) == 1:
            return next(iter(self.domains))
        return self.organisation.partition(".")[2]
