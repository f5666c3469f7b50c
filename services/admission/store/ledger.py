"""The ledger: accounts open empty, transfers are written once, the database holds the limits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.admission.domain.errors import PaymentAlreadyRecorded, PaymentAlreadyReversed
from services.admission.domain.ledger import Phase, Posting, Side, total
from services.admission.domain.records import Item
from services.common.database import Connection
from services.common.errors import NothingHere
from services.common.ids import new_id

_LIMIT = "ck_accounts_limit"
_CONTRA = "uq_transfers_contra_of"

OPEN = """
insert into accounts (county, code, kind, name_zh, organisation, year, item_id, limited)
values ($1, $2, $3, $4, $5, $6, $7, $3 <> 'treasury')
on conflict do nothing
"""
TRANSFER = """
insert into transfers (county, id, phase, pending_id, contra_of, item_id, amount_fen, booked_on,
    reference, memo, recorded_by, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
POSTINGS = """
insert into postings (county, transfer_id, line, account, side, amount_fen)
select $1, $2, line, account, side, amount_fen
from unnest($3::text[], $4::text[], $5::bigint[])
    with ordinality as posting (account, side, amount_fen, line)
order by line
"""
EXISTS = "select true from accounts where county = $1 and code = $2"
BALANCE = """
select credits_fen - debits_fen from accounts where county = $1 and code = $2
for no key update
"""
PAY = """
insert into payments (county, id, item_id, transfer_id, amount_fen, paid_on, reference)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (county, item_id, reference) where reversed_by is null do nothing
returning id
"""
PAYMENT = """
select transfer_id, amount_fen, reference, reversed_by from payments
where county = $1 and item_id = $2 and id = $3
for no key update
"""
REVERSED = "update payments set reversed_by = $3 where county = $1 and id = $2"
LINES = """
select account, side, amount_fen from postings
where county = $1 and transfer_id = $2 order by line
"""
ACCOUNT = """
select a.county, json_build_object('code', a.code, 'county', a.county, 'kind', a.kind,
    'name_zh', a.name_zh, 'organisation', a.organisation, 'year', a.year, 'item_id', a.item_id,
    'limited', a.limited, 'debits_fen', a.debits_fen, 'credits_fen', a.credits_fen,
    'balance_fen', a.credits_fen - a.debits_fen)::text as view
from accounts a
where a.code = $1 and (a.organisation = $2 or ($4 and a.county ^@ any ($3::text[])))
"""
ENTRIES = """
select p.seq, json_build_object('transfer_id', t.id, 'phase', t.phase, 'side', p.side,
    'amount_fen', p.amount_fen, 'booked_on', t.booked_on, 'recorded_at', t.recorded_at,
    'reference', t.reference, 'memo', t.memo, 'item_id', t.item_id, 'pending_id', t.pending_id,
    'contra_of', t.contra_of)::text as view
from postings p join transfers t on t.county = p.county and t.id = p.transfer_id
where p.county = $1 and p.account = $2 and ($3::bigint is null or p.seq < $3)
order by p.seq desc limit $4
"""
ACCOUNTS = """
select a.code, json_build_object('code', a.code, 'county', a.county, 'kind', a.kind,
    'name_zh', a.name_zh, 'organisation', a.organisation, 'year', a.year, 'item_id', a.item_id,
    'balance_fen', a.credits_fen - a.debits_fen)::text as view
from accounts a
where (a.organisation = $1 or ($3 and a.county ^@ any ($2::text[])))
  and ($4::text is null or a.county = left($4, 6)) and ($5::text is null or a.kind = $5)
  and ($6::text is null or a.code > $6)
order by a.code limit $7
"""


class AccountOverdrawn(Exception):
    """A limited account would go below zero; the caller says what that means."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account to open.

    Attributes:
        code: Its name in the ledger.
        kind: treasury, budget, hold or community.
        name_zh: What offices call it.
        organisation: Whose it is, if an organisation's.
        year: Budget year.
        item_id: The item it holds money for.
    """

    code: str
    kind: str
    name_zh: str
    organisation: str | None = None
    year: int | None = None
    item_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One movement of money, to be booked.

    Attributes:
        county: Tenant.
        phase: What it does.
        postings: Balanced lines.
        booked_on: Local day of the movement.
        memo: What for, in Chinese.
        by: Subject who recorded it.
        at: When.
        item_id: Item concerned.
        pending_id: The reservation it settles.
        contra_of: The transfer it undoes.
        reference: Voucher number.
    """

    county: str
    phase: Phase
    postings: Sequence[Posting]
    booked_on: date
    memo: str
    by: str
    at: datetime
    item_id: UUID | None = None
    pending_id: UUID | None = None
    contra_of: UUID | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment on record.

    Attributes:
        transfer_id: Its transfer.
        amount_fen: Its amount.
        reference: Its voucher number.
    """

    transfer_id: UUID
    amount_fen: int
    reference: str


class LedgerWrites:
    """Bookings inside the use case's transaction.

    Args:
        connection: In the transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def open(self, county: str, accounts: Iterable[Account]) -> None:
        """Open accounts that do not exist yet."""
        rows = [
            (county, a.code, a.kind, a.name_zh, a.organisation, a.year, a.item_id) for a in accounts
        ]
        await self._connection.executemany(OPEN, rows)

    async def exists(self, county: str, code: str) -> bool:
        """Whether an account was opened."""
        return bool(await self._connection.fetchval(EXISTS, county, code))

    async def balance(self, county: str, code: str) -> int:
        """Fen on an account, locked until the transaction ends; 0 if there is none."""
        return int(await self._connection.fetchval(BALANCE, county, code) or 0)

    async def book(self, transfer: Transfer) -> UUID:
        """Write a transfer with its lines.

        Raises:
            AccountOverdrawn: A limited account would go below zero; nothing may be kept.
            PaymentAlreadyReversed: The transfer it undoes was undone before.
        """
        transfer_id = new_id()
        lines = transfer.postings
        try:
            await self._connection.execute(
                TRANSFER,
                transfer.county,
                transfer_id,
                transfer.phase,
                transfer.pending_id,
                transfer.contra_of,
                transfer.item_id,
                total(lines),
                transfer.booked_on,
                transfer.reference,
                transfer.memo,
                transfer.by,
                transfer.at,
            )
            await self._connection.execute(
                POSTINGS,
                transfer.county,
                transfer_id,
                [line.account for line in lines],
                [line.side for line in lines],
                [line.amount_fen for line in lines],
            )
        except asyncpg.CheckViolationError as exc:
            if exc.constraint_name != _LIMIT:
                raise
            raise AccountOverdrawn from exc
        except asyncpg.UniqueViolationError as exc:
            if exc.constraint_name != _CONTRA:
                raise
            raise PaymentAlreadyReversed from exc
        return transfer_id

    async def record_payment(
        self, item: Item, transfer_id: UUID, amount_fen: int, paid_on: date, reference: str
    ) -> UUID:
        """Keep a payment under its voucher number; raises `PaymentAlreadyRecorded`."""
        payment_id: UUID | None = await self._connection.fetchval(
            PAY, item.county, new_id(), item.id, transfer_id, amount_fen, paid_on, reference
        )
        if payment_id is None:
            raise PaymentAlreadyRecorded(reference=reference)
        return payment_id

    async def payment(self, item: Item, payment_id: UUID) -> Paid:
        """A payment not reversed so far, locked.

        Raises:
            NothingHere: This item has no such payment.
            PaymentAlreadyReversed: It was undone before.
        """
        row = await self._connection.fetchrow(PAYMENT, item.county, item.id, payment_id)
        if row is None:
            raise NothingHere
        if row["reversed_by"] is not None:
            raise PaymentAlreadyReversed
        return Paid(row["transfer_id"], row["amount_fen"], row["reference"])

    async def mark_reversed(self, item: Item, payment_id: UUID, transfer_id: UUID) -> None:
        """Tie a payment to the contra entry that undid it."""
        await self._connection.execute(REVERSED, item.county, payment_id, transfer_id)

    async def lines(self, county: str, transfer_id: UUID) -> list[Posting]:
        """The lines of a transfer."""
        rows = await self._connection.fetch(LINES, county, transfer_id)
        return [Posting(row["account"], Side(row["side"]), row["amount_fen"]) for row in rows]


class LedgerReads:
    """Reads of the ledger, as JSON text.

    Args:
        connection: Open.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def account(
        self, code: str, organisation: str, areas: Sequence[str], *, oversees: bool
    ) -> tuple[str, str]:
        """County and JSON text of an account; raises `NothingHere`."""
        row = await self._connection.fetchrow(ACCOUNT, code, organisation, list(areas), oversees)
        if row is None:
            raise NothingHere
        return row["county"], row["view"]

    async def entries(
        self, county: str, code: str, after: int | None, limit: int
    ) -> list[tuple[int, str]]:
        """Entries newest first, as place and JSON text."""
        rows = await self._connection.fetch(ENTRIES, county, code, after, limit)
        return [(row["seq"], row["view"]) for row in rows]

    async def accounts(self, *filters: Any) -> list[tuple[str, str]]:
        """Accounts by code, as code and JSON text; parameters of `ACCOUNTS` in order."""
        return [(r["code"], r["view"]) for r in await self._connection.fetch(ACCOUNTS, *filters)]
