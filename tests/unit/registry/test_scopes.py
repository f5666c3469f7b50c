"""What a caller may see of the areas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.errors import NothingHere, ValidationFailed
from services.registry.domain import scopes

COUNTIES = ("222401", "222406")


@given(st.text("0123456789", min_size=6, max_size=26), st.integers(4, 26))
def test_a_range_holds_exactly_the_codes_with_its_prefix(code: str, length: int) -> None:
    prefix = code[:length]
    first, end = scopes.range_of(prefix)
    assert first <= code < end
    other = str((int(prefix) + 1) % 10 ** len(prefix)).zfill(len(prefix))
    assert not first <= other < end


@pytest.mark.parametrize(
    ("areas", "counties"),
    [
        (("2224",), COUNTIES),
        (("222406",), ("222406",)),
        (("222401001001", "222406"), COUNTIES),
        (("2225",), ()),
        (("",), ()),
        ((), ()),
    ],
)
def test_prefixes_reach_into_counties(areas: tuple[str, ...], counties: tuple[str, ...]) -> None:
    assert scopes.counties_of(areas, COUNTIES) == counties


def test_an_area_outside_is_hidden_and_a_wrong_one_refused() -> None:
    assert scopes.require_within("222406001", ("222406",)) == "222406001"
    with pytest.raises(NothingHere):
        scopes.require_within("2224", ("222406",))
    with pytest.raises(NothingHere):
        scopes.require_within("222406", ())
    with pytest.raises(ValidationFailed):
        scopes.require_within("22240", ("222406",))


def test_names_are_told_of_areas_inside_and_around_ones_own() -> None:
    assert scopes.may_name("2224", ("222406",))
    assert scopes.may_name("222406001", ("222406",))
    assert not scopes.may_name("222401", ("222406",))
    assert not scopes.may_name("222401", ("",))
