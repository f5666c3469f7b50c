"""How one resident is looked at: as it is shown, explained, or as it was."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Sight:
    """What is asked beside the fields.

    Attributes:
        is_explained: Why the record shows what it shows.
        valid_on: About which day; None for what was shown.
        known_at: What the registry knew by which instant; None for now.
    """

    is_explained: bool
    valid_on: date | None
    known_at: datetime | None
