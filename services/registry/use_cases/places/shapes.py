"""Geometry of boundaries: the only module that knows shapely."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon, box, shape
from shapely.geometry.base import BaseGeometry

from services.common.errors import Fault, ValidationFailed

_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Measures:
    """What is stored beside a geometry.

    Attributes:
        bbox: West, south, east, north.
        centre: A point inside, the centroid where that lies inside.
        area_m2: On a plane that touches the earth at the centre; right to a percent.
    """

    bbox: tuple[float, float, float, float]
    centre: tuple[float, float]
    area_m2: float


def drawn(geometry: Mapping[str, Any]) -> BaseGeometry:
    """A checked geometry as a shape.

    Raises:
        ValidationFailed: It crosses itself, or its parts overlap.
    """
    made = shape(dict(geometry))
    if not made.is_valid:
        detail = f"The boundary is not simple: {shapely.is_valid_reason(made)}."
        raise ValidationFailed(Fault("/coordinates", "self-crossing", detail))
    return made


def oriented(made: BaseGeometry) -> dict[str, Any]:
    """The shape as GeoJSON, outer rings counter-clockwise (RFC 7946 §3.1.6)."""
    polygons = made.geoms if isinstance(made, MultiPolygon) else (made,)
    rings = [
        [[list(p) for p in ring.coords] for ring in (turned.exterior, *turned.interiors)]
        for turned in map(_turned, polygons)
    ]
    if isinstance(made, MultiPolygon):
        return {"type": "MultiPolygon", "coordinates": rings}
    return {"type": "Polygon", "coordinates": rings[0]}


def measures(made: BaseGeometry) -> Measures:
    """Extent, centre and size of a shape."""
    west, south, east, north = made.bounds
    centroid = made.centroid
    point = centroid if made.contains(centroid) else made.representative_point()
    metres = _METRES_PER_DEGREE**2 * math.cos(math.radians(centroid.y))
    return Measures(
        (west, south, east, north),
        (round(point.x, 7), round(point.y, 7)),
        round(made.area * metres, 1),
    )


def share_outside(made: BaseGeometry, around: BaseGeometry) -> float:
    """Share of a shape that lies outside another."""
    return float(made.difference(around).area / made.area)


def share_shared(made: BaseGeometry, other: BaseGeometry) -> float:
    """Share of a shape that another covers too."""
    return float(made.intersection(other).area / made.area)


def touches(geometry: Mapping[str, Any], bbox: tuple[float, float, float, float]) -> bool:
    """Whether a geometry and a box have a point in common; a box may cross the antimeridian."""
    west, south, east, north = bbox
    made = shape(dict(geometry))
    spans = ((west, east),) if west <= east else ((west, 180.0), (-180.0, east))
    return any(made.intersects(box(left, south, right, north)) for left, right in spans)


def _turned(polygon: BaseGeometry) -> Polygon:
    assert isinstance(polygon, Polygon)  # noqa: S101 — a multipolygon's parts are polygons
    return shapely.geometry.polygon.orient(polygon)
