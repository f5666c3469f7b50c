"""Deliveries as rows: one for each event and subscription, without the event's body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.common.database import Connection
from services.registry.domain.feed import Place
from services.registry.store.feed import Told

_SWEPT: Final = 10_000
_SELECTED: Final = """
id, event_id, event_type, state, attempts, replays, created_at, attempted_at,
case when state = 'pending' then due_at end as next_attempt_at, finished_at, outcome
"""

# An event that was delivered before is here again because its owner asked for it.
ADD = """
insert into webhook_deliveries (webhook_id, xact, seq, event_id, event_type, due_at)
select $1, told.xact::xid8, told.seq, told.event_id, told.event_type, $2
from unnest($3::text[], $4::bigint[], $5::uuid[], $6::text[])
    told (xact, seq, event_id, event_type)
on conflict (webhook_id, xact, seq) do update
    set state = 'pending', attempts = 0, replays = webhook_deliveries.replays + 1,
        due_at = excluded.due_at, pending_since = now(), finished_at = null, outcome = null
    where webhook_deliveries.state <> 'pending'
"""
WAITING = """
select count(*) from (
    select from webhook_deliveries where webhook_id = $1 and state = 'pending' limit $2) w
"""
DUE = """
select id, xact::text as xact, seq, event_id, attempts, pending_since from webhook_deliveries
where webhook_id = $1 and state = 'pending' and due_at <= $2
order by webhook_deliveries.xact, seq limit $3
"""
NEXT_DUE = """
select min(due_at) from webhook_deliveries where webhook_id = $1 and state = 'pending'
"""
SETTLE = """
update webhook_deliveries d
set state = r.state, attempts = attempts + 1, due_at = coalesce(r.due_at, d.due_at),
    attempted_at = $2::timestamptz,
    finished_at = case when r.state <> 'pending' then $2::timestamptz end,
    outcome = r.outcome
from unnest($3::uuid[], $4::text[], $5::timestamptz[], $6::text[]) r (id, state, due_at, outcome)
where d.webhook_id = $1 and d.id = r.id and d.state = 'pending'
"""
WITHHOLD = """
update webhook_deliveries set state = 'withheld', finished_at = $2,
    outcome = 'no longer kept, or no longer yours to see'
where webhook_id = $1 and id = any ($3) and state = 'pending'
"""
BURY = """
update webhook_deliveries
set state = 'dead', finished_at = $2, outcome = coalesce(outcome, $4::text)
where webhook_id = $1 and state = 'pending'
    and ($3::timestamptz is null or pending_since <= $3)
"""
REPLAY = f"""
update webhook_deliveries set state = 'pending', attempts = 0, due_at = $3, finished_at = null,
    outcome = null, pending_since = now(),
    replays = replays + case when state = 'pending' then 0 else 1 end
where webhook_id = $1 and id = $2 returning {_SELECTED}
"""
PAGE = f"""
select {_SELECTED} from webhook_deliveries
where webhook_id = $1 and id < $2 and ($3::text is null or state = $3) order by id desc limit $4
"""
SWEEP = f"""
delete from webhook_deliveries where ctid = any (array(
    select ctid from webhook_deliveries
    where finished_at < now() - case when state = 'dead' then interval '90 days'
        else interval '30 days' end and finished_at < now() - interval '30 days'
    order by finished_at limit {_SWEPT}))
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery to attempt.

    Attributes:
        id: Key inside its subscription.
        place: Of its event.
        event_id: Of its event; the message's id at every attempt.
        attempts: Made so far.
        pending_since: Since when it waits.
    """

    id: UUID
    place: Place
    event_id: UUID
    attempts: int
    pending_since: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What an attempt makes of a delivery.

    Attributes:
        id: Of the delivery.
        state: pending, delivered or dead.
        due_at: Of the next attempt, where there is one.
        outcome: In a few words.
    """

    id: UUID
    state: str
    due_at: datetime | None
    outcome: str


async def add(
    connection: Connection, webhook_id: UUID, told: Sequence[Told], due_at: datetime
) -> None:
    """Events that a subscription shall get."""
    await connection.execute(
        ADD,
        webhook_id,
        due_at,
        [str(t.place.xact) for t in told],
        [t.place.seq for t in told],
        [t.id for t in told],
        [t.type for t in told],
    )


async def waiting(connection: Connection, webhook_id: UUID, most: int) -> int:
    """How many wait, counted up to `most`."""
    found: int = await connection.fetchval(WAITING, webhook_id, most)
    return found


async def due(connection: Connection, webhook_id: UUID, now: datetime, limit: int) -> list[Due]:
    """Deliveries to attempt now, in the order of the feed."""
    rows = await connection.fetch(DUE, webhook_id, now, limit)
    return [
        Due(
            row["id"],
            Place(int(row["xact"]), row["seq"]),
            row["event_id"],
            row["attempts"],
            row["pending_since"],
        )
        for row in rows
    ]


async def next_due(connection: Connection, webhook_id: UUID) -> datetime | None:
    """When the next attempt is due; None when nothing waits."""
    found: datetime | None = await connection.fetchval(NEXT_DUE, webhook_id)
    return found


async def settle(
    connection: Connection, webhook_id: UUID, now: datetime, settled: Sequence[Settled]
) -> None:
    """Record what attempts came to."""
    await connection.execute(
        SETTLE,
        webhook_id,
        now,
        [s.id for s in settled],
        [s.state for s in settled],
        [s.due_at for s in settled],
        [s.outcome for s in settled],
    )


async def withhold(
    connection: Connection, webhook_id: UUID, now: datetime, ids: Sequence[UUID]
) -> None:
    """Give up deliveries whose event its owner may not see any more."""
    await connection.execute(WITHHOLD, webhook_id, now, list(ids))


async def bury(
    connection: Connection,
    webhook_id: UUID,
    now: datetime,
    *,
    before: datetime | None,
    outcome: str,
) -> int:
    """Make dead letters of what has waited since before then, or of all; how many it made."""
    status = await connection.execute(BURY, webhook_id, now, before, outcome)
    return int(status.rpartition(" ")[2])


async def replay(
    connection: Connection, webhook_id: UUID, delivery_id: UUID, now: datetime
) -> Mapping[str, Any] | None:
    """Let a delivery be attempted again, from the first attempt on."""
    row = await connection.fetchrow(REPLAY, webhook_id, delivery_id, now)
    return dict(row) if row else None


async def page(
    connection: Connection, webhook_id: UUID, before: UUID, state: str | None, limit: int
) -> list[dict[str, Any]]:
    """Deliveries, newest first."""
    rows = await connection.fetch(PAGE, webhook_id, before, state, limit)
    return [dict(row) for row in rows]


async def sweep(connection: Connection) -> bool:
    """Forget deliveries that were over a month ago, dead letters after three; whether more are."""
    status = await connection.execute(SWEEP)
    return status == f"DELETE {_SWEPT}"
