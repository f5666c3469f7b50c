"""Where somebody is registered (户籍), which need not be where they live.

The household, the relation to its head there and the first day change together: they are the open
period of basis `registered`, and fields of the catalogue.
"""

from collections.abc import Container, Mapping
from datetime import date
from typing import Any, Final

from services.common.errors import Fault, ValidationFailed

HOUSEHOLD: Final = "registered_household_id"
RELATION: Final = "registered_relation"
SINCE: Final = "registered_on"
FIELDS: Final = (HOUSEHOLD, RELATION, SINCE)


def is_told(patch: Container[str]) -> bool:
    """Whether what is said speaks of the household somebody is registered in."""
    return any(code in patch for code in FIELDS)


def completed(patch: Mapping[str, Any], present: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What a patch says of the registration, with what follows from it.

    Args:
        patch: Values by field in the form in which they are kept; None says that there is none.
        present: Household, relation and first day as they stand, by field.
        today: A new registration counts from it when no day is said.

    Returns:
        The patch itself where it does not speak of the household of registration.

    Raises:
        ValidationFailed: A relation or a day without a household, or a day to come.
    """
    if not is_told(patch):
        return dict(patch)
    household = patch.get(HOUSEHOLD, present.get(HOUSEHOLD))
    if household is None:
        stray = [code for code in (RELATION, SINCE) if patch.get(code) is not None]
        if stray:
            detail = "Who is registered in no household has neither relation nor day."
            raise ValidationFailed(*(Fault(f"/{c}", "household-required", detail) for c in stray))
        return {**patch, HOUSEHOLD: None, RELATION: None, SINCE: None}
    if HOUSEHOLD in patch and household != present.get(HOUSEHOLD):
        told = {RELATION: None, SINCE: today.isoformat(), **patch}
    else:
        told = {**present, **patch}
    if told[SINCE] is None or told[SINCE] > today.isoformat():
        raise ValidationFailed(
            Fault(f"/{SINCE}", "day-not-valid", "A registration begins today or before.")
        )
    return {c: v for c, v in told.items() if c in patch or v != present.get(c)}
