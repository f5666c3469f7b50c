"""Telling readers what happened, as soon as it did: page by page, or as a stream."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from services.registry.domain.feed import FeedReader, Place
from services.registry.store import feed
from services.registry.store.feed import Cursors, Page
from services.registry.store.store import Store

_LOOK_EVERY_S: Final = 0.5
_STREAMED_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """An event on a stream, or a sign of life where there was none for a while.

    Attributes:
        cursor: Where the reader stands now; None when only a sign of life.
        type: The event's; None where the stream only says how far it looked.
        event: CloudEvent, JSON text.
    """

    cursor: str | None = None
    type: str | None = None
    event: str | None = None


async def after(
    store: Store, reader: FeedReader, cursor: str | None, limit: int, wait_s: float
) -> bytes:
    """A page of events as JSON; where there are none, waits for some.

    Args:
        store: To read from.
        reader: Who reads.
        cursor: `next` of the page before.
        limit: Events at most.
        wait_s: Seconds to wait at most; no connection is held meanwhile.

    Raises:
        FeedCursorNotValid: The cursor is not of this feed.
        FeedCursorTooOld: Events after it are no longer kept.
    """
    cursors = Cursors(store.sealer)
    place = cursors.read(cursor)
    until = time.monotonic() + wait_s
    while True:
        page = await _look(store, reader, place, limit)
        # What was hidden is behind the reader now, and it goes on waiting for what is not.
        moved, place = page.reached != place, page.reached
        left = until - time.monotonic()
        if page.events or (left <= 0 and not moved):
            break
        if not moved:
            await asyncio.sleep(min(_LOOK_EVERY_S, left))
    items = ",".join(told.event for told in page.events)
    return f'{{"items":[{items}],"next":"{cursors.shown(place)}"}}'.encode()


async def stream(
    store: Store, reader: FeedReader, cursor: str | None, *, last_s: float, heartbeat_s: float
) -> AsyncIterator[Sent]:
    """Events as they happen, until the time is up; no connection is held between two looks.

    Args:
        store: To read from.
        reader: Who reads.
        cursor: Where to go on.
        last_s: Seconds after which the stream ends; its reader comes again.
        heartbeat_s: Seconds of silence after which there is a sign of life.

    Raises:
        FeedCursorNotValid: The cursor is not of this feed.
        FeedCursorTooOld: Events after it are no longer kept.
    """
    cursors = Cursors(store.sealer)
    place = cursors.read(cursor)
    until = time.monotonic() + last_s
    spoken = until - last_s - heartbeat_s  # the first sign of life comes at once
    while time.monotonic() < until:
        page = await _look(store, reader, place, _STREAMED_AT_ONCE)
        for told in page.events:
            yield Sent(cursors.shown(told.place), told.type, told.event)
            spoken = time.monotonic()
        moved, place = page.reached != place, page.reached
        if time.monotonic() - spoken >= heartbeat_s:
            yield Sent()
            spoken = time.monotonic()
        if not moved:
            await asyncio.sleep(min(_LOOK_EVERY_S, max(0.0, until - time.monotonic())))
    yield Sent(cursors.shown(place))


async def _look(store: Store, reader: FeedReader, place: Place, limit: int) -> Page:
    async with store.read() as connection:
        return await feed.page(connection, reader, place, limit)
