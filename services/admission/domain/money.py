"""Money promised with an item: when it is due, what is owed, how it is shared. Integer fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Instalment:
    """Part of the promised money.

    Attributes:
        due_on: Last local day on which paying is punctual.
        amount_fen: More than 0.
    """

    due_on: date
    amount_fen: int


def due_before(schedule: Sequence[Instalment], on: date) -> int:
    """Fen whose last punctual day lies before a day."""
    return sum(part.amount_fen for part in schedule if part.due_on < on)


def arrears(schedule: Sequence[Instalment], paid_fen: int, on: date) -> int:
    """Fen that should have been paid before a day and were not."""
    return max(0, due_before(schedule, on) - paid_fen)


def is_funded(schedule: Sequence[Instalment], paid_fen: int, on: date) -> bool:
    """Whether the money allows work: the first instalment is there and none is overdue.

    An item that promises no money is funded; its application states why none is needed.
    """
    if not schedule:
        return True
    first = min(schedule, key=lambda part: part.due_on)
    return paid_fen >= first.amount_fen and arrears(schedule, paid_fen, on) == 0


def owed(schedule: Sequence[Instalment], on: date) -> tuple[Instalment, ...]:
    """What stays owed when an item ends on a day: an end does not forgive what fell due before."""
    return tuple(part for part in schedule if part.due_on < on)


def releasable(schedule: Sequence[Instalment], paid_fen: int, held_fen: int, on: date) -> int:
    """Fen of a hold that go back to the budget when an item ends on a day."""
    return max(0, held_fen - arrears(schedule, paid_fen, on))


def not_before(schedule: Sequence[Instalment], on: date) -> tuple[Instalment, ...]:
    """The schedule with no due day before `on`: nothing is due before it is approved."""
    return tuple(Instalment(max(part.due_on, on), part.amount_fen) for part in schedule)


def equal_shares(total_fen: int, count: int) -> list[int]:
    """Equal shares that add up exactly; the fen left over go one each to the first.

    The largest-remainder rule with equal weights, ties in order. Each share grows with the total,
    so the differences of two calls are never negative (see `next_shares`).

    Args:
        total_fen: 0 or more.
        count: 1 or more.
    """
    share, rest = divmod(total_fen, count)
    return [share + (place < rest) for place in range(count)]


def next_shares(paid_before_fen: int, amount_fen: int, count: int) -> list[int]:
    """Shares of one payment such that all payments together stay equal to within one fen.

    Sharing each payment by itself would give the first community the odd fen every time.

    Args:
        paid_before_fen: Already shared out by earlier payments.
        amount_fen: This payment.
        count: Communities, in a fixed order.
    """
    before = equal_shares(paid_before_fen, count)
    after = equal_shares(paid_before_fen + amount_fen, count)
    return [new - old for new, old in zip(after, before, strict=True)]
