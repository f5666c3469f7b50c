"""One feed of facts, gapless and in order even when transactions commit out of order.

An event is written in the transaction of the fact it tells. Its place is (transaction id,
sequence), and a reader sees only events older than every transaction still running, so nothing can
later appear before a cursor that was already handed out. (A bare sequence leaves such gaps: a
transaction that took number 7 can commit after number 8 was read.)
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.common.database import Connection
from services.common.errors import DomainError, Kind
from services.common.ids import new_id

PUBLISH = """
insert into events (id, type, subject, area, domain, occurred_at, data)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[],
                     $6::timestamptz[], $7::jsonb[])
"""
PAGE = """
select xact::text || '.' || seq as cursor,
       json_build_object('specversion', '1.0', 'id', id, 'source', $5::text, 'type', type,
           'subject', subject, 'time', occurred_at, 'datacontenttype', 'application/json',
           'area', area, 'domain', domain, 'data', data)::text as event
from events
where (xact, seq) > ($1::text::xid8, $2::bigint)
  and xact < pg_snapshot_xmin(pg_current_snapshot())
  and ($4::text[] is null or area ^@ any ($4))
  and ($6::text is null or data -> 'audience' ? $6)
order by xact, seq
limit $3
"""

_CURSOR = re.compile(r"([0-9]{1,19})\.([0-9]{1,18})")  # digits that fit xid8 and bigint
_LOOK_EVERY_S = 0.5


class FeedCursorNotValid(DomainError):
    """This cursor was not handed out by this feed; start without one, or with the last `next`."""

    kind = Kind.INVALID
    title = "The feed cursor is not valid"
    title_zh = "事件流标记无效"
    title_ko = "이벤트 표시가 올바르지 않습니다"


@dataclass(frozen=True, slots=True)
class Event:
    """A fact in the past tense, as a CloudEvent (v1.0).

    Attributes:
        type: Versioned name, `registry.resident.corrected.v1`.
        subject: Id of the thing it is about.
        area: Area code of the thing; readers see their own areas only.
        occurred_at: When it became true, aware UTC.
        data: What changed and nothing more; never a whole person.
        domain: Department domain, where one owns the fact.
        id: Unique; consumers drop what they have seen.
    """

    type: str
    subject: str
    area: str
    occurred_at: datetime
    data: Mapping[str, Any]
    domain: str | None = None
    id: UUID = field(default_factory=new_id)


async def publish(connection: Connection, *events: Event) -> None:
    """Write events in the open transaction, all in one statement."""
    names = ("id", "type", "subject", "area", "domain", "occurred_at")
    columns = [[getattr(event, name) for event in events] for name in names]
    await connection.execute(PUBLISH, *columns, [orjson.dumps(e.data).decode() for e in events])


async def page(
    connection: Connection,
    source: str,
    after: str | None,
    limit: int,
    areas: Sequence[str] | None,
    *,
    audience: str | None = None,
) -> tuple[bytes, int]:
    """Events after a cursor, as the JSON text of a page, and how many they are.

    Args:
        connection: For reading.
        source: CloudEvents `source`, `/registry`.
        after: The last page's `next`; None starts at the oldest event kept.
        limit: Events at most.
        areas: Area prefixes the reader may see; None for all.
        audience: Only events whose `data.audience` names this reader; None for all.

    Raises:
        FeedCursorNotValid: `after` is not a cursor of this feed.
    """
    xact, seq = _parse(after)
    prefixes = list(areas) if areas is not None else None
    rows = await connection.fetch(PAGE, xact, seq, limit, prefixes, source, audience)
    items = ",".join(row["event"] for row in rows)
    cursor = rows[-1]["cursor"] if rows else (after or "0.0")
    return f'{{"items":[{items}],"next":"{cursor}"}}'.encode(), len(rows)


async def awaited(look: Callable[[], Awaitable[tuple[bytes, int]]], wait_s: float) -> bytes:
    """A page of the feed, waiting a while for a first event where there is none yet.

    Args:
        look: Reads the page anew and says how many events it has; it holds no connection between.
        wait_s: Seconds to wait at most.
    """
    until = time.monotonic() + wait_s
    while True:
        body, count = await look()
        left = until - time.monotonic()
        if count or left <= 0:
            return body
        await asyncio.sleep(min(_LOOK_EVERY_S, left))


def _parse(after: str | None) -> tuple[str, int]:
    place = _CURSOR.fullmatch(after or "0.0")
    if place is None:
        raise FeedCursorNotValid
    return place[1], int(place[2])
