"""One pool of connections to PostgreSQL, and the only place where a transaction begins or ends."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

_in_transaction: ContextVar[bool] = ContextVar("in_transaction", default=False)

AWAY: tuple[type[Exception], ...] = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.CannotConnectNowError,
)
"""What is raised while the database is away or full: trying again later may work."""

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"


class _QuietConnection(asyncpg.Connection):
    """A connection that is handed back without a round trip.

    asyncpg sends `RESET ALL; UNLISTEN *; …` on every release. We set nothing on a session, so that
    statement only cost a fifth of a point look-up's time.
    """

    def get_reset_query(self) -> str:
        return ""


def in_transaction() -> bool:
    """Whether this task has a transaction open; peers refuse to call while it has."""
    return _in_transaction.get()


class Database:
    """A service's own database: its schema, its role, its pool.

    Args:
        dsn: libpq URI of the service's own role; its `search_path` is the service's schema.
        application: Shown in `pg_stat_activity`.
        pool_size: Connections kept at most; hosts that run several services add them up.
    """

    def __init__(self, dsn: str, *, application: str, pool_size: int = 10) -> None:
        self._dsn = dsn
        self._application = application
        self._pool_size = pool_size
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        """Connect; raises what asyncpg raises when the server is not there."""
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=1,
            max_size=self._pool_size,
            connection_class=_QuietConnection,
            command_timeout=60,
            server_settings={"application_name": self._application, "jit": "off"},
        )

    async def close(self) -> None:
        """Wait for borrowed connections, then close them all."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The open pool."""
        if self._pool is None:
            raise RuntimeError("the database is not open: the app's lifespan has not started")
        return self._pool

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """The one visible transaction of a use case: commits at the end of its block or never.

        Raises:
            RuntimeError: One is open already; a use case has exactly one.
        """
        if _in_transaction.get():
            raise RuntimeError("a use case has one transaction; this one is nested")
        async with self.pool.acquire() as connection, connection.transaction():
            token = _in_transaction.set(True)
            try:
                yield connection
            finally:
                _in_transaction.reset(token)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        """A long reading of the database as it was in one instant; commits at the end of its block.

        For what is streamed out over many statements. It may write records of its own reading and
        nothing else: heartbeats and progress go through `transaction`, or nobody would see them.
        """
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read"),
        ):
            yield connection

    def read(self) -> "AbstractAsyncContextManager[Connection]":
        """A connection for reading: every statement stands alone, nothing is held open."""
        return self.pool.acquire()

    async def ping(self) -> None:
        """One round trip; raises when the database does not answer."""
        await self.pool.fetchval("select 1")
