"""Search keys of former names, for records written before a former name had any."""

from typing import Final
from uuid import UUID

from services.common.database import Connection
from services.registry.domain import search

NAME: Final = "former_names"
BEGIN: Final = "insert into period_fills (name) values ($1) on conflict do nothing"
HOLD: Final = """
select at_county, at_id from period_fills where name = $1 and finished_at is null for update
"""
# The last one looked at is told in any case, so that a walk past people without one goes on.
CHUNK: Final = """
with chunk as (
    select county, id from residents
    where (county, id) > ($1, $2) order by county, id limit $3),
named as (
    select r.county, r.id, r.name, r.name_ko, r.name_pinyin, r.name_keys,
        r.facts -> 'former_name' ->> 'value' as former
    from residents r join chunk c on (c.county, c.id) = (r.county, r.id)
    where r.facts -> 'former_name' ->> 'value' is not null
    for no key update of r),
last as (select county, id from chunk order by county desc, id desc limit 1)
select l.county as last_county, l.id as last_id, (select count(*) from chunk) as seen, n.*
from last l left join named n on true
"""
# Nothing that anybody is shown changes: no version, no former state.
QUIETLY: Final = "set local registry.rewriting = 'resealing'"
WRITE: Final = "update residents set name_keys = $3 where county = $1 and id = $2"
ADVANCE: Final = """
update period_fills set at_county = $2, at_id = $3, rows_done = rows_done + $4 where name = $1
"""
END: Final = "update period_fills set finished_at = clock_timestamp() where name = $1"


async def step(connection: Connection, limit: int) -> int:
    """Write the keys that the next residents lack; how many were looked at, 0 at the end."""
    await connection.execute(BEGIN, NAME)
    at = await connection.fetchrow(HOLD, NAME)
    if at is None:
        return 0
    rows = await connection.fetch(CHUNK, *at, limit)
    if not rows:
        await connection.execute(END, NAME)
        return 0
    lacking: list[tuple[str, UUID, list[str]]] = []
    for row in rows:
        if row["id"] is not None:
            names = (row["name"], row["name_ko"], row["name_pinyin"], row["former"])
            keys = search.keys_of(*names)
            if set(keys) != set(row["name_keys"]):
                lacking.append((row["county"], row["id"], list(keys)))
    if lacking:
        await connection.execute(QUIETLY)
        await connection.executemany(WRITE, lacking)
    first = rows[0]
    await connection.execute(ADVANCE, NAME, first["last_county"], first["last_id"], first["seen"])
    return int(first["seen"])
