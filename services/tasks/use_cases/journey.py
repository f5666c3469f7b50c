"""The steps of a whistle: each locks it, decides, and records deed, deadlines and event at once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.common import outbox, timers
from services.common.database import Connection
from services.common.errors import Fault, ValidationFailed, VersionIsStale
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.tasks.domain import deadlines, journey
from services.tasks.domain.actors import Actor
from services.tasks.domain.journey import Satisfaction
from services.tasks.domain.whistles import Whistle
from services.tasks.store import defaults, records, views, whistles
from services.tasks.store.records import Entry
from services.tasks.store.store import Store
from services.tasks.use_cases import answers, facts

ALARM = "whistle.alarm"
"""Kind of the timers that watch a department's deadlines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks for a step, on which version of which whistle.

    Attributes:
        once: The request's claim.
        actor: Who.
        whistle_id: Which whistle.
        version: What the caller read.
        now: When.
        comment: What the caller says about it.
    """

    once: Once
    actor: Actor
    whistle_id: UUID
    version: int
    now: datetime
    comment: str | None = None

    def saying(self, comment: str | None) -> "Asked":
        """The same with a comment; an empty one says nothing."""
        return replace(self, comment=comment or None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a step did.

    Attributes:
        after: The whistle now.
        action: Word of the timeline.
        fact: Word of the event.
        comment: For the timeline.
        told: What the event says besides.
    """

    after: Whistle
    action: str
    fact: str
    comment: str | None = None
    told: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shorter:
    """Limits a dispatcher asked for; None keeps the county's."""

    sign_within_s: int | None = None
    arrive_within_s: int | None = None
    close_within_s: int | None = None


Decide = Callable[[Connection, Whistle], Awaitable[Taken]]


async def blow(store: Store, asked: Asked) -> Answer:
    """The street's principal has checked the report and calls the departments.

    Raises:
        DomainError: As `_step`.
    """

    async def decide(_: Connection, before: Whistle) -> Taken:
        after = journey.blow(before, asked.actor)
        return Taken(after=after, action="blown", fact="blown", comment=asked.comment)

    return await _step(store, asked, decide)


async def dispatch(
    store: Store, asked: Asked, lead: str, co_handlers: tuple[str, ...], shorter: Shorter
) -> Answer:
    """The street names lead and co-handlers; their clocks start, at most as long as the county's.

    Raises:
        ValidationFailed: A code is no department here, or a limit is longer than the county's.
        DomainError: As `_step`.
    """

    async def decide(connection: Connection, before: Whistle) -> Taken:
        limits = deadlines.shortened(
            await defaults.of(connection, before.county, before.kind),
            sign=shorter.sign_within_s,
            arrive=shorter.arrive_within_s,
            close=shorter.close_within_s,
        )
        after = journey.dispatch(
            before,
            asked.actor,
            lead=lead,
            co_handlers=co_handlers,
            limits=limits,
            leg_ids=[new_id() for _ in (lead, *co_handlers)],
            now=asked.now,
        )
        told = {"lead": lead, "co_handlers": list(co_handlers)}
        return Taken(
            after=after, action="dispatched", fact="dispatched", comment=asked.comment, told=told
        )

    return await _step(store, asked, decide)


async def sign(store: Store, asked: Asked) -> Answer:
    """A department takes its part; raises as `_step`."""

    async def decide(_: Connection, before: Whistle) -> Taken:
        after = journey.sign(before, asked.actor, asked.now)
        return _by_department(asked, after, "signed")

    return await _step(store, asked, decide)


async def arrive(store: Store, asked: Asked) -> Answer:
    """A department has come, or has reached the resident (报到); raises as `_step`."""

    async def decide(_: Connection, before: Whistle) -> Taken:
        after = journey.arrive(before, asked.actor, asked.now)
        return _by_department(asked, after, "arrived")

    return await _step(store, asked, decide)


async def submit_result(
    store: Store, asked: Asked, text: str, photo_ids: tuple[UUID, ...]
) -> Answer:
    """A department says what it did, with photos; the last one's result is the whistle's.

    Raises:
        ValidationFailed: A photo is not the caller's.
        DomainError: As `_step`.
    """

    async def decide(connection: Connection, before: Whistle) -> Taken:
        after = journey.submit_result(before, asked.actor, text, asked.now)
        await records.add_photos(connection, after, "result", photo_ids, asked.actor)
        told = {"organisation": asked.actor.organisation}
        return Taken(
            after=after, action="result_submitted", fact="result_submitted", comment=text, told=told
        )

    return await _step(store, asked, decide)


