"""What a caller may see of the areas, and how an area is searched as a range of codes."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from services.common.errors import Fault, NothingHere, ValidationFailed
from services.registry.domain import areas

# In "C" collation the character behind 9: the end of the range of all codes with a prefix.
_AFTER_DIGITS: Final = ":"
_COUNTY: Final = areas.LENGTHS["county"]


def range_of(prefix: str) -> tuple[str, str]:
    """First code, and the text after the last code, of everything inside an area."""
    return prefix, prefix + _AFTER_DIGITS


@lru_cache(maxsize=4096)
def counties_of(scopes: tuple[str, ...], counties: tuple[str, ...]) -> tuple[str, ...]:
    """The counties, out of all, that prefixes reach into; kept, because callers ask alike."""
    return tuple(c for c in counties if any(c.startswith(s[:_COUNTY]) for s in scopes if s))


def require_within(within: str, scopes: Sequence[str], pointer: str = "#query/within") -> str:
    """The area asked for, when it is one and lies in the caller's.

    Raises:
        ValidationFailed: It is no area code.
        NothingHere: It lies outside the caller's areas.
    """
    if not areas.is_area_code(within):
        raise ValidationFailed(Fault(pointer, "area-code", "An area code is expected."))
    if not areas.within_any(within, scopes):
        raise NothingHere
    return within


def may_name(code: str, scopes: Sequence[str]) -> bool:
    """Whether a caller may learn an area's name: its own areas, and those around them."""
    return any(code.startswith(s) or s.startswith(code) for s in scopes if s)
