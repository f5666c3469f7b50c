"""What a whistle is, and the one table that says who may move it where.

    reported → blown → dispatched → handling → result_submitted → verified → rated → closed
        └→ closed (declined)            ↑____________|_______________|   (rework, next round)

Only the street that blew may close; no row lets a department do it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.common.errors import DomainError, Kind, NotPermitted
from services.tasks.domain.actors import DEPARTMENT_ROLES, Actor


class WhistleKind(StrEnum):
    """Why the street needs the departments."""

    RESIDENT_DEMAND = "resident_demand"
    KEY_WORK = "key_work"
    LAW_ENFORCEMENT = "law_enforcement"
    EMERGENCY = "emergency"
    PEACE = "peace"


class State(StrEnum):
    """Where a whistle stands."""

    REPORTED = "reported"
    BLOWN = "blown"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    RESULT_SUBMITTED = "result_submitted"
    VERIFIED = "verified"
    RATED = "rated"
    CLOSED = "closed"


class LegState(StrEnum):
    """Where one department's part stands."""

    DISPATCHED = "dispatched"
    SIGNED = "signed"
    ARRIVED = "arrived"
    DONE = "done"


class Action(StrEnum):
    """What somebody does to a whistle."""

    BLOW = "blow"
    DISPATCH = "dispatch"
    SIGN = "sign"
    ARRIVE = "arrive"
    RESULT = "result"
    LAST_RESULT = "last_result"
    CONFIRM = "confirm"
    REJECT = "reject"
    RATE_SOLVED = "rate_solved"
    RATE_UNSOLVED = "rate_unsolved"
    CLOSE = "close"


class Who(StrEnum):
    """A caller's part in one whistle."""

    STREET = "street"
    REPORTER = "reporter"
    HANDLER = "handler"


TABLE: Final[Mapping[tuple[State, Action, Who], State]] = {
    (State.REPORTED, Action.BLOW, Who.STREET): State.BLOWN,
    (State.REPORTED, Action.CLOSE, Who.STREET): State.CLOSED,
    (State.BLOWN, Action.DISPATCH, Who.STREET): State.DISPATCHED,
    (State.DISPATCHED, Action.SIGN, Who.HANDLER): State.DISPATCHED,
    (State.DISPATCHED, Action.ARRIVE, Who.HANDLER): State.HANDLING,
    (State.HANDLING, Action.SIGN, Who.HANDLER): State.HANDLING,
    (State.HANDLING, Action.ARRIVE, Who.HANDLER): State.HANDLING,
    (State.HANDLING, Action.RESULT, Who.HANDLER): State.HANDLING,
    (State.HANDLING, Action.LAST_RESULT, Who.HANDLER): State.RESULT_SUBMITTED,
    (State.RESULT_SUBMITTED, Action.CONFIRM, Who.STREET): State.VERIFIED,
    (State.RESULT_SUBMITTED, Action.CONFIRM, Who.REPORTER): State.VERIFIED,
    (State.RESULT_SUBMITTED, Action.REJECT, Who.STREET): State.HANDLING,
    (State.RESULT_SUBMITTED, Action.REJECT, Who.REPORTER): State.HANDLING,
    (State.VERIFIED, Action.RATE_SOLVED, Who.STREET): State.RATED,
    (State.VERIFIED, Action.RATE_SOLVED, Who.REPORTER): State.RATED,
    (State.VERIFIED, Action.RATE_UNSOLVED, Who.STREET): State.HANDLING,
    (State.VERIFIED, Action.RATE_UNSOLVED, Who.REPORTER): State.HANDLING,
    (State.RATED, Action.CLOSE, Who.STREET): State.CLOSED,
}
"""Whistle × action × who → new state. What has no row is not allowed."""

LEG_TABLE: Final[Mapping[tuple[LegState, Action], LegState]] = {
    (LegState.DISPATCHED, Action.SIGN): LegState.SIGNED,
    (LegState.SIGNED, Action.ARRIVE): LegState.ARRIVED,
    (LegState.ARRIVED, Action.RESULT): LegState.DONE,
    (LegState.DONE, Action.REJECT): LegState.ARRIVED,
    (LegState.DONE, Action.RATE_UNSOLVED): LegState.ARRIVED,
}
"""One department's part: it signs, it arrives, it answers; rework brings it back to the place."""


