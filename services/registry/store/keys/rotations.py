"""Data keys and their rotations, and how many values are under each key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.common import sealing
from services.common.database import Connection
from services.common.errors import DomainError, Kind

# A key of the national ciphers is wrapped behind a byte that says so (services.common.sealing).
KEYS: Final = """
select id, purpose, created_at,
    case octet_length(wrapped) when 60 then 'international' else 'national' end as ciphers
from data_keys order by id
"""
ADD: Final = "insert into data_keys (purpose, wrapped) values ('seal', $1) returning id"
BEGIN: Final = "insert into key_rotations (key_id) values ($1) returning id"
RUNNING: Final = """
select id, key_id, started_at, round, place, after::text as after, resealed, in_round, purpose,
    walk, walk_at, key_check
from key_rotations where finished_at is null
"""
ADVANCE: Final = """
update key_rotations set place = $2, after = $3::jsonb, resealed = resealed + $4,
    in_round = in_round + $4 where id = $1
"""
NEXT_ROUND: Final = """
update key_rotations set round = round + 1, place = 0, after = null, in_round = 0 where id = $1
"""
FINISH: Final = "update key_rotations set finished_at = now() where id = $1"
RETIRE: Final = "delete from data_keys where purpose = 'seal' and id = any ($1)"
REMEMBER: Final = "update key_rotations set retired = retired || $2::smallint[] where id = $1"
WRAPPED: Final = "select id, purpose, wrapped from data_keys order by id for update"
REWRAP: Final = "update data_keys set wrapped = $2 where id = $1"

# Every sealed column there is, whoever made it: an old key must not go while one value needs it.
COLUMNS: Final = """
select c.relname::text as table_name, a.attname::text as column_name
from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.relnamespace = 'registry'::regnamespace and c.relkind in ('r', 'p')
  and not c.relispartition and a.atttypid = 'bytea'::regtype and not a.attisdropped
  and (a.attname = 'sealed' or a.attname like '%\\_sealed')
order by 1, 2
"""
_ID: Final = "get_byte({0}, 0) * 256 + get_byte({0}, 1)"
USED: Final = f"""
select {_ID.format("{column}")} as key_id, count(*) from {{table}}
where {{column}} is not null group by 1
"""
_FACT: Final = "decode(left(f.value ->> 'sealed', 4), 'base64')"
USED_BY_FACTS: Final = f"""
select {_ID.format(_FACT)} as key_id, count(*)
from {{table}}, jsonb_each({{facts}}) f where f.value ? 'sealed' group by 1
"""
_FORMER: Final = "decode(substr(h.old ->> c, 3, 4), 'hex')"
USED_BY_FORMER: Final = f"""
select {_ID.format(_FORMER)} as key_id, count(*)
from resident_history h, unnest(array['document_sealed', 'phone_sealed']) c
where h.old ->> c is not null group by 1
"""
_WAIT_S: Final = 600


class KeyRotationRunning(DomainError):
    """A rotation of keys is under way; the next one waits for it."""

    kind = Kind.CONFLICT
    title = "A rotation of keys is under way"
    title_zh = "密钥轮换正在进行"
    title_ko = "열쇠 교체가 진행되고 있습니다"


@dataclass(frozen=True, slots=True)
class Rotation:
    """One that is under way.

    Attributes:
        id: Row key.
        key_id: The new key.
        started_at: When it came.
        round: Which walk through all tables this is, from 1.
        place: Number of the table.
        after: Key of the last row sealed again in it.
        resealed: Rows sealed again so far.
        in_round: Those of this walk.
        purpose: Of the keys: `seal` or `index`.
        walk: Of an index key: which of its walks, from 0.
        walk_at: When it began.
        key_check: What the new index key makes of a given value.
    """

    id: UUID
    key_id: int
    started_at: datetime
    round: int
    place: int
    after: Sequence[str] | None
    resealed: int
    in_round: int
    purpose: str
    walk: int
    walk_at: datetime
    key_check: bytes | None


async def begin(connection: Connection, key_encryption_key: str) -> tuple[UUID, int]:
    """Add a key that seals from now on; the rotation's id and the key's.

    Raises:
        KeyRotationRunning: One is under way.
        KeyNotUsable: The key-encryption key is not this database's.
    """
    await connection.execute(sealing.LOCK)
    if await running(connection) is not None:
        raise KeyRotationRunning
    # Proves the key-encryption key before anything is wrapped under it.
    await sealing.load(connection, key_encryption_key)
    wrapped = sealing.wrap(sealing.cipher_of(key_encryption_key), "seal")
    key_id: int = await connection.fetchval(ADD, wrapped)
    rotation_id: UUID = await connection.fetchval(BEGIN, key_id)
    return rotation_id, key_id


async def running(connection: Connection) -> Rotation | None:
    """The rotation that is under way."""
    row = await connection.fetchrow(RUNNING)
    if row is None:
        return None
    after = None if row["after"] is None else orjson.loads(row["after"])
    return Rotation(**{**row, "after": after})


async def rewrap(connection: Connection, present: str, new: str) -> int:
    """Wrap every data key under another key-encryption key; how many there are.

    Raises:
        KeyNotUsable: The present key does not open them, or the new one is malformed.
    """
    await connection.execute(sealing.LOCK)
    opening, closing = sealing.cipher_of(present), sealing.cipher_of(new)
    rows = await connection.fetch(WRAPPED)
    for row in rows:
        key = sealing.unwrap(opening, row["purpose"], row["wrapped"])
        await connection.execute(REWRAP, row["id"], sealing.wrap(closing, row["purpose"], key))
    return len(rows)


async def used(connection: Connection) -> Mapping[int, Mapping[str, int]]:
    """How many values are under each key, by table and column."""
    found: dict[int, dict[str, int]] = {}
    statements = {
        "residents.facts": USED_BY_FACTS.format(table="residents", facts="facts"),
        "resident_history.old.facts": USED_BY_FACTS.format(
            table="resident_history", facts="old -> 'facts'"
        ),
        "resident_history.old": USED_BY_FORMER,
    }
    for row in await connection.fetch(COLUMNS):
        table, column = row["table_name"], row["column_name"]
        statements[f"{table}.{column}"] = USED.format(table=table, column=column)
    for name, statement in statements.items():
        for row in await connection.fetch(statement, timeout=_WAIT_S):
            found.setdefault(row["key_id"], {})[name] = row["count"]
    return found


async def keys(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """Id, purpose, day and ciphers of each data key."""
    return [dict(row) for row in await connection.fetch(KEYS)]
