"""What an attempt came to, and when the next one is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

RETRIES_S: Final = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds from each failed attempt to the next; after the last of them comes the last attempt."""
GIVEN_UP_AFTER: Final = timedelta(seconds=round(sum(RETRIES_S) * 1.2))
"""Pending longer than this, with everything before it failing: nobody waits for it any more."""
STRUGGLING_AFTER: Final = 3
"""Failures in a row after which an endpoint gets one attempt at a time, with rests between."""

_JITTER: Final = 0.2
_LONGEST_RETRY_AFTER: Final = timedelta(days=1)
_LONGEST_REST_S: Final = 300
_OK: Final = range(200, 300)
_REDIRECT: Final = range(300, 400)
_GONE: Final = 410
_ASKS_FOR_REST: Final = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one attempt came to.

    Attributes:
        outcome: A few words of ours: `HTTP 503`, `timeout`, `network`; nothing the receiver wrote.
        status: HTTP status, where there was one.
        retry_after: The receiver asked to be left alone for so long.
    """

    outcome: str
    status: int | None = None
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        """Whether the receiver took it."""
        return self.status in _OK

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants nothing any more."""
        return self.status == _GONE

    @property
    def rest(self) -> timedelta | None:
        """How long the whole endpoint asked to be left alone."""
        return self.retry_after if self.status in _ASKS_FOR_REST else None


def answered(status: int, retry_after: str | None, now: datetime) -> Attempt:
    """An attempt that got an answer.

    Args:
        status: HTTP status.
        retry_after: The header, where it came; seconds or a date (RFC 9110 §10.2.3).
        now: When it came.
    """
    outcome = f"HTTP {status}" + (" (redirect not followed)" if status in _REDIRECT else "")
    return Attempt(outcome, status, _retry_after(retry_after, now))


def next_due(made: int, attempt: Attempt, now: datetime, jitter: float) -> datetime | None:
    """When to try again after a failure; None when it was the last attempt.

    Args:
        made: Attempts so far, this one among them; 1 or more.
        attempt: What the last came to.
        now: When that was.
        jitter: 0 to 1, by chance: a receiver that comes back is not met by everything at once.
    """
    if made > len(RETRIES_S):
        return None
    wait = timedelta(seconds=RETRIES_S[made - 1] * (1 + _JITTER * jitter))
    return now + max(wait, attempt.retry_after or timedelta())


def rest_of(failures: int, attempt: Attempt, now: datetime, jitter: float) -> datetime | None:
    """Until when an endpoint is left alone after failures in a row; None when it is not.

    Args:
        failures: In a row.
        attempt: What the last came to.
        now: When that was.
        jitter: 0 to 1.
    """
    rest = attempt.rest or timedelta()
    if failures >= STRUGGLING_AFTER:
        doubled = 5 * 2 ** min(failures - STRUGGLING_AFTER, 10)
        wait_s = min(_LONGEST_REST_S, doubled) * (1 + _JITTER * jitter)
        rest = max(rest, timedelta(seconds=wait_s))
    return now + rest if rest else None


def _retry_after(text: str | None, now: datetime) -> timedelta | None:
    if not text:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=min(int(text[:9]), 10**8))
    else:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        if until.tzinfo is None:
            return None
        wait = until - now
    return max(timedelta(), min(wait, _LONGEST_RETRY_AFTER))
