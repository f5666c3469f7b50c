"""Rows follow areas whose codes change in the registry, as its feed tells.

A change is received once: its event's id and the new cursor are written together. It is carried out
in chunks, each a transaction; what is left to do is what still lies at an old code, so one that was
killed goes on where it stopped. It is looked at again for a while, because whoever still holds a
token of before goes on writing the old code.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from services.common.database import Connection, Database
from services.common.errors import PeerUnavailable
from services.common.peers import Peer

AREA_CHANGED = "registry.area.changed.v1"
CHUNK = 500
LATE = timedelta(minutes=15)

Step = Callable[[Connection, str], Awaitable[int]]
"""Moves some rows by the pairs of a change (JSON: old, new, carries); 0 when none is left."""

CURSOR = "select cursor from area_cursor"
MOVE_CURSOR = "update area_cursor set cursor = $1"
RECEIVE = """
insert into area_inbox (event_id, change, lineage)
select (e ->> 'id')::uuid, (e #>> '{data,change}')::uuid, e #> '{data,lineage}'
from jsonb_array_elements(($1::jsonb) -> 'items') with ordinality as sent (e, n) order by n
on conflict (event_id) do nothing
"""
WAITING = """
select event_id, lineage::text, received_at < now() - $1::interval
    or exists (select from area_inbox later where later.seq > i.seq) as is_last
from area_inbox i where done_at is null order by seq
"""
HOLD = """
select set_config('onegrid.following', event_id::text, true) from area_inbox
where event_id = $1 and done_at is null for update
"""
DONE = "update area_inbox set done_at = now() where event_id = $1"
MOVE = """
with way as (
    select old, new, carries, count(*) over (partition by old) > 1 as forks
    from jsonb_to_recordset($1::jsonb) as l (old text, new text, carries boolean)),
found as (
    select t.ctid as at, concat_ws('/', {key}) as row_key, t.{column} as code, w.becomes,
        w.forks and w.old = t.{column} as forks,
        left(w.becomes, 6) = left(t.{column}, 6) and not exists (select {taken}) as fits
    from {table} t cross join lateral (
        select old, forks, new || substr(t.{column}, length(old) + 1) as becomes
        from way where carries and t.{column} ^@ old order by length(old) desc limit 1) w),
doubts as (
    insert into area_doubts (event_id, place, row_key, code)
    select current_setting('onegrid.following')::uuid, '{table}.{column}', row_key, code
    from found where forks or (becomes <> code and not fits) on conflict do nothing),
due as (select distinct on ({one}) at, becomes from found t where becomes <> code and fits limit $2)
update {table} t set {column} = due.becomes from due where t.ctid = due.at returning 1
"""


def moving(table: str, column: str, *key: str, alone: bool = False) -> Step:
    """A step for a column that holds the code of an area, or of an office that begins with one.

    What would change its county stays, and so does what would become the second row of its key;
    both, and rows at the very code of an area that was split, are listed in `area_doubts`.

    Args:
        table: Of the caller's own.
        column: Of it.
        key: Columns that name a row.
        alone: Whether the key may have one row of a code only.
    """
    names = ", ".join(f"t.{name}" for name in key)
    same = " and ".join(f"o.{name} = t.{name}" for name in key)
    sql = MOVE.format(
        table=table,
        column=column,
        key=names,
        taken=f"from {table} o where {same} and o.{column} = w.becomes" if alone else "where false",
        one="row_key, becomes" if alone else "at",
    )

    async def step(connection: Connection, pairs: str) -> int:
        return len(await connection.fetch(sql, pairs, CHUNK))

    return step


class Follower:
    """Keeps a service's own area codes those of today, until cancelled.

    Args:
        database: The service's own.
        registry: Whose feed it reads.
        steps: Each moves rows of one column.
        late: How long codes of before may still be written.
        every_s: Pause between two looks.
    """

    def __init__(
        self,
        database: Database,
        registry: Peer,
        steps: Sequence[Step],
        *,
        late: timedelta = LATE,
        every_s: float = 5.0,
    ) -> None:
        self._database, self._registry, self._steps = database, registry, steps
        self._late, self._every_s = late, every_s

    async def run(self) -> None:
        """Look again and again; what failed is tried again at the next look."""
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self.look()
            except Exception as exc:  # noqa: BLE001 — whatever failed, the next look tries again
                structlog.get_logger().warning("areas.not_followed", error=type(exc).__name__)

    async def look(self) -> None:
        """Receive what is new, and carry out what was received."""
        while await self._receive():
            pass
        async with self._database.read() as connection:
            waiting = await connection.fetch(WAITING, self._late)
        for event_id, pairs, is_last in waiting:
            for step in self._steps:
                while await self._chunk(event_id, pairs, step):
                    pass
            if is_last:
                async with self._database.transaction() as connection:
                    await connection.execute(DONE, event_id)

    async def _receive(self) -> bool:
        async with self._database.read() as connection:
            cursor = await connection.fetchval(CURSOR)
        after = f"?after={cursor}" if cursor else ""
        answer = await self._registry.call("GET", f"/v1/area-changes/feed{after}")
        if not answer.is_success:
            raise PeerUnavailable(f"The feed of areas answered {answer.status_code}.")
        page = answer.json()
        async with self._database.transaction() as connection:
            await connection.execute(RECEIVE, answer.text)
            await connection.execute(MOVE_CURSOR, page["next"])
        return bool(page["items"])

    async def _chunk(self, event_id: UUID, pairs: str, step: Step) -> int:
        async with self._database.transaction() as connection:
            if await connection.fetchval(HOLD, event_id) is None:
                return 0  # another process has carried it out
            return await step(connection, pairs)
