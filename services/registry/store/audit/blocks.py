"""Sealing access records into blocks, and reading both back in order of place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from services.common.database import Connection
from services.registry.domain.audit.chains import Block, Place
from services.registry.domain.audit.checkpoints import Head

LOCK: Final = "select pg_try_advisory_xact_lock(hashtext('registry.seal'))"
WAIT_FOR_LOCK: Final = "select pg_advisory_xact_lock(hashtext('registry.seal'))"
PATIENCE: Final = "set local statement_timeout = '60s'"
# What a running transaction writes is not there yet; below the oldest of them nothing comes.
STATE: Final = """
select round, xact::text::bigint as xact, id::text as id, date_trunc('month', began_at at time zone
        'Asia/Shanghai') at time zone 'Asia/Shanghai' as since,
    pg_snapshot_xmin(pg_current_snapshot())::text as sure
from access_sealing
"""
# The canonical text (RFC 8785) of a record: members sorted, and what PostgreSQL escapes in a string
# is what the standard escapes. A test holds it against an independent writer.
CANONICAL: Final = """
'{"fields":' || array_to_json(fields)::text || ',"id":"' || id || '","operation":'
    || to_json(operation)::text || ',"organisation":' || to_json(organisation)::text
    || ',"purpose":' || to_json(purpose)::text || ',"read_at":"'
    || to_char(read_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '","reader":'
    || to_json(reader)::text || ',"reader_name":' || to_json(reader_name)::text
    || ',"request_id":' || coalesce(to_json(request_id)::text, 'null') || ',"resident_id":"'
    || resident_id || '","role":' || to_json(role)::text || ',"xact":'
    || coalesce(xact::text, 'null') || '}'
"""
DUE: Final = f"""
select organisation, to_char(read_at at time zone 'Asia/Shanghai', 'YYYYMM') as month,
    xact::text::bigint as xact, id::text as id, {CANONICAL} as record
from accesses
where read_at >= $1 and (xact, id) > ($2::text::xid8, $3::uuid) and xact < $4::text::xid8
order by accesses.xact, accesses.id limit $5
"""
LINKS: Final = """
select o.organisation, b.number, b.total, b.hash, b.algorithm
from unnest($1::text[]) as o (organisation)
cross join lateral (
    select number, total, hash, algorithm from access_blocks
    where organisation = o.organisation order by number desc limit 1) b
"""
APPEND: Final = """
insert into access_blocks (organisation, number, round, kind, month, from_xact, from_id, to_xact,
    to_id, rows, total, rule, algorithm, sealed_at, digests, previous, hash)
values ($1, $2, $3, $4, $5, $6::text::xid8, $7::uuid, $8::text::xid8, $9::uuid, $10, $11, $12, $13,
    $14::text::timestamptz, $15, $16, $17)
"""
ADVANCE: Final = """
update access_sealing set round = $1, xact = $2::text::xid8, id = $3::uuid
"""
NOW: Final = """
select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
"""
GROWN: Final = """
select distinct on (organisation) organisation, number, total, hash from access_blocks
where round > $1 and round <= $2 order by organisation, number desc
"""
# One step of the index for each organisation, however many blocks it has.
CHAINS: Final = """
with recursive named (organisation) as (
    (select organisation from access_blocks where organisation > $1 and organisation ^@ any ($2)
     order by organisation limit 1)
    union all
    select (select b.organisation from access_blocks b
        where b.organisation > n.organisation and b.organisation ^@ any ($2)
        order by b.organisation limit 1)
    from named n where n.organisation is not null)
select n.organisation, b.number, b.total, b.hash, b.algorithm, b.sealed_at
from named n cross join lateral (
    select number, total, hash, algorithm, sealed_at from access_blocks
    where organisation = n.organisation order by number desc limit 1) b
where n.organisation is not null order by n.organisation limit $3
"""
SEALED_IN_MONTH: Final = """
select organisation, sum(rows)::bigint as rows from access_blocks
where month = $1 and kind = 'accesses' group by organisation order by organisation
"""
THERE_IN_MONTH: Final = """
select organisation, count(*) as rows from {partition} where xact is not null
group by organisation order by organisation
"""


@dataclass(frozen=True, slots=True)
class State:
    """How far sealing has come.

    Attributes:
        round: The last one.
        ended: The last place that was sealed.
        since: No chained record is older.
        sure: Transactions below this number are over.
    """

    round: int
    ended: Place
    since: Any
    sure: str


class Link(NamedTuple):
    """What the next block of a chain must know of the last one."""

    number: int
    total: int
    hash: bytes
    algorithm: str


async def state(connection: Connection) -> State:
    """How far sealing has come."""
    row = await connection.fetchrow(STATE)
    assert row is not None  # noqa: S101 — the migration wrote it
    return State(row["round"], Place(row["xact"], row["id"]), row["since"], row["sure"])


async def due(connection: Connection, at: State, limit: int) -> Sequence[Any]:
    """The next records that are surely final, in order of place."""
    return await connection.fetch(
        DUE, at.since, str(at.ended.xact), at.ended.id, at.sure, limit, timeout=60
    )


async def links(connection: Connection, organisations: Sequence[str]) -> dict[str, Link]:
    """The end of each of these chains that has a block."""
    rows = await connection.fetch(LINKS, list(organisations))
    return {organisation: Link(*link) for organisation, *link in rows}


async def append(connection: Connection, blocks: Sequence[Block], at: Place) -> None:
    """Append the blocks of a round, and remember how far it came."""
    await connection.executemany(APPEND, [_row(block) for block in blocks])
    await connection.execute(ADVANCE, blocks[0].round, str(at.xact), at.id)


async def now(connection: Connection) -> str:
    """The instant, as blocks and checkpoints write it."""
    text: str = await connection.fetchval(NOW)
    return text


def _row(block: Block) -> tuple[Any, ...]:
    return (
        block.organisation,
        block.number,
        block.round,
        block.kind,
        block.month,
        str(block.began.xact),
        block.began.id,
        str(block.ended.xact),
        block.ended.id,
        block.rows,
        block.total,
        block.rule,
        block.algorithm,
        block.sealed_at,
        block.digests,
        block.previous,
        block.hash,
    )


async def grown(connection: Connection, after: int, until: int) -> list[Head]:
    """The chains that have blocks of these rounds, and where they stood after the last."""
    rows = await connection.fetch(GROWN, after, until)
    return [Head(r["organisation"], r["number"], r["hash"].hex(), r["total"]) for r in rows]


async def chain_heads(
    connection: Connection, after: str, areas: Sequence[str], limit: int
) -> list[dict[str, Any]]:
    """The last block of each chain of organisations in these areas, by code."""
    rows = await connection.fetch(CHAINS, after, list(areas), limit)
    return [dict(row) for row in rows]


async def sealed_in_month(connection: Connection, month: str) -> dict[str, int]:
    """Records that each organisation's blocks have of a month."""
    rows = await connection.fetch(SEALED_IN_MONTH, month)
    return {row["organisation"]: row["rows"] for row in rows}


async def there_in_month(connection: Connection, partition: str) -> dict[str, int]:
    """Chained records that the partition of a month has of each organisation."""
    rows = await connection.fetch(THERE_IN_MONTH.format(partition=partition), timeout=600)
    return {row["organisation"]: row["rows"] for row in rows}
