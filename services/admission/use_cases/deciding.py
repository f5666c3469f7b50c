"""The county answers: review, decide, revoke."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from services.admission.domain import ledger, money
from services.admission.domain.actors import Actor, sight
from services.admission.domain.applications import check_term
from services.admission.domain.errors import BudgetNotSufficient
from services.admission.domain.items import SYSTEM, Action, step
from services.admission.domain.ledger import Phase
from services.admission.domain.records import CLOCKWORK, Change, Item
from services.admission.store.ledger import Account, AccountOverdrawn, Transfer
from services.admission.store.store import Store, Tx
from services.admission.use_cases import facts
from services.common.clock import LOCAL, local_day
from services.common.errors import NotPermitted
from services.common.idempotency import Answer, Once

MONEY_DUE = "admission.money-due"
TERM_OVER = "admission.term-over"


@dataclass(frozen=True, slots=True)
class Approval:
    """What the joint meeting grants.

    Attributes:
        approval_no: 批准文号.
        valid_to: Last day of the term.
    """

    approval_no: str
    valid_to: date


async def review(  # noqa: PLR0913 — a use case's collaborators
    store: Store,
    actor: Actor,
    item_id: UUID,
    *,
    accepted: bool,
    comment: str | None,
    version: int,
    once: Once,
    now: datetime,
) -> Answer:
    """Accept an application for decision, or return it for correction.

    Raises:
        TransitionNotAllowed: It is not under review.
        NotPermitted: Not the secretariat's county.
        VersionIsStale: It changed meanwhile.
    """
    action = Action.ACCEPT if accepted else Action.RETURN
    async with store.transaction(once) as tx:
        item = await in_county(tx, actor, item_id, version)
        state = step(item.state, action, actor.roles)
        change = Change(action=action, state=state, actor=actor, at=now, comment=comment)
        after = await tx.changes.advance(item, change)
        await tx.publish(facts.moved(after, action, now))
        return await facts.answer(tx, item_id, actor, now)


async def reject(  # noqa: PLR0913 — a use case's collaborators
    store: Store,
    actor: Actor,
    item_id: UUID,
    *,
    comment: str,
    version: int,
    once: Once,
    now: datetime,
) -> Answer:
    """Refuse an application for good.

    Raises:
        TransitionNotAllowed: It was not reviewed, or is decided.
        VersionIsStale: It changed meanwhile.
    """
    async with store.transaction(once) as tx:
        item = await in_county(tx, actor, item_id, version)
        state = step(item.state, Action.REJECT, actor.roles)
        change = Change(action=Action.REJECT, state=state, actor=actor, at=now, comment=comment)
        after = await tx.changes.advance(item, change)
        await tx.publish(facts.moved(after, Action.REJECT, now))
        return await facts.answer(tx, item_id, actor, now)


async def approve(  # noqa: PLR0913 — a use case's collaborators
    store: Store,
    actor: Actor,
    item_id: UUID,
    approval: Approval,
    *,
    comment: str | None,
    version: int,
    once: Once,
    now: datetime,
) -> Answer:
    """Admit an item: reserve its money, set its clocks; without money it starts at once.

    Raises:
        TransitionNotAllowed: It was not reviewed, or is decided.
        BudgetNotSufficient: The department's budget of this year does not hold the money.
        ValidationFailed: The term is too long, too short or past the item's end.
        VersionIsStale: It changed meanwhile.
    """
    today = local_day(now)
    async with store.transaction(once) as tx:
        item = await in_county(tx, actor, item_id, version)
        state = step(item.state, Action.APPROVE, actor.roles)
        check_term(approval.valid_to, starts_on=item.starts_on, ends_on=item.ends_on, on=today)
        item = await tx.changes.reschedule(item, money.not_before(item.schedule, today))
        hold = await _reserve(tx, item, actor, now) if item.amount_fen else None
        after = await tx.changes.advance(
            item,
            Change(
                action=Action.APPROVE,
                state=state,
                actor=actor,
                at=now,
                comment=comment,
                approval_no=approval.approval_no,
                decided_on=today,
                valid_to=approval.valid_to,
                hold_transfer=hold,
            ),
        )
        await tx.publish(facts.moved(after, Action.APPROVE, now))
        if not item.amount_fen:
            await activate(tx, after, now)
        await _set_clocks(tx, after)
        return await facts.answer(tx, item_id, actor, now)


async def revoke(  # noqa: PLR0913 — a use case's collaborators
    store: Store,
    actor: Actor,
    item_id: UUID,
    *,
    comment: str,
    version: int,
    once: Once,
    now: datetime,
) -> Answer:
    """End an item before its term; what fell due stays owed, the rest returns to the budget.

    Raises:
        TransitionNotAllowed: It is not in force.
        VersionIsStale: It changed meanwhile.
    """
    async with store.transaction(once) as tx:
        item = await in_county(tx, actor, item_id, version)
        state = step(item.standing(local_day(now)), Action.REVOKE, actor.roles)
        change = Change(action=Action.REVOKE, state=state, actor=actor, at=now, comment=comment)
        after = await tx.changes.advance(item, change)
        after = await release(tx, after, Phase.VOIDED, actor, now)
        await tx.publish(facts.moved(after, Action.REVOKE, now))
        return await facts.answer(tx, item_id, actor, now)


async def activate(tx: Tx, item: Item, now: datetime) -> Item:
    """Let the work begin, or go on."""
    state = step(item.state, Action.ACTIVATE, frozenset({SYSTEM}))
    change = Change(action=Action.ACTIVATE, state=state, actor=CLOCKWORK, at=now)
    after = await tx.changes.advance(item, change)
    await tx.publish(facts.moved(after, Action.ACTIVATE, now))
    return after


async def suspend(tx: Tx, item: Item, now: datetime) -> Item:
    """Turn an item amber: its money is overdue and the community may refuse it."""
    state = step(item.state, Action.SUSPEND, frozenset({SYSTEM}))
    change = Change(action=Action.SUSPEND, state=state, actor=CLOCKWORK, at=now)
    after = await tx.changes.advance(item, change)
    await tx.publish(facts.moved(after, Action.SUSPEND, now))
    return after


async def release(tx: Tx, item: Item, phase: Phase, actor: Actor, now: datetime) -> Item:
    """Give back to the budget what an ended item will not need; its debts stay held."""
    if item.hold_transfer is None:
        return item
    today = local_day(now)
    held = await tx.books.balance(item.county, ledger.hold(item.id))
    free = money.releasable(item.schedule, item.paid_fen, held, today)
    if free:
        source, *_ = await tx.books.lines(item.county, item.hold_transfer)
        await tx.books.book(
            Transfer(
                county=item.county,
                phase=phase,
                postings=ledger.move(ledger.hold(item.id), {source.account: free}),
                booked_on=today,
                memo=f"释放未到期预留经费：{item.title}",
                by=actor.subject,
                at=now,
                item_id=item.id,
                pending_id=item.hold_transfer,
            )
        )
    return await tx.changes.reschedule(item, money.owed(item.schedule, today))


async def _reserve(tx: Tx, item: Item, actor: Actor, now: datetime) -> UUID:
    today = local_day(now)
    source = ledger.budget(item.county, item.organisation, today.year)
    if not await tx.books.exists(item.county, source):
        raise BudgetNotSufficient(account=source, amount_fen=item.amount_fen)
    hold = ledger.hold(item.id)
    await tx.books.open(
        item.county, [Account(hold, "hold", f"事项预留：{item.title}", item_id=item.id)]
    )
    try:
        return await tx.books.book(
            Transfer(
                county=item.county,
                phase=Phase.PENDING,
                postings=ledger.move(source, {hold: item.amount_fen}),
                booked_on=today,
                memo=f"批准预留：{item.title}",
                by=actor.subject,
                at=now,
                item_id=item.id,
            )
        )
    except AccountOverdrawn as exc:
        raise BudgetNotSufficient(account=source, amount_fen=item.amount_fen) from exc


async def _set_clocks(tx: Tx, item: Item) -> None:
    payload = {"county": item.county, "item_id": str(item.id)}
    for place, part in enumerate(item.schedule, start=1):
        key = f"money:{item.id}:{place}"
        await tx.set_timer(key, MONEY_DUE, day_after(part.due_on), payload)
    if item.valid_to is not None:
        await tx.set_timer(f"term:{item.id}", TERM_OVER, day_after(item.valid_to), payload)


def day_after(day: date) -> datetime:
    """The first instant after a local day."""
    return datetime.combine(day + timedelta(days=1), time(), LOCAL)


async def in_county(tx: Tx, actor: Actor, item_id: UUID, version: int) -> Item:
    """An item whose county is the caller's; seeing a part of it is not deciding on it."""
    item = await tx.changes.locked(item_id, sight(actor), version)
    if not item.county.startswith(actor.areas):
        raise NotPermitted
    return item
