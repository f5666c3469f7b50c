"""Boundaries for the demo: turned rectangles cut into streets, communities and grids.

Nothing overlaps and nothing leaves its parent. The towns lie where the real ones do; the lines
inside are invented.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, cos, radians, sin, sqrt
from typing import Final, NamedTuple, TypeAlias

from services.registry.domain.demo import plans, profile
from services.registry.domain.demo.plans import DemoPlan
from services.registry.domain.demo.randomness import stream

Ring: TypeAlias = list[list[float]]

CENTRES: Final[dict[str, tuple[float, float]]] = {
    "222401": (129.51, 42.90),
    "222402": (129.84, 42.97),
    "222403": (128.23, 43.37),
    "222404": (130.37, 42.86),
    "222405": (129.42, 42.77),
    "222406": (129.01, 42.55),
    "222424": (129.77, 43.31),
    "222426": (128.91, 43.11),
}
"""County → longitude and latitude of its town, to a kilometre."""
_PREFECTURE: Final = (127.9, 42.0, 131.0, 44.0)
_GRID_DEGREES: Final = 0.0027
"""Side of a grid's square: some 250 metres."""
_FLATTER: Final = 0.74
"""A degree of longitude is that much shorter than one of latitude here."""
_MARGIN: Final = 0.02
_MOST_TURN: Final = 20


class _Box(NamedTuple):
    """A rectangle in the town's own unit square."""

    left: float
    low: float
    right: float
    high: float


class _Town:
    """Carries points of a unit square to the place of a county's town."""

    def __init__(self, county: str, grids: int, seed: str) -> None:
        self._lon, self._lat = CENTRES[county]
        side = _GRID_DEGREES * sqrt(grids)
        self._width, self._height = side / _FLATTER, side
        turn = radians(stream(seed, county, "turn").uniform(-_MOST_TURN, _MOST_TURN))
        self._cos, self._sin = cos(turn), sin(turn)

    def ring(self, box: _Box) -> Ring:
        corners = (
            (box.left, box.low), (box.right, box.low), (box.right, box.high), (box.left, box.high),
            (box.left, box.low),
        )  # fmt: skip
        return [self._point(x - 0.5, y - 0.5) for x, y in corners]

    def _point(self, x: float, y: float) -> list[float]:
        turned_x, turned_y = x * self._cos - y * self._sin, x * self._sin + y * self._cos
        longitude = self._lon + turned_x * self._width
        return [round(longitude, 7), round(self._lat + turned_y * self._height, 7)]


def boundaries(demo: DemoPlan) -> Iterator[tuple[str, Ring]]:
    """Code and outer ring of every area of the plan from the prefecture to the grids.

    Lines are cut for the whole prefecture, so a small demo has exactly the large one's.
    """
    whole = plans.plan(demo.divisions, "prefecture", demo.seed, demo.as_of)
    here = {
        *demo.counties,
        *demo.streets,
        *(community.code for community in demo.communities),
        *(grid.code for grid in demo.grids),
    }
    west, south, east, north = _PREFECTURE
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    yield profile.PREFECTURE, [list(corner) for corner in corners]
    for county in demo.counties:
        grids = [grid.code for grid in whole.within(county)]
        town = _Town(county, len(grids), demo.seed)
        around = _Box(-_MARGIN, -_MARGIN, 1 + _MARGIN, 1 + _MARGIN)
        yield county, town.ring(around)
        for code, box in _cut_county(grids):
            if code in here:
                yield code, town.ring(box)


def _cut_county(grids: Sequence[str]) -> Iterator[tuple[str, _Box]]:
    for street, box in _cut(_sizes(grids, 9), _Box(0, 0, 1, 1), upright=True):
        yield street, box
        inside = [grid for grid in grids if grid.startswith(street)]
        for community, band in _cut(_sizes(inside, 12), box, upright=False):
            yield community, band
            yield from _squares([g for g in inside if g.startswith(community)], band)


def _sizes(grids: Sequence[str], length: int) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for grid in grids:
        sizes[grid[:length]] = sizes.get(grid[:length], 0) + 1
    return sizes


def _cut(sizes: Mapping[str, float], box: _Box, *, upright: bool) -> Iterator[tuple[str, _Box]]:
    """Strips of a box, each as wide as its share."""
    total, done = sum(sizes.values()), 0.0
    for code, size in sizes.items():
        begin, end = done / total, (done + size) / total
        done += size
        if upright:
            width = box.right - box.left
            yield code, box._replace(left=box.left + begin * width, right=box.left + end * width)
        else:
            height = box.high - box.low
            yield code, box._replace(low=box.low + begin * height, high=box.low + end * height)


def _squares(grids: Sequence[str], box: _Box) -> Iterator[tuple[str, _Box]]:
    """Columns of a box, each cut into the grids that stand in it, from west to east."""
    columns = ceil(sqrt(len(grids)))
    groups = {
        str(n): grids[n * len(grids) // columns : (n + 1) * len(grids) // columns]
        for n in range(columns)
    }
    shares = {n: float(len(group)) for n, group in groups.items()}
    for n, column in _cut(shares, box, upright=True):
        yield from _cut(dict.fromkeys(groups[n], 1.0), column, upright=False)
