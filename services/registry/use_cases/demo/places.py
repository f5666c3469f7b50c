"""Turns the demo's posts and boundaries into rows of the registry's tables."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

import orjson

from services.common.sealing import Sealer
from services.registry.domain.demo import DemoPlan, chiefs, tessellation
from services.registry.domain.demo.chiefs import PostRow
from services.registry.store import bulk
from services.registry.store.places import posts
from services.registry.use_cases.places import shapes

_DRAWN_ON: Final = date(2021, 1, 1)
_SOURCE: Final = "演示数据：生成的边界"
_BY: Final = "demo"


def post_rows(sealer: Sealer, rows: Iterable[PostRow]) -> Iterator[Sequence[Any]]:
    """Rows of `area_posts`; telephones sealed."""
    for row in rows:
        phone = posts.sealed_phone(sealer, row.id, row.phone)
        since = bulk.since(row.since_on)
        yield row.id, row.area, row.post, row.seat, since, row.holder, phone, _BY


def boundary_rows(demo: DemoPlan) -> Iterator[Sequence[Any]]:
    """Rows of `area_boundaries`, measured as those are that somebody draws."""
    for code, ring in tessellation.boundaries(demo):
        geometry = {"type": "Polygon", "coordinates": [ring]}
        sizes = shapes.measures(shapes.drawn(geometry))
        yield (
            code, bulk.since(_DRAWN_ON), orjson.dumps(geometry).decode(), len(ring), *sizes.bbox,
            *sizes.centre, sizes.area_m2, _SOURCE, _BY,
        )  # fmt: skip


def street_posts(sealer: Sealer, demo: DemoPlan) -> Iterator[Sequence[Any]]:
    """Rows of `area_posts` that belong to no grid."""
    return post_rows(sealer, chiefs.on_streets(demo))
