"""The state machine, every pair of state and action."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.admission.domain.errors import TransitionNotAllowed
from services.admission.domain.items import (
    APPLICANTS,
    IN_FORCE,
    SYSTEM,
    TRANSITIONS,
    Action,
    State,
    effective_state,
    step,
)
from services.common.errors import NotPermitted

TODAY = date(2026, 11, 24)
ROLES = [
    "department_officer",
    "department_system",
    "secretariat",
    "approver",
    "finance_officer",
    "community_officer",
    "system_admin",
    SYSTEM,
]


@given(st.sampled_from(State), st.sampled_from(Action), st.sets(st.sampled_from(ROLES)))
def test_a_step_follows_the_table_or_is_refused(
    state: State, action: Action, roles: set[str]
) -> None:
    found = TRANSITIONS.get((state, action))
    if found is None:
        with pytest.raises(TransitionNotAllowed):
            step(state, action, frozenset(roles))
    elif found.roles.isdisjoint(roles):
        with pytest.raises(NotPermitted):
            step(state, action, frozenset(roles))
    else:
        assert step(state, action, frozenset(roles)) is found.to


@given(st.lists(st.sampled_from(Action), max_size=30))
def test_no_walk_puts_an_item_in_force_without_review_and_approval(walk: list[Action]) -> None:
    state, taken = State.DRAFT, []
    everybody = frozenset(ROLES)
    for action in walk:
        if (state, action) in TRANSITIONS:
            state = step(state, action, everybody)
            taken.append(action)
    if state in IN_FORCE | {State.EXPIRED, State.REVOKED}:
        order = [taken.index(a) for a in (Action.SUBMIT, Action.ACCEPT, Action.APPROVE)]
        assert order == sorted(order)


def test_no_one_role_can_apply_and_decide() -> None:
    deciders = TRANSITIONS[State.REVIEWED, Action.APPROVE].roles
    reviewers = TRANSITIONS[State.SUBMITTED, Action.ACCEPT].roles
    payers = TRANSITIONS[State.APPROVED, Action.PAY].roles
    assert deciders.isdisjoint(APPLICANTS | reviewers | payers)
    assert payers.isdisjoint(APPLICANTS | reviewers)


def test_a_department_cannot_move_what_it_handed_in() -> None:
    mine = frozenset({"department_officer"})
    movable = {state for state in State for action in Action if _may(state, action, mine)}
    assert movable == {State.DRAFT, State.RETURNED}


def _may(state: State, action: Action, roles: frozenset[str]) -> bool:
    found = TRANSITIONS.get((state, action))
    return found is not None and not found.roles.isdisjoint(roles)


def test_rejected_expired_and_revoked_items_never_move_again() -> None:
    for state in (State.REJECTED, State.EXPIRED, State.REVOKED):
        assert {found.to for (s, _), found in TRANSITIONS.items() if s is state} <= {state}


def test_a_refusal_names_what_is_possible() -> None:
    with pytest.raises(TransitionNotAllowed) as caught:
        step(State.SUBMITTED, Action.APPROVE, frozenset({"approver"}))
    assert caught.value.extra["allowed"] == ["accept", "opine", "return"]


@pytest.mark.parametrize(
    ("recorded", "ends_in", "arrears", "expected"),
    [
        (State.ACTIVE, 0, 0, State.ACTIVE),
        (State.ACTIVE, -1, 0, State.EXPIRED),
        (State.ACTIVE, -1, 5, State.EXPIRED),
        (State.ACTIVE, 3, 5, State.SUSPENDED),
        (State.APPROVED, 3, 5, State.SUSPENDED),
        (State.APPROVED, 3, 0, State.APPROVED),
        (State.SUSPENDED, 3, 0, State.SUSPENDED),
        (State.DRAFT, -1, 5, State.DRAFT),
        (State.REVOKED, -1, 5, State.REVOKED),
    ],
)
def test_the_date_counts_before_any_timer_fires(
    recorded: State, ends_in: int, arrears: int, expected: State
) -> None:
    valid_to = TODAY + timedelta(days=ends_in)
    found = effective_state(recorded, valid_to=valid_to, arrears_fen=arrears, on=TODAY)
    assert found is expected