class TransitionNotAllowed(DomainError):
    """The whistle is not in a state that allows this action."""

    kind = Kind.CONFLICT
    title = "This step is not possible now"
    title_zh = "当前状态不能执行此操作"
    title_ko = "지금 상태에서는 할 수 없는 작업입니다"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One department's part in a whistle.

    Attributes:
        id: Of this leg.
        organisation: Department's organisation code.
        role: `lead`, which answers for the whole, or `co_handler`.
        state: Where it stands.
        round: 1, and one more after each rework.
        dispatched_at: When the clock started.
        sign_due_at: Sign by then.
        arrive_due_at: Be on site, or have contacted the resident, by then.
        close_due_at: Submit the result of this round by then.
        signed_at: When it signed.
        arrived_at: When it arrived.
        done_at: When it submitted the last result.
        result: The last result's text.
    """

    id: UUID
    organisation: str
    role: str
    state: LegState = LegState.DISPATCHED
    round: int = 1
    dispatched_at: datetime
    sign_due_at: datetime
    arrive_due_at: datetime
    close_due_at: datetime
    signed_at: datetime | None = None
    arrived_at: datetime | None = None
    done_at: datetime | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whistle:
    """As much of a whistle as decisions need.

    Attributes:
        county: First part of its key.
        id: Second part.
        version: Counts changes; its ETag.
        kind: Chooses its deadlines.
        area: Grid where it is.
        state: Where it stands.
        round: 1, and one more after each rework.
        reported_by: Subject of who reported it.
        legs: The departments' parts, lead first.
        rework_within_s: Time for a result after rework, fixed at dispatch.
        escalate_every_s: From one overdue level to the next, fixed at dispatch.
        solved: What the last verification or rating said; None before the first.
        outcome: `resolved` or `declined` once closed.
    """

    county: str
    id: UUID
    version: int
    kind: WhistleKind
    area: str
    state: State
    round: int = 1
    reported_by: str
    legs: tuple[Leg, ...] = ()
    rework_within_s: int | None = None
    escalate_every_s: int | None = None
    solved: bool | None = None
    outcome: str | None = None

    @property
    def street(self) -> str:
        """Code of the street, which is also the code of its office."""
        return self.area[:9]

    def leg_of(self, organisation: str) -> Leg | None:
        """The leg of a department, if it has one."""
        return next((leg for leg in self.legs if leg.organisation == organisation), None)


def parts(whistle: Whistle, actor: Actor) -> frozenset[Who]:
    """What a caller is to a whistle: several things, or nothing.

    A department is the handler of its own leg and nothing else, whatever other role its account
    holds; so no account of a handling department can reach the street's rows.
    """
    if whistle.leg_of(actor.organisation) is not None:
        return frozenset({Who.HANDLER}) if actor.has(*DEPARTMENT_ROLES) else frozenset()
    found = set()
    if actor.has("street_officer") and actor.organisation == whistle.street:
        found.add(Who.STREET)
    if actor.subject == whistle.reported_by:
        found.add(Who.REPORTER)
    return frozenset(found)


def advance(state: State, action: Action, who: frozenset[Who]) -> State:
    """The state after an action.

    Raises:
        NotPermitted: No state lets these parties do this.
        TransitionNotAllowed: Not in this state; carries the state.
    """
    if not any(a is action and w in who for _, a, w in TABLE):
        raise NotPermitted
    for part in sorted(who):
        after = TABLE.get((state, action, part))
        if after is not None:
            return after
    raise TransitionNotAllowed(state=state.value, action=action.value)


def advance_leg(state: LegState, action: Action) -> LegState:
    """The state of a leg after an action.

    Raises:
        TransitionNotAllowed: Not in this state; carries the leg's state.
    """
    after = LEG_TABLE.get((state, action))
    if after is None:
        raise TransitionNotAllowed(leg_state=state.value, action=action.value)
    return after
