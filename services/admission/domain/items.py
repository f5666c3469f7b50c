"""An admission item's life, as one table.

draft → submitted → reviewed → approved → active ⇄ suspended
          ↓    ↑       ↓  ↓                 ↓  ↓      ↓
        returned ←─────┘ rejected        expired | revoked
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.admission.domain.errors import TransitionNotAllowed
from services.common.errors import NotPermitted


class State(StrEnum):
    """Where an item stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    REJECTED = "rejected"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"


class ItemClass(StrEnum):
    """Which kind of work it is: 自治, 依法协助, 行政, 准入, 一事一议, 应急."""

    AUTONOMY = "autonomy"
    ASSISTANCE = "assistance"
    ADMINISTRATIVE = "administrative"
    ADMITTED = "admitted"
    TEMPORARY = "temporary"
    EMERGENCY = "emergency"


class Action(StrEnum):
    """A step in an item's life."""

    APPLY = "apply"
    AMEND = "amend"
    SUBMIT = "submit"
    OPINE = "opine"
    ACCEPT = "accept"
    RETURN = "return"
    APPROVE = "approve"
    REJECT = "reject"
    PAY = "pay"
    REVERSE = "reverse"
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    EXPIRE = "expire"
    REVOKE = "revoke"


class Stance(StrEnum):
    """What someone who is consulted thinks of an application."""

    SUPPORT = "support"
    CONCERN = "concern"
    OBJECT = "object"


IN_FORCE = frozenset({State.APPROVED, State.ACTIVE, State.SUSPENDED})
CARRIED = frozenset({State.ACTIVE, State.SUSPENDED})
"""A community carries these: a suspended item may be refused and is still on its list."""
_OWING = IN_FORCE | {State.EXPIRED, State.REVOKED}
"""Debts outlive the item: what fell due before its end is still paid."""

APPLICANTS = frozenset({"department_officer", "department_system", "secretariat"})
_SECRETARIAT = frozenset({"secretariat"})
_APPROVER = frozenset({"approver"})
_FINANCE = frozenset({"finance_officer"})
_CONSULTED = frozenset({"street_officer", "community_officer", "finance_officer"})
SYSTEM = "system"
_CLOCKWORK = frozenset({SYSTEM})


@dataclass(frozen=True, slots=True)
class Step:
    """One allowed transition.

    Attributes:
        to: The state after it.
        roles: Who may take it; `system` is the service itself, on a payment or a timer.
    """

    to: State
    roles: frozenset[str]


TRANSITIONS: Mapping[tuple[State, Action], Step] = {
    (State.DRAFT, Action.AMEND): Step(State.DRAFT, APPLICANTS),
    (State.RETURNED, Action.AMEND): Step(State.RETURNED, APPLICANTS),
    (State.DRAFT, Action.SUBMIT): Step(State.SUBMITTED, APPLICANTS),
    (State.RETURNED, Action.SUBMIT): Step(State.SUBMITTED, APPLICANTS),
    (State.SUBMITTED, Action.OPINE): Step(State.SUBMITTED, _CONSULTED),
    (State.REVIEWED, Action.OPINE): Step(State.REVIEWED, _CONSULTED),
    (State.SUBMITTED, Action.ACCEPT): Step(State.REVIEWED, _SECRETARIAT),
    (State.SUBMITTED, Action.RETURN): Step(State.RETURNED, _SECRETARIAT),
    # The joint meeting may find a gap after the review; the secretariat then sends it back.
    (State.REVIEWED, Action.RETURN): Step(State.RETURNED, _SECRETARIAT),
    (State.REVIEWED, Action.APPROVE): Step(State.APPROVED, _APPROVER),
    (State.REVIEWED, Action.REJECT): Step(State.REJECTED, _APPROVER),
    (State.APPROVED, Action.ACTIVATE): Step(State.ACTIVE, _CLOCKWORK),
    (State.SUSPENDED, Action.ACTIVATE): Step(State.ACTIVE, _CLOCKWORK),
    (State.APPROVED, Action.SUSPEND): Step(State.SUSPENDED, _CLOCKWORK),
    (State.ACTIVE, Action.SUSPEND): Step(State.SUSPENDED, _CLOCKWORK),
    **{(state, Action.PAY): Step(state, _FINANCE) for state in sorted(_OWING)},
    **{(state, Action.REVERSE): Step(state, _FINANCE) for state in sorted(_OWING)},
    **{(state, Action.EXPIRE): Step(State.EXPIRED, _CLOCKWORK) for state in sorted(IN_FORCE)},
    **{
        (state, Action.REVOKE): Step(State.REVOKED, _APPROVER | _SECRETARIAT)
        for state in sorted(IN_FORCE)
    },
}


def step(state: State, action: Action, roles: frozenset[str]) -> State:
    """The state after an action.

    Args:
        state: Where the item stands, by date (`effective_state`).
        action: What is asked.
        roles: The caller's roles, or `{system}`.

    Raises:
        TransitionNotAllowed: Not from this state.
        NotPermitted: Possible, and not for these roles.
    """
    found = TRANSITIONS.get((state, action))
    if found is None:
        raise TransitionNotAllowed(
            f"An item that is {state} cannot {action}.",
            state=state,
            action=action,
            allowed=sorted(a for s, a in TRANSITIONS if s is state),
        )
    if found.roles.isdisjoint(roles):
        raise NotPermitted
    return found.to


def effective_state(recorded: State, *, valid_to: date | None, arrears_fen: int, on: date) -> State:
    """Where an item stands on a day, whether or not a timer has fired yet.

    Args:
        recorded: State in the record.
        valid_to: Last day of its term.
        arrears_fen: Money due before this day and not paid.
        on: Local calendar day.
    """
    if recorded not in IN_FORCE:
        return recorded
    if valid_to is not None and valid_to < on:
        return State.EXPIRED
    return State.SUSPENDED if arrears_fen > 0 else recorded
