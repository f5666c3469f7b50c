"""What one row changes in the record, and that the order of files does not matter."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.common.ids import new_id
from services.common.sealing import Sealer
from services.registry.domain import assertions
from services.registry.domain.assertions import Assertion, Baseline
from services.registry.domain.authority import Matrix, Row
from services.registry.domain.imports.columns import Column, Layout
from services.registry.domain.imports.jobs import FilePlan, Job
from services.registry.domain.imports.rows import ImportRow
from services.registry.store import sealed
from services.registry.store.assertions import Kept
from services.registry.store.imports.writes import Held, Said
from services.registry.use_cases.imports.merge import Merged, Merger
from tests.unit.registry.test_import_columns import CATALOGUE

SEALER = Sealer({1: bytes(32)}, bytes(range(32)))
LAYOUT = Layout(0, ("姓名",), (Column(0, "姓名", "name"),), ())
JOB = Job(
    "222406", new_id(), "housing", "222406.housing", "r", "n", "role", None, "f", "m", 1, b"",
    FilePlan("csv", 0, "", LAYOUT, "utf-8", ","), dry_run=False, default_on=date(2026, 11, 24),
    created_at=datetime(2026, 11, 24, tzinfo=UTC),
)  # fmt: skip
NOBODY = Held(
    new_id(),
    1,
    date(2026, 1, 1),
    {"name": "金哲洙", "sex": "1", "dwelling": "222406"},
    {},
    None,
    None,
    frozenset(),
)


def row(day: date, name: str | None = "金哲洙", **values: Any) -> ImportRow:
    return ImportRow(1, "22999919900101001X", date(1990, 1, 1), "1", name, day, values)


FIRST = Matrix.first(CATALOGUE)
AGING = Matrix.of(
    2,
    FIRST.changed(
        [
            Row("phone", "public_security", 1, 1),
            Row("phone", "housing", 2, 2),
            Row("phone", "health", 3),
            Row("property_kind", "housing", 1, 1),
            Row("chronic_disease", "health", 1, 2),
            Row("name", "public_security", 1, 1),
            Row("name", "health", 3),
        ]
    ),
)


def merge(held: Held | None, said: ImportRow, domain: str, matrix: Matrix = FIRST) -> Merged:
    merger = Merger(SEALER, CATALOGUE, matrix, replace(JOB, domain=domain).sender)
    return merger.merge(said, held, held.id if held else new_id())


def after(held: Held, merged: Merged) -> Held:
    columns = {**held.columns, **merged.columns}
    phone = columns.pop("phone_sealed", held.phone_sealed)
    index = columns.pop("phone_index", held.phone_index)
    kept = {code: list(rows) for code, rows in held.kept.items()}
    for each in (*merged.before, *merged.said):
        if all(k.assertion != each.assertion for k in kept.get(each.field, ())):
            kept.setdefault(each.field, []).append(as_kept(each))
    return replace(
        held,
        columns=columns,
        facts={**held.facts, **merged.facts},
        phone_sealed=phone,
        phone_index=index,
        asserted=held.asserted | {said.field for said in merged.said},
        kept=kept,
    )


def as_kept(said: Said) -> Kept:
    return Kept(
        new_id(), said.resident_id, said.field, said.assertion, None,
        datetime(2026, 11, 24, tzinfo=UTC), said.value, said.sealed,
    )  # fmt: skip


def shown(held: Held) -> dict[str, Any]:
    facts = {
        code: {**{k: v for k, v in entry.items() if k != "sealed"}}
        for code, entry in held.facts.items()
    }
    phone = sealed.open_phone(SEALER, held.id, held.phone_sealed) if held.phone_sealed else None
    return {"facts": facts, "phone": phone, "name": held.columns["name"]}


# Whom a department registered that does not own names.
STRANGERS = replace(
    NOBODY,
    facts={"name": {"source": "department_push", "domain": "housing", "observed_on": "2026-02-01"}},
)

days = st.dates(date(2026, 2, 1), date(2026, 2, 4))
statements = st.tuples(
    st.sampled_from(["housing", "public_security", "health"]),
    days,
    st.sampled_from([None, "金哲洙", "金哲珠"]),
    st.fixed_dictionaries(
        {},
        optional={
            "phone": st.sampled_from(["15400000001", "15400000002"]),
            "property_kind": st.sampled_from(["commercial", "reform"]),
            "chronic_disease": st.sampled_from(["heart", "stroke"]),
        },
    ),
)


@settings(deadline=None)
@given(st.permutations(range(5)), st.lists(statements, min_size=5, max_size=5))
def test_files_in_any_order_give_the_same_record(order: list[int], said: list[Any]) -> None:
    for matrix, start in product((FIRST, AGING), (NOBODY, STRANGERS)):
        outcomes = []
        for places in (range(5), order, [*order, *order]):
            held = start
            for place in places:
                domain, day, name, values = said[place]
                held = after(held, merge(held, row(day, name, **values), domain, matrix))
            outcomes.append(shown(held))
        assert outcomes[0] == outcomes[1] == outcomes[2]


@settings(deadline=None)
@given(st.lists(statements, min_size=1, max_size=5))
def test_one_after_the_other_shows_what_all_at_once_would(said: list[Any]) -> None:
    for matrix in (FIRST, AGING):
        held = NOBODY
        for domain, day, name, values in said:
            held = after(held, merge(held, row(day, name, **values), domain, matrix))
        for code, rows in held.kept.items():
            all_at_once = [each.assertion for each in rows]
            order = matrix.order(CATALOGUE[code])
            best = assertions.shown(all_at_once, order)
            entry = held.facts.get(code)
            if entry is None:
                assert best.method == "baseline"
                continue
            there = assertions.from_entry(entry, best.value_key, Baseline("x", best.observed_on))
            newest = assertions.newest_on(all_at_once)
            assert there.rank(order, newest) == best.rank(order, newest)
            assert shown(held).get(code, entry.get("value")) == best_value(rows, best)


def best_value(rows: Any, best: Assertion) -> Any:
    kept = next(each for each in rows if each.assertion is best)
    return None if CATALOGUE[kept.field].sensitivity == "sensitive" else kept.opened(SEALER)


@settings(deadline=None)
@given(statements)
def test_the_same_row_again_shows_nothing_new(said: Any) -> None:
    domain, day, name, values = said
    held = after(NOBODY, merge(NOBODY, row(day, name, **values), domain))
    again = merge(held, row(day, name, **values), domain)
    assert again.shown == []
    assert not again.is_changed
    assert (again.columns, again.facts) == ({}, {})


def test_a_new_resident_is_sealed_and_placed_nowhere() -> None:
    merged = merge(
        None, row(date(2026, 2, 1), phone="15400000001", chronic_disease="heart"), "health"
    )
    columns, facts = merged.columns, merged.facts
    number = sealed.open_document(SEALER, merged.resident_id, columns["document_sealed"])
    assert number == "22999919900101001X"
    assert sealed.open_phone(SEALER, merged.resident_id, columns["phone_sealed"]) == "15400000001"
    assert (columns["name_pinyin"], columns["sex"]) == ("jin zhe zhu", "1")
    assert "dwelling" not in columns
    entry = facts["chronic_disease"]
    assert "value" not in entry
    opened = sealed.open_value(
        SEALER, merged.resident_id, "chronic_disease", base64.b64decode(entry["sealed"])
    )
    assert opened == "heart"
    assert merged.held is None
    assert not merged.is_changed


def test_another_value_of_the_same_type_is_something_new() -> None:
    told = row(date(2026, 2, 1), None, rented_out=True)
    held = after(NOBODY, merge(NOBODY, told, "housing"))
    assert merge(held, told, "housing").said == []
    assert merge(held, row(date(2026, 2, 1), None, rented_out=False), "housing").said != []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("金哲珠", "姓名与登记的不一致(表中为金**,登记为金**),读音相同,可能是同音字"),
        ("朴明", "姓名与登记的不一致(表中为朴*,登记为金**)"),
    ],
)
def test_another_name_is_a_doubt_that_shows_neither(name: str, reason: str) -> None:
    merged = merge(NOBODY, row(date(2026, 2, 1), name), "housing")
    assert merged.conflict is not None
    assert (merged.conflict.heading, merged.conflict.reason) == ("姓名", reason)
    assert merge(NOBODY, row(date(2026, 2, 1), name), "public_security").conflict is None


def test_sex_and_birth_date_of_a_stranger_are_only_checked() -> None:
    said = row(date(2026, 2, 1), None, sex="1", born_on="1990-01-01")
    assert merge(NOBODY, said, "health").said == []
    owner = merge(NOBODY, said, "public_security")
    assert [s.field for s in owner.said] == ["sex", "born_on"]
    assert owner.columns == {"born_on": date(1990, 1, 1)}  # the other was there already
