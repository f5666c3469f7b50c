"""What admission tells the world: events without titles or texts, and answers with ETags.

An event says which item and what became of it. What it is about is read from the item, under the
reader's own rights.
"""

from datetime import datetime
from uuid import UUID

from services.admission.domain.actors import Actor, sight
from services.admission.domain.checks import Ask, Reason
from services.admission.domain.items import Action
from services.admission.domain.records import Item
from services.admission.store.store import Tx
from services.common.clock import local_day
from services.common.idempotency import Answer
from services.common.outbox import Event

_EVENTS = {
    Action.SUBMIT: "admission.item.submitted.v1",
    Action.ACCEPT: "admission.item.reviewed.v1",
    Action.RETURN: "admission.item.returned.v1",
    Action.APPROVE: "admission.item.approved.v1",
    Action.REJECT: "admission.item.rejected.v1",
    Action.ACTIVATE: "admission.item.activated.v1",
    Action.SUSPEND: "admission.item.suspended.v1",
    Action.EXPIRE: "admission.item.expired.v1",
    Action.REVOKE: "admission.item.revoked.v1",
}
TASK_REFUSED = "admission.task.refused.v1"
EMITS = frozenset({*_EVENTS.values(), TASK_REFUSED})


def moved(item: Item, action: Action, at: datetime) -> Event:
    """The event of a step, told of the item after it.

    Of the departments its `audience` reads it; those who oversee an area read every event of it.
    """
    data = {
        "audience": [item.organisation],
        "item_id": str(item.id),
        "county": item.county,
        "organisation": item.organisation,
        "class": item.item_class,
        "state": item.state,
        "version": item.version,
        "communities": len(item.communities),
        "arrears_fen": item.arrears_fen(local_day(at)),
        "valid_to": item.valid_to,
    }
    return Event(_EVENTS[action], str(item.id), item.area, at, data, item.domain)


def refused(refusal: UUID, ask: Ask, reason: Reason, at: datetime) -> Event:
    """The event of a task that may not reach a community."""
    data = {
        "audience": [ask.organisation],
        "refusal_id": str(refusal),
        "community": ask.community,
        "organisation": ask.organisation,
        "item_id": str(ask.item_id) if ask.item_id else None,
        "reason": reason.code,
    }
    return Event(TASK_REFUSED, str(refusal), ask.community, at, data, ask.domain)


async def answer(tx: Tx, item_id: UUID, actor: Actor, now: datetime, status: int = 200) -> Answer:
    """The item as the caller sees it after the change, remembered for a retry."""
    version, view = await tx.items.view(item_id, sight(actor), local_day(now))
    headers = [("ETag", f'"{version}"')]
    if status == 201:  # noqa: PLR2004 — Created has a Location
        headers.append(("Location", f"/admission/v1/items/{item_id}"))
    return await tx.answer(Answer(view, status, tuple(headers)))
