"""Areas as geographic features."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.common import paging
from services.common.clock import Clock, local_day, utc_now
from services.common.errors import NothingHere
from services.registry.domain import areas
from services.registry.domain.places.features import COLLECTIONS, Query
from services.registry.store.places import features
from services.registry.store.places.features import Which
from services.registry.store.store import Store
from services.registry.use_cases import cursors
from services.registry.use_cases.places import shapes


class FeatureNotFound(NothingHere):
    """There is no such collection or feature, or you may not see it."""

    title = "Feature not found"
    title_zh = "未找到该要素"
    title_ko = "해당 지물을 찾을 수 없습니다"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of features.

    Attributes:
        items: GeoJSON texts.
        matched: How many there are in all.
        following: Cursor of the next page.
    """

    items: list[str]
    matched: int
    following: str | None


def require_collection(level: str) -> str:
    """The level, when there is a collection of that name.

    Raises:
        FeatureNotFound: There is none.
    """
    if level not in COLLECTIONS:
        raise FeatureNotFound
    return level


async def find(
    store: Store, scope: Sequence[str], level: str, query: Query, clock: Clock = utc_now
) -> Found:
    """A page of a collection's features in the caller's areas.

    Raises:
        FeatureNotFound: There is no such collection, or `within` lies outside the caller's areas.
        CursorNotValid: `after` was not handed out for this query.
    """
    require_collection(level)
    if query.within and not (
        areas.is_area_code(query.within) and areas.within_any(query.within, scope)
    ):
        raise FeatureNotFound
    today = local_day(clock())
    first, last = query.interval or (today, today)
    question = ("features", level, query.bbox, str(query.interval), query.within)
    after = cursors.code(query.after, question)
    which = Which(level, list(scope), query.within, first, last)
    async with store.read() as connection:
        codes = None
        if query.bbox is None:
            matched = await features.count(connection, which)
        else:
            near = await features.matched(connection, which, query.bbox)
            codes = [c for c, drawn in near if drawn is None or shapes.touches(drawn, query.bbox)]
            matched = len(codes)
        rows = await features.page(connection, which, after, codes, query.limit + 1)
    items = [view for _, view in rows[: query.limit]]
    if len(rows) <= query.limit:
        return Found(items, matched, None)
    return Found(items, matched, paging.encode([rows[query.limit - 1][0]], question))


async def one(
    store: Store, scope: Sequence[str], level: str, code: str, clock: Clock = utc_now
) -> str:
    """A feature as GeoJSON text: an area valid today.

    Raises:
        FeatureNotFound: There is none in the caller's areas.
    """
    require_collection(level)
    if not areas.is_area_code(code) or areas.level_of(code) != level:
        raise FeatureNotFound
    today = local_day(clock())
    which = Which(level, list(scope), code, today, today)
    async with store.read() as connection:
        rows = await features.page(connection, which, "", [code], 1)
    if not rows:
        raise FeatureNotFound
    return rows[0][1]


async def extent(
    store: Store, scope: Sequence[str], level: str
) -> tuple[list[float] | None, date | None]:
    """The box around the caller's features of a level, and since when there are any."""
    async with store.read() as connection:
        return await features.extent(connection, require_collection(level), scope)
