"""Finance pays: budgets are filled, instalments paid out, mistakes undone by contra entry."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import orjson

from services.admission.domain import ledger, money
from services.admission.domain.actors import Actor
from services.admission.domain.errors import PaymentExceedsApproved, TransitionNotAllowed
from services.admission.domain.items import IN_FORCE, Action, State, step
from services.admission.domain.ledger import Phase
from services.admission.domain.records import Change, Item
from services.admission.store.ledger import Account, AccountOverdrawn, Transfer
from services.admission.store.store import Store, Tx
from services.admission.use_cases import deciding, facts
from services.common.clock import local_day
from services.common.errors import Fault, NothingHere, ValidationFailed
from services.common.idempotency import Answer, Once


@dataclass(frozen=True, slots=True)
class Payment:
    """Money on its way to the communities.

    Attributes:
        amount_fen: More than 0.
        paid_on: Local day it left.
        reference: Voucher number; an item takes each once.
    """

    amount_fen: int
    paid_on: date
    reference: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """Money the treasury gives a department for a year.

    Attributes:
        county: Where.
        organisation: To which department.
        year: Budget year.
        amount_fen: More than 0.
        reference: Document number.
    """

    county: str
    organisation: str
    year: int
    amount_fen: int
    reference: str


async def pay(  # noqa: PLR0913 — a use case's collaborators
    store: Store,
    actor: Actor,
    item_id: UUID,
    payment: Payment,
    *,
    version: int,
    once: Once,
    now: datetime,
) -> Answer:
    """Pay communities in equal shares; the first instalment lets the work begin.

    Raises:
        PaymentExceedsApproved: More than was promised and is not yet paid.
        PaymentAlreadyRecorded: The voucher was recorded before.
        TransitionNotAllowed: The item is not approved.
        ValidationFailed: The day of payment lies ahead, or before the approval.
        VersionIsStale: It changed meanwhile.
    """
    async with store.transaction(once) as tx:
        item = await deciding.in_county(tx, actor, item_id, version)
        step(item.state, Action.PAY, actor.roles)
        _check_day(item, payment.paid_on, local_day(now))
        await _post(tx, item, payment, actor, now)
        change = Change(
            action=Action.PAY,
            state=item.state,
            actor=actor,
            at=now,
            comment=payment.reference,
            paid_fen=payment.amount_fen,
        )
        after = await tx.changes.advance(item, change)
        await _settle(tx, after, now)
        return await facts.answer(tx, item_id, actor, now)


async def reverse(  # noqa: PLR0913 — a use case's collaborators
    store: Store,
    actor: Actor,
    item_id: UUID,
    payment_id: UUID,
    *,
    comment: str,
    version: int,
    once: Once,
    now: datetime,
) -> Answer:
    """Undo a payment by a contra entry; nothing on record is changed.

    Raises:
        NothingHere: No such item or payment.
        PaymentAlreadyReversed: It was undone before.
        TransitionNotAllowed: A community's account does not hold its share any more.
        VersionIsStale: It changed meanwhile.
    """
    async with store.transaction(once) as tx:
        item = await deciding.in_county(tx, actor, item_id, version)
        step(item.state, Action.REVERSE, actor.roles)
        paid = await tx.books.payment(item, payment_id)
        lines = await tx.books.lines(item.county, paid.transfer_id)
        transfer = Transfer(
            county=item.county,
            phase=Phase.POSTED,
            postings=ledger.contra(lines),
            booked_on=local_day(now),
            memo=f"冲销：{comment}",
            by=actor.subject,
            at=now,
            item_id=item.id,
            pending_id=item.hold_transfer,
            contra_of=paid.transfer_id,
            reference=paid.reference,
        )
        try:
            contra = await tx.books.book(transfer)
        except AccountOverdrawn as exc:
            raise TransitionNotAllowed("社区账户余额不足，不能冲销。", state=item.state) from exc
        await tx.books.mark_reversed(item, payment_id, contra)
        change = Change(
            action=Action.REVERSE,
            state=item.state,
            actor=actor,
            at=now,
            comment=comment,
            paid_fen=-paid.amount_fen,
        )
        after = await tx.changes.advance(item, change)
        await _settle(tx, after, now)
        return await facts.answer(tx, item_id, actor, now)


async def allocate(
    store: Store, actor: Actor, allocation: Allocation, *, once: Once, now: datetime
) -> Answer:
    """Fill a department's budget for a year from the county treasury.

    Raises:
        NothingHere: The county is not the caller's.
    """
    county = allocation.county
    if not county.startswith(actor.areas):
        raise NothingHere
    source = ledger.treasury(county)
    target = ledger.budget(county, allocation.organisation, allocation.year)
    name = f"{allocation.organisation} {allocation.year} 年度预算"
    accounts = (
        Account(source, "treasury", "县（市）财政"),
        Account(target, "budget", name, allocation.organisation, allocation.year),
    )
    async with store.transaction(once) as tx:
        await tx.books.open(county, accounts)
        transfer = Transfer(
            county=county,
            phase=Phase.POSTED,
            postings=ledger.move(source, {target: allocation.amount_fen}),
            booked_on=local_day(now),
            memo="年度预算下达",
            by=actor.subject,
            at=now,
            reference=allocation.reference,
        )
        transfer_id = await tx.books.book(transfer)
        balance = await tx.books.balance(county, target)
        body = {"transfer_id": str(transfer_id), "account": target, "balance_fen": balance}
        return await tx.answer(Answer(orjson.dumps(body), 201))


def _check_day(item: Item, paid_on: date, today: date) -> None:
    """Neither ahead nor before the approval: an arrival rate must not be painted by a date."""
    if paid_on > today:
        raise ValidationFailed(Fault("/paid_on", "in-future", "拨付日期不得晚于今天。"))
    if item.decided_on is not None and paid_on < item.decided_on:
        text = "拨付日期不得早于批准日期。"
        raise ValidationFailed(Fault("/paid_on", "before-approval", text))


async def _post(tx: Tx, item: Item, payment: Payment, actor: Actor, now: datetime) -> None:
    if item.hold_transfer is None:
        raise TransitionNotAllowed("This item promises no money.", state=item.state)
    codes = item.communities
    shares = money.next_shares(item.paid_fen, payment.amount_fen, len(codes))
    targets = [ledger.community(code) for code in codes]
    await tx.books.open(
        item.county,
        [
            Account(target, "community", f"社区账户 {code}", code)
            for target, code in zip(targets, codes, strict=True)
        ],
    )
    left = await tx.books.balance(item.county, ledger.hold(item.id))
    transfer = Transfer(
        county=item.county,
        phase=Phase.POSTED,
        postings=ledger.move(ledger.hold(item.id), dict(zip(targets, shares, strict=True))),
        booked_on=payment.paid_on,
        memo=f"拨付：{item.title}",
        by=actor.subject,
        at=now,
        item_id=item.id,
        pending_id=item.hold_transfer,
        reference=payment.reference,
    )
    try:
        transfer_id = await tx.books.book(transfer)
    except AccountOverdrawn as exc:
        raise PaymentExceedsApproved(left_fen=left) from exc
    await tx.books.record_payment(
        item, transfer_id, payment.amount_fen, payment.paid_on, payment.reference
    )


async def _settle(tx: Tx, item: Item, now: datetime) -> None:
    """Move an item to where its money now puts it, without waiting for a timer."""
    today = local_day(now)
    if item.state not in IN_FORCE or item.standing(today) is State.EXPIRED:
        return
    funded = money.is_funded(item.schedule, item.paid_fen, today)
    if funded and item.state is not State.ACTIVE:
        await deciding.activate(tx, item, now)
    elif not funded and item.state is State.ACTIVE:
        await deciding.suspend(tx, item, now)
