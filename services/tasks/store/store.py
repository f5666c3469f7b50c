"""The tasks service's database: where its transactions begin and end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.common import sealing
from services.common.database import Connection, Database
from services.common.idempotency import Answer, Once
from services.common.sealing import Sealer
from services.tasks.store.photos import Photos


@dataclass(frozen=True, slots=True)
class Tx:
    """An open transaction.

    Attributes:
        connection: Passed to the functions of `store/`.
        once: The request's claim to be carried out once, where it has one.
    """

    connection: Connection
    once: Once | None

    async def answer(self, answer: Answer) -> Answer:
        """Remember what the caller is told, for its retries; gives the answer back."""
        if self.once is not None:
            await self.once.remember(self.connection, answer)
        return answer


@dataclass(frozen=True, slots=True)
class Store:
    """What a use case records in.

    Attributes:
        database: The service's own.
        sealer: Seals and opens residents' contacts.
        photos: Keeps photos by their content.
    """

    database: Database
    sealer: Sealer
    photos: Photos

    @asynccontextmanager
    async def transaction(self, once: Once | None = None) -> AsyncIterator[Tx]:
        """The one transaction of a use case.

        Args:
            once: Claimed first, so that a repeated request ends here.

        Raises:
            Replayed: The request was carried out before; carries the first answer.
        """
        async with self.database.transaction() as connection:
            if once is not None:
                await once.claim(connection)
            yield Tx(connection, once)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        """A connection for reading."""
        async with self.database.read() as connection:
            yield connection


async def open_sealer(database: Database, key_encryption_key: str) -> Sealer:
    """The sealer of this database, with its first keys made when it is new."""
    async with database.transaction() as connection:
        return await sealing.load(connection, key_encryption_key)
