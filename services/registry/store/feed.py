"""The feed as one reader may see it, cut down inside the database so that pages stay full."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag

from services.common.database import Connection
from services.common.outbox import FeedCursorNotValid
from services.common.sealing import Sealer
from services.registry.domain.feed import (
    BEGINNING,
    FeedCursorTooOld,
    FeedReader,
    Place,
)

SOURCE: Final = "/registry"

_LOOKED_AT: Final = 50_000
"""Events one statement looks at: some tens of milliseconds, where a reader may see none of them."""
_CURSOR: Final = "feed-cursor"
_NONCE_BYTES: Final = 12

# `$1` areas, `$2` domains, `$3` fields, `$4` types told whatever fields they name.
_CONCERNS = """
e.area ^@ any ($1) and (
    e.data -> 'fields' ?| $3 or e.data ->> 'field' = any ($3) or e.type = any ($4))
"""
# A domain that follows from hidden fields would tell of them, and so would an import of others.
_CUT = """
cross join lateral (
    select jsonb_agg(f.code order by f.position) as codes,
        array_agg(distinct f.owner_domain) as owners
    from fields f
    where f.code = any ($3)
        and (e.data -> 'fields' ? f.code or e.data ->> 'field' = f.code)) named
"""
_EVENT = """
json_build_object('specversion', '1.0', 'id', e.id, 'source', $5::text, 'type', e.type,
    'subject', e.subject, 'time', e.occurred_at, 'datacontenttype', 'application/json',
    'area', e.area,
    'domain', case when named.codes is null then e.domain
        when cardinality(named.owners) = 1 then named.owners[1] end,
    'data', case when e.domain = any ($2) then e.data else e.data - 'import_id' end
        || case when e.data ? 'fields' and named.codes is not null
            then jsonb_build_object('fields', named.codes) else '{}' end)::text
"""
_COLUMNS = "xact, seq, id, type, subject, area, domain, occurred_at, data"
# The subquery is read only until the page is full, so its bound costs a full page nothing.
PAGE = f"""
with looked_at as not materialized (
    select {_COLUMNS} from events
    where (xact, seq) > ($6::text::xid8, $7::bigint)
        and xact < pg_snapshot_xmin(pg_current_snapshot())
    order by xact, seq limit {_LOOKED_AT}),
told as materialized (
    select {_COLUMNS} from looked_at e
    where {_CONCERNS} and ($9::text[] is null or e.type = any ($9))
    order by xact, seq limit $8),
reached as (
    select xact, seq from told
    where (select count(*) from told) = $8
    order by xact desc, seq desc limit 1)
select e.xact::text as xact, e.seq, e.id, e.type, {_EVENT} as event
from (select * from told order by xact, seq) e {_CUT}
union all
select r.xact::text, r.seq, null, null, null
from (
    select xact, seq from reached
    union all
    (select xact, seq from looked_at
     where not exists (select from reached) order by xact desc, seq desc limit 1)) r
union all
select f.xact::text, f.seq, null, 'floor', null from feed_floor f
"""
ONE_BY_ONE = f"""
select e.xact::text as xact, e.seq, {_EVENT} as event
from unnest($6::text[], $7::bigint[]) asked (xact, seq)
join events e on (e.xact, e.seq) = (asked.xact::xid8, asked.seq)
{_CUT}
where {_CONCERNS}
"""
NEWEST = """
select xact::text as xact, seq from events
where xact < pg_snapshot_xmin(pg_current_snapshot()) order by events.xact desc, seq desc limit 1
"""
# The last event before everything that happened from then on; nothing from then on: the newest.
BEFORE = """
with first as (
    select xact, seq from events where occurred_at >= $1 order by xact, seq limit 1)
select e.xact::text as xact, e.seq from events e
where (not exists (select from first) or (e.xact, e.seq) < (select xact, seq from first))
    and xact < pg_snapshot_xmin(pg_current_snapshot())
order by e.xact desc, e.seq desc limit 1
"""
FLOOR = "select xact::text as xact, seq from feed_floor"


@dataclass(frozen=True, slots=True)
class Told:
    """An event as its reader may see it.

    Attributes:
        place: Where it stands.
        id: The event's.
        type: The event's.
        event: CloudEvent, JSON text.
    """

    place: Place
    id: UUID
    type: str
    event: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some events and where the reader stands after them.

    Attributes:
        events: In order.
        reached: Everything up to here was looked at; what is not among the events was not for
            this reader.
    """

    events: tuple[Told, ...]
    reached: Place


