"""Bulk loading of the demo: one COPY a table, in the caller's one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from services.common.database import Connection

COLUMNS: Mapping[str, Sequence[str]] = {
    "items": (
        "county", "id", "version", "state", "title", "title_key", "class", "domain",
        "organisation", "area", "content", "legal_basis", "special_explanation", "starts_on",
        "ends_on", "form", "amount_fen", "paid_fen", "funding_source", "funding_basis",
        "zero_reason", "approval_no", "decided_on", "valid_to", "hold_transfer", "submitted_at",
        "accepted_at", "created_at", "updated_at",
    ),
    "item_communities": ("county", "item_id", "community"),
    "instalments": ("county", "item_id", "line", "due_on", "amount_fen"),
    "item_timeline": (
        "county", "item_id", "version", "at", "action", "from_state", "to_state", "subject",
        "name", "organisation", "comment", "snapshot",
    ),
    "accounts": ("county", "code", "kind", "name_zh", "organisation", "year", "item_id", "limited"),
    "transfers": (
        "county", "id", "phase", "pending_id", "contra_of", "item_id", "amount_fen", "booked_on",
        "reference", "memo", "recorded_by", "recorded_at",
    ),
    "postings": ("county", "transfer_id", "line", "account", "side", "amount_fen"),
    "payments": (
        "county", "id", "item_id", "transfer_id", "amount_fen", "paid_on", "reference",
    ),
    "timers": ("effect_key", "kind", "due_at", "payload"),
    "refusals": (
        "county", "id", "community", "organisation", "domain", "title", "title_key", "reason",
        "how_to", "refused_on", "first_at", "last_at", "attempts", "subject", "name",
    ),
    "negative_list": (
        "jurisdiction", "no", "effective_from", "title", "keywords", "basis",
    ),
    "policy_documents": ("jurisdiction", "level", "title", "document_no", "issuer"),
}  # fmt: skip
"""Tables in the order they are filled, and the columns the demo fills."""

LOCK = "select pg_advisory_xact_lock(hashtext('admission.demo'))"
LOADED = """
select summary::text from demo_loads
where scale = $1 and seed = $2 and finished_at is not null
"""
ANY_ITEM = "select exists (select from items)"
DONE = """
insert into demo_loads (scale, seed, started_at, finished_at, summary)
values ($1, $2, now(), clock_timestamp(), $3)
"""


class Demo:
    """The demo's door to the tables.

    The whole load is one transaction, so a killed load leaves nothing to clear away; an append-only
    ledger could not be cleared anyway.

    Args:
        connection: In the transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def summary(self, scale: str, seed: str) -> Mapping[str, Any] | None:
        """What an earlier load returned, if this demo is loaded; waits for one that is running."""
        await self._connection.execute(LOCK)
        text = await self._connection.fetchval(LOADED, scale, seed)
        found: Mapping[str, Any] | None = orjson.loads(text) if text is not None else None
        return found

    async def is_in_use(self) -> bool:
        """Whether items exist already."""
        return bool(await self._connection.fetchval(ANY_ITEM))

    async def fill(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """COPY rows, whose values are in the order of `COLUMNS`."""
        await self._connection.copy_records_to_table(table, records=rows, columns=COLUMNS[table])

    async def done(self, scale: str, seed: str, summary: Mapping[str, Any]) -> None:
        """Note that the load is complete."""
        await self._connection.execute(DONE, scale, seed, orjson.dumps(summary).decode())
