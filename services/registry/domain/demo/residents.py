"""Fills the dwellings of a grid with households and residents."""

from datetime import date, timedelta
from typing import Final, NamedTuple, TypeAlias

from services.registry.domain.demo import families, homes, name_pools, profile
from services.registry.domain.demo.families import Line, Lines, Member
from services.registry.domain.demo.homes import AreaRow, Home
from services.registry.domain.demo.identities import Identities
from services.registry.domain.demo.plans import DemoPlan, GridPlan
from services.registry.domain.demo.randomness import stream

HouseholdRow: TypeAlias = tuple[str, str, str, str, str, str, str, str, date, date]
"""See `HOUSEHOLD_COLUMNS`."""

HOUSEHOLD_COLUMNS: Final = (
    "id",
    "county",
    "grid",
    "dwelling",
    "address",
    "number",
    "kind",
    "head_id",
    "since_on",
    "visited_on",
)

ResidentRow: TypeAlias = tuple[
    str,  # id
    str,  # county
    str,  # household_id
    str,  # grid
    str,  # dwelling
    str,  # relation
    str,  # name
    str | None,  # name_ko
    str,  # name_pinyin
    str,  # sex
    date,  # born_on
    str,  # id_number
    str | None,  # phone
    str,  # residency
    str,  # usual_language
    str,  # ethnic
    str,  # registered_area
    date,  # observed_on
]
"""See `RESIDENT_COLUMNS`."""

RESIDENT_COLUMNS: Final = (
    "id",
    "county",
    "household_id",
    "grid",
    "dwelling",
    "relation",
    "name",
    "name_ko",
    "name_pinyin",
    "sex",
    "born_on",
    "id_number",
    "phone",
    "residency",
    "usual_language",
    "ethnic",
    "registered_area",
    "observed_on",
)

REGISTERED, SEPARATED, MIGRANT, ABSENT = "registered", "separated", "migrant", "absent"

# Ids look like UUIDv7 of the morning the demo was filled, one millisecond per grid, and count on.
_EPOCH_MS: Final = 1_788_220_800_000
_HOUSEHOLD_VERSION, _RESIDENT_VERSION = "7a00", "7b00"
_PHONES: Final = 10**8
_PHONE_AGE: Final = 13
_FRAIL_AGE: Final = 78
_SHARED_UNTIL_AGE: Final = 15
_WORKING_FROM, _WORKING_TO = 22, 58
_OLD_AGE, _GROWN_AGE = 60, 30
_STALE_SHARE: Final = 0.22
_DAYS_A_YEAR: Final = 365


class GridBatch(NamedTuple):
    """Everything one grid holds, as tuples ready for COPY.

    Attributes:
        grid: The plan it was made from.
        areas: `AREA_COLUMNS`; the grid itself first, every area after its parent.
        households: `HOUSEHOLD_COLUMNS`, in dwelling order.
        residents: `RESIDENT_COLUMNS`, household by household, head first.
    """

    grid: GridPlan
    areas: list[AreaRow]
    households: list[HouseholdRow]
    residents: list[ResidentRow]


def fill(demo: DemoPlan, grid: GridPlan) -> GridBatch:
    """Buildings, households and residents of one grid.

    The answer depends on the seed, the day and the grid alone: a county made by itself equals the
    county made with its neighbours.
    """
    area_rows, dwellings = homes.build(grid, stream(demo.seed, grid.code, "homes"))
    filler = _Filler(demo, grid)
    for home in filler.occupied(dwellings):
        filler.settle(home)
    return GridBatch(grid, [homes.grid_row(grid), *area_rows], filler.households, filler.residents)


