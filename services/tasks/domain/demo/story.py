"""A story and who plays in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.tasks.domain.actors import Actor
from services.tasks.domain.deadlines import Alarm
from services.tasks.domain.demo.texts import Case
from services.tasks.domain.whistles import Whistle


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a story's timeline; actor None when a deadline passed by itself."""

    at: datetime
    action: str
    round: int
    actor: Actor | None
    comment: str | None = None
    details: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Missed:
    """A deadline that passed, with the level that was told."""

    alarm: Alarm
    level: int
    fired_at: datetime


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating of a round."""

    round: int
    satisfaction: str
    score: int
    comment: str
    actor: Actor
    at: datetime


@dataclass(slots=True)
class Story:
    """A whistle and all that happened to it.

    Attributes:
        whistle: As it is at the end.
        case: What it is about.
        place_text: Where in the grid.
        reporter: Who reported it.
        started_at: When.
        lines: Its timeline, in order of time.
        missed: Its overdue records.
        ratings: One per rated round.
        stamps: When it entered each state last.
        pending: Deadlines still to watch: level and when.
    """

    whistle: Whistle
    case: Case
    place_text: str
    reporter: Actor
    started_at: datetime
    lines: list[Line] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    ratings: list[Rated] = field(default_factory=list)
    stamps: dict[str, datetime] = field(default_factory=dict)
    pending: list[tuple[Alarm, int, datetime]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays in a story.

    Attributes:
        worker: Of the grid; reports and verifies.
        street: Officer of the grid's street.
        departments: Officers by domain.
    """

    worker: Actor
    street: Actor
    departments: Mapping[str, Actor]