async def verify(store: Store, asked: Asked, *, passed: bool) -> Answer:
    """The street or who reported it looked; not solved sends the departments back.

    Raises:
        ValidationFailed: Not solved, and nothing said about it.
        DomainError: As `_step`.
    """
    if not passed and not asked.comment:
        raise ValidationFailed(Fault("/comment", "required", "Say what is not solved."))

    async def decide(_: Connection, before: Whistle) -> Taken:
        after = journey.verify(before, asked.actor, passed=passed, now=asked.now)
        action = "verified" if passed else "verification_failed"
        return Taken(
            after=after,
            action=action,
            fact="verified",
            comment=asked.comment,
            told={"passed": passed},
        )

    return await _step(store, asked, decide)


async def rate(
    store: Store, asked: Asked, satisfaction: Satisfaction | None, score: int | None
) -> Answer:
    """The blowing side rates; unsatisfied sends the departments back.

    Raises:
        ValidationFailed: Neither or both of score and satisfaction were given.
        DomainError: As `_step`.
    """
    if (satisfaction is None) == (score is None):
        raise ValidationFailed(Fault("/score", "one-of", "Give score or satisfaction."))
    said = satisfaction or journey.satisfaction_of(score or 0)

    async def decide(connection: Connection, before: Whistle) -> Taken:
        after = journey.rate(before, asked.actor, said, asked.now)
        await records.add_rating(
            connection,
            before,
            asked.actor,
            satisfaction=said,
            score=score,
            comment=asked.comment,
            now=asked.now,
        )
        action = "rated" if said != "unsatisfied" else "rated_unsatisfied"
        told = {"satisfaction": said}
        return Taken(after=after, action=action, fact="rated", comment=asked.comment, told=told)

    return await _step(store, asked, decide)


async def close(store: Store, asked: Asked) -> Answer:
    """The street that blew ends it; nobody else can.

    Raises:
        DomainError: As `_step`.
    """

    async def decide(_: Connection, before: Whistle) -> Taken:
        after = journey.close(before, asked.actor)
        action = "closed" if after.outcome == "resolved" else "declined"
        return Taken(
            after=after,
            action=action,
            fact="closed",
            comment=asked.comment,
            told={"outcome": after.outcome},
        )

    return await _step(store, asked, decide)


async def _step(store: Store, asked: Asked, decide: Decide) -> Answer:
    """Lock, decide, record.

    Raises:
        NothingHere: There is no such whistle, or none the caller may see.
        VersionIsStale: It has changed since the caller read it.
        NotPermitted: The caller has no part in it that may do this.
        TransitionNotAllowed: Its state does not allow this.
    """
    async with store.transaction(asked.once) as tx:
        before = await whistles.locked(tx.connection, asked.whistle_id, asked.actor.scope)
        if before.version != asked.version:
            raise VersionIsStale(version=before.version)
        taken = await decide(tx.connection, before)
        await whistles.save(tx.connection, before, taken.after, asked.now)
        entry = Entry(at=asked.now, action=taken.action, actor=asked.actor, comment=taken.comment)
        # The entry belongs to the round it was made in: a rework's first line ends the old round.
        await records.enter(tx.connection, before, entry)
        await _keep_alarms(tx.connection, before, taken.after)
        await outbox.publish(
            tx.connection, facts.about_whistle(taken.after, taken.fact, asked.now, taken.told)
        )
        record = await views.one(tx.connection, asked.whistle_id, asked.actor.scope, asked.now)
        return await tx.answer(answers.shown(record))


async def _keep_alarms(connection: Connection, before: Whistle, after: Whistle) -> None:
    """Set timers for new deadlines and withdraw those of deadlines that were met."""
    was, still = deadlines.alarms(before), deadlines.alarms(after)
    met = [alarm.effect_key(after.id, level) for alarm in was - still for level in deadlines.LEVELS]
    if met:
        await timers.cancel(connection, *met)
    for alarm in still - was:
        await timers.schedule(
            connection,
            alarm.effect_key(after.id, 1),
            ALARM,
            alarm.due_at,
            alarm_payload(after, alarm, 1),
        )


def alarm_payload(whistle: Whistle, alarm: deadlines.Alarm, level: int) -> dict[str, Any]:
    """What a timer must know to tell that a deadline passed."""
    return {
        "county": whistle.county,
        "whistle_id": str(whistle.id),
        "organisation": alarm.organisation,
        "what": alarm.what,
        "round": alarm.round,
        "level": level,
    }


def _by_department(asked: Asked, after: Whistle, fact: str) -> Taken:
    told = {"organisation": asked.actor.organisation}
    return Taken(after=after, action=fact, fact=fact, comment=asked.comment, told=told)
