"""A database with access records gets chains without one of them being written anew."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import psycopg

from services.common import migrating
from services.common.database import Database
from services.registry.service import SERVICE
from services.registry.store.audit import lines
from services.registry.use_cases.audit import sealing

WRITE = """
insert into accesses (county, resident_id, read_at, reader, reader_name, role, organisation,
    purpose, operation, fields)
select '222406', uuidv7(), %s::timestamptz - n * interval '1 millisecond', 'r', 'r', 'r', 'o',
    'audit', 'o', '{name}' from generate_series(1, 1000) n
"""
INDEXED = """
select count(*) from pg_inherits i join pg_index x on x.indrelid = i.inhrelid
join pg_class c on c.oid = x.indexrelid
where i.inhparent = 'accesses'::regclass and pg_get_indexdef(c.oid) like '%(xact, id)%'
"""


def test_older_records_stay_outside_and_newer_ones_are_chained(
    service_database: Callable[[str, Path], str],
) -> None:
    dsn = service_database("registry", SERVICE.migrations)
    migrating.downgrade(dsn, "registry", SERVICE.migrations, "registry_index_keys")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("select make_partitions((now() - interval '3 months')::date, 4)")
        connection.execute(WRITE, ["now"])
        connection.execute(WRITE.replace("%s", "(now() - interval '2 months')"))
    migrating.upgrade(dsn, "registry", SERVICE.migrations)
    with psycopg.connect(dsn, autocommit=True) as connection:
        # This month and the next; the three before it need none.
        assert connection.execute(INDEXED).fetchone() == (2,)
        connection.execute("select make_partitions((now() + interval '2 months')::date, 1)")
        assert connection.execute(INDEXED).fetchone() == (4,)
        connection.execute("insert into accesses select * from accesses where false")
        connection.execute(WRITE, ["now"])
        seen = connection.execute("select count(*), count(xact) from accesses").fetchone()
        assert seen == (3000, 1000)
    sealed, last = asyncio.run(_seal(dsn))
    assert (sealed, last) == (1000, b'{"end":{"blocks":1,"records":1000,"before":2000}}\n')


async def _seal(dsn: str) -> tuple[int, bytes]:
    database = Database(dsn, application="test", pool_size=1)
    await database.open()
    try:
        sealed = await sealing.seal_all(database)
        async with database.snapshot() as connection:
            exported = [line async for line in lines.lines(connection, None)]
    finally:
        await database.close()
    return sealed, exported[-1]
