"""Rules of changing areas, and what follows for every code inside."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.errors import NotPermitted, ValidationFailed
from services.registry.domain import areas
from services.registry.domain.places import lineage, plans
from services.registry.domain.places.changes import NewArea, Proposal, check, may_ask
from services.registry.domain.places.lineage import Pair, Step
from services.registry.domain.places.plans import AreaCodesExhausted

TODAY = date(2026, 11, 24)
A, B, C = "222406001001", "222406001003", "222406001009"


def proposal(kind: Any, old: list[str], new: Mapping[str, str | None], **changes: Any) -> Proposal:
    values: dict[str, Any] = {
        "kind": kind,
        "effective_on": TODAY,
        "document": "和政发〔2026〕1号",
        "old": tuple(old),
        "new": tuple(NewArea(code, name) for code, name in new.items()),
        **changes,
    }
    return Proposal(**values)


GOOD = [
    proposal("rename", ["222426001"], {"222426001": "九龙街道"}),
    proposal("recode", ["222401105"], {"222401103": None}),
    proposal("reparent", [A], {"222406002001": None}),
    proposal("merge", [A, B], {C: "新社区"}),
    proposal("merge", [A, B], {A: None}),
    proposal(
        "split",
        [A],
        {A: None, C: "新社区"},
        assignment={A + "001": A, A + "002": C},
    ),
]
BAD: list[tuple[Proposal, set[str]]] = [
    (proposal("merge", [A], {C: "x"}), {"area-count"}),
    (proposal("merge", [A, A], {C: "x"}), {"area-count"}),
    (proposal("merge", [A, B], {C: None}), {"missing"}),
    (proposal("merge", [A, B], {C: "x"}, assignment={A: C}), {"extra-forbidden"}),
    (proposal("split", [A], {C: "x"}), {"area-count"}),
    (proposal("split", [A], {A: None, C: "x"}), {"assignment-empty"}),
    (proposal("split", [A], {A: None, C: "x"}, assignment={B + "001": C}), {"assignment"}),
    (proposal("split", [A], {A: None, C: "x"}, assignment={A + "001": B}), {"assignment"}),
    (proposal("rename", [A], {B: "x"}), {"code-changes"}),
    (proposal("rename", [A], {A: None}), {"missing"}),
    (proposal("recode", [A], {A: None}), {"code-stays"}),
    (proposal("recode", [A], {"222406002001": None}), {"parent"}),
    (proposal("reparent", [A], {B: None}), {"parent"}),
    (proposal("recode", [A], {"222406002": None}), {"area-level"}),
    (proposal("recode", [A + "001000010101"[:10]], {A + "x": None}), {"area-code"}),
    (proposal("recode", ["2224"], {"2225": None}), {"area-level"}),
    (proposal("recode", [A], {B: None}, effective_on=TODAY - timedelta(32)), {"effective-day"}),
    (proposal("recode", [A], {B: None}, effective_on=TODAY + timedelta(367)), {"effective-day"}),
]


@pytest.mark.parametrize("wish", GOOD, ids=lambda p: p.kind)
def test_what_can_be_asked_for(wish: Proposal) -> None:
    check(wish, TODAY)


@pytest.mark.parametrize(("wish", "codes"), BAD)
def test_what_cannot_be_asked_for(wish: Proposal, codes: set[str]) -> None:
    with pytest.raises(ValidationFailed) as refused:
        check(wish, TODAY)
    assert {fault.code for fault in refused.value.faults} == codes


def test_counties_are_changed_by_the_prefecture() -> None:
    county = proposal("rename", ["222406"], {"222406": "x"})
    across = proposal("reparent", ["222406001"], {"222401009": None})
    for wish in (county, across):
        may_ask(wish, frozenset({"system_admin"}))
        with pytest.raises(NotPermitted):
            may_ask(wish, frozenset({"secretariat"}))
    may_ask(GOOD[1], frozenset({"secretariat"}))
    with pytest.raises(NotPermitted):
        may_ask(GOOD[1], frozenset({"county_officer"}))


def test_a_recode_carries_every_code_inside_by_its_suffix() -> None:
    pairs = plans.plan(GOOD[1], {}, ())
    assert pairs == (Pair("222401105", "222401103", carries=True),)
    assert lineage.mapped("222401105201001", pairs) == "222401103201001"
    assert lineage.mapped("222401104201001", pairs) == "222401104201001"
    assert lineage.successors("222401105201", pairs) == ("222401103201",)
    assert lineage.predecessors("222401103201", pairs) == ("222401105201",)
    assert lineage.predecessors("222401103", pairs) == ("222401105",)


def test_a_merge_numbers_parts_that_would_meet() -> None:
    parts = {A: [A + "001", A + "002"], B: [B + "001", B + "005"]}
    pairs = plans.plan(GOOD[3], parts, ())
    assert {p.old: p.new for p in pairs} == {
        A: C,
        B: C,
        A + "001": C + "001",
        A + "002": C + "002",
        B + "001": C + "003",
        B + "005": C + "005",
    }
    assert lineage.predecessors(C, pairs) == (A, B)
    assert lineage.predecessors(C + "003", pairs) == (B + "001",)
    assert lineage.predecessors(C + "00300001", pairs) == (B + "00100001",)


def test_a_full_area_takes_no_more_parts() -> None:
    taken = [f"{A}{n:03d}" for n in range(1, 1000)]
    with pytest.raises(AreaCodesExhausted):
        plans.plan(GOOD[4], {A: taken, B: [B + "001"]}, taken)


def test_a_split_needs_a_place_for_every_part() -> None:
    parts = {A: [A + "001", A + "002", A + "003"]}
    with pytest.raises(ValidationFailed) as refused:
        plans.plan(GOOD[5], parts, ())
    assert refused.value.faults[0].code == "assignment-missing"
    pairs = plans.plan(GOOD[5], {A: parts[A][:2]}, parts[A][:2])
    assert set(pairs) == {
        Pair(A, A, carries=True),
        Pair(A, C, carries=False),
        Pair(A + "002", C + "002", carries=True),
    }
    assert lineage.successors(A, pairs) == (C,)


def test_a_grid_can_be_split_inside_a_building() -> None:
    old, new = A + "001", A + "007"
    first, second = old + "00001", old + "00002"
    flat = first + "010502"
    wish = proposal(
        "split", [old], {old: None, new: "第7网格"}, assignment={flat: new, second: old}
    )
    check(wish, TODAY)
    wish = proposal(
        "split",
        [old],
        {old: None, new: "第7网格"},
        assignment={flat: new, first + "010101": old, second: old},
    )
    check(wish, TODAY)
    pairs = plans.plan(wish, {old: [first, second]}, [first, second])
    assert lineage.mapped(flat, pairs) == new + "00001010502"
    assert lineage.mapped(first + "010101", pairs) == first + "010101"
    assert Pair(first, new + "00001", carries=False) in pairs
    assert Pair(first + "01", new + "0000101", carries=False) in pairs


def test_the_code_of_today_goes_through_every_change_since() -> None:
    steps = [
        Step(date(2026, 5, 1), "2", "merge", Pair(B, C, carries=True)),
        Step(date(2026, 3, 1), "1", "recode", Pair(A, B, carries=True)),
    ]
    assert lineage.today_of(A + "001", lineage.in_order(steps)) == C + "001"


def test_the_reach_is_the_smallest_area_around() -> None:
    assert lineage.reach([A, B]) == "222406001"
    assert lineage.reach([A, "222401"]) == "2224"
    assert lineage.reach([A]) == A
    with pytest.raises(areas.AreaLevelUnfit):
        lineage.reach(["222406", "220106"])


@st.composite
def merges(draw: st.DrawFn) -> tuple[Proposal, dict[str, list[str]]]:
    numbers = draw(st.lists(st.integers(1, 40), min_size=2, max_size=4, unique=True))
    olds = [f"222406001{n:03d}" for n in numbers]
    stays = draw(st.booleans())
    new = olds[0] if stays else "222406001099"
    parts = {
        old: sorted(
            f"{old}{n:03d}" for n in draw(st.sets(st.integers(1, 30), min_size=0, max_size=12))
        )
        for old in olds
    }
    return proposal("merge", olds, {new: "x"}), parts


@given(merges())
def test_a_merge_never_gives_one_code_twice(case: tuple[Proposal, dict[str, list[str]]]) -> None:
    wish, parts = case
    new = wish.new[0].code
    pairs = plans.plan(wish, parts, parts.get(new, ()))
    before = [part for listed in parts.values() for part in listed]
    after = [lineage.mapped(part, pairs) for part in before]
    assert len(set(after)) == len(before)
    assert all(code.startswith(new) and len(code) == 15 for code in after)
    moved = {p.old for p in pairs if p.moves}
    assert not moved & set(after)
    for part, code in zip(before, after, strict=True):
        assert lineage.mapped(part + "00001", pairs) == code + "00001"
        if part != code:
            assert lineage.predecessors(code + "00001", pairs) == (part + "00001",)


@given(st.sets(st.integers(1, 30), min_size=2, max_size=20), st.data())
def test_a_split_loses_no_part(numbers: set[int], data: st.DataObject) -> None:
    parts = sorted(f"{A}{n:03d}" for n in numbers)
    news = data.draw(st.sampled_from([[A, C], [B, C], [C, B, "222406001030"]]))
    chosen = [data.draw(st.sampled_from(news)) for _ in parts]
    chosen[: len(news)] = news[: len(parts)]
    assignment = dict(zip(parts, chosen, strict=True))
    wish = proposal("split", [A], dict.fromkeys(news, "x"), assignment=assignment)
    pairs = plans.plan(wish, {A: parts}, parts if A in news else ())
    after = {part: lineage.mapped(part, pairs) for part in parts}
    assert len(set(after.values())) == len(parts)
    assert all(code.startswith(assignment[part]) for part, code in after.items())
    assert sum(p.carries for p in pairs if p.old == A) == 1
