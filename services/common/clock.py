"""The one place that asks what time it is."""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
"""Civil time of the whole country (GB 11714 has one zone); days and deadlines are local."""


class Clock(Protocol):
    """Anything that tells an aware UTC instant; tests pass their own."""

    def __call__(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...


def utc_now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def local_day(instant: datetime) -> date:
    """The civil day in China of an aware instant."""
    return instant.astimezone(LOCAL).date()
