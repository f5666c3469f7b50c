"""Read the feed, waiting a while for something new."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from gateway.identity.use_cases.issuer import Issuer

_LOOK_EVERY_S: Final = 0.5


async def page(
    issuer: Issuer, after: str | None, *, limit: int, areas: Sequence[str], wait_s: float
) -> bytes:
    """Events after a cursor as the JSON text of a page; empty when none came in time.

    Args:
        issuer: At hand.
        after: The last page's `next`.
        limit: Events at most.
        areas: Area prefixes the reader may see.
        wait_s: Seconds to wait for the first event.

    Raises:
        FeedCursorNotValid: `after` is not a cursor of this feed.
    """
    until = time.monotonic() + wait_s
    while True:
        async with issuer.store.read() as view:
            body, count = await view.events(after, limit, areas)
        if count or time.monotonic() >= until:
            return body
        await asyncio.sleep(_LOOK_EVERY_S)
