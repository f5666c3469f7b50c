"""Reading a query string by hand, for the calls that take the request as it is."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from services.common.errors import Fault, ValidationFailed
from services.registry.domain.sights import Sight

_NAMES = frozenset({"fields", "explain", "valid_on", "known_at"})
_FLAGS = {"true": True, "false": False}


def sight_of(parameters: Mapping[str, str]) -> Sight:
    """How a resident is to be looked at.

    Raises:
        ValidationFailed: There is an unknown parameter, one is malformed, or two contradict.
    """
    faults = [
        Fault(f"#query/{name[:64]}", "extra-forbidden", "There is no such parameter.")
        for name in parameters
        if name not in _NAMES
    ]
    explain = parameters.get("explain", "false")
    if explain not in _FLAGS:
        faults.append(Fault("#query/explain", "boolean", "true or false is expected."))
    valid_on = known_at = None
    try:
        valid_on = _date(parameters.get("valid_on"))
    except ValueError:
        faults.append(Fault("#query/valid_on", "date", "A date is written 2026-11-24."))
    try:
        known_at = _instant(parameters.get("known_at"))
    except ValueError:
        faults.append(Fault("#query/known_at", "instant", "An instant with its offset is needed."))
    if _FLAGS.get(explain) and not {"valid_on", "known_at"}.isdisjoint(parameters):
        detail = "Only what is shown now can be explained."
        faults.append(Fault("#query/explain", "now-only", detail))
    if faults:
        raise ValidationFailed(*faults)
    return Sight(_FLAGS[explain], valid_on, known_at)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    # A plus sign in a query string reads as a space.
    instant = datetime.fromisoformat(text.replace(" ", "+"))
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant.astimezone(UTC)
