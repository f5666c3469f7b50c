"""What is shown of a number that identifies or reaches a person."""

from typing import Final

from services.registry.domain import id_numbers

_SHOWN_FIRST: Final = 3
_SHOWN_LAST: Final = 4
_SHORTEST_SHOWN: Final = 10


def phone(number: str) -> str:
    """A telephone number with its middle hidden: 138****1234; a short one is hidden wholly."""
    if len(number) < _SHORTEST_SHOWN:
        return "*" * len(number)
    hidden = len(number) - _SHOWN_FIRST - _SHOWN_LAST
    return f"{number[:_SHOWN_FIRST]}{'*' * hidden}{number[-_SHOWN_LAST:]}"


def document(kind: str, number: str) -> str:
    """A document's number with its middle hidden, as its kind asks."""
    long = kind == "resident_id" or len(number) == id_numbers.LENGTH
    return id_numbers.mask(number) if long else phone(number)
