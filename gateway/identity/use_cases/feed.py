"""Read the feed, waiting a while for something new."""

from collections.abc import Sequence

from gateway.identity.use_cases.issuer import Issuer
from services.common import outbox


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

    async def look() -> tuple[bytes, int]:
        async with issuer.store.read() as view:
            return await view.events(after, limit, areas)

    return await outbox.awaited(look, wait_s)
