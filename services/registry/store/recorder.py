"""Access records that share a commit: each durable before its answer leaves.

A commit waits for the disk, and a disk does a few hundred to a few thousand such waits a second.
PostgreSQL lets commits that come together share a wait, but no more of them than there are
connections. When all connections are taken, look-ups only read, and their records are written here,
as many in one insert as have come meanwhile: a slow disk then costs time, but not the rate.
"""

import asyncio
from contextlib import suppress
from copy import copy
from typing import Final, TypeAlias
from uuid import UUID

from services.common.database import Database
from services.registry.domain.readings import Reading

# Fields come joined, because arrays of arrays must be rectangular; a code has no comma.
INSERT: Final = """
insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
    operation, request_id, fields)
select county, resident_id, reader, reader_name, role, organisation, purpose, operation,
    request_id, string_to_array(fields, ',')
from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[]) as t (county, resident_id, reader, reader_name, role,
    organisation, purpose, operation, request_id, fields)
"""

_WRITERS: Final = 3
"""Commits under way at a time: with one, a record that just missed it would wait for two."""

Record: TypeAlias = tuple[str, UUID, str, str, str, str, str, str, str | None, str]
_Waiting: TypeAlias = "tuple[Record, asyncio.Future[None]]"


class Recorder:
    """Records accesses; those of look-ups that go on at the same time share a commit.

    Args:
        database: The service's own.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._writers: set[asyncio.Task[None]] = set()

    @property
    def is_crowded(self) -> bool:
        """Whether every connection is taken."""
        pool = self._database.pool
        return not pool.get_idle_size() and pool.get_size() == pool.get_max_size()

    async def record(self, reading: Reading, county: str, resident_id: UUID, fields: str) -> None:
        """Return when the access is on the disk; raises what the database raised.

        Args:
            reading: Who reads, and why.
            county: First part of the resident's key.
            resident_id: Second part.
            fields: What is shown, joined by commas.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(((county, resident_id, *reading.columns, fields), done))
        if len(self._writers) < _WRITERS:
            writer = asyncio.create_task(self._write())
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        await done

    async def close(self) -> None:
        """Wait for what is being written."""
        await asyncio.gather(*self._writers)

    async def _write(self) -> None:
        """Write batch after batch until nobody waits."""
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await self._write_batch(batch)

    async def _write_batch(self, batch: "list[_Waiting]") -> None:
        columns = zip(*(record for record, _ in batch), strict=True)
        try:
            async with self._database.read() as connection:
                await connection.execute(INSERT, *columns)
        except BaseException as exc:
            # Nobody of the batch is answered: what was read stays untold. To each its own, or
            # one traceback would grow with every caller that raises it.
            for _, done in batch:
                with suppress(asyncio.InvalidStateError):
                    done.set_exception(copy(exc))
            if not isinstance(exc, Exception):
                raise
        else:
            for _, done in batch:
                # One whose caller went away was cancelled; its record stays.
                with suppress(asyncio.InvalidStateError):
                    done.set_result(None)
