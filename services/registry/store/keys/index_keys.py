"""The index key while it rotates: which one makes indexes, and which ones are known."""

from datetime import datetime
from typing import Final
from uuid import UUID

from services.common import sealing
from services.common.database import Connection
from services.common.sealing import Sealer
from services.registry.store.keys import rotations
from services.registry.store.keys.rotations import KeyRotationRunning, Rotation

PRESENT: Final = "index"
FORMER: Final = "index-former"
NEXT: Final = "index-next"

ADD: Final = "insert into data_keys (purpose, wrapped) values ($1, $2) returning id"
BEGIN: Final = """
insert into key_rotations (key_id, purpose, started_at, walk_at, key_check)
values ($1, 'index', $2, $2, $3) returning id
"""
KEYS: Final = "select id, purpose, wrapped from data_keys where purpose = any ($1) for update"
BECOME: Final = "update data_keys set purpose = $2, wrapped = $3 where id = $1"
NEXT_WALK: Final = """
update key_rotations set walk = walk + 1, walk_at = $2, round = 1, place = 0, after = null,
    in_round = 0
where id = $1
"""
RETIRE: Final = """
with gone as (delete from data_keys where purpose = 'index-former' returning id)
update key_rotations set retired = retired || array(select id from gone) where id = $1
"""
# Their rows carry indexes from before the switch.
AT_WORK: Final = """
select exists (select from imports where state in ('queued', 'running') and created_at < $1)
    or exists (select from reconciliations
        where state in ('queued', 'running') and created_at < $1)
"""


def check_of(sealer: Sealer, key: int) -> bytes:
    """What tells index keys apart without telling anything of them."""
    return sealer.blind_index("key-check", "", key)


async def begin(connection: Connection, key_encryption_key: str, now: datetime) -> tuple[UUID, int]:
    """Add an index key that processes get to know; the rotation's id and the key's.

    Raises:
        KeyRotationRunning: One is under way.
        KeyNotUsable: The key-encryption key is not this database's.
    """
    await connection.execute(sealing.LOCK)
    if await rotations.running(connection) is not None:
        raise KeyRotationRunning
    # Proves the key-encryption key before anything is wrapped under it.
    await sealing.load(connection, key_encryption_key)
    wrapped = sealing.wrap(sealing.cipher_of(key_encryption_key), NEXT)
    key_id: int = await connection.fetchval(ADD, NEXT, wrapped)
    sealer = await sealing.load(connection, key_encryption_key)
    check = check_of(sealer, sealer.index_keys[-1])
    rotation_id: UUID = await connection.fetchval(BEGIN, key_id, now, check)
    return rotation_id, key_id


async def switch(connection: Connection, key_encryption_key: str) -> None:
    """Let the new key make the indexes; the former one is still known.

    Raises:
        KeyNotUsable: The key-encryption key is not this database's.
    """
    await connection.execute(sealing.LOCK)
    wrapping = sealing.cipher_of(key_encryption_key)
    become = {PRESENT: FORMER, NEXT: PRESENT}
    for row in await connection.fetch(KEYS, list(become)):
        key = sealing.unwrap(wrapping, row["purpose"], row["wrapped"])
        purpose = become[row["purpose"]]
        wrapped = sealing.wrap(wrapping, purpose, key)
        await connection.execute(BECOME, row["id"], purpose, wrapped)


async def next_walk(connection: Connection, rotation: Rotation, now: datetime) -> None:
    """Begin the following walk."""
    await connection.execute(NEXT_WALK, rotation.id, now)


async def retire(connection: Connection, rotation: Rotation) -> None:
    """Delete the former key."""
    await connection.execute(sealing.LOCK)
    await connection.execute(RETIRE, rotation.id)


async def is_needed(connection: Connection, until: datetime) -> bool:
    """Whether imports or reconciliations from before an instant are still on their way."""
    needed: bool = await connection.fetchval(AT_WORK, until)
    return needed
