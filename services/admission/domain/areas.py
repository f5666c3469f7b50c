"""Area codes as admission uses them: containment is a prefix."""

from collections.abc import Sequence

COUNTY_LENGTH = 6
COMMUNITY_LENGTH = 12
_BOUNDARIES = (COMMUNITY_LENGTH, 9, COUNTY_LENGTH, 4)


def county_of(area: str) -> str:
    """The county code an area code begins with."""
    return area[:COUNTY_LENGTH]


def enclosing(communities: Sequence[str]) -> str:
    """The smallest area that holds all these communities: one, a street, a county.

    Args:
        communities: 12-digit codes, at least one.
    """
    first, last = min(communities), max(communities)
    return next((first[:n] for n in _BOUNDARIES if first[:n] == last[:n]), "")
