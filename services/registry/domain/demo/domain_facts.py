"""What the nine domains know of the demo residents, fresh and stale."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple, TypeAlias

from services.registry.domain.demo import families
from services.registry.domain.demo.plans import DemoPlan
from services.registry.domain.demo.randomness import stream
from services.registry.domain.demo.residents import ABSENT, GridBatch, ResidentRow

FactRow: TypeAlias = tuple[str, str, str, str, str, date]
"""See `FACT_COLUMNS`."""

FACT_COLUMNS: Final = ("resident_id", "county", "field", "value", "source", "observed_on")

GRID_VISIT, DEPARTMENT = "grid_visit", "department"
YES, NO = "true", "false"

_ANYONE, _MEN, _WOMEN = 0, 1, 2
_DAYS_PER_YEAR: Final = 365.2425
_DAYS_A_YEAR: Final = 365
_STALE_SHARE: Final = 0.25
_AGES: Final = 120
_ADULT: Final = 18


class _Rule(NamedTuple):
    """One field: whom it concerns, how often it is known, and the values drawn from."""

    field: str
    low: int
    high: int
    share: float
    values: tuple[str, ...]
    source: str
    fresh_days: int = _DAYS_A_YEAR
    sex: int = _ANYONE


_RULES: Final = (
    _Rule("marital_status", 22, 45, 0.12, ("10", "21", "21", "21", "22", "40"), DEPARTMENT, 730),
    _Rule("marital_status", 46, 110, 0.10, ("20", "20", "20", "30", "40"), DEPARTMENT, 730),
    _Rule("children_count", 25, 60, 0.10, ("0", "1", "1", "1", "2"), GRID_VISIT, 730, _WOMEN),
    _Rule(
        "pregnancy_service",
        24,
        38,
        0.02,
        ("registered", "antenatal", "postnatal"),
        DEPARTMENT,
        90,
        _WOMEN,
    ),
    _Rule("family_support", 50, 80, 0.008, (YES,), DEPARTMENT),
    _Rule(
        "medical_insurance", 0, 110, 0.22, ("employee", "resident", "resident", "none"), DEPARTMENT
    ),
    _Rule("pension_insurance", 18, 59, 0.16, ("employee", "resident", "none"), DEPARTMENT),
    _Rule("pension_insurance", 60, 110, 0.30, ("retired", "retired", "resident"), DEPARTMENT),
    _Rule(
        "employment_status",
        18,
        59,
        0.18,
        ("employed", "employed", "self_employed", "self_employed", "unemployed"),
        GRID_VISIT,
        180,
    ),
    _Rule("low_income", 18, 90, 0.025, (YES,), DEPARTMENT, 180),
    _Rule(
        "chronic_disease",
        40,
        59,
        0.08,
        ("hypertension", "hypertension", "diabetes", "heart"),
        DEPARTMENT,
    ),
    _Rule(
        "chronic_disease",
        60,
        110,
        0.36,
        ("hypertension", "hypertension", "diabetes", "heart", "stroke", "copd"),
        DEPARTMENT,
    ),
    _Rule(
        "disability",
        5,
        95,
        0.025,
        ("visual", "hearing", "physical", "physical", "intellectual", "speech"),
        DEPARTMENT,
        1825,
    ),
    _Rule("vaccination", 0, 6, 0.7, ("complete", "complete", "complete", "partial"), DEPARTMENT),
    _Rule(
        "elderly_care",
        70,
        110,
        0.14,
        ("meal", "visit", "visit", "home_care", "call"),
        GRID_VISIT,
        180,
    ),
    _Rule(
        "education_level",
        19,
        80,
        0.10,
        ("21", "31", "41", "60", "70", "70", "80"),
        DEPARTMENT,
        1825,
    ),
    _Rule("schooling_status", 3, 5, 0.6, ("kindergarten",), DEPARTMENT, 180),
    _Rule("schooling_status", 6, 11, 0.8, ("primary",), DEPARTMENT, 180),
    _Rule("schooling_status", 12, 14, 0.8, ("junior",), DEPARTMENT, 180),
    _Rule("schooling_status", 15, 17, 0.7, ("senior", "senior", "vocational"), DEPARTMENT, 180),
    _Rule("dropout_risk", 10, 16, 0.01, (YES,), DEPARTMENT, 180),
    _Rule("volunteer", 16, 72, 0.05, (YES,), GRID_VISIT, 730),
    _Rule(
        "culture_team",
        45,
        78,
        0.07,
        ("square_dance", "square_dance", "janggu", "choir", "gateball"),
        GRID_VISIT,
        730,
    ),
    _Rule("driver_licence", 18, 65, 0.10, ("C1", "C1", "C1", "C2", "B2", "A1"), DEPARTMENT, 2190),
    _Rule("parking_space", 25, 65, 0.05, ("owned", "rented", "street"), GRID_VISIT),
    _Rule("bus_pass", 65, 95, 0.25, ("elder",), DEPARTMENT),
    _Rule(
        "business_role",
        22,
        62,
        0.045,
        ("sole_trader", "sole_trader", "employee", "partner"),
        DEPARTMENT,
    ),
)


def _by_age() -> tuple[tuple[_Rule, ...], ...]:
    return tuple(
        tuple(rule for rule in _RULES if rule.low <= age <= rule.high) for age in range(_AGES)
    )


_RULES_BY_AGE: Final = _by_age()
_SCHOOLS: Final = {
    "primary": ("第一小学", "第二小学", "朝鲜族小学", "实验小学"),
    "junior": ("第三中学", "第五中学", "朝鲜族中学"),
    "senior": ("高级中学", "朝鲜族高级中学"),
}
_TENURES: Final = ("owned", "owned", "owned", "owned", "rented", "public_rental", "borrowed")
_KINDS_OF_PROPERTY: Final = ("commercial", "commercial", "reform", "resettlement", "affordable")
_HAZARDS: Final = ("none", "none", "none", "none", "leak", "facade", "electric", "structure")
_DOCTORS: Final = ("李医生", "金医生", "王医生", "朴医生", "崔医生", "张医生")


def facts(demo: DemoPlan, batch: GridBatch) -> Iterator[FactRow]:
    """Facts about the residents of one grid, in resident order; on average about two each.

    Values are texts of the field's type: codes, `true`, whole numbers, ISO dates. A source is
    `grid_visit` (a grid worker saw it) or `department` (the owner's own system sent it).
    """
    writer = _Writer(demo, batch)
    kinds = {household[0]: household[6] for household in batch.households}
    guardian, couple = "", False
    for resident in batch.residents:
        if resident[5] == families.HEAD:
            kind = kinds[resident[2]]
            guardian, couple = resident[6], kind in families.COUPLES
            yield from writer.of_head(resident, kind)
        married = resident[5] == families.SPOUSE or (couple and resident[5] == families.HEAD)
        yield from writer.of_person(resident, guardian, married=married)


class _Writer:
    def __init__(self, demo: DemoPlan, batch: GridBatch) -> None:
        self._random: Random = stream(demo.seed, batch.grid.code, "facts")
        self._draw = self._random.random
        self._as_of = demo.as_of
        self._past = tuple(demo.as_of - timedelta(days=i) for i in range(4000))
        self._county_name = batch.grid.county_name

    def of_person(
        self, resident: ResidentRow, guardian: str, *, married: bool
    ) -> Iterator[FactRow]:
        """Facts that depend on age and sex."""
        draw = self._draw
        age = int((self._as_of - resident[10]).days / _DAYS_PER_YEAR)
        sex = int(resident[9])
        for rule in _RULES_BY_AGE[age]:
            if draw() >= rule.share or (rule.sex and rule.sex != sex):
                continue
            value = rule.values[int(draw() * len(rule.values))]
            if married and rule.field == "marital_status":
                value = "20"
            elif rule.field == "employment_status" and resident[13] == ABSENT:
                value = "abroad"
            row = self._row(resident, rule.field, value, rule.source, rule.fresh_days)
            yield row
            yield from self._after(resident, rule.field, value, row)
        if age < _ADULT and draw() < 0.3:  # noqa: PLR2004 — three in ten have a guardian on record
            yield self._row(resident, "guardian", guardian, GRID_VISIT, _DAYS_A_YEAR)

    def _after(
        self, resident: ResidentRow, field: str, value: str, row: FactRow
    ) -> Iterator[FactRow]:
        """Facts that come with another one, from the same source on the same day."""
        detail: tuple[str, str] | None = None
        if field == "chronic_disease":
            detail = ("family_doctor", _DOCTORS[int(self._draw() * len(_DOCTORS))])
        elif field == "schooling_status" and value in _SCHOOLS:
            schools = _SCHOOLS[value]
            school = schools[int(self._draw() * len(schools))]
            detail = ("school", f"{self._county_name}{school}")
        elif field == "business_role" and value == "sole_trader":
            trade = ("冷面馆", "超市", "理发店", "五金店", "服装店")[int(self._draw() * 5)]
            detail = ("business_name", f"{self._county_name}{resident[6][1:]}{trade}")
        if detail is not None:
            yield (*row[:2], *detail, *row[4:])

    def of_head(self, resident: ResidentRow, kind: str) -> Iterator[FactRow]:
        """Facts about the home, kept with the head of the household."""
        draw = self._draw
        if draw() < 0.45:  # noqa: PLR2004 — the housing department knows fewer than half
            value = "rented" if kind == families.FLAT_SHARE else _TENURES[int(draw() * 7)]
            yield self._row(resident, "tenure", value, GRID_VISIT, _DAYS_A_YEAR)
            if value == "owned":
                kind_of_property = _KINDS_OF_PROPERTY[int(draw() * 5)]
                yield self._row(resident, "property_kind", kind_of_property, DEPARTMENT, 1825)
                area = f"{38 + int(draw() * 90)}.{int(draw() * 100):02d}"
                yield self._row(resident, "floor_area_m2", area, DEPARTMENT, 1825)
        if draw() < 0.06:  # noqa: PLR2004 — hazards are looked for where somebody asked
            yield self._row(
                resident, "building_hazard", _HAZARDS[int(draw() * 8)], GRID_VISIT, _DAYS_A_YEAR
            )
        if kind == families.SINGLE_ELDER:
            yield self._row(resident, "lives_alone", YES, GRID_VISIT, 180)

    def _row(
        self, resident: ResidentRow, field: str, value: str, source: str, fresh_days: int
    ) -> FactRow:
        draw = self._draw
        days = int(draw() * fresh_days)
        if draw() < _STALE_SHARE:
            days += fresh_days + 1
        # Nobody knew anything of a child before it was born.
        observed_on = max(self._past[min(days, len(self._past) - 1)], resident[10])
        return resident[0], resident[1], field, value, source, observed_on
