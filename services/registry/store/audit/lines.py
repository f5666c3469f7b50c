"""An export of access records: blocks and records in order of place, at one instant."""

from collections.abc import AsyncIterator
from typing import Any, Final

import orjson

from services.common.database import Connection
from services.registry.domain.audit.chains import Block, Place
from services.registry.store.audit.blocks import CANONICAL

_SNAPSHOT_S: Final = 6 * 3600
PATIENCE: Final = f"""
set local statement_timeout = '{_SNAPSHOT_S}s';
set local idle_in_transaction_session_timeout = '{_SNAPSHOT_S}s'
"""
_BLOCKS: Final = """
select organisation, number, round, kind, month, from_xact::text::bigint as from_xact,
    from_id::text as from_id, to_xact::text::bigint as to_xact, to_id::text as to_id, rows, total,
    rule, algorithm, digests, previous, hash,
    to_char(sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sealed_at
from access_blocks where $1::text is null or organisation = $1
order by access_blocks.round, organisation, number
"""
# What has no number though it is not older than the chains was put in past the registry.
_RECORDS: Final = f"""
select xact::text::bigint as xact, id::text as id, {CANONICAL} as record from accesses
where read_at >= (select date_trunc('month', began_at at time zone 'Asia/Shanghai')
        at time zone 'Asia/Shanghai' from access_sealing)
    and (xact is not null or read_at > (select began_at from access_sealing))
    and ($1::text is null or organisation = $1)
order by accesses.xact, accesses.id
"""
_BEFORE: Final = """
select count(*) from accesses where xact is null
    and read_at <= (select began_at from access_sealing)
    and ($1::text is null or organisation = $1)
"""
_PREFETCH: Final = 2000


async def lines(connection: Connection, organisation: str | None) -> AsyncIterator[bytes]:
    """Each line of an export but the first and the checkpoints; in a snapshot, which it needs.

    Args:
        connection: Of a snapshot.
        organisation: The one whose chain is exported; None exports all.
    """
    await connection.execute(PATIENCE)
    records = _records(connection, organisation)
    record = await anext(records, None)
    counted, blocks = 0, 0
    at: Block | None = None
    async for block in _blocks(connection, organisation):
        while at is not None and block.round != at.round and record and record[0] <= at.ended:
            yield record[1]
            counted += 1
            record = await anext(records, None)
        at = block
        yield b'{"block":' + orjson.dumps(block.as_json()) + b"}\n"
        blocks += 1
    while record is not None:
        yield record[1]
        counted += 1
        record = await anext(records, None)
    before = await connection.fetchval(_BEFORE, organisation, timeout=_SNAPSHOT_S)
    yield orjson.dumps({"end": {"blocks": blocks, "records": counted, "before": before}}) + b"\n"


async def _blocks(connection: Connection, organisation: str | None) -> AsyncIterator[Block]:
    async for row in connection.cursor(_BLOCKS, organisation, prefetch=_PREFETCH):
        value: dict[str, Any] = dict(row)
        began = Place(value.pop("from_xact"), value.pop("from_id"))
        ended = Place(value.pop("to_xact"), value.pop("to_id"))
        yield Block(**value, began=began, ended=ended)


async def _records(
    connection: Connection, organisation: str | None
) -> AsyncIterator[tuple[Place, bytes]]:
    async for row in connection.cursor(_RECORDS, organisation, prefetch=_PREFETCH):
        place = Place(row["xact"], row["id"]) if row["xact"] is not None else _LAST
        yield place, b'{"record":' + row["record"].encode() + b"}\n"


_LAST: Final = Place(1 << 64, "")
