"""The feed of events, for peers, departments and boards."""

from services.common import outbox
from services.tasks.domain.actors import Actor
from services.tasks.store.store import Store


async def page(
    store: Store, actor: Actor, *, after: str | None, limit: int, wait_s: float
) -> bytes:
    """Events after a cursor; waits a while for the first when there is none yet.

    Raises:
        FeedCursorNotValid: `after` is not a cursor of this feed.
    """
    scope = actor.scope

    async def look() -> tuple[bytes, int]:
        async with store.read() as connection:
            return await outbox.page(
                connection, "/tasks", after, limit, scope.areas, audience=scope.organisation
            )

    return await outbox.awaited(look, wait_s)
