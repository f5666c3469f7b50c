"""Lend rights, look at what was lent, take it back, and use it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import orjson

from gateway.identity.domain import delegations
from gateway.identity.domain.accounts import Account, normal_login
from gateway.identity.domain.administration import ADMINISTRATORS, Rights
from gateway.identity.domain.delegations import Lent
from gateway.identity.domain.refusals import TargetRefused
from gateway.identity.store.delegations import Loan
from gateway.identity.store.store import Tx
from gateway.identity.use_cases.account_records import newest_first
from gateway.identity.use_cases.issuer import Issuer
from services.common.errors import NothingHere
from services.common.idempotency import Answer, Once


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to lend.

    Attributes:
        colleague: Login name of who is to act.
        rights: What of one's own.
        until: The last day, in China.
        reason: Why.
    """

    colleague: str
    rights: Rights
    until: date
    reason: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks about delegations.

    Attributes:
        id: Subject of the token.
        name: What people call them.
        overseen: Area prefixes whose delegations they look after; empty but for administrators.
    """

    id: UUID
    name: str
    overseen: tuple[str, ...] = ()


async def lend(issuer: Issuer, by: Person, wish: Wish, once: Once, *, now: datetime) -> Answer:
    """Lend rights of one's own account until a day.

    Raises:
        NothingHere: The asker has no account.
        RightsNotLendable: One of the two is an administrator.
        NoColleague: Not in the lender's organisation or below it.
        ValidationFailed: More than the lender has, or for too long.
    """
    async with issuer.store.transaction(once) as tx:
        lender = await tx.accounts.by_id(by.id)
        if lender is None:
            raise NothingHere
        delegations.require_lendable(lender, wish.rights, wish.until, now)
        colleague = delegations.require_colleague(
            lender, await tx.accounts.by_login(normal_login(wish.colleague))
        )
        given = await tx.delegations.grant(
            Loan(lender.id, wish.rights),
            colleague.id,
            wish.reason,
            now,
            delegations.end_of(wish.until),
        )
        await tx.delegations.note(given, "granted", (lender.id, lender.name), now)
        return await tx.answer(Answer((await tx.delegations.one(given, now)).encode(), 201))


async def revoke(issuer: Issuer, by: Person, delegation: UUID, *, now: datetime) -> None:
    """End a delegation; ended twice is ended once. Its last token is over within ten minutes.

    Raises:
        NothingHere: There is none for the asker.
    """
    async with issuer.store.transaction() as tx:
        if await tx.delegations.revoke(delegation, by.id, by.overseen, now):
            await tx.delegations.note(delegation, "revoked", (by.id, by.name), now)
        elif not await tx.delegations.is_seen(delegation, by.id, by.overseen):
            raise NothingHere


async def own(issuer: Issuer, by: Person, *, now: datetime) -> bytes:
    """What a person gave and received, as JSON text."""
    async with issuer.store.read() as view:
        return _items(await view.delegations.of_person(by.id, now))


async def page(
    issuer: Issuer, by: Person, *, after: str | None, limit: int, now: datetime
) -> bytes:
    """A page of all delegations in the asker's areas, newest first; raises `CursorNotValid`."""

    async def read(before: UUID) -> list[tuple[UUID, str]]:
        async with issuer.store.read() as view:
            return await view.delegations.page(by.overseen, before, limit + 1, now)

    return await newest_first(("delegations", by.overseen), read, after, limit)


async def records(issuer: Issuer, by: Person, delegation: UUID) -> bytes:
    """When it was granted, used and revoked, as JSON text.

    Raises:
        NothingHere: There is none for the asker.
    """
    async with issuer.store.read() as view:
        if not await view.delegations.is_seen(delegation, by.id, by.overseen):
            raise NothingHere
        return _items(await view.delegations.records(delegation))


async def colleagues(issuer: Issuer, by: Person, text: str) -> bytes:
    """Fifty people at most who could act for the asker, as JSON text."""
    async with issuer.store.read() as view:
        account = await view.accounts.by_id(by.id)
        if account is None:
            raise NothingHere
        person = (account.is_demo, account.id)
        found = await view.delegations.colleagues(
            account.organisation, person, sorted(ADMINISTRATORS), text
        )
    return orjson.dumps({"items": found})


async def borrowed(tx: Tx, delegation: UUID, colleague: Account, now: datetime) -> Lent:
    """What a colleague borrows for their next token; each use is recorded.

    Raises:
        TargetRefused: It is over, was revoked, or its lender has nothing left to lend.
    """
    loan = await tx.delegations.usable(delegation, colleague.id, now)
    lender = await tx.accounts.by_id(loan.lender) if loan else None
    rights = delegations.usable(lender, colleague, loan.rights) if loan and lender else None
    if lender is None or rights is None:
        raise TargetRefused("The delegation is over, or its lender may not lend.")
    await tx.delegations.note(delegation, "used", (colleague.id, colleague.name), now)
    return Lent(delegation, lender, rights)


def _items(views: list[str]) -> bytes:
    return f'{{"items":[{",".join(views)}]}}'.encode()
