"""The service's one door to its data: a transaction for verbs, a read for questions."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any

from services.admission.store import indicators
from services.admission.store.checks import CheckReads, Refusals
from services.admission.store.demo import Demo
from services.admission.store.items import ItemReads, ItemWrites
from services.admission.store.journal import Journal
from services.admission.store.ledger import LedgerReads, LedgerWrites
from services.admission.store.lists import ListReads, ListWrites
from services.common import outbox, timers
from services.common.database import Connection, Database
from services.common.idempotency import Answer, Once
from services.common.outbox import Event
from services.common.timers import Leased


class Reads:
    """Questions to the record.

    Args:
        connection: Open.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.items = ItemReads(connection)
        self.ledger = LedgerReads(connection)
        self.checks = CheckReads(connection)
        self.lists = ListReads(connection)
        self.journal = Journal(connection)

    async def counts(self, within: str, on: date) -> dict[str, Any]:
        """What the indicators are made of."""
        return await indicators.counts(self._connection, within, on)

    async def feed(
        self, after: str | None, limit: int, areas: Sequence[str], audience: str | None
    ) -> tuple[bytes, int]:
        """A page of the event feed and how many events it has."""
        return await outbox.page(
            self._connection, "/admission", after, limit, areas, audience=audience
        )


class Tx(Reads):
    """One transaction: what is written here is committed together or not at all.

    Args:
        connection: In the transaction.
        once: The claim of this request, whose answer must be remembered.
    """

    def __init__(self, connection: Connection, once: Once | None) -> None:
        super().__init__(connection)
        self._once = once
        self.changes = ItemWrites(connection)
        self.books = LedgerWrites(connection)
        self.refusals = Refusals(connection)
        self.lists_kept = ListWrites(connection)

    async def publish(self, *events: Event) -> None:
        """Write events to the feed."""
        await outbox.publish(self._connection, *events)

    async def set_timer(
        self, effect_key: str, kind: str, due_at: datetime, payload: Mapping[str, Any]
    ) -> None:
        """Set a timer; the same effect key twice sets it once."""
        await timers.schedule(self._connection, effect_key, kind, due_at, payload)

    async def cancel_timers(self, *effect_keys: str) -> None:
        """Withdraw timers that have not fired."""
        await timers.cancel(self._connection, *effect_keys)

    async def finish(self, leased: Leased) -> None:
        """Mark a timer fired; raises `LeaseLost`."""
        await timers.finish(self._connection, leased)

    async def answer(self, answer: Answer) -> Answer:
        """Remember what the caller is told, for a retry; returns it."""
        if self._once is not None:
            await self._once.remember(self._connection, answer)
        return answer


class Store:
    """Admission's record.

    Args:
        database: The service's own, open while the app's lifespan lasts.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    @asynccontextmanager
    async def transaction(self, once: Once | None = None) -> AsyncIterator[Tx]:
        """The one transaction of a use case.

        Raises:
            Replayed: The request was carried out before; carries its answer.
        """
        async with self.database.transaction() as connection:
            if once is not None:
                await once.claim(connection)
            yield Tx(connection, once)

    @asynccontextmanager
    async def demo(self) -> AsyncIterator[Demo]:
        """The one transaction of a demo load."""
        async with self.database.transaction() as connection:
            yield Demo(connection)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Reads]:
        """A connection for questions; each statement stands alone."""
        async with self.database.read() as connection:
            yield Reads(connection)
