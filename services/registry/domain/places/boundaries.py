"""What a boundary may be: a polygon or several (RFC 7946), in WGS 84, of sane size.

Whether it crosses itself or leaves its parent is geometry, see `use_cases.places.shapes`.
"""

from collections.abc import Sequence
from typing import Any, Final

from services.common.errors import Fault, NotPermitted, ValidationFailed
from services.registry.domain.areas import Level

MOST_VERTICES: Final = 5000
_FEWEST_IN_RING: Final = 4
"""RFC 7946 §3.1.6: four positions, of which first and last are equal."""
_DECIMALS: Final = 7
"""About one centimetre."""

LARGEST_M2: Final[dict[Level, float]] = {
    "prefecture": 100_000e6,
    "county": 20_000e6,
    "street": 5_000e6,
    "community": 1_000e6,
    "grid": 300e6,
    "building": 1e6,
}
SMALLEST_M2: Final = 20.0
OUTSIDE_TOLERATED: Final = 0.01
"""Share of an area that may lie outside its parent: two surveys never agree on a line."""
OVERLAP_TOLERATED: Final = 0.001

_HIGH: Final = frozenset({"prefecture", "county"})


def may_draw(level: Level, roles: frozenset[str]) -> None:
    """Pass when these roles may draw an area of a level.

    Raises:
        NotPermitted: They may not.
        ValidationFailed: Areas of this level have no boundary.
    """
    if level not in LARGEST_M2:
        raise ValidationFailed(Fault("", "area-level", f"A {level} has no boundary of its own."))
    if "system_admin" in roles or ("secretariat" in roles and level not in _HIGH):
        return
    raise NotPermitted


def checked(geometry: Any) -> tuple[list[Any], int]:
    """The polygons of a geometry, rounded, and how many vertices they have.

    Args:
        geometry: GeoJSON as parsed.

    Raises:
        ValidationFailed: It is no Polygon or MultiPolygon, a ring is open, or it is too large.
    """
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind not in {"Polygon", "MultiPolygon"} or not isinstance(coordinates, list):
        raise ValidationFailed(
            Fault("/type", "geometry-type", "A GeoJSON Polygon or MultiPolygon is expected.")
        )
    given = coordinates if kind == "MultiPolygon" else [coordinates]
    if _positions(given) > MOST_VERTICES:
        detail = f"At most {MOST_VERTICES} vertices; simplify the line."
        raise ValidationFailed(Fault("/coordinates", "too-many-vertices", detail))
    polygons = [_polygon(polygon) for polygon in given]
    if not polygons:
        raise ValidationFailed(Fault("/coordinates", "empty", "The geometry is empty."))
    return polygons, _positions(polygons)


def geojson(polygons: Sequence[Any]) -> dict[str, Any]:
    """The polygons as a geometry."""
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": list(polygons)}


def size_fault(level: Level, area_m2: float) -> Fault | None:
    """What is wrong with the size of an area, if anything."""
    largest = LARGEST_M2[level]
    if SMALLEST_M2 <= area_m2 <= largest:
        return None
    detail = f"{area_m2:.0f} m²: a {level} has {SMALLEST_M2:.0f} to {largest:.0f} m²."
    return Fault("/coordinates", "area-size", detail)


def _positions(polygons: Any) -> int:
    return sum(
        len(ring)
        for polygon in polygons
        if isinstance(polygon, list)
        for ring in polygon
        if isinstance(ring, list)
    )


def _polygon(polygon: Any) -> list[Any]:
    if not isinstance(polygon, list) or not polygon:
        raise ValidationFailed(Fault("/coordinates", "ring", "A polygon is a list of rings."))
    return [_ring(ring) for ring in polygon]


def _ring(ring: Any) -> list[Any]:
    if not isinstance(ring, list) or len(ring) < _FEWEST_IN_RING:
        raise ValidationFailed(Fault("/coordinates", "ring", "A ring has four positions at least."))
    positions = [_position(position) for position in ring]
    if positions[0] != positions[-1]:
        raise ValidationFailed(
            Fault("/coordinates", "ring-open", "A ring ends with the position it begins with.")
        )
    return positions


def _position(position: Any) -> list[float]:
    is_pair = isinstance(position, list) and len(position) == 2  # noqa: PLR2004 — longitude and latitude
    if not is_pair or not all(type(n) in {int, float} for n in position):
        raise ValidationFailed(
            Fault("/coordinates", "position", "A position is [longitude, latitude].")
        )
    longitude, latitude = (round(float(n), _DECIMALS) for n in position)
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):  # noqa: PLR2004 — the globe
        raise ValidationFailed(
            Fault("/coordinates", "position", "WGS 84: longitude ±180, latitude ±90.")
        )
    return [longitude, latitude]
