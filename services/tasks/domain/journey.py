"""The steps of a whistle, each a pure decision: the whistle before, who acts, the whistle after."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

from services.common.errors import Fault, ValidationFailed
from services.tasks.domain import whistles
from services.tasks.domain.actors import Actor
from services.tasks.domain.deadlines import Limits
from services.tasks.domain.whistles import Action, Leg, LegState, Whistle

Satisfaction: TypeAlias = Literal["satisfied", "basically_satisfied", "unsatisfied"]

MAX_CO_HANDLERS: Final = 9

_BY_SCORE: Final[dict[int, Satisfaction]] = {
    1: "unsatisfied",
    2: "unsatisfied",
    3: "basically_satisfied",
    4: "satisfied",
    5: "satisfied",
}


def blow(whistle: Whistle, actor: Actor) -> Whistle:
    """The principal of the street has checked it: the departments are called.

    Raises:
        NotPermitted: Not this street's officer.
        TransitionNotAllowed: It was blown or closed before.
    """
    return _moved(whistle, actor, Action.BLOW)


def dispatch(  # noqa: PLR0913 — the parts of one dispatch
    whistle: Whistle,
    actor: Actor,
    *,
    lead: str,
    co_handlers: Sequence[str],
    limits: Limits,
    leg_ids: Sequence[UUID],
    now: datetime,
) -> Whistle:
    """Name the lead and its co-handlers; their clocks start.

    Args:
        whistle: Blown.
        actor: Officer of the street that blew.
        lead: Organisation code of the department that answers for the whole (首接负责).
        co_handlers: Departments that help it.
        limits: Already shortened as the dispatcher asked.
        leg_ids: One id per department.
        now: When the clocks start.

    Raises:
        NotPermitted: Not this street's officer.
        TransitionNotAllowed: Not blown, or dispatched before.
        ValidationFailed: A code is no department of this county or prefecture, or named twice.
    """
    after = _moved(whistle, actor, Action.DISPATCH)
    organisations = [lead, *co_handlers]
    _check_departments(whistle.area, organisations)
    legs = tuple(
        Leg(
            id=leg_id,
            organisation=organisation,
            role="lead" if organisation == lead else "co_handler",
            dispatched_at=now,
            sign_due_at=now + timedelta(seconds=limits.sign_within_s),
            arrive_due_at=now + timedelta(seconds=limits.arrive_within_s),
            close_due_at=now + timedelta(seconds=limits.close_within_s),
        )
        for organisation, leg_id in zip(organisations, leg_ids, strict=True)
    )
    return replace(
        after,
        legs=legs,
        rework_within_s=limits.rework_within_s,
        escalate_every_s=limits.escalate_every_s,
    )


def sign(whistle: Whistle, actor: Actor, now: datetime) -> Whistle:
    """A department takes its leg.

    Raises:
        NotPermitted: It has no leg here.
        TransitionNotAllowed: It signed before.
    """
    after = _moved(whistle, actor, Action.SIGN)
    return _leg_moved(after, actor.organisation, Action.SIGN, signed_at=now)


def arrive(whistle: Whistle, actor: Actor, now: datetime) -> Whistle:
    """A department is on site, or in contact with the resident (报到).

    Raises:
        NotPermitted: It has no leg here.
        TransitionNotAllowed: It has not signed, or arrived before.
    """
    after = _moved(whistle, actor, Action.ARRIVE)
    return _leg_moved(after, actor.organisation, Action.ARRIVE, arrived_at=now)


def submit_result(whistle: Whistle, actor: Actor, text: str, now: datetime) -> Whistle:
    """A department says what it did; the last one's result is the whistle's.

    Raises:
        NotPermitted: It has no leg here.
        TransitionNotAllowed: It has not arrived, or answered before.
    """
    open_legs = [leg for leg in whistle.legs if leg.state is not LegState.DONE]
    is_last = [leg.organisation for leg in open_legs] == [actor.organisation]
    action = Action.LAST_RESULT if is_last else Action.RESULT
    after = _moved(whistle, actor, action)
    return _leg_moved(after, actor.organisation, Action.RESULT, done_at=now, result=text)


def verify(whistle: Whistle, actor: Actor, *, passed: bool, now: datetime) -> Whistle:
    """The street or who reported it looked at the place; not solved means another round.

    Raises:
        NotPermitted: Neither this street's officer nor who reported it.
        TransitionNotAllowed: No result lies before them.
    """
    action = Action.CONFIRM if passed else Action.REJECT
    return _judged(whistle, actor, action, solved=passed, now=now)


def rate(whistle: Whistle, actor: Actor, satisfaction: Satisfaction, now: datetime) -> Whistle:
    """The blowing side rates the departments' answer; unsatisfied means another round.

    Raises:
        NotPermitted: Neither this street's officer nor who reported it.
        TransitionNotAllowed: It is not verified.
    """
    solved = satisfaction != "unsatisfied"
    action = Action.RATE_SOLVED if solved else Action.RATE_UNSOLVED
    return _judged(whistle, actor, action, solved=solved, now=now)


def close(whistle: Whistle, actor: Actor) -> Whistle:
    """The street ends it: resolved, or declined where it was never blown.

    Raises:
        NotPermitted: Not this street's officer; a department never.
        TransitionNotAllowed: The departments are still at work, or it is closed.
    """
    outcome = "declined" if whistle.state is whistles.State.REPORTED else "resolved"
    return replace(_moved(whistle, actor, Action.CLOSE), outcome=outcome)


def satisfaction_of(score: int) -> Satisfaction:
    """What a score from 1 to 5 says in words."""
    return _BY_SCORE[score]


def _moved(whistle: Whistle, actor: Actor, action: Action) -> Whistle:
    state = whistles.advance(whistle.state, action, whistles.parts(whistle, actor))
    return replace(whistle, state=state)


def _judged(
    whistle: Whistle, actor: Actor, action: Action, *, solved: bool, now: datetime
) -> Whistle:
    after = replace(_moved(whistle, actor, action), solved=solved)
    if solved:
        return after
    due_at = now + timedelta(seconds=whistle.rework_within_s or 0)
    legs = tuple(
        replace(
            leg,
            state=whistles.advance_leg(leg.state, action),
            round=whistle.round + 1,
            # A rework never shortens the time first promised, nor starts it anew.
            close_due_at=max(leg.close_due_at, due_at),
            done_at=None,
        )
        for leg in whistle.legs
    )
    return replace(after, round=whistle.round + 1, legs=legs)


def _leg_moved(
    whistle: Whistle,
    organisation: str,
    action: Action,
    **changes: datetime | str,
) -> Whistle:
    legs = tuple(
        replace(leg, state=whistles.advance_leg(leg.state, action), **changes)  # type: ignore[arg-type]  # fields by name
        if leg.organisation == organisation
        else leg
        for leg in whistle.legs
    )
    return replace(whistle, legs=legs)


def _check_departments(area: str, organisations: Sequence[str]) -> None:
    faults = []
    for place, organisation in enumerate(organisations):
        pointer = "/lead" if place == 0 else f"/co_handlers/{place - 1}"
        prefix, dot, word = organisation.partition(".")
        # A department has a dotted code; a community or street office cannot be dispatched to.
        if not (dot and word and len(prefix) in {4, 6} and area.startswith(prefix)):
            detail = "应为本县（市）或州的部门，如 222406.health。"
            faults.append(Fault(pointer, "not-a-department", detail))
        if organisation in organisations[:place]:
            faults.append(Fault(pointer, "named-twice", "部门不能重复。"))
    if len(organisations) > MAX_CO_HANDLERS + 1:
        faults.append(Fault("/co_handlers", "too-many", f"最多 {MAX_CO_HANDLERS} 个。"))
    if faults:
        raise ValidationFailed(*faults)
