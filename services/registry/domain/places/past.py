"""Figures of a former day, comparable with today's: what was counted then, at today's codes."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Final, NamedTuple

from services.common.clock import LOCAL
from services.registry.domain.indicators import (
    FEWEST_HOUSEHOLDS,
    MOST_HOUSEHOLDS,
    Indicator,
    Numbers,
    indicators_of,
)
from services.registry.domain.places import lineage
from services.registry.domain.places.lineage import Pair

_COMPARABLE: Final = frozenset({
    "urban_communities", "grids", "grids_per_community", "households_per_grid",
    "grids_below_norm", "grids_above_norm", "residents_per_grid", "residents_from_one_domain",
    "residents_from_two_domains",
})  # fmt: skip
"""Figures that follow from the counts of a day; readings and imports are not kept by day."""


class GridCount(NamedTuple):
    """What was counted in a grid that was valid on the day.

    Attributes:
        grid: Code as it was then.
        households: Present ones.
        residents: Living ones.
        from_one_domain: Residents with facts of one domain at least.
        from_two_domains: Residents with facts of two domains at least.
    """

    grid: str
    households: int
    residents: int
    from_one_domain: int
    from_two_domains: int


class Then(NamedTuple):
    """A former day.

    Attributes:
        on: The day.
        counts: Of every grid that may matter.
        communities: Codes of the urban communities of that day.
        changes: Pairs of each change since, oldest first; empty to compare with codes of then.
    """

    on: date
    counts: Sequence[GridCount]
    communities: Sequence[str]
    changes: Sequence[Sequence[Pair]]


def figures_of(then: Then, within: str) -> list[Indicator]:
    """The figures an area had: the sum of what lies in it by the codes of today."""
    here = lineage.inside(within, (c.grid for c in then.counts), then.changes)
    counts = [count for count in then.counts if count.grid in here]
    communities = lineage.inside(within, then.communities, then.changes)
    numbers = Numbers(
        as_of=end_of(then.on),
        urban_communities=len(communities),
        grids=len(counts),
        grid_communities=len({count.grid[:12] for count in counts}),
        households=sum(count.households for count in counts),
        residents=sum(count.residents for count in counts),
        small_grids=_sized(counts, 0, FEWEST_HOUSEHOLDS - 1),
        large_grids=_sized(counts, MOST_HOUSEHOLDS + 1, None),
        from_one_domain=sum(count.from_one_domain for count in counts),
        from_two_domains=sum(count.from_two_domains for count in counts),
        reading_domains=(),
        matched=0,
        duplicates=0,
        rows=0,
    )
    return [item for item in indicators_of(numbers) if item.code in _COMPARABLE]


def end_of(day: date) -> datetime:
    """The last second of a civil day."""
    return datetime.combine(day, time(23, 59, 59), LOCAL)


def counties_then(
    counties: Iterable[str], changes: Sequence[Sequence[Pair]], within: str
) -> tuple[str, ...]:
    """Counties under whose codes something may have been counted that lies in an area today."""
    former = {
        pair.old[:6]
        for pairs in changes
        for pair in pairs
        if pair.carries and (pair.new.startswith(within[:6]) or within.startswith(pair.new))
    }
    return tuple(sorted({*counties, *former}))


def _sized(counts: Iterable[GridCount], least: int, most: int | None) -> list[tuple[str, int]]:
    return [
        (count.grid, count.households)
        for count in counts
        if count.households >= least and (most is None or count.households <= most)
    ]
