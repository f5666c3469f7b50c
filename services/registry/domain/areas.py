"""Area codes: hierarchical text in which containment is a prefix.

    2224                        prefecture
    222406                      county (GB/T 2260)
    222406001                   street or township
    222406001001                community or village
    222406001001001             grid, 001..999 inside its community
    22240600100100100012        … building (5 digits), unit (2), dwelling (4)

Every function takes and gives plain text; the codes of this module are never numbers.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from services.common.errors import DomainError

Level: TypeAlias = Literal[
    "prefecture", "county", "street", "community", "grid", "building", "unit", "dwelling"
]

LENGTHS: Final[dict[Level, int]] = {
    "prefecture": 4,
    "county": 6,
    "street": 9,
    "community": 12,
    "grid": 15,
    "building": 20,
    "unit": 22,
    "dwelling": 26,
}
LEVELS: Final[tuple[Level, ...]] = tuple(LENGTHS)

_LEVEL_BY_LENGTH: Final[dict[int, Level]] = {length: level for level, length in LENGTHS.items()}
_PARENT_LENGTH: Final[dict[int, int]] = dict(
    zip(list(LENGTHS.values())[1:], LENGTHS.values(), strict=False)
)
_COUNTY: Final = LENGTHS["county"]


class AreaCodeInvalid(DomainError):
    """An area code has 4, 6, 9, 12, 15, 20, 22 or 26 digits."""

    title = "The area code is not valid"
    title_zh = "区划代码无效"
    title_ko = "구역코드가 올바르지 않습니다"


class AreaLevelUnfit(DomainError):
    """This area has no such level above or below it."""

    title = "The area has no such level"
    title_zh = "该区域没有这一级"
    title_ko = "이 구역에는 그 등급이 없습니다"


class Division(NamedTuple):
    """One administrative division of the reference data."""

    code: str
    level: Level
    name: str
    parent: str
    urban: bool
    name_ko: str
    name_en: str


def divisions_from(rows: Iterable[Mapping[str, str]]) -> tuple[Division, ...]:
    """The divisions of `reference/divisions.csv`, in code order.

    Args:
        rows: Mappings with the columns of the file, as `csv.DictReader` gives them.

    Raises:
        AreaCodeInvalid: A code has no level.
    """
    divisions = [
        Division(
            row["code"],
            level_of(row["code"]),
            row["name"],
            row["parent"],
            row["urban"] == "true",
            row["name_ko"],
            row["name_en"],
        )
        for row in rows
    ]
    return tuple(sorted(divisions))


def is_area_code(text: str) -> bool:
    """Whether the text has the form of an area code of any level."""
    return len(text) in _LEVEL_BY_LENGTH and text.isascii() and text.isdigit()


def level_of(code: str) -> Level:
    """The level an area code belongs to.

    Raises:
        AreaCodeInvalid: The text is no area code.
    """
    if not is_area_code(code):
        raise AreaCodeInvalid
    return _LEVEL_BY_LENGTH[len(code)]


def parent_of(code: str) -> str | None:
    """The code one level up; None for a prefecture.

    Raises:
        AreaCodeInvalid: The text is no area code.
    """
    level_of(code)
    length = _PARENT_LENGTH.get(len(code))
    return None if length is None else code[:length]


def ancestors(code: str) -> tuple[str, ...]:
    """The areas around this one, widest first, itself last.

    Raises:
        AreaCodeInvalid: The text is no area code.
    """
    level_of(code)
    return tuple(code[:length] for length in LENGTHS.values() if length <= len(code))


def contains(outer: str, inner: str) -> bool:
    """Whether `inner` lies in `outer` or is the same area.

    Raises:
        AreaCodeInvalid: One of the two is no area code.
    """
    level_of(outer)
    level_of(inner)
    return inner.startswith(outer)


def within_any(code: str, scopes: Iterable[str]) -> bool:
    """Whether an area lies in one of the scopes a principal holds.

    An empty scope is no scope: it contains nothing, so a blank in a token opens no door.

    Raises:
        AreaCodeInvalid: The code or a scope is no area code.
    """
    return any(contains(scope, code) for scope in scopes if scope)


def at_level(code: str, level: Level) -> str:
    """The area of the given level that this area lies in, or the area itself.

    Raises:
        AreaCodeInvalid: The text is no area code.
        AreaLevelUnfit: The area is wider than the level asked for.
    """
    level_of(code)
    length = LENGTHS[level]
    if len(code) < length:
        raise AreaLevelUnfit(f"An area of {len(code)} digits lies in no single {level}.")
    return code[:length]


def county_of(code: str) -> str:
    """The county, which is the first part of every large table's key.

    Raises:
        AreaCodeInvalid: The text is no area code.
        AreaLevelUnfit: The area is wider than a county.
    """
    level_of(code)
    if len(code) < _COUNTY:
        raise AreaLevelUnfit("A prefecture lies in no single county.")
    return code[:_COUNTY]


def grid_code(community: str, number: int) -> str:
    """The code of a grid by its number in the community, 1 to 999."""
    return _child(community, "community", number, lowest=1, digits=3)


def building_code(grid: str, number: int) -> str:
    """The code of a building by its number in the grid, 1 to 99999."""
    return _child(grid, "grid", number, lowest=1, digits=5)


def unit_code(building: str, number: int) -> str:
    """The code of a staircase (单元) by its number in the building, 1 to 99."""
    return _child(building, "building", number, lowest=1, digits=2)


def dwelling_code(unit: str, room: int) -> str:
    """The code of a dwelling by its room number (502 is the fifth floor's second), 1 to 9999."""
    return _child(unit, "unit", room, lowest=1, digits=4)


def _child(parent: str, level: Level, number: int, *, lowest: int, digits: int) -> str:
    if level_of(parent) != level:
        raise AreaLevelUnfit(f"The parent must be a {level}.")
    if not lowest <= number < 10**digits:
        raise AreaCodeInvalid(f"A number of {digits} digits starts at {lowest}.")
    return f"{parent}{number:0{digits}d}"
