"""Which values have grown old and should be asked for again."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from services.registry.domain.catalogue import Field


def aging(fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields a grid worker asks for again when they are old."""
    return tuple(f for f in fields if f.freshness_days and f.collected_by == "grid_worker")


def stale(
    fields: Iterable[Field],
    facts: Mapping[str, Mapping[str, Any]],
    present: frozenset[str],
    observed_on: date,
    today: date,
) -> list[str]:
    """Codes of the fields whose value is older than it may be; what has no value is not stale.

    Args:
        fields: What `aging` chose.
        facts: Entries of the record, see `assertions`.
        present: Columns of the record that have a value.
        observed_on: Day of the columns without an entry.
        today: The civil day.
    """
    found = []
    for field in fields:
        entry = facts.get(field.code)
        if entry is not None:
            seen_on = date.fromisoformat(entry["observed_on"])
        elif field.code in present:
            seen_on = observed_on
        else:
            continue
        if seen_on + timedelta(days=field.freshness_days or 0) < today:
            found.append(field.code)
    return found
