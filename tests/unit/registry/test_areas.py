"""Area codes: a prefix contains what it begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import areas
from services.registry.domain.areas import AreaCodeInvalid, AreaLevelUnfit

COMMUNITY = "222406001001"


@st.composite
def codes(draw: st.DrawFn) -> str:
    length = draw(st.sampled_from(list(areas.LENGTHS.values())))
    return draw(st.text("0123456789", min_size=length, max_size=length))


def test_levels_follow_the_length() -> None:
    dwelling = areas.dwelling_code(
        areas.unit_code(areas.building_code(areas.grid_code(COMMUNITY, 1), 12), 3), 502
    )
    assert dwelling == "22240600100100100012030502"
    assert [areas.level_of(code) for code in areas.ancestors(dwelling)] == list(areas.LEVELS)
    assert areas.parent_of(COMMUNITY) == "222406001"
    assert areas.parent_of("2224") is None
    assert areas.county_of(dwelling) == "222406"
    assert areas.at_level(dwelling, "grid") == COMMUNITY + "001"


@pytest.mark.parametrize(
    "code", ["", "22", "22240", "2224061", "22240A", "２２２４", "²²²⁴", "2" * 27]
)
def test_other_texts_are_no_area_codes(code: str) -> None:
    assert not areas.is_area_code(code)
    for function in (areas.level_of, areas.parent_of, areas.ancestors, areas.county_of):
        with pytest.raises(AreaCodeInvalid):
            function(code)


@given(codes())
def test_every_area_lies_in_all_its_ancestors(code: str) -> None:
    chain = areas.ancestors(code)
    assert chain[-1] == code
    assert all(areas.contains(outer, code) for outer in chain)
    assert [areas.parent_of(c) for c in chain] == [None, *chain[:-1]]


@given(codes(), codes())
def test_containment_is_at_least_as_wide(outer: str, inner: str) -> None:
    assert areas.contains(outer, inner) == (outer in areas.ancestors(inner))
    assert areas.within_any(inner, [outer, inner])


def test_an_empty_scope_opens_nothing() -> None:
    assert not areas.within_any(COMMUNITY, [])
    assert not areas.within_any(COMMUNITY, [""])


def test_a_wider_area_lies_in_no_single_smaller_one() -> None:
    with pytest.raises(AreaLevelUnfit):
        areas.county_of("2224")
    with pytest.raises(AreaLevelUnfit):
        areas.at_level("222406", "grid")


@pytest.mark.parametrize("number", [0, -1, 1000])
def test_a_grid_number_has_three_digits(number: int) -> None:
    with pytest.raises(AreaCodeInvalid):
        areas.grid_code(COMMUNITY, number)


def test_a_building_stands_in_a_grid_only() -> None:
    with pytest.raises(AreaLevelUnfit):
        areas.building_code(COMMUNITY, 1)
    with pytest.raises(AreaLevelUnfit):
        areas.unit_code(COMMUNITY, 1)
    with pytest.raises(AreaLevelUnfit):
        areas.dwelling_code(COMMUNITY, 1)
