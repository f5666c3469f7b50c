"""The SQL of a filter finds whom the words of the filter mean, on random records."""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.registry.domain import areas, filters, search
from services.registry.domain.askers import Asker
from services.registry.domain.filters import Asked, AskedCondition, Filter
from services.registry.store import filters as sql
from tests.factories.registry import Person, Registry, id_number

TODAY = date(2026, 11, 24)
# One who may ask for everything that anybody may ask for.
ASKER = Asker(
    frozenset(["department_officer", "grid_worker"]), frozenset(["health", "social_security"])
)
WITHIN = ("2224", "222406", "222406001", "222406001001", "222406001001001", "222401")
GRIDS = ("222406001001001", "222406001001002", "222406001002001", "222406002001001",
         "222401001001001")  # fmt: skip
NAMES = ("金哲洙", "朴金哲", "崔明子", "金明子", "李哲", "王小明", "哲")
KOREAN = (None, "김철수", "박금철", "최명자", "리철")
PINYIN = (None, "jin zhe zhu", "piao jin zhe", "cui ming zi")
PHONES = (None, "15412345678", "15412345679", "04332512345")
ADDRESSES = ("民慧街12号Ａ座101室", "民慧街3号", "Gongyuan路8号", "")
DAYS = (date(2020, 5, 1), date(2026, 5, 27), date(2026, 5, 28), date(2026, 11, 1))
FACTS: dict[str, tuple[Any, ...]] = {
    "employment_status": ("employed", "retired", None),
    "children_count": (0, 1, 2, 10, None),
    "pension_verified_on": ("2025-12-31", "2026-01-01", None),
    "lives_alone": (True, False, None),
    "disability": ("physical", "visual"),
    "low_income": (True, False),
    "family_doctor": ("李医生", "崔医生"),
}
COLUMNS: dict[str, tuple[Any, ...]] = {
    "sex": ("0", "1", "2"),
    "born_on": ("1950-01-01", "1990-01-01", "1990-01-02"),
    "name": NAMES,
    "name_ko": KOREAN[1:],
    "phone": PHONES[1:],
    "usual_language": ("zh", "ko"),
    "dwelling": tuple(f"{grid}00001010101" for grid in GRIDS),
}
STALE = ("employment_status", "children_count", "lives_alone", "phone", "usual_language")


@st.composite
def conditions(draw: st.DrawFn) -> AskedCondition:
    values = {**FACTS, **COLUMNS}
    code = draw(st.sampled_from([*values, *STALE]))
    present = [value for value in values[code] if value is not None]
    ordered = code in {"born_on", "children_count", "pension_verified_on"}
    ops = ["eq", "in", *(["ge", "le"] if ordered else [])]
    if code not in {"disability", "low_income"}:
        ops += ["missing", *(["stale"] if code in STALE else [])]
    op = draw(st.sampled_from(ops))
    if op in {"missing", "stale"}:
        return AskedCondition(code, op)
    several = st.lists(st.sampled_from(present), min_size=1, max_size=3)
    value = draw(several) if op == "in" else draw(st.sampled_from(present))
    return AskedCondition(code, op, value)


questions = st.builds(
    Asked,
    within=st.sampled_from(WITHIN),
    name=st.sampled_from([None, None, "金", "金哲", "明子", "jin", "jzz", "ㄱㅊㅅ", "철수", "哲"]),
    phone=st.sampled_from([None, None, None, *PHONES[1:]]),
    address=st.sampled_from(
        [None, None, None, "民慧街", "12号a座", "民慧街 3号", "GONGYUAN", "老院"]
    ),
    where=st.lists(conditions(), max_size=2),
    living=st.sampled_from([True, True, False, None]),
)


