"""Telling readers what happened, as soon as it did."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from services.common import outbox
from services.registry.store.store import Store

SOURCE: Final = "/registry"
_PAUSE_S: Final = 0.5


async def after(
    store: Store, areas: Sequence[str], cursor: str | None, limit: int, wait_s: float
) -> bytes:
    """A page of events as JSON; where there are none, waits for some.

    Args:
        store: To read from.
        areas: Prefixes the reader may see.
        cursor: `next` of the page before.
        limit: Events at most.
        wait_s: Seconds to wait at most; no connection is held meanwhile.

    Raises:
        FeedCursorNotValid: The cursor is not of this feed.
    """
    deadline = time.monotonic() + wait_s
    while True:
        async with store.read() as connection:
            page, found = await outbox.page(connection, SOURCE, cursor, limit, areas)
        left = deadline - time.monotonic()
        if found or left <= 0:
            return page
        await asyncio.sleep(min(_PAUSE_S, left))
