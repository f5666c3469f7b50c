"""What is reported: one life event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from services.registry.domain.life_events.world import Person, World

Kind: TypeAlias = Literal[
    "birth",
    "death",
    "marriage",
    "divorce",
    "move_in",
    "move_out",
    "move_within",
    "split",
    "merge",
    "head_change",
]


@dataclass(frozen=True)
class Report:
    """A life event that somebody reports.

    Attributes:
        kind: Which.
        occurred_on: When.
        people: Whom it is about: parents; who died; spouses; who moves, leaves or heads.
        newcomers: Who has no record yet: the newborn, those who move in.
        household_id: Which household: joined, moving as a whole, taking in, or getting a head.
        other_id: The household that is merged into it.
        dwelling: Where a new household, or a moving one, lives.
        address: Of the dwelling.
        head_id: Who heads the new household.
        new_head_id: Who follows a head that leaves or dies.
        relations: To the head, where they are known better than the rules know.
        registered: Whether the registration (户口) goes along.
        spouse_id: Of who died.
        new_household_id: Id of the household that the event may found.
    """

    kind: Kind
    occurred_on: date
    new_household_id: UUID
    people: tuple[UUID, ...] = ()
    newcomers: tuple[Person, ...] = ()
    household_id: UUID | None = None
    other_id: UUID | None = None
    dwelling: str | None = None
    address: str = ""
    head_id: UUID | None = None
    new_head_id: UUID | None = None
    relations: Mapping[UUID, str] = field(default_factory=dict)
    registered: bool = False
    spouse_id: UUID | None = None


@dataclass(frozen=True)
class Outcome:
    """What an event comes to.

    Attributes:
        world: How people and households stand after it.
        roles: What each subject was in it.
        marital: Marital status by person, GB/T 2261.2.
    """

    world: World
    roles: Mapping[UUID, str]
    marital: Mapping[UUID, str] = field(default_factory=dict)
