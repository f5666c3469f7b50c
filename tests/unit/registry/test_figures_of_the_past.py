"""Figures of a former day, whatever happened to the codes since."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.places import lineage, past, plans
from services.registry.domain.places.changes import NewArea, Proposal
from services.registry.domain.places.lineage import Pair
from services.registry.domain.places.past import GridCount, Then

STREET = "222406001"
THEN = date(2026, 1, 1)


def count(grid: str, households: int) -> GridCount:
    return GridCount(grid, households, households * 3, households, 0)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[str], list[list[Pair]], list[str]]:
    """Grids of then, the changes since, and the communities of today."""
    communities = [f"{STREET}{n:03d}" for n in draw(st.sets(st.integers(1, 20), min_size=3))]
    grids = {c: [f"{c}{n:03d}" for n in range(1, draw(st.integers(1, 5)) + 1)] for c in communities}
    then = [grid for listed in grids.values() for grid in listed]
    changes: list[list[Pair]] = []
    for number in range(draw(st.integers(0, 4))):
        new = f"{STREET}{100 + number:03d}"
        kind = draw(st.sampled_from(["merge", "recode"]))
        size = 2 if kind == "merge" else 1
        if len(grids) < size:
            continue
        old = draw(st.permutations(sorted(grids)))[:size]
        wish = Proposal(
            kind,  # type: ignore[arg-type]  # one of the two
            THEN + timedelta(number + 1),
            "x",
            tuple(old),
            (NewArea(new, "x"),),
        )
        pairs = list(plans.plan(wish, {c: grids[c] for c in old}, ()))
        changes.append(pairs)
        grids[new] = [lineage.mapped(grid, pairs) for c in old for grid in grids.pop(c)]
    return then, changes, sorted(grids)


@given(histories())
def test_the_past_of_the_whole_is_the_sum_of_the_pasts_of_its_parts(
    history: tuple[list[str], list[list[Pair]], list[str]],
) -> None:
    grids, changes, communities = history
    counts = [count(grid, number) for number, grid in enumerate(grids, 1)]
    then = Then(THEN, counts, (), changes)

    def households(within: str) -> int:
        figures = {item.code: item for item in past.figures_of(then, within)}
        return figures["households_per_grid"].numerator or 0

    assert households(STREET) == sum(number for number in range(1, len(grids) + 1))
    assert sum(households(community) for community in communities) == households(STREET)
    today = [lineage.today_of(grid, changes) for grid in grids]
    assert len(set(today)) == len(grids)
    assert all(before < after for before, after in pairwise(sorted(today)))


def test_counties_of_then_are_those_that_became_part_of_the_area() -> None:
    changes = [[Pair("222401", "222411", carries=True), Pair("222402", "222499", carries=True)]]
    assert past.counties_then(["222411"], changes, "222411005") == ("222401", "222411")
    assert past.end_of(THEN).isoformat() == "2026-01-01T23:59:59+08:00"
