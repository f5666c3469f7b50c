"""The registry's database: where its transactions begin and end."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import structlog

from services.common import sealing
from services.common.database import Connection, Database
from services.common.idempotency import Answer, Once
from services.common.sealing import Sealer
from services.registry.domain.authority import Matrix
from services.registry.domain.catalogue import Catalogue
from services.registry.store import reference, upkeep
from services.registry.store.authority import matrices
from services.registry.store.authority.matrices import Matrices
from services.registry.store.recorder import Recorder
from services.registry.store.residents import Selections

_log = structlog.get_logger()


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


@dataclass(slots=True)
class Places:
    """What a process remembers of the areas, because nearly every request needs it.

    Attributes:
        counties: Codes of all counties that hold records.
    """

    counties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Store:
    """What a use case records in.

    Attributes:
        database: The service's own.
        sealer: Opens and seals the fields of a resident.
        catalogue: The fields a record can have.
        selections: Statements by the fields asked for.
        recorder: Writes the access records of look-ups.
        places: What is remembered of the areas.
        matrices: The authority matrix that was read last.
        key_encryption_key: Opens the data keys.
    """

    database: Database
    sealer: Sealer
    catalogue: Catalogue
    selections: Selections
    recorder: Recorder
    places: Places
    matrices: Matrices
    key_encryption_key: str = field(repr=False)

    @property
    def counties(self) -> tuple[str, ...]:
        """Codes of all counties that hold records."""
        return self.places.counties

    async def refresh(self) -> None:
        """Read again what is remembered of areas and keys; another process may have changed it."""
        async with self.database.transaction() as connection:
            await self._renew_keys(connection)
            self.places.counties = await reference.counties_of(connection)

    async def _renew_keys(self, connection: Connection) -> None:
        try:
            newer = await sealing.load(connection, self.key_encryption_key)
        except sealing.KeyNotUsable:
            # The data keys were wrapped anew: those we hold still open, and a restart brings the
            # new key-encryption key.
            _log.warning("keys.not_renewed")
        else:
            # In place: whoever holds the sealer seals with the newest key from now on.
            vars(self.sealer).update(vars(newer))

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

    def snapshot(self) -> AbstractAsyncContextManager[Connection]:
        """A connection that sees one instant for as long as it is read from."""
        return self.database.snapshot()

    async def matrix(self, connection: Connection) -> Matrix:
        """The active authority matrix; in a transaction, the active one until it ends.

        A version is activated when the transactions that asked before have ended, so that none of
        them writes by a matrix that was retired meanwhile.
        """
        return await self.matrices.active(connection)

    def read(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for reading."""
        return self.database.read()


async def open_store(database: Database, key_encryption_key: str) -> Store:
    """The store of an open, migrated database, with what a new one lacks written first.

    Raises:
        KeyNotUsable: The key is not this database's.
    """
    async with database.transaction() as connection:
        await reference.ensure(connection)
        await upkeep.make_partitions(connection)
        sealer = await sealing.load(connection, key_encryption_key)
        catalogue = await reference.catalogue_of(connection)
        counties = await reference.counties_of(connection)
        await matrices.ensure(connection, catalogue)
    return Store(
        database=database,
        sealer=sealer,
        catalogue=catalogue,
        selections=Selections(catalogue),
        recorder=Recorder(database),
        places=Places(counties),
        matrices=Matrices(),
        key_encryption_key=key_encryption_key,
    )
