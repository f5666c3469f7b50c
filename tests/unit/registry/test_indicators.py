"""Figures and their parts."""

from datetime import UTC, datetime

from services.registry.domain.indicators import Numbers, indicators_of

NOTHING = Numbers(
    as_of=datetime(2026, 11, 24, tzinfo=UTC),
    urban_communities=0,
    grids=0,
    grid_communities=0,
    households=0,
    residents=0,
    small_grids=(),
    large_grids=(),
    from_one_domain=0,
    from_two_domains=0,
    reading_domains=(),
    matched=0,
    duplicates=0,
    rows=0,
)


def test_where_there_is_nothing_to_divide_by_there_is_no_value() -> None:
    for indicator in indicators_of(NOTHING):
        if indicator.denominator == 0:
            assert indicator.value is None
        else:
            assert indicator.value == 0


def test_every_value_follows_from_its_parts() -> None:
    numbers = Numbers(
        as_of=NOTHING.as_of,
        urban_communities=175,
        grids=1404,
        grid_communities=175,
        households=563_217,
        residents=1_408_837,
        small_grids=[("222406001001001", 12)],
        large_grids=[],
        from_one_domain=1_408_837,
        from_two_domains=700_000,
        reading_domains=["health"],
        matched=80,
        duplicates=10,
        rows=100,
    )
    found = {indicator.code: indicator for indicator in indicators_of(numbers)}
    assert found["urban_communities"].value == 175
    assert found["grids_per_community"].value == 8.02
    assert found["households_per_grid"].value == 401.15
    assert found["duplicate_collection_blocked"].value == 90.0
    for indicator in found.values():
        if indicator.denominator:
            ratio = (indicator.numerator or 0) / indicator.denominator
            expected = 100 * ratio if indicator.unit == "%" else ratio
            assert indicator.value == round(expected, 2)
    assert found["grids_below_norm"].as_json()["details"] == [
        {"grid": "222406001001001", "households": 12}
    ]
