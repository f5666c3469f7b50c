"""Who holds the posts of the five-chiefs system in the demo: the survey report's numbers.

The report counts 1,404 grids and only 1,144 grid heads; the demo has the same gap, so that the
finding about it has something to find. A part of the prefecture has its proportional share.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple
from uuid import UUID

from services.registry.domain.demo import logins, profile
from services.registry.domain.demo.homes import AreaRow
from services.registry.domain.demo.plans import DemoPlan, GridPlan
from services.registry.domain.demo.randomness import stream

HEADS: Final = 1144
BUILDING_CHIEFS: Final = 7268
UNIT_CHIEFS: Final = 20336
STREET_CHIEFS: Final = 60
ROAD_CHIEFS: Final = 168
"""Survey report, 一(三)."""
_FILLED_MS: Final = 1_793_491_200_000
_FIRST_DAY: Final = date(2021, 1, 1)
_DAYS: Final = 1500


class PostRow(NamedTuple):
    """Somebody who holds a post."""

    id: UUID
    area: str
    post: str
    seat: str
    holder: str
    phone: str
    since_on: date


def in_grid(demo: DemoPlan, grid: GridPlan, places: Iterable[AreaRow]) -> Iterator[PostRow]:
    """The posts in a grid.

    Args:
        demo: The plan.
        grid: The grid.
        places: Its areas.
    """
    yield _post(demo, grid.code, "grid_worker", login=f"grid.{grid.code}")
    if _share(HEADS, grid.index):
        yield _post(demo, grid.code, "grid_head")
    left = {
        "building": ("building_chief", _share(BUILDING_CHIEFS, grid.index)),
        "unit": ("unit_chief", _share(UNIT_CHIEFS, grid.index)),
    }
    for code, level, *_ in places:
        post, number = left.get(level, ("", 0))
        if number:
            left[level] = (post, number - 1)
            yield _post(demo, code, post)


def on_streets(demo: DemoPlan) -> Iterator[PostRow]:
    """The chiefs of streets and roads: several in the area of each street office."""
    everywhere = sorted({code[:9] for code in demo.community_codes})
    for place, area in enumerate(everywhere):
        if area not in demo.streets:
            continue
        names = list(profile.ROADS)
        stream(demo.seed, area, "chiefs").shuffle(names)
        for post, total, ending in (
            ("street_chief", STREET_CHIEFS, "街"),
            ("road_chief", ROAD_CHIEFS, "路"),
        ):
            number = _part(total, place, len(everywhere))
            for seat in [name for name in names if name.endswith(ending)][:number]:
                yield _post(demo, area, post, seat)


def _share(total: int, index: int) -> int:
    """How many of a prefecture's total fall to the grid with this number."""
    return _part(total, index, profile.GRIDS)


def _part(total: int, index: int, parts: int) -> int:
    return (index + 1) * total // parts - index * total // parts


def _post(demo: DemoPlan, area: str, post: str, seat: str = "", login: str = "") -> PostRow:
    name = login or f"{post}.{area}.{seat}"
    random = stream(demo.seed, "post", name, post)
    return PostRow(
        _id(random),
        area,
        post,
        seat,
        logins.name_of(demo, name, area),
        f"{profile.PHONE_PREFIX}{random.randrange(10**8):08d}",
        _FIRST_DAY + timedelta(days=random.randrange(_DAYS)),
    )


def _id(random: Random) -> UUID:
    """Looks like a UUIDv7 of the morning the demo was filled."""
    value = _FILLED_MS << 80 | random.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76  # version 7
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
