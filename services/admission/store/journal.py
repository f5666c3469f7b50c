"""A county's whole ledger, in the order it was written."""

from services.admission.domain.beancount import JournalLine
from services.admission.domain.ledger import Posting, Side
from services.common.database import Connection

CODES = "select code from accounts where county = $1 order by code"
LINES = """
select t.id, t.booked_on, t.phase, t.memo, t.reference, p.account, p.side, p.amount_fen
from transfers t join postings p on p.county = t.county and p.transfer_id = t.id
where t.county = $1
order by t.booked_on, t.recorded_at, t.id, p.line
"""


class Journal:
    """Reads of a whole county's ledger.

    Args:
        connection: Open.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def codes(self, county: str) -> list[str]:
        """Codes of all accounts."""
        return [row["code"] for row in await self._connection.fetch(CODES, county)]

    async def lines(self, county: str) -> list[JournalLine]:
        """All lines; those of one transfer stand together."""
        return [
            JournalLine(
                str(row["id"]),
                row["booked_on"],
                row["phase"],
                row["memo"],
                row["reference"],
                Posting(row["account"], Side(row["side"]), row["amount_fen"]),
            )
            for row in await self._connection.fetch(LINES, county)
        ]
