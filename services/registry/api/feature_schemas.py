"""The shapes of geographic answers."""

from datetime import date
from typing import Any, Final, Literal

from pydantic import BaseModel

from services.registry.domain.places.features import MOST, USUAL_LIMIT


class Link(BaseModel):
    """A link."""

    href: str
    rel: str
    type: str


class Landing(BaseModel):
    """The landing page."""

    title: str
    links: list[Link]


class Conformance(BaseModel):
    """Conformance classes."""

    conformsTo: list[str]  # noqa: N815 — the standard's name


class Collection(BaseModel):
    """A collection of features."""

    id: str
    title: str
    itemType: Literal["feature"]  # noqa: N815 — the standard's name
    crs: list[str]
    extent: dict[str, Any]
    links: list[Link]


class Collections(BaseModel):
    """All collections."""

    links: list[Link]
    collections: list[Collection]


class BoundaryFault(BaseModel):
    """Two boundaries that do not fit."""

    area: str
    kind: Literal["boundary_overlaps", "boundary_outside_parent"]
    other: str
    share: float


class Boundary(BaseModel):
    """A boundary that was drawn."""

    code: str
    version: int
    valid_from: date
    vertices: int
    bbox: list[float]
    centre: list[float]
    area_m2: float
    source: str
    faults: list[BoundaryFault]


_GEOMETRY: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"type": "string", "enum": ["Polygon", "MultiPolygon"]},
        "coordinates": {"type": "array", "items": {}},
    },
}
GEOMETRY: Final[dict[str, Any]] = {
    **_GEOMETRY,
    "properties": {
        **_GEOMETRY["properties"],
        "source": {"type": "string", "maxLength": 200, "description": "Who surveyed it."},
    },
}
"""What is sent to draw a boundary."""
_LINKS: Final[dict[str, Any]] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["href", "rel"],
        "properties": {n: {"type": "string"} for n in ("href", "rel", "type")},
    },
}
FEATURE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "id", "geometry", "properties"],
    "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string"},
        "geometry": {"oneOf": [_GEOMETRY, {"type": "null"}]},
        "properties": {"type": "object"},
        "links": _LINKS,
    },
}
FEATURES: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "features", "links", "timeStamp", "numberMatched", "numberReturned"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {"type": "array", "items": FEATURE},
        "links": _LINKS,
        "timeStamp": {"type": "string", "format": "date-time"},
        "numberMatched": {"type": "integer", "minimum": 0},
        "numberReturned": {"type": "integer", "minimum": 0},
    },
}


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
        "style": "form",
        "explode": False,
    }


FORMAT: Final = _parameter(
    "f", "Media type of the same document.", {"type": "string", "enum": ["geojson", "json"]}
)
ITEM_PARAMETERS: Final = [
    _parameter(
        "limit",
        f"Features at most; a greater number than {MOST} counts as that.",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL_LIMIT},
    ),
    _parameter(
        "bbox",
        "West, south, east, north (CRS84); areas without a boundary match always.",
        {
            "type": "array",
            "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
            "items": {"type": "number"},
        },
    ),
    _parameter(
        "datetime",
        "A day, an instant, or an interval (`2026-01-01/..`); areas valid today without it.",
        {"type": "string"},
    ),
    _parameter("within", "Only areas in this one.", {"type": "string"}),
    _parameter("after", "Cursor of the `next` link.", {"type": "string"}),
    FORMAT,
]
"""Parameters of a collection's items, which are read by hand: the standard wants 400, not 422."""