class Cursors:
    """Places as readers see them: sealed, so that no difference of two tells what was hidden.

    The key follows from that of the blind indexes, which stays when data keys rotate: readers keep
    their cursors for months. While the index key rotates both are known, and each page brings a
    cursor under the new one; who comes with an older one afterwards begins anew.

    Args:
        sealer: Of the registry.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._ciphers = [sealer.cipher(_CURSOR, key) for key in sealer.index_keys]

    def shown(self, place: Place) -> str:
        """A cursor for a place; each time another."""
        nonce = os.urandom(_NONCE_BYTES)
        text = f"{place.xact}.{place.seq}".encode()
        return (nonce + self._ciphers[0].encrypt(nonce, text, None)).hex()

    def read(self, cursor: str | None) -> Place:
        """The place of a cursor; the beginning without one.

        Raises:
            FeedCursorNotValid: It is no cursor of this feed.
        """
        if not cursor:
            return BEGINNING
        for cipher in self._ciphers:
            with suppress(ValueError, InvalidTag):
                sealed = bytes.fromhex(cursor)
                text = cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
                xact, _, seq = text.decode().partition(".")
                return Place(int(xact), int(seq))
        raise FeedCursorNotValid


async def page(
    connection: Connection,
    reader: FeedReader,
    after: Place,
    limit: int,
    *,
    types: Sequence[str] | None = None,
    misses_nothing: bool = False,
) -> Page:
    """Events after a place, as a reader may see them.

    Args:
        connection: For reading.
        reader: Who reads.
        after: Where the reader stands; at the beginning it starts with the oldest event kept.
        limit: Events at most.
        types: Only these, where some are named.
        misses_nothing: Whether the beginning, too, can be too old.

    Raises:
        FeedCursorTooOld: Some of them are no longer kept.
    """
    rows = await connection.fetch(
        PAGE, *_rights(reader), str(after.xact), after.seq, limit, list(types) if types else None
    )
    told, reached = [], after
    for row in rows:
        place = Place(int(row["xact"]), row["seq"])
        if row["event"] is not None:
            told.append(Told(place, row["id"], row["type"], row["event"]))
        elif row["type"] is None:
            reached = place
        elif after < place and (misses_nothing or after > BEGINNING):
            raise FeedCursorTooOld
    return Page(tuple(told), reached)


async def bodies(
    connection: Connection, reader: FeedReader, places: Sequence[Place]
) -> dict[Place, str]:
    """The events at these places, as a reader may see them now; what it may not, is missing."""
    rows = await connection.fetch(
        ONE_BY_ONE,
        *_rights(reader),
        [str(place.xact) for place in places],
        [place.seq for place in places],
    )
    return {Place(int(row["xact"]), row["seq"]): row["event"] for row in rows}


async def newest(connection: Connection) -> Place:
    """The place of the newest event that can be read; the beginning where none is kept."""
    row = await connection.fetchrow(NEWEST)
    return Place(int(row["xact"]), row["seq"]) if row else BEGINNING


async def before(connection: Connection, instant: datetime) -> Place:
    """The place after which everything follows that happened from an instant on.

    Raises:
        FeedCursorTooOld: The oldest event kept is newer, and older ones were deleted.
    """
    row = await connection.fetchrow(BEFORE, instant)
    if row is not None:
        return Place(int(row["xact"]), row["seq"])
    if await floor(connection) > BEGINNING:
        raise FeedCursorTooOld
    return BEGINNING


async def floor(connection: Connection) -> Place:
    """The newest event that is no longer kept; the beginning when every one is."""
    row = await connection.fetchrow(FLOOR)
    return Place(int(row["xact"]), row["seq"]) if row else BEGINNING


def _rights(reader: FeedReader) -> tuple[list[str], list[str], list[str], list[str], str]:
    return (
        list(reader.areas),
        list(reader.domains),
        list(reader.fields),
        list(reader.types),
        SOURCE,
    )
