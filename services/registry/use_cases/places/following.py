"""Telling whoever keeps area codes of its own what became of them."""

from typing import Final

import orjson

from services.registry.domain.feed import FeedReader
from services.registry.store import feed
from services.registry.store.feed import Cursors
from services.registry.store.places import changes
from services.registry.store.store import Store
from services.registry.use_cases.places.changes import CHANGED

_ANYBODY: Final = FeedReader(areas=("",), domains=(), fields=())


async def after(store: Store, cursor: str | None, limit: int) -> bytes:
    """Changes that came into effect after a cursor, with their pairs of codes, as JSON.

    Raises:
        FeedCursorNotValid: The cursor is not of this feed.
        FeedCursorTooOld: Events after it are no longer kept.
    """
    cursors = Cursors(store.sealer)
    async with store.read() as connection:
        place = cursors.read(cursor)
        page = await feed.page(connection, _ANYBODY, place, limit, types=[CHANGED])
        events = [orjson.loads(told.event) for told in page.events]
        named = [event["data"]["change"] for event in events]
        pairs = await changes.followed(connection, named) if named else {}
    for event in events:
        event["data"]["lineage"] = orjson.loads(pairs.get(event["data"]["change"], "[]"))
    return orjson.dumps({"items": events, "next": cursors.shown(page.reached)})
