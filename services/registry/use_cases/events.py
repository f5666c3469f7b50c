"""Telling readers what happened, as soon as it did."""

from collections.abc import Sequence
from typing import Final

from services.common import outbox
from services.registry.store.store import Store

SOURCE: Final = "/registry"


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

    async def look() -> tuple[bytes, int]:
        async with store.read() as connection:
            return await outbox.page(connection, SOURCE, cursor, limit, areas)

    return await outbox.awaited(look, wait_s)
