"""How long access records, former states and events are kept."""

from dataclasses import dataclass
from datetime import date
from typing import Final

_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """How long one table partitioned by month is kept.

    Attributes:
        table: Its name.
        keep_months: Whole months; None keeps everything.
        setting: The variable that says so, as the record of a run names it.
    """

    table: str
    keep_months: int | None
    setting: str

    @property
    def text(self) -> str:
        """What the record of a run says."""
        return f"{self.setting}={self.keep_months}"


def first_kept_month(today: date, keep_months: int) -> date:
    """The first day of the oldest month that stays.

    A month goes when its last day is `keep_months` months ago or more, so nothing goes early.

    Args:
        today: The civil day.
        keep_months: At least 1.
    """
    months = today.year * _MONTHS + today.month - 1 - keep_months
    return date(months // _MONTHS, months % _MONTHS + 1, 1)


def month_of(partition: str) -> date | None:
    """The month of a partition by its name, `accesses_202611`; None for any other name."""
    digits = partition.rpartition("_")[2]
    if len(digits) != len("202611") or not digits.isdigit() or not 1 <= int(digits[4:]) <= _MONTHS:
        return None
    return date(int(digits[:4]), int(digits[4:]), 1)
