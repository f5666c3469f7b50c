"""Place a task on a community through the admission gate; the community may refuse it."""

from datetime import datetime
from uuid import UUID

from services.common import outbox
from services.common.errors import NotPermitted, VersionIsStale
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.tasks.clients.admission import Admission, Question
from services.tasks.domain import assignments as rules
from services.tasks.domain.actors import Actor
from services.tasks.domain.assignments import Assignment, NotAdmitted, RefusalReason
from services.tasks.store import assignments
from services.tasks.store.assignments import Order
from services.tasks.store.pages import Page
from services.tasks.store.store import Store
from services.tasks.use_cases import answers, facts


async def place(  # noqa: PLR0913 — who asks whom for what, and when
    store: Store,
    admission: Admission,
    once: Once,
    actor: Actor,
    *,
    token: str,
    order: Order,
    now: datetime,
) -> Answer:
    """Place a task if the gate lets it in; otherwise nothing is kept here.

    The gate itself records what it refused, so the department's attempt stays visible there.

    Raises:
        NotAdmitted: The gate said no; carries its reason.
        NotPermitted: The community lies outside the caller's areas.
        ValidationFailed: No community, or a time that has passed.
        PeerUnavailable: The gate did not answer; nothing was placed.
    """
    async with store.read() as connection:
        await once.recall(connection)
    rules.check_order(order.community, order.due_at, now)
    if not actor.scope.covers(order.community):
        raise NotPermitted("该社区不在您的辖区内。")
    verdict = await admission.check(
        _question(actor, order), token=token, once_key=f"{once.principal}\0{once.key}"
    )
    if not verdict.is_admitted:
        raise NotAdmitted(verdict.reason["title"] or None, reason=dict(verdict.reason))
    placed = Assignment(
        county=order.community[:6],
        id=new_id(),
        version=1,
        community=order.community,
        organisation=actor.organisation,
        domain=order.domain,
        state="open",
    )
    item = (verdict.item_id or order.item_id, verdict.item_title)
    async with store.transaction(once) as tx:
        await assignments.add(tx.connection, placed.id, order, actor, item=item, now=now)
        told = {"item_id": str(item[0]) if item[0] else None}
        await outbox.publish(tx.connection, facts.about_assignment(placed, "placed", now, told))
        record = await assignments.one(tx.connection, placed.id, actor.scope)
        return await tx.answer(answers.created(record, f"/v1/assignments/{placed.id}"))


async def view(store: Store, actor: Actor, assignment_id: UUID) -> Answer:
    """One assignment; raises `NothingHere`."""
    async with store.read() as connection:
        return answers.shown(
            await assignments.one(connection, assignment_id, actor.community_scope)
        )


async def listed(
    store: Store,
    actor: Actor,
    *,
    within: str | None,
    state: str | None,
    after: str | None,
    limit: int,
) -> Page:
    """Assignments the caller may see, newest first; raises `NothingHere`, `CursorNotValid`."""
    async with store.read() as connection:
        return await assignments.many(
            connection,
            actor.community_scope,
            within=within,
            state=state,
            after=after,
            limit=limit,
        )


async def refuse(  # noqa: PLR0913 — who refuses what, why and when
    store: Store,
    once: Once,
    actor: Actor,
    assignment_id: UUID,
    *,
    version: int,
    reason: RefusalReason,
    comment: str | None,
    now: datetime,
) -> Answer:
    """The community refuses, with a reason.

    Raises:
        NothingHere: There is no such assignment in the caller's community.
        VersionIsStale: It has changed since the caller read it.
        AssignmentNotOpen: It was answered before.
        ValidationFailed: The reason is `other` and nothing was said.
    """
    async with store.transaction(once) as tx:
        before = await assignments.locked(tx.connection, assignment_id, actor.scope)
        if before.version != version:
            raise VersionIsStale(version=before.version)
        after = rules.refuse(before, reason, comment)
        await assignments.answer(
            tx.connection, after, actor, reason_code=reason, comment=comment, now=now
        )
        told = {"reason_code": reason.value}
        await outbox.publish(tx.connection, facts.about_assignment(after, "refused", now, told))
        record = await assignments.one(tx.connection, assignment_id, actor.scope)
        return await tx.answer(answers.shown(record))


async def complete(  # noqa: PLR0913 — who completes what, and when
    store: Store,
    once: Once,
    actor: Actor,
    assignment_id: UUID,
    *,
    version: int,
    comment: str | None,
    now: datetime,
) -> Answer:
    """The community says it is done.

    Raises:
        NothingHere: There is no such assignment in the caller's community.
        VersionIsStale: It has changed since the caller read it.
        AssignmentNotOpen: It was answered before.
    """
    async with store.transaction(once) as tx:
        before = await assignments.locked(tx.connection, assignment_id, actor.scope)
        if before.version != version:
            raise VersionIsStale(version=before.version)
        after = rules.complete(before)
        await assignments.answer(
            tx.connection, after, actor, reason_code=None, comment=comment, now=now
        )
        await outbox.publish(tx.connection, facts.about_assignment(after, "done", now))
        record = await assignments.one(tx.connection, assignment_id, actor.scope)
        return await tx.answer(answers.shown(record))


def _question(actor: Actor, order: Order) -> Question:
    return Question(
        community=order.community,
        organisation=actor.organisation,
        domain=order.domain,
        title=order.title,
        item_id=order.item_id,
    )
