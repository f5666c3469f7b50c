"""Five wrong passwords lock a login name for a quarter of an hour.

The rule counts login *names*, whether an account has them or not, so a lock tells nobody which
names exist. An attempt is counted before its password is looked at; a right one clears the count.
So guesses sent side by side cannot outrun the lock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class LockRule:
    """How many attempts lock, and for how long.

    Attributes:
        attempts: This many without a right one lock.
        lasts: Length of a lock; attempts further apart than this do not add up.
    """

    attempts: int
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Guard:
    """What is remembered about one login name.

    Attributes:
        failures: Attempts since the last right one.
        last_attempt_at: When the last of them was made.
        locked_until: End of the present or last lock.
    """

    failures: int = 0
    last_attempt_at: datetime | None = None
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        """Whether an attempt now is refused unseen."""
        return self.locked_until is not None and now < self.locked_until


def count(guard: Guard, rule: LockRule, now: datetime) -> Guard:
    """The guard after one more attempt; the one that reaches the rule's number locks."""
    last = guard.last_attempt_at
    fresh = last is None or now - last > rule.lasts or guard.locked_until is not None
    failures = 1 if fresh else guard.failures + 1
    until = now + rule.lasts if failures >= rule.attempts else None
    return Guard(failures, now, until)
