"""People and households as they stand, and how a state differs from another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

COUNTY_LENGTH: Final = 6


@dataclass(frozen=True, slots=True)
class Person:
    """A resident, as far as life events change one.

    Attributes:
        id: Key.
        dwelling: Where the resident lives; the code of a county where only that is known.
        household_id: Present household; None outside every household.
        relation: To its head.
        residency: Kind of residency.
        sex: GB/T 2261.1.
        born_on: Birth date, where it is known.
        died_on: Day of death.
        left_on: Day on which the resident left the prefecture.
        registered_id: Household in which the resident is registered here.
        registered_relation: To its head.
        since: First day of the open periods; what happened before it is not known.
        version: Of the record.
    """

    id: UUID
    dwelling: str
    household_id: UUID | None = None
    relation: str | None = None
    residency: str | None = None
    sex: str = "0"
    born_on: date | None = None
    died_on: date | None = None
    left_on: date | None = None
    registered_id: UUID | None = None
    registered_relation: str | None = None
    since: date | None = None
    version: int = 0

    @property
    def county(self) -> str:
        """The county that keeps the record."""
        return self.dwelling[:COUNTY_LENGTH]


@dataclass(frozen=True, slots=True)
class Household:
    """A household.

    Attributes:
        id: Key.
        dwelling: Its main one.
        address: Of the dwelling.
        head_id: Its head; None in records from before.
        is_over: Whether it ended.
        since: First day of its open periods.
        version: Of the record.
    """

    id: UUID
    dwelling: str
    address: str = ""
    head_id: UUID | None = None
    is_over: bool = False
    since: date | None = None
    version: int = 0

    @property
    def county(self) -> str:
        """The county that keeps it."""
        return self.dwelling[:COUNTY_LENGTH]


@dataclass(frozen=True)
class World:
    """The people and households an event can touch; of a household in it, every living member.

    Attributes:
        people: By id.
        households: By id.
    """

    people: Mapping[UUID, Person] = field(default_factory=dict)
    households: Mapping[UUID, Household] = field(default_factory=dict)

    def members(self, household_id: UUID) -> list[Person]:
        """Who lives in a household, in a fixed order."""
        found = [p for p in self.people.values() if p.household_id == household_id]
        return sorted(found, key=lambda p: p.id)

    def having(
        self, people: Iterable[Person] = (), households: Iterable[Household] = ()
    ) -> "World":
        """This world with some put in place of those with the same id, or added."""
        return World(
            {**self.people, **{p.id: p for p in people}},
            {**self.households, **{h.id: h for h in households}},
        )


_PERSON: Final = (
    "dwelling", "household_id", "relation", "residency", "died_on", "left_on", "registered_id",
    "registered_relation",
)  # fmt: skip
_HOUSEHOLD: Final = ("dwelling", "address", "head_id", "is_over")
_DAYS: Final = frozenset({"died_on", "left_on"})
_IDS: Final = frozenset({"household_id", "registered_id", "head_id"})


def state(one: Person | Household) -> dict[str, Any]:
    """What events change of one, as JSON has it."""
    names = _PERSON if isinstance(one, Person) else _HOUSEHOLD
    values = {name: getattr(one, name) for name in names}
    return {k: str(v) if isinstance(v, date | UUID) else v for k, v in values.items()}


def stated(one: Person, kept: Mapping[str, Any]) -> Person:
    """A person in a state that was kept."""
    return replace(one, **_typed(kept))


def stated_household(one: Household, kept: Mapping[str, Any]) -> Household:
    """A household in a state that was kept."""
    return replace(one, **_typed(kept))


def _typed(kept: Mapping[str, Any]) -> dict[str, Any]:
    typed = dict(kept)
    for name in typed.keys() & (_DAYS | _IDS):
        value = typed[name]
        if value is not None:
            typed[name] = date.fromisoformat(value) if name in _DAYS else UUID(value)
    return typed


def changed(before: World, after: World) -> tuple[list[UUID], list[UUID]]:
    """Ids of the people and of the households whose state differs, those that are new included."""
    people = [
        key
        for key, one in after.people.items()
        if key not in before.people or state(before.people[key]) != state(one)
    ]
    households = [
        key
        for key, one in after.households.items()
        if key not in before.households or state(before.households[key]) != state(one)
    ]
    return sorted(people), sorted(households)


def faults(world: World) -> list[str]:
    """What breaks the invariants of households; empty when nothing does."""
    found = [text for person in world.people.values() for text in _person_faults(world, person)]
    for household in world.households.values():
        if household.is_over:
            continue
        members = world.members(household.id)
        if household.head_id not in {p.id for p in members}:
            found.append(f"{household.id} has no head among its members")
        if [p.id for p in members if p.relation == "0"] != [household.head_id]:
            found.append(f"{household.id} has a head whose relation is another")
    return found


def _person_faults(world: World, person: Person) -> list[str]:
    if person.household_id is None:
        return []
    home = world.households.get(person.household_id)
    if home is None or home.is_over:
        return [f"{person.id} belongs to a household that is not there"]
    found = []
    if person.died_on or person.left_on:
        found.append(f"{person.id} is gone and belongs to a household")
    if home.county != person.county:
        found.append(f"{person.id} belongs to a household of another county")
    return found
