"""Rotating the keys that seal, while everything goes on.

A new key seals from the moment a process knows it (seconds); old ones stay readable. A job seals
what is there again, a chunk at a time, and walks until a walk finds nothing. A key goes when the
whole database was searched and no value is under it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from services.common import sealing, timers
from services.common.clock import Clock, utc_now
from services.common.database import Connection, Database
from services.common.timers import Handler, Leased
from services.registry.store.keys import resealing, rotations
from services.registry.store.keys.places import PLACES, newest
from services.registry.store.keys.rotations import Rotation
from services.registry.store.store import Store, Tx

RESEAL: Final = "registry.reseal"
CHUNK: Final = 500
"""Rows sealed again in one transaction; whoever changes one of them waits so long."""
GRACE: Final = timedelta(minutes=2)
"""By then every process seals with the new key, and what sealed with an old one is committed."""

_LEASE_S: Final = 120.0
_LATER: Final = timedelta(days=1)

_log = structlog.get_logger()


class NewKeyNotKnown(RuntimeError):
    """This process could not open the new key: restart it with the new key-encryption key."""


async def rotate(database: Database, key_encryption_key: str, clock: Clock = utc_now) -> int:
    """Begin a rotation; the id of the new key.

    Raises:
        KeyRotationRunning: One is under way.
        KeyNotUsable: The key-encryption key is not this database's.
    """
    async with database.transaction() as connection:
        rotation_id, key_id = await rotations.begin(connection, key_encryption_key)
        await _schedule(connection, rotation_id, 1, clock())
    return key_id


async def rewrap(database: Database, present: str, new: str) -> int:
    """Put the data keys under another key-encryption key; how many there are.

    Raises:
        KeyNotUsable: The present key does not open them, or the new one is malformed.
    """
    async with database.transaction() as connection:
        return await rotations.rewrap(connection, present, new)


async def state(database: Database) -> Mapping[str, Any]:
    """The keys, what is under each, and the rotation that is under way."""
    async with database.transaction() as connection:
        await connection.execute(resealing.PATIENCE)
        return {
            "keys": await rotations.keys(connection),
            "used": await rotations.used(connection),
            "running": await rotations.running(connection),
        }


def handlers(store: Store, *, chunk: int = CHUNK, clock: Clock = utc_now) -> Mapping[str, Handler]:
    """The handler of rotations; it works for minutes, so it has a loop of its own."""

    async def handle(leased: Leased) -> None:
        await run(store, leased, chunk=chunk, clock=clock)

    return {RESEAL: handle}


async def run(store: Store, leased: Leased, *, chunk: int = CHUNK, clock: Clock = utc_now) -> None:
    """One walk through all tables, or the rest of one that was killed.

    Raises:
        LeaseLost: Another worker has it.
    """
    await store.refresh()
    while True:
        async with store.transaction() as tx:
            await timers.extend(tx.connection, leased, _LEASE_S)
            rotation = await rotations.running(tx.connection)
            if rotation is None or rotation.id != UUID(leased.payload["rotation_id"]):
                await timers.finish(tx.connection, leased)
                return
            if int.from_bytes(newest(store.sealer), "big") != rotation.key_id:
                raise NewKeyNotKnown
            if rotation.place >= len(PLACES):
                await _end_walk(tx, leased, rotation, clock())
                return
            await _step(tx, store, rotation, chunk)


async def _step(tx: Tx, store: Store, rotation: Rotation, chunk: int) -> None:
    place = PLACES[rotation.place]
    done = await resealing.step(tx.connection, store.sealer, place, rotation.after, chunk)
    following = rotation.place if done.after is not None else rotation.place + 1
    await tx.connection.execute(
        rotations.ADVANCE, rotation.id, following, resealing.dumped(done.after), done.rows
    )


async def _end_walk(tx: Tx, leased: Leased, rotation: Rotation, now: datetime) -> None:
    """Retire the keys that nothing is under; walk again while something may be."""
    connection = tx.connection
    waiting = rotation.in_round > 0 or now < rotation.started_at + GRACE
    old = [] if waiting else await _unused(connection, rotation)
    if old:
        await connection.execute(rotations.RETIRE, old)
        await connection.execute(rotations.REMEMBER, rotation.id, old)
        _log.info("keys.retired", keys=old)
    if not waiting and await _oldest(connection) == rotation.key_id:
        await connection.execute(rotations.FINISH, rotation.id)
        _log.info("keys.rotated", key=rotation.key_id, resealed=rotation.resealed)
    else:
        await connection.execute(rotations.NEXT_ROUND, rotation.id)
        due_at = max(now, rotation.started_at + GRACE) if waiting else now + _LATER
        await _schedule(connection, rotation.id, rotation.round + 1, due_at)
    await timers.finish(connection, leased)


async def _unused(connection: Connection, rotation: Rotation) -> Sequence[int]:
    """Old keys that no value is under, whatever column it stands in."""
    await connection.execute(resealing.PATIENCE)
    await connection.execute(sealing.LOCK)
    used = await rotations.used(connection)
    old = [key["id"] for key in await rotations.keys(connection) if key["purpose"] == "seal"]
    return [key_id for key_id in old if key_id < rotation.key_id and key_id not in used]


async def _oldest(connection: Connection) -> int:
    keys = await rotations.keys(connection)
    return min(int(key["id"]) for key in keys if key["purpose"] == "seal")


async def _schedule(
    connection: Connection, rotation_id: UUID, number: int, due_at: datetime
) -> None:
    await timers.schedule(
        connection,
        f"{RESEAL}:{rotation_id}:{number}",
        RESEAL,
        due_at,
        {"rotation_id": str(rotation_id)},
    )
