"""Relations to the head of a household (GB/T 4761, one digit), and what they become under another.

One digit says little: a child's child and a child's spouse's sibling look alike. Where the former
relations do not tell the new one, it is `8` (other); who knows better says so in the report.
"""

from collections.abc import Mapping
from typing import Final

HEAD: Final = "0"
SPOUSE: Final = "1"
SON: Final = "2"
DAUGHTER: Final = "3"
GRANDCHILD: Final = "4"
PARENT: Final = "5"
GRANDPARENT: Final = "6"
SIBLING: Final = "7"
OTHER: Final = "8"
CODES: Final = frozenset("012345678")

_FEMALE: Final = "2"
_CHILD: Final = "child"
_GENERAL: Final = {SON: _CHILD, DAUGHTER: _CHILD}
# New head's former relation → former relation of another → the other's relation to the new head.
_BECOMES: Final[Mapping[str, Mapping[str, str]]] = {
    SPOUSE: {HEAD: SPOUSE, _CHILD: _CHILD, GRANDCHILD: GRANDCHILD},
    _CHILD: {HEAD: PARENT, SPOUSE: PARENT, _CHILD: SIBLING, PARENT: GRANDPARENT},
    GRANDCHILD: {HEAD: GRANDPARENT, SPOUSE: GRANDPARENT},
    PARENT: {HEAD: _CHILD, PARENT: SPOUSE, _CHILD: GRANDCHILD, SIBLING: _CHILD},
    GRANDPARENT: {HEAD: GRANDCHILD, SIBLING: GRANDCHILD, GRANDPARENT: SPOUSE},
    SIBLING: {HEAD: SIBLING, SIBLING: SIBLING, PARENT: PARENT, GRANDPARENT: GRANDPARENT},
}


def child(sex: str) -> str:
    """What a child is to the head."""
    return DAUGHTER if sex == _FEMALE else SON


def under(new_head: str | None, relation: str | None, sex: str) -> str:
    """What somebody is to a new head.

    Args:
        new_head: What the new head was to the former one.
        relation: What the other was to the former one.
        sex: Of the other.
    """
    head = _GENERAL.get(new_head or OTHER, new_head or OTHER)
    other = _GENERAL.get(relation or OTHER, relation or OTHER)
    found = _BECOMES.get(head, {}).get(other, OTHER)
    return child(sex) if found == _CHILD else found


def of_newborn(parent: str | None, sex: str) -> str:
    """What a newborn is to the head, by what its parent is."""
    if parent in {HEAD, SPOUSE}:
        return child(sex)
    if parent in {SON, DAUGHTER}:
        return GRANDCHILD
    return SIBLING if parent == PARENT else OTHER
