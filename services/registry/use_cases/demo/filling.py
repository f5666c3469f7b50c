"""Fills the registry with a share of the demo's grids, here or in a process of its own.

Making and sealing residents is Python's work and five times that of the database, so a large demo
is filled by several processes. A helper process reads its order from standard input and writes a
number to standard output for every transaction: the households it added.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Final

import orjson

from services.common.database import Database
from services.registry.domain import demo
from services.registry.domain.demo import DemoPlan, Scale
from services.registry.store import bulk, reference
from services.registry.store.bulk import Bulk
from services.registry.store.store import open_store
from services.registry.use_cases.demo.rows import Rows

_GRIDS_AT_ONCE: Final = 2
_MOST_HELPERS: Final = 2
"""Each process takes some 200 MB."""

Added = Callable[[int], None]


class DemoHelperFailed(RuntimeError):
    """A process that filled a share of the demo ended with an error; its log tells which."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a helper process is told.

    Attributes:
        dsn: Of the database.
        key_encryption_key: Of the database's data keys.
        scale: Of the plan.
        seed: Of the plan.
        load: The load this is part of; when another has begun, the helper stops.
        first: Its first group of grids.
        step: Distance to its next group.
    """

    dsn: str
    key_encryption_key: str
    scale: Scale
    seed: str
    load: str
    first: int
    step: int


def usual_helpers(plan: DemoPlan) -> int:
    """How many processes help here: one for each further core, none for a small demo."""
    if plan.scale == "tiny":
        return 0
    return min(len(os.sched_getaffinity(0)) - 1, _MOST_HELPERS)


async def fill(connection: Bulk, plan: DemoPlan, rows: Rows, order: Order, added: Added) -> None:
    """Copy a share of the grids; the next ones are made in a thread while the database writes.

    Args:
        connection: Its own session.
        plan: What there is to fill.
        rows: Makes rows.
        order: Tells the share.
        added: Told how many households each transaction added.

    Raises:
        DemoLoadSuperseded: Another load has begun.
    """
    grids = plan.grids
    groups = [grids[i : i + _GRIDS_AT_ONCE] for i in range(0, len(grids), _GRIDS_AT_ONCE)]
    share = groups[order.first :: order.step]
    made = asyncio.create_task(asyncio.to_thread(rows.tables, plan, share[0] if share else ()))
    for following in [*share[1:], ()]:
        tables = await made
        made = asyncio.create_task(asyncio.to_thread(rows.tables, plan, following))
        await connection.copy(order.load, **tables)
        added(len(tables["households"]))
    await made


async def fill_elsewhere(order: Order, added: Added) -> None:
    """Let a process of its own fill a share; it ends with us.

    Raises:
        DemoHelperFailed: It ended with an error.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None  # noqa: S101 — a pipe was asked for
    assert process.stdout is not None  # noqa: S101 — same
    try:
        process.stdin.write(orjson.dumps(asdict(order)))
        process.stdin.close()
        async for line in process.stdout:
            added(int(line))
        if await process.wait():
            raise DemoHelperFailed(f"exit code {process.returncode}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _help(order: Order) -> None:
    database = Database(order.dsn, application="registry-demo", pool_size=1)
    await database.open()
    try:
        store = await open_store(database, order.key_encryption_key)
    finally:
        await database.close()
    plan = demo.plan(reference.divisions(), order.scale, order.seed)
    rows = Rows(store.sealer, store.catalogue)
    async with bulk.opened(order.dsn) as connection:
        await fill(connection, plan, rows, order, _tell)


def _tell(households: int) -> None:
    """Also notices that nobody listens any more: then this process ends with a broken pipe."""
    sys.stdout.write(f"{households}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # who gave the order is gone; what is half-written is not ours
        asyncio.run(_help(Order(**orjson.loads(sys.stdin.buffer.read()))))
