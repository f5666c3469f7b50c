"""The table itself, and what no sequence of steps can ever do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.common.errors import DomainError, NotPermitted, ValidationFailed
from services.common.ids import new_id
from services.tasks.domain import deadlines, journey, whistles
from services.tasks.domain.actors import Actor
from services.tasks.domain.deadlines import Limits
from services.tasks.domain.whistles import (
    LEG_TABLE,
    TABLE,
    Action,
    LegState,
    State,
    TransitionNotAllowed,
    Whistle,
    Who,
)
from tests.factories.tasks import COUNTY, NOW, STREET, actor, whistle

LIMITS = Limits(
    sign_within_s=60,
    arrive_within_s=120,
    close_within_s=600,
    rework_within_s=300,
    escalate_every_s=30,
)
HOUSING = f"{COUNTY}.housing"
HEALTH = f"{COUNTY}.health"

PEOPLE: dict[str, Actor] = {
    "street": actor("street_officer"),
    "other street": actor("street_officer", organisation="222406002", areas=("222406002",)),
    "worker": actor("grid_worker"),
    "other worker": actor("grid_worker", subject="grid_worker-2"),
    "county": actor("county_officer"),
    "housing": actor("department_officer", organisation=HOUSING),
    "health": actor("department_system", organisation=HEALTH),
    "market": actor("department_officer", organisation=f"{COUNTY}.market"),
    # A handling department's account that somebody gave every role there is.
    "two hats": actor(
        "department_officer",
        organisation=HOUSING,
        roles=frozenset({"department_officer", "street_officer", "county_officer"}),
    ),
}

Step = Callable[[Whistle, Actor, int], Whistle]


def _dispatch(w: Whistle, who: Actor, at: int) -> Whistle:
    return journey.dispatch(
        w,
        who,
        lead=HOUSING,
        co_handlers=[HEALTH],
        limits=LIMITS,
        leg_ids=[new_id(), new_id()],
        now=NOW + timedelta(seconds=at),
    )


STEPS: dict[str, Step] = {
    "blow": lambda w, a, _: journey.blow(w, a),
    "dispatch": _dispatch,
    "sign": lambda w, a, t: journey.sign(w, a, NOW + timedelta(seconds=t)),
    "arrive": lambda w, a, t: journey.arrive(w, a, NOW + timedelta(seconds=t)),
    "result": lambda w, a, t: journey.submit_result(w, a, "好了", NOW + timedelta(seconds=t)),
    "pass": lambda w, a, t: journey.verify(w, a, passed=True, now=NOW + timedelta(seconds=t)),
    "fail": lambda w, a, t: journey.verify(w, a, passed=False, now=NOW + timedelta(seconds=t)),
    "rate": lambda w, a, t: journey.rate(w, a, "satisfied", NOW + timedelta(seconds=t)),
    "unsatisfied": lambda w, a, t: journey.rate(w, a, "unsatisfied", NOW + timedelta(seconds=t)),
    "close": lambda w, a, _: journey.close(w, a),
}

# The right person for each step, so that random walks get far; and everybody else as well.
moves = st.one_of(
    st.sampled_from(
        [
            ("blow", "street"),
            ("dispatch", "street"),
            ("sign", "housing"),
            ("sign", "health"),
            ("arrive", "housing"),
            ("arrive", "health"),
            ("result", "housing"),
            ("result", "health"),
            ("pass", "worker"),
            ("fail", "street"),
            ("rate", "street"),
            ("close", "street"),
        ]
    ),
    st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(sorted(PEOPLE))),
)


@given(st.lists(moves, max_size=60))
@settings(max_examples=400, deadline=None)
def test_no_sequence_lets_a_department_close_or_a_closed_whistle_move(
    walk: list[tuple[str, str]],
) -> None:
    w = whistle()
    for at, (name, who) in enumerate(walk):
        try:
            after = STEPS[name](w, PEOPLE[who], at)
        except DomainError:
            continue
        assert w.state is not State.CLOSED, "closed is final"
        if after.state is State.CLOSED:
            assert who == "street"
            assert name == "close"
        if after.round != w.round:
            assert after.round == w.round + 1
            assert name in {"fail", "unsatisfied"}
        check_invariants(after)
        w = after


def check_invariants(w: Whistle) -> None:
    legs = [leg.state for leg in w.legs]
    if w.state in {State.REPORTED, State.BLOWN}:
        assert not w.legs
    if w.state in {State.RESULT_SUBMITTED, State.VERIFIED, State.RATED}:
        assert set(legs) == {LegState.DONE}
        assert not deadlines.alarms(w), "nobody is waited for"
    if w.state in {State.DISPATCHED, State.HANDLING}:
        assert LegState.DISPATCHED in legs or set(legs) != {LegState.DONE}
        assert deadlines.alarms(w), "somebody always is"
    assert (w.state is State.CLOSED) == (w.outcome is not None)
    assert all(leg.round == w.round for leg in w.legs)


def test_only_the_street_has_rows_that_close() -> None:
    closing = {key for key, state in TABLE.items() if state is State.CLOSED}
    assert {who for _, _, who in closing} == {Who.STREET}
    assert {state for state, _, _ in closing} == {State.REPORTED, State.RATED}
    assert not [key for key in TABLE if key[0] is State.CLOSED]


def test_every_state_is_reached_and_every_action_has_a_row() -> None:
    assert set(TABLE.values()) | {State.REPORTED} == set(State)
    assert {action for _, action, _ in TABLE} == set(Action)
    assert set(LEG_TABLE.values()) | {LegState.DISPATCHED} == set(LegState)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("action", list(Action))
def test_a_handler_never_ends_anything(state: State, action: Action) -> None:
    try:
        after = whistles.advance(state, action, frozenset({Who.HANDLER}))
    except (NotPermitted, TransitionNotAllowed):
        return
    assert after in {State.DISPATCHED, State.HANDLING, State.RESULT_SUBMITTED}


def test_parts_of_callers() -> None:
    w = whistle(state=State.BLOWN)
    assert whistles.parts(w, PEOPLE["street"]) == {Who.STREET}
    assert whistles.parts(w, PEOPLE["other street"]) == frozenset()
    assert whistles.parts(w, PEOPLE["worker"]) == {Who.REPORTER}
    assert whistles.parts(w, PEOPLE["two hats"]) == frozenset(), "its office is no street"
    own = whistle(reported_by="street_officer-1")
    assert whistles.parts(own, PEOPLE["street"]) == {Who.STREET, Who.REPORTER}
    dispatched = _dispatch(w, PEOPLE["street"], 0)
    assert whistles.parts(dispatched, PEOPLE["two hats"]) == {Who.HANDLER}
    assert dispatched.street == STREET


@pytest.mark.parametrize(
    ("lead", "co_handlers", "code"),
    [
        ("222406001", [], "not-a-department"),
        ("222406001001", [], "not-a-department"),
        ("222401.housing", [], "not-a-department"),
        ("22.housing", [], "not-a-department"),
        (HOUSING, [HEALTH, HEALTH], "named-twice"),
        (HOUSING, [f"{COUNTY}.d{n}" for n in "abcdefghij"], "too-many"),
    ],
)
def test_only_departments_are_dispatched_to(lead: str, co_handlers: list[str], code: str) -> None:
    w = whistle(state=State.BLOWN)
    with pytest.raises(ValidationFailed) as caught:
        journey.dispatch(
            w,
            PEOPLE["street"],
            lead=lead,
            co_handlers=co_handlers,
            limits=LIMITS,
            leg_ids=[new_id() for _ in (lead, *co_handlers)],
            now=NOW,
        )
    assert caught.value.faults[0].code == code


def test_deadlines_run_from_dispatch_and_rework_keeps_what_was_promised() -> None:
    w = _dispatch(whistle(state=State.BLOWN), PEOPLE["street"], 0)
    assert {(a.organisation, a.what) for a in deadlines.alarms(w)} == {
        (o, d) for o in (HOUSING, HEALTH) for d in ("sign", "arrive", "close")
    }
    for who in ("housing", "health"):
        for at, name in ((10, "sign"), (20, "arrive"), (30, "result")):
            w = STEPS[name](w, PEOPLE[who], at)
    again = STEPS["fail"](w, PEOPLE["worker"], 40)
    assert {leg.close_due_at for leg in again.legs} == {NOW + timedelta(seconds=600)}
    later = STEPS["fail"](w, PEOPLE["worker"], 500)
    assert {leg.close_due_at for leg in later.legs} == {NOW + timedelta(seconds=800)}
    assert {(a.what, a.round) for a in deadlines.alarms(later)} == {("close", 2)}
    assert later.solved is False


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, (60, 120, 600)),
        ({"sign": 1}, (1, 120, 600)),
        ({"arrive": 30}, (30, 30, 600)),
        ({"close": 20}, (20, 20, 20)),
        ({"sign": 60, "arrive": 120, "close": 600}, (60, 120, 600)),
    ],
)
def test_limits_shorten(asked: dict[str, int], expected: tuple[int, int, int]) -> None:
    got = deadlines.shortened(LIMITS, **asked)
    assert (got.sign_within_s, got.arrive_within_s, got.close_within_s) == expected


@pytest.mark.parametrize("asked", [{"sign": 0}, {"sign": 61}, {"arrive": 121}, {"close": 601}])
def test_limits_never_lengthen(asked: dict[str, int]) -> None:
    with pytest.raises(ValidationFailed) as caught:
        deadlines.shortened(LIMITS, **asked)
    assert caught.value.faults[0].code == "only-shorter"


def test_effect_keys_name_round_and_level() -> None:
    w = _dispatch(whistle(state=State.BLOWN), PEOPLE["street"], 0)
    alarm = deadlines.unmet(w, HOUSING, "sign", 1)
    assert alarm is not None
    assert alarm.effect_key(w.id, 2) == f"whistle:{w.id}:leg:{HOUSING}:sign:2"
    again = replace(alarm, what="close", round=3)
    assert again.effect_key(w.id, 1) == f"whistle:{w.id}:leg:{HOUSING}:close.r3:1"
    assert deadlines.unmet(w, HOUSING, "sign", 2) is None
    assert deadlines.next_due(NOW, 30, 2) == NOW + timedelta(seconds=30)
    assert deadlines.next_due(NOW, 30, 3) is None


def test_score_in_words() -> None:
    words: list[Any] = [journey.satisfaction_of(score) for score in range(1, 6)]
    assert words == ["unsatisfied"] * 2 + ["basically_satisfied"] + ["satisfied"] * 2
