"""The feed of events, for peers, departments and boards."""

import asyncio
import time

from services.common import outbox
from services.tasks.domain.actors import Actor
from services.tasks.store.store import Store

_PAUSE_S = 0.5


async def page(
    store: Store, actor: Actor, *, after: str | None, limit: int, wait_s: float
) -> bytes:
    """Events after a cursor; waits a while for the first when there is none yet.

    Raises:
        FeedCursorNotValid: `after` is not a cursor of this feed.
    """
    until = time.monotonic() + wait_s
    scope = actor.scope
    while True:
        async with store.read() as connection:
            body, found = await outbox.page(
                connection, "/tasks", after, limit, scope.areas, audience=scope.organisation
            )
        if found or time.monotonic() >= until:
            return body
        # No connection is held while waiting.
        await asyncio.sleep(min(_PAUSE_S, max(0.0, until - time.monotonic())))
