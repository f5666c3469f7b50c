"""Whatever a file says: after its import nothing new is found, and what was told came true."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.common.testing import TokenMint
from services.registry.service import SERVICE
from services.registry.store import sealed
from tests.factories.imports import csv_file
from tests.factories.reconciliations import Reconciler
from tests.factories.registry import Person, Registry, id_number, running

HEADINGS = ["姓名", "身份证号", "联系电话", "房屋性质", "建筑面积", "是否出租", "登记日期"]
WORDS = {"商品房": "commercial", "房改房": "reform", "回迁房": "resettlement"}
FIELDS = ("name", "phone", "property_kind", "floor_area_m2", "rented_out")
TODAY = date(2026, 11, 24)
_families = count(0)

days = st.integers(0, 400).map(lambda back: TODAY - timedelta(days=back))
values = st.fixed_dictionaries({
    "property_kind": st.sampled_from([None, *WORDS]),
    "floor_area_m2": st.sampled_from([None, 60.0, 61.5]),
    "rented_out": st.sampled_from([None, True, False]),
    "phone": st.sampled_from([None, "15411112222", "15433334444"]),
    "name": st.sampled_from(["金一", "金二"]),
})  # fmt: skip


@dataclass(frozen=True)
class Someone:
    """A person as the registry holds it, and the rows a file has of it."""

    held: dict[str, Any] | None
    held_on: date
    rows: list[tuple[dict[str, Any], date]]


people = st.lists(
    st.builds(
        Someone, st.none() | values, days, st.lists(st.tuples(values, days), min_size=1, max_size=2)
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture
async def registry(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> AsyncIterator[Registry]:
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint, data_dir=tmp_path, import_chunk_rows=2) as made:
        yield made


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(people)
async def test_what_a_reconciliation_told_an_import_does(
    registry: Registry, everybody: list[Someone]
) -> None:
    housing = Reconciler(registry, "housing")
    born_on = (date(1950, 1, 1) + timedelta(days=next(_families))).strftime("%Y%m%d")
    numbers = [id_number(place, born_on) for place in range(1, len(everybody) + 1)]
    for number, someone in zip(numbers, everybody, strict=True):
        await put_in(registry, number, someone)
    content = file(numbers, everybody)
    before = await shown(registry, numbers)

    job = await housing.reconcile(content, "表.csv")
    told = await housing.differences(job["id"], limit="200")
    assert await shown(registry, numbers) == before
    applied = await housing.post(job["id"], "apply")
    assert await housing.work() == 1
    progress = (await housing.job(applied.json()["id"]))["progress"]

    after = await shown(registry, numbers)
    changed = {
        (person, field)
        for person, fields in before.items()
        for field in FIELDS
        if after[person][field] != fields[field]
    }
    assert changed == {(d["resident"]["id"], d["field"]) for d in told if d["kind"] == "changed"}
    assert progress["created"] == len(after) - len(before) == job["summary"]["persons"]["added"]
    again = (await housing.reconcile(content, "表.csv"))["summary"]
    assert (again["persons"]["added"], again["persons"]["changed"]) == (0, 0)
    for counted in again["fields"].values():
        assert (counted["changed"], counted["confirmed"]) == (0, 0)
    # What contradicts still does: an import decides nothing that the order of authority did not.
    assert again["persons"]["contradicting"] >= job["summary"]["persons"]["contradicting"]


async def put_in(registry: Registry, number: str, someone: Someone) -> None:
    held = someone.held
    if held is None:
        return
    facts = {
        "property_kind": WORDS.get(held["property_kind"]),
        "floor_area_m2": held["floor_area_m2"],
        "rented_out": held["rented_out"],
    }
    known = {code: value for code, value in facts.items() if value is not None}
    person = Person(
        number=number,
        name=held["name"],
        phone=held["phone"],
        facts=known,
        observed_on=someone.held_on,
    )
    await registry.resident(person)


def file(numbers: list[str], everybody: list[Someone]) -> bytes:
    table: list[list[Any]] = [HEADINGS]
    for number, someone in zip(numbers, everybody, strict=True):
        for said, day in someone.rows:
            rented = said["rented_out"]
            table.append([
                said["name"],
                number,
                said["phone"] or "",
                said["property_kind"] or "",
                said["floor_area_m2"] or "",
                "" if rented is None else "是" if rented else "否",
                day.isoformat(),
            ])  # fmt: skip
    return csv_file(table)


async def shown(registry: Registry, numbers: list[str]) -> dict[str, dict[str, Any]]:
    sealer = registry.store.sealer
    indexes = [sealed.document_index(sealer, sealed.RESIDENT_ID, number) for number in numbers]
    rows = await registry.rows(
        "select id::text, name, phone_index as phone, facts->'property_kind'->>'value' as "
        "property_kind, facts->'floor_area_m2'->>'value' as floor_area_m2, "
        "facts->'rented_out'->>'value' as rented_out from residents "
        "where document_index = any ($1)",
        indexes,
    )
    return {row.pop("id"): row for row in rows}