def persons(random: Random, households: Iterable[tuple[UUID, str]]) -> Iterable[Person]:
    homes = [*households, None]
    for number in range(80):
        home = random.choice(homes)
        grid = home[1][:15] if home and random.random() < 0.8 else random.choice(GRIDS)
        facts = {
            code: random.choice(values) for code, values in FACTS.items() if random.random() < 0.6
        }
        same_county = home is not None and home[1][:6] == grid[:6]
        yield Person(
            name=random.choice(NAMES),
            name_ko=random.choice(KOREAN),
            name_pinyin=random.choice(PINYIN),
            sex=random.choice(COLUMNS["sex"]),
            born_on=random.choice([None, date(1950, 1, 1), date(1990, 1, 1), date(1990, 1, 2)]),
            number=id_number(number) if number % 3 else None,
            phone=random.choice(PHONES),
            usual_language=random.choice([None, "zh", "ko"]),
            household_id=home[0] if home and same_county else None,
            dwelling=f"{grid}{random.choice(['00001', '00002'])}010101",
            facts=facts,
            observed_on=random.choice(DAYS),
            died_on=random.choice([None, None, None, date(2026, 1, 1)]),
        )


class Records:
    """What the database holds, beside what a person would say of it."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.people: list[Person] = []
        self.households: dict[UUID, tuple[str, str]] = {}
        self.buildings: dict[str, str] = {}

    async def fill(self, random: Random) -> None:
        for grid in GRIDS:
            for address in ADDRESSES:
                at = f"{grid}00001010101"
                made = await self.registry.household(at=at, address=address)
                self.households[made] = (at, address)
        self.buildings[f"{GRIDS[0]}00002"] = "公园路（老院）2号楼"
        async with self.registry.store.transaction() as tx:
            for code, address in self.buildings.items():
                await tx.connection.execute(
                    "insert into areas (code, county, level, name, address) "
                    "values ($1, left($1, 6), 'building', $1, $2)",
                    code,
                    address,
                )
        homes = [(id_, at) for id_, (at, _) in self.households.items()]
        for person in persons(random, homes):
            self.people.append(person)
            await self.registry.resident(person)

    async def found(self, asked: Filter) -> set[UUID]:
        condition, arguments = sql.conditions(asked, self.registry.store.sealer, 1)
        rows = await self.registry.rows(f"select id from residents r where {condition}", *arguments)
        return {row["id"] for row in rows}

    def meant(self, asked: Filter) -> set[UUID]:
        return {person.id for person in self.people if self._fits(person, asked)}

    def _fits(self, person: Person, asked: Filter) -> bool:
        keys = set(search.keys_of(person.name, person.name_ko, person.name_pinyin))
        named = asked.name is None or any(set(a) <= keys for a in search.query_keys(asked.name))
        lives = asked.living is None or (person.died_on is None) is asked.living
        return (
            person.dwelling.startswith(asked.within)
            and named
            and lives
            and (asked.phone is None or person.phone == asked.phone)
            and (not asked.address or self._lives_at(person, asked))
            and all(_holds(person, c) for c in asked.where)
        )

    def _lives_at(self, person: Person, asked: Filter) -> bool:
        addresses = [self.buildings.get(person.dwelling[: areas.LENGTHS["building"]], "")]
        if person.household_id is not None:
            at, address = self.households[person.household_id]
            addresses += [address] * at.startswith(asked.within)
        return any(
            all(word in filters.address_form(address) for word in asked.address)
            for address in addresses
        )


def _holds(person: Person, condition: filters.Condition) -> bool:
    row, op = condition.field, condition.op
    value = person.facts.get(row.code) if row.is_fact else getattr(person, row.code)
    value = value.isoformat() if isinstance(value, date) else value
    if op == "missing":
        return value is None
    if op == "stale":
        there = row.code in person.facts if row.is_fact else value is not None
        days = timedelta(days=row.freshness_days or 0)
        return there and person.observed_on + days < TODAY
    if value is None:
        return False
    if op == "in":
        return value in condition.value
    same = bool(value == condition.value)
    return (
        same or (op == "ge" and value > condition.value) or (op == "le" and value < condition.value)
    )


@pytest.fixture
async def records(registry: Registry) -> Records:
    made = Records(registry)
    await made.fill(Random(3))  # noqa: S311 — repeatable records, not a secret
    return made


@settings(
    deadline=None,
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(asked=questions)
async def test_sql_finds_whom_the_filter_means(records: Records, asked: Asked) -> None:
    checked = filters.check(asked, records.registry.store.catalogue, ASKER, TODAY)
    assert await records.found(checked) == records.meant(checked)
