"""What happens when a department lets a deadline pass: told, then supervised, then shown red."""

from datetime import datetime
from uuid import UUID

from services.common import outbox, timers
from services.common.clock import Clock
from services.common.timers import Handler, Leased
from services.tasks.domain import deadlines
from services.tasks.domain.deadlines import Alarm
from services.tasks.domain.whistles import Whistle
from services.tasks.store import records, whistles
from services.tasks.store.records import Entry
from services.tasks.store.store import Store, Tx
from services.tasks.use_cases import facts
from services.tasks.use_cases.steps import ALARM, alarm_payload


def handlers(store: Store, clock: Clock) -> dict[str, Handler]:
    """What a `TimerLoop` of this service needs."""

    async def fire(leased: Leased) -> None:
        await tell(store, leased, clock)

    return {ALARM: fire}


async def tell(store: Store, leased: Leased, clock: Clock) -> None:
    """Record that a deadline passed, tell it, and set the next level; once, whatever is replayed.

    Raises:
        LeaseLost: Another worker told it, or the deadline was met meanwhile; nothing is written.
    """
    now = clock()
    told = leased.payload
    async with store.transaction() as tx:
        # The whistle first, as every step does: the other order could deadlock with a signature.
        whistle = await whistles.locked_by_key(
            tx.connection, told["county"], UUID(told["whistle_id"])
        )
        await timers.finish(tx.connection, leased)
        if whistle is None:
            return
        alarm = deadlines.unmet(whistle, told["organisation"], told["what"], told["round"])
        if alarm is not None:
            await _escalate(tx, whistle, alarm, told["level"], now)


async def _escalate(tx: Tx, whistle: Whistle, alarm: Alarm, level: int, now: datetime) -> None:
    if not await records.add_overdue(tx.connection, whistle, alarm, level=level, fired_at=now):
        return
    details = {"organisation": alarm.organisation, "what": alarm.what, "level": level}
    entry = Entry(
        at=now,
        action="overdue",
        actor=None,
        comment=deadlines.overdue_text(alarm, level),
        details=details,
    )
    await records.enter(tx.connection, whistle, entry)
    await whistles.save(tx.connection, whistle, whistle, now)
    await outbox.publish(tx.connection, facts.about_whistle(whistle, "overdue", now, details))
    due_at = deadlines.next_due(now, whistle.escalate_every_s or 0, level)
    if due_at is not None:
        await timers.schedule(
            tx.connection,
            alarm.effect_key(whistle.id, level + 1),
            ALARM,
            due_at,
            alarm_payload(whistle, alarm, level + 1),
        )
