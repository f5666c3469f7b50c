"""What chance decides in a story, all from one seed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from services.tasks.domain.deadlines import Limits
from services.tasks.domain.demo import texts
from services.tasks.domain.demo.story import Cast
from services.tasks.domain.demo.texts import Case

_LATE_SHARE: Final = 0.05
_HISTORY_DAYS: Final = 180
_ENDS: Final[tuple[tuple[str, int], ...]] = (
    ("closed", 70),
    ("handling", 8),
    ("result_submitted", 6),
    ("dispatched", 5),
    ("reported", 4),
    ("blown", 2),
    ("verified", 2),
    ("rated", 1),
    ("declined", 2),
)
_ENDS_AT_WORK: Final = {
    "handling": (0.55, 0.95),
    "result_submitted": (2.2, 2.5),
    "verified": (3.0, 3.3),
    "rated": (3.0, 3.3),
}
"""Age of a story as a share of the time to close, by where it ends."""


class Dice:
    """Draws; the same seed draws the same.

    Args:
        random: Seeded.
    """

    def __init__(self, random: Random) -> None:
        self._random = random

    def end(self) -> str:
        """Where a story ends: a state, or `declined`."""
        names = [name for name, _ in _ENDS]
        return self._random.choices(names, [weight for _, weight in _ENDS])[0]

    def case(self, cast: Cast) -> Case:
        """A kind of trouble that the departments at hand can solve."""
        fitting = [case for case in texts.CASES if case.domains[0] in cast.departments]
        case = self._random.choice(fitting)
        return case._replace(domains=tuple(d for d in case.domains if d in cast.departments))

    def age(self, end: str, limits: Limits) -> timedelta:
        """How long ago a story that ends so began: long enough to get there."""
        if end in {"closed", "declined"}:
            days = self._random.uniform(3, _HISTORY_DAYS)
            return timedelta(days=days, seconds=3 * limits.close_within_s)
        if end in _ENDS_AT_WORK:
            low, high = _ENDS_AT_WORK[end]
            return timedelta(seconds=self._random.uniform(low, high) * limits.close_within_s)
        # The street's two steps take up to the time to sign; then some are late to sign.
        return timedelta(seconds=self._random.uniform(1.7, 3.5) * limits.sign_within_s)

    def new_id(self, at: datetime) -> UUID:
        """A UUIDv7 of a given moment."""
        value = int(at.timestamp() * 1000) << 80 | self._random.getrandbits(80)
        value = value & ~(0xF << 76) | 0x7 << 76
        return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)

    def share(self, of: int) -> timedelta:
        """How long somebody takes who has this many seconds and is in no hurry."""
        return timedelta(seconds=self._random.uniform(0.1, 0.8) * of)

    def late(self, limit: int) -> timedelta | None:
        """Now and then: longer than a limit in seconds."""
        if self._random.random() >= _LATE_SHARE:
            return None
        return timedelta(seconds=self._random.uniform(1.05, 1.3) * limit)

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return self._random.random() < share

    def one_of(self, words: Sequence[str]) -> str:
        """Any of them."""
        return self._random.choice(words)

    def score(self) -> int:
        """A score that ends a whistle; mostly good."""
        return self._random.choices((3, 4, 5), (2, 4, 6))[0]
