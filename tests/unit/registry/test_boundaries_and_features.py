"""What a boundary may be, and what is asked of features."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.errors import NotPermitted, ValidationFailed
from services.registry.domain.places import boundaries, features
from services.registry.domain.places.features import QueryNotUnderstood
from services.registry.use_cases.places import shapes

SQUARE = [[129.0, 42.5], [129.1, 42.5], [129.1, 42.6], [129.0, 42.6], [129.0, 42.5]]


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (None, "geometry-type"),
        ({"type": "Point", "coordinates": [1, 2]}, "geometry-type"),
        ({"type": "Polygon"}, "geometry-type"),
        ({"type": "Polygon", "coordinates": []}, "ring"),
        ({"type": "MultiPolygon", "coordinates": []}, "empty"),
        ({"type": "Polygon", "coordinates": [1]}, "ring"),
        ({"type": "Polygon", "coordinates": [SQUARE[:3]]}, "ring"),
        ({"type": "Polygon", "coordinates": [SQUARE[:4]]}, "ring-open"),
        ({"type": "Polygon", "coordinates": [[*SQUARE[:4], [True, False]]]}, "position"),
        ({"type": "Polygon", "coordinates": [[*SQUARE[:4], [1, 2, 3]]]}, "position"),
        ({"type": "Polygon", "coordinates": [[[200, 1]] * 4]}, "position"),
        ({"type": "Polygon", "coordinates": [[[1, 2]] * 5001]}, "too-many-vertices"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], 1]}, "ring"),
    ],
)
def test_what_is_no_boundary_is_refused(geometry: Any, code: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        boundaries.checked(geometry)
    assert refused.value.faults[0].code == code


def test_a_boundary_must_not_cross_itself() -> None:
    bow = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]
    polygons, count = boundaries.checked({"type": "Polygon", "coordinates": [bow]})
    assert count == 5
    with pytest.raises(ValidationFailed) as refused:
        shapes.drawn(boundaries.geojson(polygons))
    assert refused.value.faults[0].code == "self-crossing"


SIDE = st.floats(0.001, 1)


@given(st.floats(-170, 170), st.floats(-60, 60), SIDE, SIDE, st.sampled_from([1, -1]))
def test_every_rectangle_is_a_boundary_and_is_turned_the_standards_way(
    west: float, south: float, width: float, height: float, step: int
) -> None:
    ring = [
        [west, south],
        [west + width, south],
        [west + width, south + height],
        [west, south + height],
        [west, south],
    ]
    given_ring = ring[::step]
    polygons, _ = boundaries.checked({"type": "Polygon", "coordinates": [given_ring]})
    made = shapes.drawn(boundaries.geojson(polygons))
    turned = shapes.oriented(made)["coordinates"][0]
    signed = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(turned))
    assert signed > 0
    sizes = shapes.measures(made)
    assert sizes.area_m2 == pytest.approx(width * height * 111_320**2, rel=1.0)
    assert shapes.touches(shapes.oriented(made), (*sizes.centre, *sizes.centre))
    assert shapes.share_outside(made, made) == pytest.approx(0)
    assert shapes.share_shared(made, made) == pytest.approx(1)


def test_sizes_are_bounded_by_level() -> None:
    assert boundaries.size_fault("grid", 250_000) is None
    assert boundaries.size_fault("grid", 301e6) is not None
    assert boundaries.size_fault("building", 1) is not None


def test_who_draws_what() -> None:
    boundaries.may_draw("county", frozenset({"system_admin"}))
    boundaries.may_draw("grid", frozenset({"secretariat"}))
    with pytest.raises(NotPermitted):
        boundaries.may_draw("county", frozenset({"secretariat"}))
    with pytest.raises(NotPermitted):
        boundaries.may_draw("grid", frozenset({"street_officer"}))
    with pytest.raises(ValidationFailed):
        boundaries.may_draw("dwelling", frozenset({"system_admin"}))


def test_a_box_may_cross_the_antimeridian() -> None:
    near = {"type": "Polygon", "coordinates": [[[179, 0], [179.5, 0], [179.5, 1], [179, 0]]]}
    assert shapes.touches(near, (178, -1, -178, 1))
    assert not shapes.touches(near, (-178, -1, 178, 1))


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"}, {"limit": "x"}, {"limit": "-1"}, {"limit": "9" * 20}, {"bbox": "1,2,3"},
        {"bbox": "1,2,3,x"}, {"bbox": "1,50,3,40"}, {"bbox": "nan,1,2,3"}, {"bbox": "400,1,2,3"},
        {"datetime": "x"}, {"datetime": "2026-02-01/2026-01-01"}, {"datetime": "2026-01-01T00:00"},
        {"within": "x"}, {"f": "html"}, {"bbxo": "1,2,3,4"},
    ],
)  # fmt: skip
def test_a_query_that_is_not_understood_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(QueryNotUnderstood):
        features.query_of(query)


def test_a_query_is_read_as_the_standard_says() -> None:
    query = features.query_of({"limit": "5000", "bbox": "1,2,0,3,4,9", "datetime": "../2026-01-01"})
    assert (query.limit, query.bbox) == (1000, (1.0, 2.0, 3.0, 4.0))
    assert query.interval == (date(1, 1, 1), date(2026, 1, 1))
    late = features.query_of({"datetime": "2026-01-01T23:30:00Z/"})
    assert late.interval == (date(2026, 1, 2), date(9999, 12, 30))
    assert features.query_of({}) == features.Query(100, None, None, "", None, "geojson")
