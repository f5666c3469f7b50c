"""Looking at deliveries, and having one made again."""

from typing import Any, Final
from uuid import UUID

import orjson

from services.common import paging
from services.common.idempotency import Answer, Once
from services.registry.domain.webhooks.errors import DeliveryNotFound
from services.registry.store.webhooks import deliveries, turns
from services.registry.use_cases.webhooks.subscriptions import Owner, Webhooks, held

_NEWEST: Final = UUID(int=(1 << 128) - 1)


async def page(
    env: Webhooks,
    owner: Owner,
    webhook_id: UUID,
    state: str | None,
    *,
    after: str | None,
    limit: int,
) -> tuple[bytes, str | None]:
    """Deliveries as JSON, newest first, and the next cursor.

    Raises:
        WebhookNotFound: The organisation has no such webhook.
    """
    bound = ("deliveries", str(webhook_id), state)
    before = UUID(str(paging.decode(after, bound)[0])) if after else _NEWEST
    async with env.store.transaction() as tx:
        webhook = await held(tx, owner, webhook_id)
        rows = await deliveries.page(tx.connection, webhook.id, before, state, limit + 1)
    following = paging.encode([str(rows[limit - 1]["id"])], bound) if len(rows) > limit else None
    return orjson.dumps(rows[:limit], default=str), following


async def replay(
    env: Webhooks, owner: Owner, webhook_id: UUID, delivery_id: UUID, once: Once
) -> Answer:
    """Attempt a delivery again as if it were new; its message id stays the same.

    Raises:
        WebhookNotFound: The organisation has no such webhook.
        DeliveryNotFound: The webhook has no such delivery.
    """
    now = env.clock()
    async with env.store.transaction(once) as tx:
        webhook = await held(tx, owner, webhook_id)
        row: Any = await deliveries.replay(tx.connection, webhook.id, delivery_id, now)
        if row is None:
            raise DeliveryNotFound
        if webhook.active:
            await turns.nudge(tx.connection, webhook.id, now)
        headers = (("Cache-Control", "no-store"),)
        return await tx.answer(Answer(orjson.dumps(row, default=str), 202, headers))
