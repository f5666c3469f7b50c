"""Rotating the key of the blind indexes while everything goes on, and no look-up misses.

Whose document it is, is noted under both keys before the new one is asked for and until nobody asks
for the old one, so a look-up is one probe at any time. What is compared elsewhere (telephones,
sensitive facts, what was asserted) is sought under both keys until it was made again under the new.

Between two walks lies a grace in which every process learns what changed. Each walk is made again
until it finds nothing to do; a killed one goes on where it stopped.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from services.common import timers
from services.common.clock import Clock, utc_now
from services.common.database import Connection, Database
from services.common.timers import Handler, Leased
from services.registry.store.keys import index_keys, indexing, resealing, rotations
from services.registry.store.keys.rotations import Rotation
from services.registry.store.store import Store, Tx
from services.registry.use_cases.keys import GRACE, NewKeyNotKnown

REINDEX: Final = "registry.reindex"
CHUNK: Final = 500
"""Rows of one transaction; whoever changes one of them waits so long."""

_LEASE_S: Final = 120.0
_SOON: Final = timedelta(minutes=1)
_DOUBLE, _REINDEX, _CLEAN = range(len(indexing.WALKS))

_log = structlog.get_logger()


async def rotate(database: Database, key_encryption_key: str, clock: Clock = utc_now) -> int:
    """Begin a rotation; the id of the new key.

    Raises:
        KeyRotationRunning: One is under way.
        KeyNotUsable: The key-encryption key is not this database's.
    """
    now = clock()
    async with database.transaction() as connection:
        rotation_id, key_id = await index_keys.begin(connection, key_encryption_key, now)
        await _schedule(connection, rotation_id, "0", now + GRACE)
    return key_id


def handlers(store: Store, *, chunk: int = CHUNK, clock: Clock = utc_now) -> Mapping[str, Handler]:
    """The handler of rotations; it works for minutes, so it shares the loop of the other keys."""

    async def handle(leased: Leased) -> None:
        await run(store, leased, chunk=chunk, clock=clock)

    return {REINDEX: handle}


async def run(store: Store, leased: Leased, *, chunk: int = CHUNK, clock: Clock = utc_now) -> None:
    """One walk, or the rest of one that was killed.

    Raises:
        LeaseLost: Another worker has it.
        NewKeyNotKnown: This process does not know the new key, or not yet what it is for.
    """
    await store.refresh()
    while True:
        async with store.transaction() as tx:
            await timers.extend(tx.connection, leased, _LEASE_S)
            rotation = await rotations.running(tx.connection)
            if rotation is None or rotation.id != UUID(leased.payload["rotation_id"]):
                await timers.finish(tx.connection, leased)
                return
            _require_known(store, rotation)
            walk = indexing.WALKS[rotation.walk]
            if rotation.place >= len(walk):
                await _end_walk(store, tx, leased, rotation, clock())
                return
            done = await walk[rotation.place](tx.connection, store.sealer, rotation.after, chunk)
            following = rotation.place if done.after is not None else rotation.place + 1
            after = resealing.dumped(done.after)
            await tx.connection.execute(rotations.ADVANCE, rotation.id, following, after, done.rows)


def _require_known(store: Store, rotation: Rotation) -> None:
    """Pass when this process has the keys in the order that the walk needs."""
    known = [index_keys.check_of(store.sealer, key) for key in store.sealer.index_keys]
    place = 1 if rotation.walk == _DOUBLE else 0
    others = 0 if rotation.walk == _CLEAN else 1
    if len(known) != 1 + others or known[place] != rotation.key_check:
        raise NewKeyNotKnown


async def _end_walk(
    store: Store, tx: Tx, leased: Leased, rotation: Rotation, now: datetime
) -> None:
    """Walk again while there was something to do; else go over to the next walk."""
    connection = tx.connection
    due_at = now
    if rotation.in_round > 0:
        await connection.execute(rotations.NEXT_ROUND, rotation.id)
    elif rotation.walk == _REINDEX and await index_keys.is_needed(
        connection, rotation.walk_at + GRACE
    ):
        due_at = now + _SOON
        await connection.execute(rotations.NEXT_ROUND, rotation.id)
    elif rotation.walk == _CLEAN:
        await connection.execute(rotations.FINISH, rotation.id)
        await timers.finish(connection, leased)
        _log.info("keys.index_rotated", key=rotation.key_id, rows=rotation.resealed)
        return
    else:
        if rotation.walk == _DOUBLE:
            await index_keys.switch(connection, store.key_encryption_key)
        else:
            await index_keys.retire(connection, rotation)
        await index_keys.next_walk(connection, rotation, now)
        due_at = now + GRACE
    number = f"{rotation.walk}:{rotation.round}:{due_at.timestamp()}"
    await _schedule(connection, rotation.id, number, due_at)
    await timers.finish(connection, leased)


async def _schedule(
    connection: Connection, rotation_id: UUID, number: str, due_at: datetime
) -> None:
    await timers.schedule(
        connection,
        f"{REINDEX}:{rotation_id}:{number}",
        REINDEX,
        due_at,
        {"rotation_id": str(rotation_id)},
    )
