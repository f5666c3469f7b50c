"""The ledger as plain text that another program can check: beancount, one file a county.

Budgets, holds and communities are what the county holds (`Assets`), the treasury is where it came
from (`Equity`). https://beancount.github.io/docs/beancount_language_syntax.html
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from services.admission.domain.ledger import Posting

_ROOTS = {
    "treasury": "Equity:Treasury",
    "budget": "Assets:Budget",
    "hold": "Assets:Hold",
    "community": "Assets:Community",
}
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One posting with what its transfer says.

    Attributes:
        transfer: Transfer id.
        booked_on: Local day.
        phase: What the transfer did.
        memo: What for.
        reference: Voucher number.
        posting: Account, side and fen.
    """

    transfer: str
    booked_on: date
    phase: str
    memo: str
    reference: str | None
    posting: Posting


def account(code: str) -> str:
    """A beancount account name for an account code: letters, digits and dashes only."""
    kind, _, rest = code.partition(":")
    parts = (_NOT_ALLOWED.sub("-", part) for part in rest.split(":"))
    return ":".join((_ROOTS[kind], *parts))


def journal(county: str, accounts: Iterable[str], lines: Iterable[JournalLine]) -> Iterator[str]:
    """The text of a county's ledger, a piece at a time.

    Args:
        county: County code, for the title.
        accounts: Codes of all its accounts.
        lines: In the order of transfers; the lines of one transfer stand together.
    """
    yield f'option "title" "OneGrid {county}"\noption "operating_currency" "CNY"\n'
    for code in accounts:
        yield f"2000-01-01 open {account(code)} CNY\n"
    for transfer, group in groupby(lines, key=lambda line: line.transfer):
        yield _entry(transfer, list(group))


def _entry(transfer: str, lines: list[JournalLine]) -> str:
    first = lines[0]
    text = f'\n{first.booked_on} * "{_quoted(first.memo)}"\n  transfer: "{transfer}"\n'
    text += f'  phase: "{first.phase}"\n'
    if first.reference:
        text += f'  reference: "{_quoted(first.reference)}"\n'
    for line in lines:
        yuan = Decimal(line.posting.signed_fen).scaleb(-2)
        text += f"  {account(line.posting.account)}  {yuan:.2f} CNY\n"
    return text


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
