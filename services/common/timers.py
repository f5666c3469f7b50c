"""Deadlines, escalations and jobs: rows in PostgreSQL that fire exactly once.

A worker leases due rows (`FOR UPDATE SKIP LOCKED`), and the handler marks the row fired in same
transaction as its effect. A worker that dies lets its lease run out and another takes over; one
that was merely slow finds its lease lost and its transaction rolls back. Oldest due first, so
no batch limit can starve the oldest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import structlog

from services.common.clock import Clock, utc_now
from services.common.database import Connection, Database

_log = structlog.get_logger()

SCHEDULE = """
insert into timers (effect_key, kind, due_at, payload) values ($1, $2, $3, $4)
on conflict (effect_key) do nothing
"""
CANCEL = """
update timers set cancelled_at = now()
where effect_key = any ($1) and fired_at is null and cancelled_at is null
"""
LEASE = """
update timers set leased_until = $1::timestamptz + $3::interval, attempts = attempts + 1
where id in (
    select id from timers
    where fired_at is null and cancelled_at is null and due_at <= $1
      and (leased_until is null or leased_until < $1) and kind = any ($4)
    order by due_at
    limit $2
    for update skip locked)
returning id, effect_key, kind, due_at, payload::text, attempts
"""
FINISH = """
update timers set fired_at = now(), leased_until = null
where id = $1 and attempts = $2 and fired_at is null and cancelled_at is null returning 1
"""
EXTEND = """
update timers set leased_until = now() + $3::interval
where id = $1 and attempts = $2 and fired_at is null and cancelled_at is null returning 1
"""
POSTPONE = """
update timers set leased_until = now() + $3::interval, last_error = $4
where id = $1 and attempts = $2 and fired_at is null
"""


class LeaseLost(RuntimeError):
    """Another worker took this timer over, or it was cancelled; undo and do nothing."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A due timer this worker holds.

    Attributes:
        id: Row key.
        effect_key: Deterministic name of the effect.
        kind: Chooses the handler.
        due_at: When it should have fired.
        payload: What `schedule` was given.
        attempt: Counts leases; also the fencing token of this one.
    """

    id: UUID
    effect_key: str
    kind: str
    due_at: datetime
    payload: Mapping[str, Any]
    attempt: int


Handler = Callable[[Leased], Awaitable[None]]


async def schedule(
    connection: Connection, effect_key: str, kind: str, due_at: datetime, payload: Mapping[str, Any]
) -> None:
    """Set a timer in the open transaction; the same effect key twice sets it once."""
    await connection.execute(SCHEDULE, effect_key, kind, due_at, orjson.dumps(payload).decode())


async def cancel(connection: Connection, *effect_keys: str) -> None:
    """Withdraw timers that have not fired, in the open transaction."""
    await connection.execute(CANCEL, list(effect_keys))


async def finish(connection: Connection, leased: Leased) -> None:
    """Mark a timer fired in the transaction of its effect.

    Raises:
        LeaseLost: It is no longer ours; the transaction must roll back.
    """
    if not await connection.fetchval(FINISH, leased.id, leased.attempt):
        raise LeaseLost(leased.effect_key)


async def extend(connection: Connection, leased: Leased, lease_s: float = 60.0) -> None:
    """Heartbeat of long work.

    Raises:
        LeaseLost: It is no longer ours.
    """
    if not await connection.fetchval(EXTEND, leased.id, leased.attempt, timedelta(seconds=lease_s)):
        raise LeaseLost(leased.effect_key)


@dataclass(frozen=True, slots=True)
class TimerLoop:
    """Fires due timers of the kinds it has handlers for, until cancelled.

    Attributes:
        database: The service's own.
        handlers: By kind. A handler calls `finish` in its transaction.
        idle_s: Pause when nothing is due.
        batch: Leased at a time.
        lease_s: After this a silent worker's timers go to another.
        clock: Tells the time.
    """

    database: Database
    handlers: Mapping[str, Handler]
    _: KW_ONLY
    idle_s: float = 0.5
    batch: int = 100
    lease_s: float = 60.0
    clock: Clock = utc_now

    async def run(self) -> None:
        """Fire for ever. A failing database is logged and tried again."""
        while True:
            fired = 0
            try:
                fired = await self.fire_due()
            except (TimeoutError, OSError) as exc:
                _log.warning("timers.database_unavailable", error=type(exc).__name__)
            except Exception:  # noqa: BLE001 — a round that failed must not end the loop
                _log.exception("timers.round_failed")
            if not fired:
                await asyncio.sleep(self.idle_s)

    async def fire_due(self) -> int:
        """One round: lease what is due and hand it to its handlers; how many were leased."""
        async with self.database.read() as connection:
            lease, kinds = timedelta(seconds=self.lease_s), list(self.handlers)
            rows = await connection.fetch(LEASE, self.clock(), self.batch, lease, kinds)
        for row in sorted(rows, key=lambda r: r["due_at"]):
            await self._fire(_leased(row))
        return len(rows)

    async def _fire(self, leased: Leased) -> None:
        try:
            await self.handlers[leased.kind](leased)
        except LeaseLost:
            _log.info("timer.lease_lost", effect_key=leased.effect_key)
        except Exception as exc:  # noqa: BLE001 — whatever failed, the timer is tried again
            _log.exception("timer.failed", effect_key=leased.effect_key, attempt=leased.attempt)
            back_off = timedelta(seconds=min(2**leased.attempt, 3600))
            async with self.database.read() as connection:
                holding = (leased.id, leased.attempt)
                await connection.execute(POSTPONE, *holding, back_off, type(exc).__name__)


def _leased(row: Any) -> Leased:
    key, effect_key, kind, due_at, payload, attempts = row
    return Leased(key, effect_key, kind, due_at, orjson.loads(payload), attempts)
