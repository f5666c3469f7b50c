"""The identity rooms' transactions and reads."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gateway.identity.store.accounts import Accounts
from gateway.identity.store.administration import Administration
from gateway.identity.store.clients import Clients
from gateway.identity.store.delegations import Delegations
from gateway.identity.store.grants import Grants
from gateway.identity.store.keys import Keys
from gateway.identity.store.second_factors import SecondFactors
from gateway.identity.store.sign_ins import SignIns
from services.common import outbox, sealing
from services.common.database import Connection, Database
from services.common.idempotency import Answer, Once
from services.common.outbox import Event
from services.common.sealing import Sealer


class View:
    """Queries on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.accounts = Accounts(connection)
        self.grants = Grants(connection)
        self.sign_ins = SignIns(connection)
        self.keys = Keys(connection)
        self.administration = Administration(connection)
        self.second_factors = SecondFactors(connection)
        self.systems = Clients(connection)
        self.delegations = Delegations(connection)

    async def events(
        self, after: str | None, limit: int, areas: Sequence[str]
    ) -> tuple[bytes, int]:
        """A page of the feed as JSON text, and how many events it has."""
        return await outbox.page(self._connection, "/identity", after, limit, areas)


class Tx(View):
    """Queries and effects inside the one transaction of a use case."""

    def __init__(self, connection: Connection, once: Once | None) -> None:
        super().__init__(connection)
        self._once = once

    async def publish(self, *events: Event) -> None:
        """Tell facts of this transaction."""
        await outbox.publish(self._connection, *events)

    async def answer(self, answer: Answer) -> Answer:
        """Keep the answer for a retry of the same request."""
        if self._once is not None:
            await self._once.remember(self._connection, answer)
        return answer

    async def sealer(self, key_encryption_key: str) -> Sealer:
        """The sealer of this database; makes its keys on the first start."""
        return await sealing.load(self._connection, key_encryption_key)


class Store:
    """Where transactions begin.

    Args:
        database: The rooms' own.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def transaction(self, once: Once | None = None) -> AsyncIterator[Tx]:
        """One transaction; with `once`, it is carried out at most once.

        Raises:
            Replayed: It was carried out before.
        """
        async with self._database.transaction() as connection:
            if once is not None:
                await once.claim(connection)
            yield Tx(connection, once)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[View]:
        """Queries outside a transaction."""
        async with self._database.read() as connection:
            yield View(connection)
