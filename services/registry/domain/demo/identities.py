"""Birth dates and identity numbers of the demo residents, unique without a list of used numbers.

A number is a day, a sex and a sequence. Each grid owns every third day and, on each of its days,
one sequence for each sex; two grids never own the same pair, so grids can be made in any order or
apart from one another and their numbers still differ. Inside a grid a small set of taken days is
enough.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from services.registry.domain.demo.profile import ISSUING_CODE
from services.registry.domain.id_numbers import CHECK_CHARACTERS, WEIGHTS

DAY_SHARES: Final = 3
SLOTS: Final = 499
"""Sequences of one sex on one day; prime, so that any step walks through all of them."""
CAPACITY: Final = DAY_SHARES * SLOTS
"""Owners that fit: 1,404 grids, and 93 numbers left for people outside the grids."""

OLDEST_AGE: Final = 108
_DAYS_PER_YEAR: Final = 365.2425
_SLOT_STEP, _DAY_STEP = 7, 131


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


_ISSUER_SUM: Final = _weighted(ISSUING_CODE, WEIGHTS[:6])
_SEQUENCES: Final = tuple(f"{number:03d}" for number in range(1000))
_SEQUENCE_SUMS: Final = tuple(_weighted(text, WEIGHTS[14:]) for text in _SEQUENCES)


class Calendar(NamedTuple):
    """Every day a resident can be born on, oldest first, and what its number needs of it."""

    first: int
    days: tuple[date, ...]
    texts: tuple[str, ...]
    sums: tuple[int, ...]


@lru_cache(maxsize=2)
def calendar(as_of: date) -> Calendar:
    """The days up to `as_of`; made once, 60 ms, and then read by every grid."""
    first = as_of - timedelta(days=int(_DAYS_PER_YEAR * (OLDEST_AGE + 4)))
    days = tuple(first + timedelta(days=i) for i in range((as_of - first).days + 1))
    texts = tuple(f"{day:%Y%m%d}" for day in days)
    return Calendar(
        first.toordinal(), days, texts, tuple(_weighted(text, WEIGHTS[6:14]) for text in texts)
    )


class Identities:
    """Hands out birth dates with numbers to the people of one grid.

    Args:
        owner: Number of the grid in the whole prefecture, below `CAPACITY`.
        as_of: The day on which ages are counted.

    Raises:
        ValueError: The owner's number is too high for numbers to stay unique.
    """

    __slots__ = ("_calendar", "_last", "_share", "_slot", "_taken")

    def __init__(self, owner: int, as_of: date) -> None:
        if not 0 <= owner < CAPACITY:
            raise ValueError(f"No more than {CAPACITY} owners have unique numbers.")
        self._share = owner % DAY_SHARES
        self._slot = owner // DAY_SHARES * _SLOT_STEP
        self._calendar = calendar(as_of)
        self._last = len(self._calendar.days) - 1
        self._taken: set[int] = set()

    def born(self, age: float, sex: int) -> tuple[date, str]:
        """A birth date about `age` years ago, and the identity number that goes with it.

        Args:
            age: Years, 0 to `OLDEST_AGE`; the day may fall up to some days earlier.
            sex: 1 male, 2 female.
        """
        first, days, texts, sums = self._calendar
        index = self._last - int(age * _DAYS_PER_YEAR)
        index -= (index - self._share) % DAY_SHARES
        taken = self._taken
        key = index * 2 + (sex & 1)
        while key in taken:
            key -= 2 * DAY_SHARES
        taken.add(key)
        index = key >> 1
        place = 1 + (self._slot + (first + index) * _DAY_STEP) % SLOTS
        sequence = 2 * place - (sex & 1)
        total = _ISSUER_SUM + sums[index] + _SEQUENCE_SUMS[sequence]
        check = CHECK_CHARACTERS[total % 11]
        return days[index], f"{ISSUING_CODE}{texts[index]}{_SEQUENCES[sequence]}{check}"
