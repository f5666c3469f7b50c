"""What is asked of features (OGC API – Features): read from a query, and refused where unclear."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias

from services.common.clock import LOCAL
from services.common.errors import DomainError, Kind

Box: TypeAlias = tuple[float, float, float, float]

COLLECTIONS: Final[dict[str, tuple[str, str]]] = {
    "prefecture": ("自治州", "Prefecture"),
    "county": ("县(市)", "Counties"),
    "street": ("街道、乡镇", "Streets and townships"),
    "community": ("社区、村", "Communities and villages"),
    "grid": ("网格", "Grids"),
}
"""Collection → title in Chinese and English; each holds the areas of the level of that name."""
CONFORMS_TO: Final = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)
CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
USUAL_LIMIT: Final = 100
MOST: Final = 1000
_FLAT, _HIGH = 4, 6
_EAST, _NORTH = 180, 90
_FIRST, _LAST = date(1, 1, 1), date(9999, 12, 30)


class QueryNotUnderstood(DomainError):
    """A parameter is unknown, or has a value that is not understood."""

    kind = Kind.MALFORMED
    title = "The query is not understood"
    title_zh = "查询参数有误"
    title_ko = "조회 조건이 잘못되었습니다"


@dataclass(frozen=True, slots=True)
class Query:
    """Which features of a collection are asked for.

    Attributes:
        limit: Features at most.
        bbox: West, south, east, north; west is greater where it crosses the antimeridian.
        interval: First and last day; None for those valid today.
        within: Only in this area.
        after: Cursor of the page before.
        format: `geojson` or `json`: the same document under either media type.
    """

    limit: int
    bbox: Box | None
    interval: tuple[date, date] | None
    within: str
    after: str | None
    format: str


def only(given: Iterable[str], *known: str) -> None:
    """Pass when no other parameter is given.

    Raises:
        QueryNotUnderstood: Naming those that are unknown (/req/core/query-param-unknown).
    """
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise QueryNotUnderstood(f"There is no parameter {', '.join(unknown)}"[:200] + ".")


def query_of(given: Mapping[str, str]) -> Query:
    """The query that parameters are.

    Raises:
        QueryNotUnderstood: A parameter is unknown or wrong (/req/core/query-param-invalid).
    """
    only(given, "limit", "bbox", "datetime", "within", "after", "f")
    limit = given.get("limit", str(USUAL_LIMIT))
    if not (limit.isascii() and limit.isdigit() and 0 < len(limit) < 10) or int(limit) < 1:  # noqa: PLR2004 — fits an int
        raise QueryNotUnderstood("limit is a whole number from 1.")
    within = given.get("within", "")
    if within and not (within.isascii() and within.isdigit()):
        raise QueryNotUnderstood("within is an area code.")
    return Query(
        min(int(limit), MOST),
        _box(given["bbox"]) if "bbox" in given else None,
        _interval(given["datetime"]) if "datetime" in given else None,
        within,
        given.get("after"),
        format_of(given),
    )


def format_of(given: Mapping[str, str]) -> str:
    """The format asked for.

    Raises:
        QueryNotUnderstood: There is no such format.
    """
    wanted = given.get("f", "geojson")
    if wanted not in {"geojson", "json"}:
        raise QueryNotUnderstood("f is geojson or json.")
    return wanted


def _box(text: str) -> Box:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as exc:
        raise QueryNotUnderstood("bbox has four or six numbers.") from exc
    if len(numbers) == _HIGH:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != _FLAT:
        raise QueryNotUnderstood("bbox has four or six numbers.")
    west, south, east, north = numbers
    on_globe = max(abs(west), abs(east)) <= _EAST and max(abs(south), abs(north)) <= _NORTH
    if not on_globe or south > north:
        raise QueryNotUnderstood("bbox is west,south,east,north in degrees of WGS 84.")
    return west, south, east, north


def _interval(text: str) -> tuple[date, date]:
    first, slash, last = text.partition("/")
    if not slash:
        day = _day(first)
        return day, day
    begin = _FIRST if first in {"", ".."} else _day(first)
    end = _LAST if last in {"", ".."} else _day(last)
    if begin > end:
        raise QueryNotUnderstood("The interval ends before it begins.")
    return begin, end


def _day(text: str) -> date:
    """A day, or the civil day of an instant (RFC 3339)."""
    try:
        if "T" not in text.upper():
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text.upper())
        if instant.tzinfo is None:
            raise QueryNotUnderstood("An instant has a time zone.")
        return instant.astimezone(LOCAL).date()
    except (ValueError, OverflowError) as exc:
        raise QueryNotUnderstood("datetime is a day, an instant, or an interval.") from exc
