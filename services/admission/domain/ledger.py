"""Double entry: what each movement of money writes. Balanced by construction, never changed after.

Every account is a fund: credits fill it, debits draw it, and one with a limit cannot be drawn
below zero (the database holds that line). Money moves

    treasury → budget → hold → community

An approval moves the promised money from the department's budget into the item's own hold
(`pending`); a payment moves part of it on to the communities (`posted`); what an item does not need
returns to the budget (`voided`, or `expired` at the end of its term). A mistake is undone by a
contra entry, which is a new transfer with the sides exchanged.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Which side of an account a posting is on."""

    DEBIT = "debit"
    CREDIT = "credit"


class Phase(StrEnum):
    """What a transfer does with a two-phase movement."""

    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a transfer.

    Attributes:
        account: Account code.
        side: Debit draws the account, credit fills it.
        amount_fen: More than 0.
    """

    account: str
    side: Side
    amount_fen: int

    @property
    def signed_fen(self) -> int:
        """Effect on the account's balance."""
        return self.amount_fen if self.side is Side.CREDIT else -self.amount_fen


def treasury(county: str) -> str:
    """Code of the county treasury's account, the only one without a limit."""
    return f"treasury:{county}"


def budget(county: str, organisation: str, year: int) -> str:
    """Code of a department's budget line for a year in one county."""
    return f"budget:{county}:{organisation}:{year}"


def hold(item: object) -> str:
    """Code of the account that holds what one item was promised."""
    return f"hold:{item}"


def community(code: str) -> str:
    """Code of a community's account."""
    return f"community:{code}"


def move(source: str, shares: Mapping[str, int]) -> tuple[Posting, ...]:
    """Draw one account once and fill others; shares of 0 leave no line.

    Args:
        source: Account to debit with the sum.
        shares: Account → fen; at least one is more than 0.
    """
    credits_ = tuple(
        Posting(account, Side.CREDIT, fen) for account, fen in shares.items() if fen > 0
    )
    total = sum(line.amount_fen for line in credits_)
    return (Posting(source, Side.DEBIT, total), *credits_)


def contra(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """The entry that undoes another: the same lines with the sides exchanged."""
    exchanged = {Side.DEBIT: Side.CREDIT, Side.CREDIT: Side.DEBIT}
    return tuple(Posting(line.account, exchanged[line.side], line.amount_fen) for line in postings)


def total(postings: Sequence[Posting]) -> int:
    """What the debits of a transfer add up to."""
    return sum(line.amount_fen for line in postings if line.side is Side.DEBIT)


def is_balanced(postings: Sequence[Posting]) -> bool:
    """Whether debits equal credits."""
    return sum(line.signed_fen for line in postings) == 0
