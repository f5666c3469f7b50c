"""The courier's turns: which subscriptions have something to bring, and how their endpoints do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.common.database import Connection
from services.common.timers import Leased, LeaseLost
from services.registry.domain.feed import Place
from services.registry.domain.webhooks.subscriptions import Webhook
from services.registry.store.webhooks.subscriptions import SELECTED, webhook_of

KIND: Final = "registry.webhook"

HOLD = f"select {SELECTED} from webhooks where id = $1 for update"
# One turn is set for a subscription at most: its number is in the timer's key. A turn that waits
# for a retry is brought forward.
NOTICE = """
with newest as (
    select xact, seq from events where xact < pg_snapshot_xmin(pg_current_snapshot())
    order by xact desc, seq desc limit 1)
insert into timers (effect_key, kind, due_at, payload)
select $1 || ':' || w.id || ':' || w.turn, $1, $2::timestamptz,
    jsonb_build_object('webhook_id', w.id, 'turn', w.turn)
from webhooks w, newest n
where w.active and (w.xact, w.seq) < (n.xact, n.seq)
    and (w.resting_until is null or w.resting_until <= $2)
on conflict (effect_key) do update set due_at = excluded.due_at
    where timers.fired_at is null and timers.leased_until is null
        and timers.due_at > excluded.due_at
"""
NUDGE = """
insert into timers (effect_key, kind, due_at, payload)
select $1 || ':' || w.id || ':' || w.turn, $1, $2::timestamptz,
    jsonb_build_object('webhook_id', w.id, 'turn', w.turn)
from webhooks w where w.id = $3
on conflict (effect_key) do update set due_at = least(timers.due_at, excluded.due_at)
    where timers.fired_at is null
"""
NEXT_TURN = "update webhooks set turn = turn + 1 where (id, turn) = ($1, $2) returning true"
# Turns are many and tell nothing afterwards, so their timers do not stay for a month like others.
FINISH = """
delete from timers where id = $1 and attempts = $2 and fired_at is null and cancelled_at is null
returning true
"""
MOVE = "update webhooks set xact = $2::text::xid8, seq = $3 where id = $1"
MISS = """
update webhooks w set xact = f.xact, seq = f.seq, missed_at = $2 from feed_floor f where w.id = $1
"""
REPORT = """
update webhooks set failures = $2, resting_until = $3, last_outcome = $4,
    last_success_at = case when $5 then $7 else last_success_at end,
    last_failure_at = case when $6 then $7 else last_failure_at end
where id = $1
"""
REST = "update webhooks set resting_until = greatest(resting_until, $2) where id = $1"
STOP = """
update webhooks set active = false, stopped_for = $2, version = version + 1, updated_at = now()
where id = $1 and active
"""


@dataclass(frozen=True, slots=True)
class Report:
    """How an endpoint did in a batch.

    Attributes:
        failures: In a row now.
        resting_until: It is left alone until then.
        last_outcome: Of the last attempt.
        succeeded: Whether any did.
        failed: Whether any did not.
    """

    failures: int
    resting_until: datetime | None
    last_outcome: str
    succeeded: bool
    failed: bool


async def hold(connection: Connection, webhook_id: UUID) -> Webhook | None:
    """A subscription, held until the transaction ends."""
    row = await connection.fetchrow(HOLD, webhook_id)
    return webhook_of(row) if row else None


async def notice(connection: Connection, now: datetime) -> None:
    """Set a turn for every subscription that is behind the feed and not resting."""
    await connection.execute(NOTICE, KIND, now)


async def nudge(connection: Connection, webhook_id: UUID, at: datetime) -> None:
    """Set a subscription's turn, or bring it forward."""
    await connection.execute(NUDGE, KIND, at, webhook_id)


async def end(
    connection: Connection, leased: Leased, webhook_id: UUID, at: datetime | None
) -> None:
    """End the present turn, and set the next one where it is known when that is.

    Raises:
        LeaseLost: The turn is another worker's by now.
    """
    if not await connection.fetchval(FINISH, leased.id, leased.attempt):
        raise LeaseLost(leased.effect_key)
    number = leased.payload["turn"]
    if await connection.fetchval(NEXT_TURN, webhook_id, number) and at is not None:
        await nudge(connection, webhook_id, at)


async def move(connection: Connection, webhook_id: UUID, place: Place) -> None:
    """Remember how far a subscription has read."""
    await connection.execute(MOVE, webhook_id, str(place.xact), place.seq)


async def miss(connection: Connection, webhook_id: UUID, now: datetime) -> None:
    """Skip what is no longer kept, and remember that something was missed."""
    await connection.execute(MISS, webhook_id, now)


async def report(connection: Connection, webhook_id: UUID, now: datetime, said: Report) -> None:
    """Remember how an endpoint did."""
    await connection.execute(
        REPORT,
        webhook_id,
        said.failures,
        said.resting_until,
        said.last_outcome,
        said.succeeded,
        said.failed,
        now,
    )


async def rest(connection: Connection, webhook_id: UUID, until: datetime) -> None:
    """Leave a subscription alone until then."""
    await connection.execute(REST, webhook_id, until)


async def stop(connection: Connection, webhook_id: UUID, reason: str) -> None:
    """Send nothing more to a subscription until its owner starts it again."""
    await connection.execute(STOP, webhook_id, reason)
