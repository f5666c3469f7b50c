"""What life events do to people and households."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.common.errors import DomainError, ValidationFailed
from services.registry.domain.life_events import kinds, world
from services.registry.domain.life_events.errors import LifeEventNotPossible
from services.registry.domain.life_events.reports import Report
from services.registry.domain.life_events.world import Household, Person, World

DAY = date(2026, 11, 1)
HOME, OTHER, NEW = UUID(int=1), UUID(int=2), UUID(int=3)
A, B, C, D, E, NOBODY = (UUID(int=n) for n in range(11, 17))
HERE, THERE = "22240600100100100001010101", "22240600100100100001010202"
ABROAD = "22240100100100100001010303"


def person(key: UUID, home: UUID | None, relation: str | None, **changes: Any) -> Person:
    values = {
        "dwelling": HERE if home == HOME else THERE,
        "household_id": home,
        "relation": relation,
        "residency": "registered",
        "sex": "1",
        "born_on": date(1980, 1, 1),
        "registered_id": home,
        "registered_relation": relation,
        **changes,
    }
    return Person(key, **values)


def families() -> World:
    """A couple with a daughter in one household, a widow and her lodger in another."""
    people = [
        person(A, HOME, "0"),
        person(B, HOME, "1", sex="2"),
        person(C, HOME, "3", sex="2", born_on=date(2001, 5, 5)),
        person(D, OTHER, "0", sex="2"),
        person(E, OTHER, "8"),
    ]
    homes = [Household(HOME, HERE, "a", A), Household(OTHER, THERE, "b", D)]
    return World().having(people, homes)


def report(kind: Any, *people: UUID, **more: Any) -> Report:
    return Report(kind, more.pop("on", DAY), NEW, people, **more)


def relations(after: World, home: UUID) -> dict[UUID, str | None]:
    return {p.id: p.relation for p in after.members(home)}


def test_a_newborn_is_a_child_of_the_household_of_a_parent() -> None:
    newborn = Person(NOBODY, "222406", sex="2")
    outcome = kinds.decide(families(), report("birth", B, A, newcomers=(newborn,), registered=True))
    child = outcome.world.people[NOBODY]
    assert (child.household_id, child.relation, child.dwelling) == (HOME, "3", HERE)
    assert (child.born_on, child.residency, child.registered_id) == (DAY, "registered", HOME)
    assert outcome.roles == {NOBODY: "newborn", A: "parent", B: "parent"}


def test_after_the_death_of_the_head_the_spouse_follows() -> None:
    outcome = kinds.decide(families(), report("death", A, spouse_id=B))
    assert outcome.world.households[HOME].head_id == B
    assert relations(outcome.world, HOME) == {B: "0", C: "3"}
    died = outcome.world.people[A]
    assert (died.died_on, died.household_id, died.registered_id) == (DAY, None, None)
    assert outcome.marital == {B: kinds.WIDOWED}


def test_a_household_nobody_is_left_in_ends() -> None:
    after = kinds.decide(families(), report("death", E)).world
    after = kinds.decide(after, report("death", D)).world
    assert after.households[OTHER].is_over


def test_who_follows_a_head_must_be_said_when_nothing_tells() -> None:
    before = families().having([person(NOBODY, OTHER, "8")])
    with pytest.raises(LifeEventNotPossible):
        kinds.decide(before, report("death", D))
    after = kinds.decide(before, report("death", D, new_head_id=E)).world
    assert relations(after, OTHER) == {E: "0", NOBODY: "8"}


def test_spouses_can_live_together_from_their_marriage_on() -> None:
    outcome = kinds.decide(families(), report("marriage", D, E))
    assert outcome.marital == {D: kinds.MARRIED, E: kinds.MARRIED}
    assert world.changed(families(), outcome.world) == ([], [])
    after = kinds.decide(families(), report("marriage", A, E, household_id=HOME)).world
    assert after.people[E].relation == "1"
    after = kinds.decide(families(), report("marriage", E, C, dwelling=HERE)).world
    assert relations(after, NEW) == {E: "0", C: "1"}


def test_nobody_marries_too_young() -> None:
    with pytest.raises(LifeEventNotPossible):
        kinds.decide(families(), report("marriage", C, E, on=date(2021, 5, 4)))


def test_after_a_divorce_one_may_leave_with_the_child() -> None:
    outcome = kinds.decide(families(), report("divorce", B, A, C, dwelling=THERE, head_id=B))
    assert relations(outcome.world, NEW) == {B: "0", C: "3"}
    assert relations(outcome.world, HOME) == {A: "0"}
    assert outcome.marital == {A: kinds.DIVORCED, B: kinds.DIVORCED}


def test_who_moves_in_joins_or_founds() -> None:
    comes = Person(NOBODY, "222406", residency="migrant")
    joined = kinds.decide(
        families(),
        report("move_in", newcomers=(comes,), household_id=OTHER, relations={NOBODY: "7"}),
    ).world
    assert joined.people[NOBODY].relation == "7"
    founded = kinds.decide(families(), report("move_in", newcomers=(comes,), dwelling=HERE)).world
    assert relations(founded, NEW) == {NOBODY: "0"}


def test_who_moves_out_keeps_the_record_and_where_it_is_registered() -> None:
    after = kinds.decide(families(), report("move_out", C)).world.people[C]
    assert (after.left_on, after.dwelling, after.household_id) == (DAY, "222406", None)
    assert (after.residency, after.registered_id) == ("absent", HOME)
    gone = kinds.decide(families(), report("move_out", C, registered=True)).world.people[C]
    assert (gone.residency, gone.registered_id) == ("registered", None)


def test_a_household_moves_as_a_whole_and_keeps_itself() -> None:
    moving = report("move_within", household_id=HOME, dwelling=THERE, address="c")
    after = kinds.decide(families(), moving).world
    assert {p.dwelling for p in after.members(HOME)} == {THERE}
    assert relations(after, HOME) == {A: "0", B: "1", C: "3"}
    assert after.people[C].registered_id == HOME


def test_a_move_to_another_county_ends_the_registration_in_the_old_one() -> None:
    moving = report("move_within", C, dwelling=ABROAD, head_id=C)
    after = kinds.decide(families(), moving).world
    assert (after.people[C].county, after.people[C].registered_id) == ("222401", None)


def test_a_grown_child_splits_off_and_households_merge() -> None:
    after = kinds.decide(families(), report("split", C)).world
    assert relations(after, NEW) == {C: "0"}
    assert after.households[NEW].dwelling == HERE
    merging = report("merge", household_id=HOME, other_id=NEW, relations={C: "3"})
    again = kinds.decide(after, merging).world
    assert relations(again, HOME) == {A: "0", B: "1", C: "3"}
    assert again.households[NEW].is_over


def test_relations_are_told_anew_under_another_head() -> None:
    after = kinds.decide(families(), report("head_change", C, household_id=HOME)).world
    assert relations(after, HOME) == {C: "0", A: "5", B: "5"}
    back = kinds.decide(after, report("head_change", A, household_id=HOME)).world
    assert relations(back, HOME) == {A: "0", B: "1", C: "3"}
    given_one = report("head_change", C, household_id=HOME, relations={B: "8"})
    assert relations(kinds.decide(families(), given_one).world, HOME)[B] == "8"


@pytest.mark.parametrize(
    "impossible",
    [
        report("birth", A),
        report("split", A, B, C),
        report("split", A, D),
        report("move_in"),
        report("merge", household_id=HOME, other_id=HOME),
        report("head_change", D, household_id=HOME),
        report("head_change", A, household_id=HOME),
        report("move_within", A, household_id=HOME),
        report("marriage", A),
        report("death", A, on=date(1979, 1, 1)),
    ],
)
def test_what_cannot_be_is_refused(impossible: Report) -> None:
    with pytest.raises((LifeEventNotPossible, ValidationFailed)):
        kinds.decide(families(), impossible)


people_ids = st.sampled_from([A, B, C, D, E, NOBODY])
homes = st.sampled_from([None, HOME, OTHER, NEW])


@st.composite
def reports(draw: st.DrawFn) -> Report:
    kind: Any = draw(st.sampled_from(sorted(kinds._DECIDERS)))  # noqa: SLF001 — all kinds there are
    newcomers: tuple[Person, ...] = ()
    if kind in {"birth", "move_in"}:
        newcomers = (Person(UUID(int=draw(st.integers(100, 10**6))), "222406", sex="2"),)
    return Report(
        kind,
        DAY + timedelta(draw(st.integers(0, 9))),
        UUID(int=draw(st.integers(10**7, 10**8))),
        tuple(draw(st.lists(people_ids, max_size=3))),
        newcomers,
        household_id=draw(homes),
        other_id=draw(homes),
        dwelling=draw(st.sampled_from([None, HERE, THERE, ABROAD])),
        head_id=draw(st.none() | people_ids),
        new_head_id=draw(st.none() | people_ids),
        relations=draw(st.dictionaries(people_ids, st.sampled_from("0123456789"[:9]), max_size=2)),
        registered=draw(st.booleans()),
    )


def carried(before: World, told: Sequence[Report]) -> World:
    after = before
    for each in told:
        try:
            after = kinds.decide(after, each).world
        except (DomainError, KeyError):
            continue
    return after


@given(st.lists(reports(), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_whatever_is_reported_the_invariants_hold(told: list[Report]) -> None:
    before = families().having([person(NOBODY, None, None)])
    after = carried(before, told)
    assert world.faults(after) == []
    for one in after.people.values():
        alive = one.died_on is None and one.left_on is None
        assert (one.household_id is None) or alive
        if one.household_id is not None:
            assert sum(p.id == one.id for p in after.members(one.household_id)) == 1
    assert world.faults(before) == []


@given(reports(), reports())
@settings(max_examples=150, deadline=None)
def test_events_of_different_households_may_come_in_either_order(one: Report, two: Report) -> None:
    before = families().having([person(NOBODY, None, None)])
    first = carried(before, [one])
    second = carried(before, [two])
    touched = [set(chain(*world.changed(before, w))) for w in (first, second)]
    named = [
        {*r.people, r.household_id, r.other_id, r.head_id, r.new_head_id} - {None}
        for r in (one, two)
    ]
    seen = [
        {before.people[k].household_id for k in n if k and k in before.people} | n for n in named
    ]
    if (touched[0] | seen[0]) & (touched[1] | seen[1]) - {None}:
        return
    assert carried(before, [one, two]) == carried(before, [two, one])


def test_states_are_kept_and_come_back() -> None:
    one = person(A, HOME, "0", died_on=DAY)
    assert world.stated(replace(one, relation="9", died_on=None), world.state(one)) == one
    home = families().households[HOME]
    kept = world.state(home)
    assert world.stated_household(replace(home, head_id=None, is_over=True), kept) == home
