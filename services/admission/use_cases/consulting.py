"""Those who will carry an item, and finance, say what they think of it before it is decided."""

from datetime import datetime
from uuid import UUID

from services.admission.domain.actors import Actor, sight
from services.admission.domain.items import Action, Stance, step
from services.admission.store.store import Store
from services.admission.use_cases import facts
from services.common.idempotency import Answer, Once


async def opine(  # noqa: PLR0913 — a use case's collaborators
    store: Store,
    actor: Actor,
    item_id: UUID,
    *,
    stance: Stance,
    comment: str | None,
    version: int,
    once: Once,
    now: datetime,
) -> Answer:
    """Keep an organisation's opinion of the text it read; a later one replaces it.

    Raises:
        TransitionNotAllowed: The item is not under review, or is decided.
        VersionIsStale: The text changed meanwhile.
    """
    async with store.transaction(once) as tx:
        item = await tx.changes.locked(item_id, sight(actor), version)
        step(item.state, Action.OPINE, actor.roles)
        await tx.changes.opine(item, actor, stance, comment, now)
        return await facts.answer(tx, item_id, actor, now)
