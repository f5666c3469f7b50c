"""Counts that tell of groups never tell of somebody."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.errors import ValidationFailed
from services.registry.domain import aggregates
from services.registry.domain.aggregates import LEAST, FieldNotGroupable, Key
from services.registry.domain.askers import Asker
from services.registry.domain.catalogue import Catalogue, FieldNotReadable
from services.registry.domain.filters import Asked
from tests.factories.registry import catalogue_field

COUNTY = "222406"
OFFICER = Asker(frozenset({"county_officer"}), frozenset())
CATALOGUE = Catalogue(
    [
        catalogue_field(code="status", type="code", code_set="s"),
        catalogue_field(code="alone", type="boolean"),
        catalogue_field(code="school", type="text"),
        catalogue_field(code="illness", type="code", code_set="s", sensitivity="sensitive"),
        catalogue_field(code="ethnic", type="code", code_set="s"),
    ],
    {"s": frozenset({"1", "2"})},
)

tables = st.dictionaries(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("xyz")), st.integers(1, 40), max_size=20
)


@given(tables)
def test_no_small_cell_is_told_nor_can_be_subtracted(cells: dict[Key, int]) -> None:
    told = aggregates.suppressed(cells)
    assert told.cells.keys() == cells.keys()
    shown = {key: count for key, count in told.cells.items() if count is not None}
    assert all(count == cells[key] >= LEAST for key, count in shown.items())
    hidden = [cells[key] for key, count in told.cells.items() if count is None]
    if told.total is None:
        assert sum(cells.values()) < LEAST
        assert not shown
    elif hidden:
        # What is left over when the told cells are taken from the total is no single small group.
        assert told.total - sum(shown.values()) == sum(hidden) >= LEAST
        assert len(hidden) > 1 or len(cells) == 1


@given(tables)
def test_what_need_not_be_hidden_is_told(cells: dict[Key, int]) -> None:
    if cells and min(cells.values()) >= LEAST:
        told = aggregates.suppressed(cells)
        assert (told.cells, told.total) == (cells, sum(cells.values()))


def test_groups_are_made_by_closed_sets_of_readable_values() -> None:
    def groups(*codes: str, asker: Asker = OFFICER) -> list[str]:
        asked = Asked(COUNTY)
        return [f.code for f in aggregates.groups(codes, CATALOGUE, asked, asker)]

    assert groups() == []
    assert groups("status", "alone", "status") == ["status", "alone"]
    for never in ("school", "illness", "ethnic"):
        with pytest.raises(FieldNotGroupable):
            groups(never)
    with pytest.raises(FieldNotReadable):
        groups("status", asker=Asker(frozenset({"department_officer"}), frozenset({"market"})))
    with pytest.raises(ValidationFailed):
        groups("status", "alone", "school", "illness")


@pytest.mark.parametrize("key", ["name", "phone", "address"])
def test_a_filter_that_points_at_somebody_is_refused(key: str) -> None:
    pointing: Any = {key: "金"}
    with pytest.raises(ValidationFailed) as refused:
        aggregates.groups([], CATALOGUE, replace(Asked(COUNTY), **pointing), OFFICER)
    assert refused.value.faults[0].pointer == f"/filter/{key}"


def test_areas_are_grouped_below_the_one_asked_about() -> None:
    assert aggregates.level_length(None, COUNTY) is None
    assert aggregates.level_length("street", COUNTY) == 9
    with pytest.raises(ValidationFailed):
        aggregates.level_length("county", "222406001")
