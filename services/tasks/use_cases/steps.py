"""What every step of a whistle has in common: lock, decide, record deed, deadlines and event."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from services.common import outbox, timers
from services.common.database import Connection
from services.common.errors import VersionIsStale
from services.common.idempotency import Answer, Once
from services.tasks.domain import deadlines
from services.tasks.domain.actors import Actor
from services.tasks.domain.whistles import Whistle
from services.tasks.store import records, views, whistles
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


Decide: TypeAlias = Callable[[Connection, Whistle], Awaitable[Taken]]
"""From the whistle before to what a step did; may read, and write what only this step writes."""


async def take(store: Store, asked: Asked, decide: Decide) -> Answer:
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
