"""Telling readers what happened, as soon as it did: page by page, or as a stream."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from services.registry.domain.feed import BEGINNING, FeedReader, Place
from services.registry.store import feed
from services.registry.store.feed import Cursors, Page
from services.registry.store.store import Store

_LOOK_EVERY_S: Final = 0.5
_LOOK_AGE_S: Final = 0.4
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


class Tide:
    """How far the feed has come: one look serves everybody who waits in this process.

    Args:
        store: To look into.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._newest = BEGINNING
        self._looked_at = -_LOOK_AGE_S
        self._lock = asyncio.Lock()

    async def has_passed(self, place: Place) -> bool:
        """Whether there may be something after a place."""
        async with self._lock:
            if time.monotonic() - self._looked_at >= _LOOK_AGE_S:
                async with self.store.read() as connection:
                    self._newest = await feed.newest(connection)
                self._looked_at = time.monotonic()
        return self._newest > place


async def after(
    tide: Tide, reader: FeedReader, cursor: str | None, limit: int, wait_s: float
) -> bytes:
    """A page of events as JSON; where there are none, waits for some.

    Args:
        tide: Of the feed.
        reader: Who reads.
        cursor: `next` of the page before.
        limit: Events at most.
        wait_s: Seconds to wait at most; no connection is held meanwhile.

    Raises:
        FeedCursorNotValid: The cursor is not of this feed.
        FeedCursorTooOld: Events after it are no longer kept.
    """
    cursors = Cursors(tide.store.sealer)
    place = cursors.read(cursor)
    until = time.monotonic() + wait_s
    while True:
        page = await _look(tide.store, reader, place, limit)
        # What was hidden is behind the reader now, and it goes on waiting for what is not.
        moved, place = page.reached != place, page.reached
        if page.events or not (moved or await _rising(tide, place, until)):
            break
    items = ",".join(told.event for told in page.events)
    return f'{{"items":[{items}],"next":"{cursors.shown(place)}"}}'.encode()


async def stream(
    tide: Tide, reader: FeedReader, cursor: str | None, *, last_s: float, heartbeat_s: float
) -> AsyncIterator[Sent]:
    """Events as they happen, until the time is up; no connection is held between two looks.

    Args:
        tide: Of the feed.
        reader: Who reads.
        cursor: Where to go on.
        last_s: Seconds after which the stream ends; its reader comes again.
        heartbeat_s: Seconds of silence after which there is a sign of life.

    Raises:
        FeedCursorNotValid: The cursor is not of this feed.
        FeedCursorTooOld: Events after it are no longer kept.
    """
    cursors = Cursors(tide.store.sealer)
    place = cursors.read(cursor)
    until = time.monotonic() + last_s
    spoken = until - last_s - heartbeat_s  # the first sign of life comes at once
    while time.monotonic() < until:
        page = await _look(tide.store, reader, place, _STREAMED_AT_ONCE)
        for told in page.events:
            yield Sent(cursors.shown(told.place), told.type, told.event)
            spoken = time.monotonic()
        moved, place = page.reached != place, page.reached
        while not moved and time.monotonic() < until:
            if time.monotonic() - spoken >= heartbeat_s:
                yield Sent()
                spoken = time.monotonic()
            moved = await _rising(tide, place, min(until, spoken + heartbeat_s))
    yield Sent(cursors.shown(place))


async def _rising(tide: Tide, place: Place, until: float) -> bool:
    """Whether there is something after a place, as soon as there is; False when time is up."""
    while not await tide.has_passed(place):
        left = until - time.monotonic()
        if left <= 0:
            return False
        await asyncio.sleep(min(_LOOK_EVERY_S, left))
    return True


async def _look(store: Store, reader: FeedReader, place: Place, limit: int) -> Page:
    async with store.read() as connection:
        return await feed.page(connection, reader, place, limit)
