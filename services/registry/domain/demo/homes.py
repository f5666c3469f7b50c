"""Buildings, staircases and dwellings of a grid, with the addresses people write."""

from collections.abc import Iterator
from random import Random
from typing import Final, NamedTuple, TypeAlias

from services.registry.domain import areas
from services.registry.domain.areas import Division
from services.registry.domain.demo import profile
from services.registry.domain.demo.plans import GridPlan

AreaRow: TypeAlias = tuple[str, str, str, str | None, str | None, str | None, bool, str | None]
"""See `AREA_COLUMNS`."""

AREA_COLUMNS: Final = (
    "code",
    "level",
    "name",
    "name_ko",
    "name_en",
    "parent",
    "urban",
    "address",
)


class Home(NamedTuple):
    """A dwelling somebody may live in."""

    code: str
    address: str


class _Shape(NamedTuple):
    units: int
    floors: int
    per_floor: int


# Six-storey houses of the 1980s and 1990s, the towers that came later, and a few long old blocks.
_SHAPES: Final = (
    _Shape(3, 6, 2),
    _Shape(4, 6, 2),
    _Shape(5, 6, 2),
    _Shape(3, 7, 2),
    _Shape(4, 5, 3),
    _Shape(2, 11, 2),
    _Shape(1, 18, 4),
    _Shape(2, 17, 3),
)


def division_rows(divisions: tuple[Division, ...]) -> Iterator[AreaRow]:
    """The reference divisions as area rows, wider areas first."""
    for d in sorted(divisions, key=lambda division: (len(division.code), division.code)):
        yield (
            d.code,
            d.level,
            d.name,
            d.name_ko or None,
            d.name_en or None,
            d.parent or None,
            d.urban,
            None,
        )


def grid_row(grid: GridPlan) -> AreaRow:
    """The area row of a grid."""
    name = f"{grid.community_name}第{grid.number}网格"
    return (
        grid.code,
        "grid",
        name,
        f"제{grid.number}격자",
        f"Grid {grid.number}",
        grid.community,
        True,
        f"{grid.county_name}{name}",
    )


def build(grid: GridPlan, random: Random) -> tuple[list[AreaRow], list[Home]]:
    """The buildings of a grid down to their dwellings, enough for its households and some empty.

    Returns:
        Area rows (buildings, units, dwellings; each after its parent), and all dwellings in code
        order. Addresses are unique in the community.
    """
    rows: list[AreaRow] = []
    homes: list[Home] = []
    wanted = int(grid.households / (1 - profile.VACANT_SHARE)) + 1
    house_number = 1 + int(random.random() * 30)
    street = f"{grid.community_name}{grid.road}"
    number = 0
    while len(homes) < wanted:
        number += 1
        shape = _SHAPES[int(random.random() * len(_SHAPES))]
        building = areas.building_code(grid.code, number)
        name = f"{grid.road}{house_number}号楼"
        place = f"{street}{house_number}号楼"
        rows.append((building, "building", name, None, None, grid.code, True, place))
        for unit in range(1, shape.units + 1):
            _build_unit(rows, homes, building, (unit, place), shape)
        house_number += 1 + int(random.random() * 3)
    return rows, homes


def _build_unit(
    rows: list[AreaRow], homes: list[Home], building: str, unit: tuple[int, str], shape: _Shape
) -> None:
    number, place = unit
    code = areas.unit_code(building, number)
    name = f"{number}单元"
    at_door = place + name
    rows.append((code, "unit", name, None, None, building, True, at_door))
    for floor in range(1, shape.floors + 1):
        for door in range(1, shape.per_floor + 1):
            room = floor * 100 + door
            label = f"{room}室"
            dwelling = f"{code}{room:04d}"
            address = at_door + label
            rows.append((dwelling, "dwelling", label, None, None, code, True, address))
            homes.append(Home(dwelling, address))
