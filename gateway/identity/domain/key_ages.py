"""Which signing key signs, which stay published, and when the next is due."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A key with the instant from which it signs."""

    @property
    def active_from(self) -> datetime:
        """From then on it signs, until a newer one does."""
        ...


AnyKey = TypeVar("AnyKey", bound=Dated)


def signing(keys: Sequence[AnyKey], now: datetime) -> AnyKey:
    """The newest key that is active; the oldest where none is active yet.

    Raises:
        ValueError: There is no key at all.
    """
    oldest_first = sorted(keys, key=lambda key: key.active_from)
    active = [key for key in oldest_first if key.active_from <= now]
    if not oldest_first:
        raise ValueError("there is no signing key")
    return active[-1] if active else oldest_first[0]


def published(keys: Sequence[AnyKey], now: datetime, token_life: timedelta) -> list[AnyKey]:
    """Newest first: every key that signs, will sign, or signed a token that may still be good.

    Args:
        keys: All keys there are.
        now: The current instant.
        token_life: Longest life of a token, with the verifiers' leeway.
    """
    newest_first = sorted(keys, key=lambda key: key.active_from, reverse=True)
    kept = newest_first[:1]
    for successor, key in pairwise(newest_first):
        if now < successor.active_from + token_life:
            kept.append(key)
    return kept


def is_next_due(keys: Sequence[Dated], now: datetime, age: timedelta) -> bool:
    """Whether even the newest key has signed for this long."""
    return all(now - key.active_from >= age for key in keys)
