"""How large the demo is: which communities, how many grids, how many households in each.

The plan is always made for the whole prefecture and then cut, so a county or a community is
exactly the slice the prefecture has there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final, Literal, TypeAlias

from services.registry.domain import areas
from services.registry.domain.areas import Division
from services.registry.domain.demo import profile
from services.registry.domain.demo.randomness import stream

Scale: TypeAlias = Literal["tiny", "county", "prefecture"]
SCALES: Final[tuple[Scale, ...]] = ("tiny", "county", "prefecture")


@dataclass(frozen=True, slots=True)
class GridPlan:
    """One grid to be filled.

    Attributes:
        code: 15 digits.
        index: Number of the grid in the whole prefecture from 0; owns its identity numbers.
        number: Number in its community from 1.
        households: How many households live here.
        road: Street name of every address in the grid; no other grid of the community has it.
        korean_share: Share of households with a Korean head.
    """

    code: str
    index: int
    number: int
    households: int
    road: str
    korean_share: float
    community_name: str
    county_name: str

    @property
    def community(self) -> str:
        """Code of the community the grid lies in."""
        return self.code[: areas.LENGTHS["community"]]

    @property
    def county(self) -> str:
        """Code of the county the grid lies in."""
        return self.code[: areas.LENGTHS["county"]]


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What the demo of one scale holds, before a single resident exists.

    Attributes:
        divisions: All divisions given to `plan`, in code order.
        community_codes: The 175 urban communities of the prefecture, whatever the scale.
        communities: The urban communities of this scale.
        grids: The grids of this scale, in code order.
    """

    scale: Scale
    seed: str
    as_of: date
    divisions: tuple[Division, ...]
    community_codes: tuple[str, ...]
    communities: tuple[Division, ...]
    grids: tuple[GridPlan, ...]

    @property
    def counties(self) -> tuple[str, ...]:
        """Codes of the counties of this scale."""
        return tuple(sorted({areas.county_of(community.code) for community in self.communities}))

    @property
    def streets(self) -> tuple[str, ...]:
        """Codes of the streets that hold the communities of this scale."""
        return tuple(sorted({community.parent for community in self.communities}))

    @property
    def places(self) -> tuple[Division, ...]:
        """The divisions of this scale that have organisations, each after its parent."""
        communities = {community.code for community in self.communities}
        codes = {profile.PREFECTURE, *self.counties, *self.streets, *communities}
        return tuple(division for division in self.divisions if division.code in codes)

    @property
    def households(self) -> int:
        """How many households the grids of this scale hold together."""
        return sum(grid.households for grid in self.grids)

    def within(self, area: str) -> tuple[GridPlan, ...]:
        """The grids inside an area, itself included; "" means all."""
        return tuple(grid for grid in self.grids if grid.code.startswith(area))


def plan(
    divisions: Iterable[Division],
    scale: Scale = "county",
    seed: str = profile.SEED,
    as_of: date = profile.AS_OF,
) -> DemoPlan:
    """The plan of a demo.

    Args:
        divisions: The whole reference list; the scale is cut out of it here.
        scale: `tiny` = two grids in each of the first two communities of the pilot county,
            `county` = the pilot county, `prefecture` = all eight counties.
        seed: Another seed gives other people in the same divisions.
        as_of: Day on which ages and freshness are counted.

    Raises:
        ValueError: A county of the profile has no urban community in the divisions.
    """
    listed = tuple(sorted(divisions))
    urban = tuple(d for d in listed if d.urban)
    everything = _grids(listed, urban, seed)
    chosen = _communities(urban, scale)
    codes = {community.code for community in chosen}
    last = profile.TINY_GRIDS_PER_COMMUNITY if scale == "tiny" else len(everything)
    grids = tuple(g for g in everything if g.community in codes and g.number <= last)
    return DemoPlan(scale, seed, as_of, listed, tuple(d.code for d in urban), chosen, grids)


def _communities(urban: Sequence[Division], scale: Scale) -> tuple[Division, ...]:
    if scale == "prefecture":
        return tuple(urban)
    pilot = tuple(d for d in urban if d.code.startswith(profile.PILOT_COUNTY))
    return pilot[: profile.TINY_COMMUNITIES] if scale == "tiny" else pilot


def _grids(
    listed: Sequence[Division], urban: Sequence[Division], seed: str
) -> tuple[GridPlan, ...]:
    names = {division.code: division.name for division in listed if division.level == "county"}
    per_county = _apportion(profile.GRIDS, profile.COUNTY_WEIGHTS)
    grids: list[GridPlan] = []
    for county, total in per_county.items():
        communities = [d for d in urban if d.code.startswith(county)]
        if not communities:
            raise ValueError(f"County {county} has no urban community.")
        sizes = {d.code: stream(seed, d.code, "size").uniform(0.6, 1.5) for d in communities}
        for community, count in zip(communities, _apportion(total, sizes).values(), strict=True):
            roads = _roads(seed, community.code, count)
            for number in range(1, count + 1):
                code = areas.grid_code(community.code, number)
                grids.append(
                    GridPlan(
                        code,
                        len(grids),
                        number,
                        _household_count(stream(seed, code, "size")),
                        roads[number - 1],
                        profile.KOREAN_SHARE[county],
                        community.name,
                        names[county],
                    )
                )
    return tuple(grids)


def _apportion(total: int, weights: dict[str, int] | dict[str, float]) -> dict[str, int]:
    """Shares that add up to `total` exactly: one each, the rest by largest remainder."""
    rest = total - len(weights)
    whole = sum(weights.values())
    exact = {key: rest * weight / whole for key, weight in weights.items()}
    shares = {key: 1 + int(value) for key, value in exact.items()}
    by_remainder = sorted(exact, key=lambda key: (int(exact[key]) - exact[key], key))
    for key in by_remainder[: total - sum(shares.values())]:
        shares[key] += 1
    return shares


def _roads(seed: str, community: str, count: int) -> list[str]:
    roads = list(profile.ROADS)
    stream(seed, community, "roads").shuffle(roads)
    return [
        roads[i % len(roads)] + (f"{i // len(roads) + 1}巷" if i >= len(roads) else "")
        for i in range(count)
    ]


def _household_count(random: Random) -> int:
    if random.random() < profile.OUTSIDE_SHARE:
        low, high = profile.OUTSIDE_SMALL if random.random() < 0.5 else profile.OUTSIDE_LARGE  # noqa: PLR2004 — half are too small, half too large
        return random.randint(low, high)
    return round(
        random.triangular(profile.HOUSEHOLDS_LOW, profile.HOUSEHOLDS_HIGH, profile.HOUSEHOLDS_USUAL)
    )
