"""Filling an empty registry by COPY: indexes and foreign keys stand aside and come back at the end.

What was set aside is remembered in the database in the same transaction, so that a load that was
killed is cleaned up and begun again by the next one.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, Final, TypeAlias

import asyncpg
import orjson

from services.common.errors import DomainError, Kind

Records: TypeAlias = Iterable[Sequence[Any]]

AREAS: Final = (
    "code", "county", "level", "name", "name_ko", "name_en", "urban", "address",
)  # fmt: skip
HOUSEHOLDS: Final = (
    "county", "id", "number", "kind", "dwelling", "address", "head_id", "valid_from",
)  # fmt: skip
RESIDENTS: Final = (
    "county", "id", "name", "name_ko", "name_pinyin", "name_keys", "sex", "born_on",
    "document_kind", "document_sealed", "document_index", "phone_sealed", "phone_index",
    "residency", "usual_language", "household_id", "relation", "dwelling", "facts", "observed_on",
    "changed_by", "change_reason",
)  # fmt: skip
IDENTIFIERS: Final = ("kind", "index", "county", "resident_id")
_WHO: Final = ("changed_by", "change_reason")
MEMBERSHIPS: Final = (
    "county", "resident_id", "basis", "household_id", "relation", "dwelling", "valid", *_WHO,
)  # fmt: skip
HOUSEHOLD_DWELLINGS: Final = ("county", "household_id", "dwelling", "use", "valid", *_WHO)
HOUSEHOLD_HEADS: Final = ("county", "household_id", "head_id", "valid", *_WHO)
AREA_POSTS: Final = (
    "id", "area", "post", "seat", "valid", "holder", "phone_sealed", "changed_by",
)  # fmt: skip
AREA_BOUNDARIES: Final = (
    "code", "valid", "geometry", "vertices", "west", "south", "east", "north", "centre_lon",
    "centre_lat", "area_m2", "source", "drawn_by",
)  # fmt: skip
_COLUMNS: Final = {
    "areas": AREAS,
    "households": HOUSEHOLDS,
    "residents": RESIDENTS,
    "identifiers": IDENTIFIERS,
    "memberships": MEMBERSHIPS,
    "household_dwellings": HOUSEHOLD_DWELLINGS,
    "household_heads": HOUSEHOLD_HEADS,
    "area_posts": AREA_POSTS,
    "area_boundaries": AREA_BOUNDARIES,
}

SESSION: Final = (
    "set statement_timeout = 0",
    "set synchronous_commit = off",
    "set maintenance_work_mem = '256MB'",
    "set max_parallel_maintenance_workers = 2",
    "set registry.periods = 'given'",
)
LOCK = "select pg_try_advisory_lock(hashtext('registry.demo'))"
LOADS = "select scale, seed, finished_at is not null as finished, set_aside::text from demo_loads"
HAS_RESIDENTS = "select exists (select from residents)"
BEGIN = """
insert into demo_loads (scale, seed, started_at, set_aside)
values ($1, $2, clock_timestamp(), $3) returning started_at::text
"""
# A process whose load was begun anew by another must not write into that one's tables.
STILL_OURS = "select true from demo_loads where started_at::text = $1 for share"
END = "update demo_loads set finished_at = now(), set_aside = '[]' where (scale, seed) = ($1, $2)"
FORGET = "delete from demo_loads"
CLEAR = (
    "truncate memberships, household_dwellings, household_heads, residents, households, "
    "identifiers, assertions, resident_history, "
    "grid_counts, county_counts cascade"
)
CLEAR_PLACES = "truncate area_posts, area_boundaries, boundary_faults, grid_faults, grid_count_days"
CLEAR_AREAS = "delete from areas where level in ('grid', 'building', 'unit', 'dwelling')"
# Primary keys stay, because foreign keys lean on them and rows arrive in their order; only that of
# `identifiers` is as random as its blind indexes, and those of periods are faster built than kept.
SET_ASIDE = """
with tables as (
    select oid, oid::regclass::text as name from pg_class
    where oid in ('areas'::regclass, 'households'::regclass, 'residents'::regclass,
        'identifiers'::regclass, 'memberships'::regclass,
        'household_dwellings'::regclass, 'household_heads'::regclass)),
constraints as (
    select c.contype = 'f' as first,
        format('alter table %s drop constraint %I', t.name, c.conname) as away,
        format('alter table %s add constraint %I %s', t.name, c.conname,
            pg_get_constraintdef(c.oid)) as back
    from pg_constraint c join tables t on t.oid = c.conrelid
    where c.contype = 'f' or (c.contype in ('p', 'x')
        and t.name not in ('areas', 'households', 'residents'))),
