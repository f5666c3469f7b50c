"""Sealing access records into blocks, one chain for each organisation.

Readers know nothing of it: they insert, and some seconds later the records whose transactions are
over are chained here, all organisations together, by one writer. A round is a transaction, so one
that is killed was never there.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from services.common.database import Connection, Database
from services.registry.domain.audit import chains
from services.registry.domain.audit.chains import Block, Place
from services.registry.store.audit import blocks
from services.registry.store.audit.blocks import Link, State

ROWS: Final = 5000
"""Records of a round: some tens of milliseconds of this process's time."""

_log = structlog.get_logger()


async def seal_all(database: Database, *, algorithm: str = chains.SHA256, rows: int = ROWS) -> int:
    """Seal whatever is due; how many records that were. Another process may be at it: then none."""
    total = 0
    while True:
        sealed = await seal(database, algorithm=algorithm, rows=rows)
        total += sealed
        if sealed < rows:
            return total


async def seal(database: Database, *, algorithm: str = chains.SHA256, rows: int = ROWS) -> int:
    """One round; how many records it sealed."""
    async with database.transaction() as connection:
        if not await connection.fetchval(blocks.LOCK):
            return 0
        await connection.execute(blocks.PATIENCE)
        state = await blocks.state(connection)
        due = await blocks.due(connection, state, rows)
        if not due:
            return 0
        ended = Place(due[-1]["xact"], due[-1]["id"])
        draft = _Draft(chains.ACCESSES, algorithm, ended)
        await _append(connection, state, draft, _contents(due, algorithm))
    return len(due)


async def drop(connection: Connection, month: str, organisations: Sequence[str], rule: str) -> None:
    """Chain that a month is dropped, in the transaction that drops it and holds the lock."""
    state = await blocks.state(connection)
    draft = _Draft(chains.RETENTION, None, state.ended, rule)
    contents = [(organisation, month, b"") for organisation in organisations]
    if contents:
        await _append(connection, state, draft, contents)


async def keep_sealing(
    database: Database, *, every_s: float, algorithm: str = chains.SHA256
) -> None:
    """Seal again and again; ends when it is cancelled. A database that fails is tried again."""
    while True:
        try:
            await seal_all(database, algorithm=algorithm)
        except Exception:  # noqa: BLE001 — what waits is sealed by a later round
            _log.exception("accesses.not_sealed")
        await asyncio.sleep(every_s)


@dataclass(frozen=True, slots=True)
class _Draft:
    """What the blocks of a round have in common."""

    kind: str
    algorithm: str | None
    ended: Place
    rule: str | None = None


def _contents(due: Sequence[Any], algorithm: str) -> list[tuple[str, str, bytes]]:
    """Organisation, month and digests of each block."""
    digests: dict[tuple[str, str], list[bytes]] = {}
    for row in due:
        key = (row["organisation"], row["month"])
        digests.setdefault(key, []).append(chains.digest(algorithm, row["record"].encode()))
    return [(*key, b"".join(digests[key])) for key in sorted(digests)]


async def _append(
    connection: Connection,
    state: State,
    draft: _Draft,
    contents: Sequence[tuple[str, str, bytes]],
) -> None:
    links = await blocks.links(connection, [organisation for organisation, *_ in contents])
    sealed_at = await blocks.now(connection)
    made = []
    for organisation, month, digests in contents:
        link = links.get(organisation)
        if link is None:
            assert draft.algorithm is not None  # noqa: S101 — no chain begins with a dropped month
            first = chains.beginning(draft.algorithm, organisation)
            link = Link(0, 0, first, draft.algorithm)
        rows = len(digests) // chains.DIGEST_BYTES
        block = Block(
            organisation=organisation,
            number=link.number + 1,
            round=state.round + 1,
            kind=draft.kind,
            month=month,
            began=state.ended,
            ended=draft.ended,
            rows=rows,
            total=link.total + rows,
            rule=draft.rule,
            algorithm=draft.algorithm or link.algorithm,
            sealed_at=sealed_at,
            digests=digests,
            previous=link.hash,
        ).closed()
        links[organisation] = Link(block.number, block.total, block.hash, block.algorithm)
        made.append(block)
    await blocks.append(connection, made, draft.ended)
