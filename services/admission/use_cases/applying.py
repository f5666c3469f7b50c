"""A department asks: apply, amend, submit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.admission.clients.registry import Registry
from services.admission.domain.actors import Actor, sight
from services.admission.domain.applications import Application, check, check_title, resolve
from services.admission.domain.areas import COUNTY_LENGTH, county_of, enclosing
from services.admission.domain.items import Action, step
from services.admission.domain.records import Change, Item
from services.admission.store.store import Store
from services.admission.use_cases import facts
from services.common.clock import local_day
from services.common.errors import NotPermitted
from services.common.idempotency import Answer, Once
from services.common.ids import new_id


@dataclass(frozen=True, slots=True)
class Draft:
    """An application whose communities are still to be looked up.

    Attributes:
        application: Everything else.
        communities: Codes as the applicant listed them.
        scope: Or the area that holds them.
    """

    application: Application
    communities: Sequence[str]
    scope: str | None


async def apply(
    store: Store, registry: Registry, actor: Actor, draft: Draft, *, once: Once, now: datetime
) -> Answer:
    """Keep a new application as a draft.

    Raises:
        NotPermitted: For another domain.
        ValidationFailed: Each gap, with its JSON Pointer.
        PeerUnavailable: The registry did not answer.
    """
    application = await _complete(registry, actor, draft)
    item_id = new_id()
    async with store.transaction(once) as tx:
        await tx.changes.add(item_id, application, actor, now)
        return await facts.answer(tx, item_id, actor, now, status=201)


async def amend(  # noqa: PLR0913 — a use case's collaborators
    store: Store,
    registry: Registry,
    actor: Actor,
    item_id: UUID,
    draft: Draft,
    *,
    version: int,
    once: Once,
    now: datetime,
) -> Answer:
    """Replace the text of a draft or a returned application.

    Raises:
        TransitionNotAllowed: It is under review or decided.
        NotPermitted: It is another organisation's, or the domain is.
        ValidationFailed: Each gap; an application never moves to another county.
        VersionIsStale: It changed meanwhile.
    """
    application = await _complete(registry, actor, draft)
    async with store.transaction(once) as tx:
        item = await tx.changes.locked(item_id, sight(actor), version)
        _own(item, actor)
        step(item.state, Action.AMEND, actor.roles)
        if application.county != item.county:
            raise NotPermitted("申请不能改到另一个县（市），请另行申请。")
        await tx.changes.amend(item, application, actor, now)
        return await facts.answer(tx, item_id, actor, now)


async def submit(
    store: Store, actor: Actor, item_id: UUID, *, version: int, once: Once, now: datetime
) -> Answer:
    """Hand an application in for review.

    Raises:
        TransitionNotAllowed: It was handed in before.
        NotPermitted: It is another organisation's.
        ValidationFailed: Its title is on the negative list or a prohibited certificate.
        VersionIsStale: It changed meanwhile.
    """
    async with store.transaction(once) as tx:
        item = await tx.changes.locked(item_id, sight(actor), version)
        _own(item, actor)
        state = step(item.state, Action.SUBMIT, actor.roles)
        negatives, certificates = await tx.checks.lists(item.area, local_day(now))
        check_title(item.title, negatives, certificates)
        change = Change(action=Action.SUBMIT, state=state, actor=actor, at=now)
        after = await tx.changes.advance(item, change)
        await tx.publish(facts.moved(after, Action.SUBMIT, now))
        return await facts.answer(tx, item_id, actor, now)


async def _complete(registry: Registry, actor: Actor, draft: Draft) -> Application:
    within = draft.scope or enclosing(draft.communities)
    if len(within) < COUNTY_LENGTH:
        within = county_of(draft.communities[0])
    existing = await registry.communities(within, actor.token)
    communities = resolve(draft.communities, draft.scope, existing, actor)
    application = replace(draft.application, communities=communities)
    check(application, actor)
    return application


def _own(item: Item, actor: Actor) -> None:
    """Only the applicant changes an application; who may merely see it may not."""
    if item.organisation != actor.organisation:
        raise NotPermitted("只有申请单位可以修改或提交申请。")