indexes as (
    select false as first, format('drop index %s', i.indexrelid::regclass) as away,
        pg_get_indexdef(i.indexrelid) as back
    from pg_index i join tables t on t.oid = i.indrelid
    where not exists (select from pg_constraint c where c.conindid = i.indexrelid))
select * from constraints union all select * from indexes order by first desc, away
"""
ANALYZE = (
    "analyze areas, households, residents, identifiers, memberships, household_dwellings, "
    "household_heads"
)


class DemoLoadRunning(DomainError):
    """Another process is loading the demo into this database."""

    kind = Kind.CONFLICT
    title = "A demo load is running"
    title_zh = "演示数据正在载入"
    title_ko = "시범 자료를 적재하고 있습니다"


class RegistryNotEmpty(DomainError):
    """The registry holds residents that are not this demo's; use an empty database."""

    kind = Kind.CONFLICT
    title = "The registry is not empty"
    title_zh = "登记库不是空的"
    title_ko = "등록부가 비여 있지 않습니다"


class DemoLoadSuperseded(DomainError):
    """This load was begun anew by another process."""

    kind = Kind.CONFLICT
    title = "The demo load was begun anew"
    title_zh = "演示数据已由其他进程重新载入"
    title_ko = "다른 프로세스가 시범 자료 적재를 다시 시작했습니다"


class Bulk:
    """One connection that fills the registry.

    Args:
        connection: Its own session, see `opened`.
    """

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection
        self._set_aside: list[str] = []

    async def is_finished(self, scale: str, seed: str) -> bool:
        """Whether this very demo was loaded before.

        Raises:
            DemoLoadRunning: Another process is at it.
            RegistryNotEmpty: The database holds other residents.
        """
        if not await self._connection.fetchval(LOCK):
            raise DemoLoadRunning
        loads = await self._connection.fetch(LOADS)
        if any(
            (row["scale"], row["seed"], row["finished"]) == (scale, seed, True) for row in loads
        ):
            return True
        if any(row["finished"] for row in loads):
            raise RegistryNotEmpty
        if not loads and await self._connection.fetchval(HAS_RESIDENTS):
            raise RegistryNotEmpty
        return False

    async def begin(self, scale: str, seed: str) -> str:
        """Clear what a killed load left, set indexes aside, and remember all that.

        Returns:
            What this load is called; `copy` writes for no other.
        """
        async with self._connection.transaction():
            loads = await self._connection.fetch(LOADS)
            back = {text for row in loads for text in orjson.loads(row["set_aside"])}
            await self._connection.execute(FORGET)
            await self._connection.execute(CLEAR)
            await self._connection.execute(CLEAR_PLACES)
            await self._connection.execute(CLEAR_AREAS)
            for row in await self._connection.fetch(SET_ASIDE):
                await self._connection.execute(row["away"])
                back.add(row["back"])
            self._set_aside = sorted(back, key=_place)
            remembered = orjson.dumps(self._set_aside).decode()
            began: str = await self._connection.fetchval(BEGIN, scale, seed, remembered)
        return began

    async def copy(self, load: str, **tables: Records) -> None:
        """Write rows by table, in one transaction; columns as named above.

        Raises:
            DemoLoadSuperseded: Another load has begun.
        """
        async with self._connection.transaction():
            if not await self._connection.fetchval(STILL_OURS, load):
                raise DemoLoadSuperseded
            for table, records in tables.items():
                await self._connection.copy_records_to_table(
                    table, records=records, columns=_COLUMNS[table], timeout=None
                )

    @property
    def set_aside(self) -> Sequence[str]:
        """Statements that bring indexes and foreign keys back, in order."""
        return self._set_aside

    async def bring_back(self, statement: str) -> None:
        """Carry out one statement of `set_aside`."""
        await self._connection.execute(statement)

    async def end(self, scale: str, seed: str) -> None:
        """Tell the planner what is there now, and mark the demo loaded."""
        await self._connection.execute(ANALYZE)
        await self._connection.execute(END, scale, seed)


def since(day: date) -> "asyncpg.Range[date]":
    """A period that began on a day and goes on, as a column of a period takes it."""
    return asyncpg.Range(day, None)


def _place(statement: str) -> tuple[int, str]:
    """Primary keys come back first, because foreign keys, last, lean on them."""
    order = 0 if " PRIMARY KEY " in statement else 2 if " FOREIGN KEY " in statement else 1
    return order, statement


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[Bulk]:
    """A session of its own: long statements, no waiting for the disk at each commit."""
    connection = await asyncpg.connect(dsn, command_timeout=None)
    try:
        for statement in SESSION:
            await connection.execute(statement)
        yield Bulk(connection)
    finally:
        await connection.close()
