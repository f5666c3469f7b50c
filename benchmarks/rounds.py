"""Contestants measured in turn, and what their figures say together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

Turn = TypeVar("Turn")


@dataclass(frozen=True, slots=True)
class Figures:
    """What one contestant reached, round by round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle round."""
        return median(self.values)

    @property
    def low(self) -> float:
        """The lowest round."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The highest round."""
        return max(self.values)

    def over(self, other: "Figures") -> "Figures":
        """This contestant's figure over the other's in the same round, for each round."""
        pairs = zip(self.values, other.values, strict=True)
        return Figures(tuple(mine / theirs for mine, theirs in pairs))

    def under(self, amount: float) -> "Figures":
        """An amount over each figure: seconds become a rate."""
        return Figures(tuple(amount / value for value in self.values))


def alternate(
    contestants: Mapping[str, Callable[[], Turn]], rounds: int
) -> dict[str, tuple[Turn, ...]]:
    """Let each contestant run in every round: A B C, A B C, and so on.

    A machine that is busy for some seconds slows neighbours in time alike, so figures are compared
    within a round.

    Args:
        contestants: By name, in order of running; each runs once and says what it saw.
        rounds: At least 1.
    """
    seen: dict[str, list[Turn]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            seen[name].append(run())
    return {name: tuple(turns) for name, turns in seen.items()}


@dataclass(frozen=True, slots=True)
class Target:
    """What a ratio should reach.

    Attributes:
        bound: The ratio.
        at_most: Whether lower is better.
    """

    bound: float
    at_most: bool = False

    def met_by(self, ratio: float) -> bool:
        """Whether a ratio reaches it."""
        return ratio <= self.bound if self.at_most else ratio >= self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report.

    Attributes:
        what: Measured.
        beside: The contestant it is compared with; empty where there is none.
        unit: Of both figures.
        ours: The suite's figures.
        reference: The other contestant's figures.
        target: For `ours` over `reference`; for `ours` itself where there is no reference.
        note: What a reader must know to believe it.
    """

    what: str
    beside: str
    unit: str
    ours: Figures
    reference: Figures | None = None
    target: Target | None = None
    note: str = ""

    @property
    def ratio(self) -> Figures | None:
        """Ours over the reference, round by round."""
        return None if self.reference is None else self.ours.over(self.reference)

    @property
    def met(self) -> bool | None:
        """Whether the median reaches the target; None without one."""
        if self.target is None:
            return None
        return self.target.met_by((self.ratio or self.ours).median)


def unmet(rows: Sequence[Row]) -> list[Row]:
    """The rows that miss their target."""
    return [row for row in rows if row.met is False]
