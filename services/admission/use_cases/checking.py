"""Tasks asks: may this department ask this of this community?"""

from datetime import datetime
from typing import Any

import orjson

from services.admission.domain.actors import Actor
from services.admission.domain.checks import Ask, Decision, Known, decide
from services.admission.store.store import Store
from services.admission.use_cases import facts
from services.common.clock import local_day
from services.common.errors import NothingHere, NotPermitted


async def check(store: Store, actor: Actor, ask: Ask, *, now: datetime) -> bytes:
    """Decide, keep each refusal, and answer as JSON text.

    A retry needs no key: the same task refused again on a day is the same refusal.

    Raises:
        NothingHere: The community is outside the caller's areas.
        NotPermitted: A department asks in another one's name.
    """
    if not actor.covers(ask.community):
        raise NothingHere
    if actor.is_department and ask.organisation != actor.organisation:
        raise NotPermitted("部门只能以本单位名义校验。")
    today = local_day(now)
    async with store.read() as reads:
        items, negatives, certificates = await reads.checks.context(ask, today)
    decision = decide(ask, items, negatives=negatives, certificates=certificates, on=today)
    if decision.reason is None:
        return orjson.dumps(_wire(decision))
    async with store.transaction() as tx:
        refusal, is_new = await tx.refusals.record(ask, decision.reason, actor, on=today, at=now)
        if is_new:
            await tx.publish(facts.refused(refusal, ask, decision.reason, now))
    return orjson.dumps({**_wire(decision), "refusal_id": str(refusal)})


def _wire(decision: Decision) -> dict[str, Any]:
    reason = decision.reason
    body: dict[str, Any] = {"admitted": decision.admitted}
    if reason is not None:
        body["reason"] = {"code": reason.code, "title": reason.title, "how_to": reason.how_to}
    if decision.item is not None:
        body["item"] = _item(decision.item)
    return body


def _item(item: Known) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "title": item.title,
        "class": item.item_class,
        "domain": item.domain,
        "starts_on": item.starts_on,
        "valid_to": item.valid_to,
    }
