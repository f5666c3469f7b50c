"""A story being told, step by step, through the real rules."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from services.tasks.domain import deadlines, journey
from services.tasks.domain.actors import Actor
from services.tasks.domain.deadlines import Alarm, Limits
from services.tasks.domain.demo import texts
from services.tasks.domain.demo.dice import Dice
from services.tasks.domain.demo.story import Cast, Line, Missed, Rated, Story
from services.tasks.domain.whistles import State, Whistle

_REWORK_SHARE: Final = 0.08

Span: TypeAlias = tuple[datetime, datetime]
"""From when, until when."""


def tell(
    dice: Dice,
    cast: Cast,
    grid: str,
    *,
    limits: Callable[[str], Limits],
    now: datetime,
    end: str | None = None,
) -> Story:
    """One story in one grid.

    Args:
        dice: Decides.
        cast: Who plays.
        grid: Where.
        limits: Of a kind of whistle.
        now: The present; nothing happens after it.
        end: A state, or `declined`; drawn when left out.
    """
    case = dice.case(cast)
    end = end or dice.end()
    in_force = limits(case.kind)
    started_at = now - dice.age(end, in_force)
    whistle = Whistle(
        county=grid[:6],
        id=dice.new_id(started_at),
        version=1,
        kind=case.kind,
        area=grid,
        state=State.REPORTED,
        reported_by=cast.worker.subject,
    )
    story = Story(whistle, case, dice.one_of(texts.PLACES), cast.worker, started_at)
    _Telling(dice, story, cast, in_force, (started_at, now)).until(end)
    return story


class _Telling:
    """One story being told, step by step."""

    def __init__(self, dice: Dice, story: Story, cast: Cast, limits: Limits, span: Span) -> None:
        self._dice = dice
        self._story = story
        self._cast = cast
        self._limits = limits
        self._at, self._now = span
        self._street_takes_s = min(1800, limits.sign_within_s // 4)
        self._was_late = False

    def until(self, end: str) -> None:
        """Take steps until the end is reached or the present is."""
        self._note("reported", self._cast.worker, None)
        if end == "declined":
            self._close(texts.DECLINED)
        for step in self._steps():
            if end in {self._story.whistle.state, "declined"}:
                break
            if not self._wait(self._street_takes_s):
                break
            step()
        self._tell_overdue()
        self._story.lines.sort(key=lambda line: line.at)

    def _steps(self) -> tuple[Callable[[], None], ...]:
        return (
            self._blow,
            self._dispatch,
            self._report_in,
            self._answer,
            self._verify,
            self._rate,
            self._close,
        )

    def _blow(self) -> None:
        after = journey.blow(self._story.whistle, self._cast.street)
        self._take(after, "blown", self._cast.street, self._dice.one_of(texts.BLOWN))

    def _dispatch(self) -> None:
        orgs = [self._cast.departments[d].organisation for d in self._story.case.domains]
        after = journey.dispatch(
            self._story.whistle,
            self._cast.street,
            lead=orgs[0],
            co_handlers=orgs[1:],
            limits=self._limits,
            leg_ids=[self._dice.new_id(self._at) for _ in orgs],
            now=self._at,
        )
        self._take(after, "dispatched", self._cast.street, None)

    def _report_in(self) -> None:
        for domain in self._story.case.domains:
            actor = self._cast.departments[domain]
            if not self._wait(self._limits.sign_within_s // 4, self._limits.sign_within_s):
                return
            self._take(journey.sign(self._story.whistle, actor, self._at), "signed", actor, None)
            gap = self._limits.arrive_within_s - self._limits.sign_within_s
            if not self._wait(max(gap // 4, 60), self._limits.arrive_within_s):
                return
            self._take(journey.arrive(self._story.whistle, actor, self._at), "arrived", actor, None)

    def _answer(self) -> None:
        for place, domain in enumerate(self._story.case.domains):
            actor = self._cast.departments[domain]
            leg = self._story.whistle.leg_of(actor.organisation)
            if leg is None or leg.arrived_at is None:
                return
            gap = self._limits.close_within_s // (2 * len(self._story.case.domains))
            if not self._wait(gap, self._limits.close_within_s):
                return
            text = texts.CO_RESULT if place else self._story.case.result
            after = journey.submit_result(self._story.whistle, actor, text, self._at)
            self._take(after, "result_submitted", actor, text)

    def _verify(self) -> None:
        if not self._is_answered():
            return
        worker = self._cast.worker
        if self._story.whistle.round == 1 and self._dice.chance(_REWORK_SHARE):
            after = journey.verify(self._story.whistle, worker, passed=False, now=self._at)
            said = self._dice.one_of(texts.NOT_SOLVED)
            self._take(after, "verification_failed", worker, said)
            self._answer()
            if not (self._is_answered() and self._wait(self._street_takes_s)):
                return
        after = journey.verify(self._story.whistle, worker, passed=True, now=self._at)
        self._take(after, "verified", worker, self._dice.one_of(texts.VERIFIED))

    def _rate(self) -> None:
        if self._story.whistle.state is not State.VERIFIED:
            return
        score, said = self._dice.score(), self._dice.one_of(texts.RATED)
        satisfaction = journey.satisfaction_of(score)
        street = self._cast.street
        after = journey.rate(self._story.whistle, street, satisfaction, self._at)
        rated = Rated(self._story.whistle.round, satisfaction, score, said, street, self._at)
        self._story.ratings.append(rated)
        self._take(after, "rated", street, said)

    def _close(self, comment: str | None = None) -> None:
        if self._story.whistle.state not in {State.RATED, State.REPORTED}:
            return
        after = journey.close(self._story.whistle, self._cast.street)
        action = "closed" if after.outcome == "resolved" else "declined"
        self._take(after, action, self._cast.street, comment)

    def _is_answered(self) -> bool:
        return self._story.whistle.state is State.RESULT_SUBMITTED

    def _wait(self, seconds: int, limit: int | None = None) -> bool:
        """Let time pass, now and then beyond a limit; False when that would lead into the future.

        One lateness a story is enough for a board, and keeps its length within its plan.
        """
        passing = None if limit is None or self._was_late else self._dice.late(limit)
        self._was_late = self._was_late or passing is not None
        at = self._at + (passing or self._dice.share(seconds))
        if at >= self._now:
            return False
        self._at = at
        return True

    def _take(self, after: Whistle, action: str, actor: Actor, comment: str | None) -> None:
        self._note(action, actor, comment)
        before = self._story.whistle
        for alarm in deadlines.alarms(before) - deadlines.alarms(after):
            self._miss(alarm, until=self._at)
        if after.state is not before.state:
            self._story.stamps[after.state] = self._at
        # A deadline that passed before counted one change, too.
        self._story.whistle = replace(after, version=self._story.whistle.version + 1)

    def _note(self, action: str, actor: Actor, comment: str | None) -> None:
        line = Line(self._at, action, self._story.whistle.round, actor, comment)
        self._story.lines.append(line)

    def _tell_overdue(self) -> None:
        for alarm in deadlines.alarms(self._story.whistle):
            told = self._miss(alarm, until=self._now)
            if told < deadlines.LAST_LEVEL:
                due_at = alarm.due_at + told * timedelta(seconds=self._limits.escalate_every_s)
                self._story.pending.append((alarm, told + 1, due_at))

    def _miss(self, alarm: Alarm, until: datetime) -> int:
        """Write down the levels told before a deadline was met; how many."""
        every = timedelta(seconds=self._limits.escalate_every_s)
        levels = [n for n in deadlines.LEVELS if alarm.due_at + (n - 1) * every < until]
        for level in levels:
            fired_at = alarm.due_at + (level - 1) * every
            self._story.missed.append(Missed(alarm, level, fired_at))
            details = {"organisation": alarm.organisation, "what": alarm.what, "level": level}
            text = deadlines.overdue_text(alarm, level)
            self._story.lines.append(Line(fired_at, "overdue", alarm.round, None, text, details))
            self._story.whistle = replace(
                self._story.whistle, version=self._story.whistle.version + 1
            )
        return len(levels)