class _Filler:
    """Draws of one grid, kept in one place so that the inner loop looks up few names."""

    def __init__(self, demo: DemoPlan, grid: GridPlan) -> None:
        self._grid = grid
        self._random = stream(demo.seed, grid.code)
        self._draw = self._random.random
        self._lines = Lines(self._random, grid.korean_share)
        self._identities = Identities(grid.index, demo.as_of)
        self._as_of = demo.as_of
        self._past = tuple(demo.as_of - timedelta(days=i) for i in range(20 * _DAYS_A_YEAR))
        self._community = grid.community
        self._elsewhere = tuple(c for c in demo.community_codes if c != grid.community)
        stamp = f"{_EPOCH_MS + grid.index:012x}"
        self._stem = f"{stamp[:8]}-{stamp[8:]}-"
        self.households: list[HouseholdRow] = []
        self.residents: list[ResidentRow] = []

    def occupied(self, dwellings: list[Home]) -> list[Home]:
        """Which dwellings somebody lives in; the rest stand empty."""
        chosen = self._random.sample(range(len(dwellings)), self._grid.households)
        return [dwellings[i] for i in sorted(chosen)]

    def settle(self, home: Home) -> None:
        """Moves one household into a dwelling."""
        draw, grid = self._draw, self._grid
        own = self._lines.any()
        kind, members = families.compose(draw, own, self._lines.partner(own))
        number = len(self.households) + 1
        household = f"{self._stem}{_HOUSEHOLD_VERSION}-8000-{number:012x}"
        visited = self._visited_on()
        residency, registered_at = self._residency(kind)
        head = f"{self._stem}{_RESIDENT_VERSION}-8000-{len(self.residents) + 1:012x}"
        self.households.append(
            (
                household,
                grid.county,
                grid.code,
                home.code,
                home.address,
                f"{grid.index:04d}{number:05d}",
                kind,
                head,
                self._past[int(draw() * draw() * len(self._past))],
                visited,
            )
        )
        shared: str | None = None
        for member in members:
            phone = self._phone(member[2], shared)
            shared = shared or phone
            self._admit(member, household, home.code, phone, (residency, registered_at), visited)

    def _admit(
        self,
        member: Member,
        household: str,
        dwelling: str,
        phone: str | None,
        residence: tuple[str, str],
        visited: date,
    ) -> None:
        relation, sex, age, line = member
        draw, grid, residents = self._draw, self._grid, self.residents
        born_on, number = self._identities.born(age, sex)
        name, name_ko, pinyin = self._name(line, sex, born_on.year)
        residency = residence[0]
        if residency == REGISTERED and _WORKING_FROM < age < _WORKING_TO:
            away = 0.11 if line[0] == profile.KOREAN else 0.03
            if draw() < away:
                residency = ABSENT
        residents.append(
            (
                f"{self._stem}{_RESIDENT_VERSION}-8000-{len(residents) + 1:012x}",
                grid.county,
                household,
                grid.code,
                dwelling,
                relation,
                name,
                name_ko,
                pinyin,
                "1" if sex == families.MALE else "2",
                born_on,
                number,
                phone,
                residency,
                self._language(line, age),
                line[0],
                residence[1],
                visited,
            )
        )

    def _name(self, line: Line, sex: int, year: int) -> tuple[str, str | None, str]:
        pool, surname = line[1], line[2]
        given = pool.given[sex][name_pools.era_of(year)]
        name = given[int(self._draw() * len(given))]
        hangul = surname[1] + name[1] if surname[1] and self._draw() < 0.94 else None  # noqa: PLR2004 — six in a hundred have not supplied it
        return surname[0] + name[0], hangul, f"{surname[2]} {name[2]}"

    def _language(self, line: Line, age: float) -> str:
        if line[0] != profile.KOREAN:
            return "zh"
        share = 0.88 if age >= _OLD_AGE else 0.62 if age >= _GROWN_AGE else 0.35
        return "ko" if self._draw() < share else "zh"

    def _phone(self, age: float, shared: str | None) -> str | None:
        """A number of one's own, or one of the family's for the very young and very old."""
        draw = self._draw()
        if age < _PHONE_AGE:
            return shared if draw < 0.5 else None  # noqa: PLR2004 — half of the parents leave theirs
        owns = 0.62 if age >= _FRAIL_AGE else 0.95
        if draw < owns:
            return f"{profile.PHONE_PREFIX}{int(self._draw() * _PHONES):08d}"
        return shared if draw < owns + 0.04 or age < _SHARED_UNTIL_AGE else None

    def _residency(self, kind: str) -> tuple[str, str]:
        """Where the household is registered: here, elsewhere in the prefecture, or outside."""
        draw = self._draw()
        migrant, separated = (0.55, 0.85) if kind == families.FLAT_SHARE else (0.08, 0.27)
        if draw < migrant:
            places: tuple[str, ...] = profile.OUTSIDE_COUNTIES
            return MIGRANT, places[int(self._draw() * len(places))]
        if draw < separated:
            places = self._elsewhere
            return SEPARATED, places[int(self._draw() * len(places))]
        return REGISTERED, self._community

    def _visited_on(self) -> date:
        """Day of the last visit; about a fifth lie so far back that what was seen is stale."""
        if self._draw() < _STALE_SHARE:
            return self._past[_DAYS_A_YEAR + 1 + int(self._draw() * 500)]
        return self._past[1 + int(self._draw() * (_DAYS_A_YEAR - 2))]
