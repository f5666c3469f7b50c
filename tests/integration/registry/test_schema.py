"""The schema of the one record."""

from collections.abc import Callable
from pathlib import Path

import asyncpg

VERSIONS = Path("services/registry/migrations/versions")

FOREIGN_KEYS_WITHOUT_INDEX = """
select c.conrelid::regclass::text || '.' || c.conname
from pg_constraint c
where c.contype = 'f' and c.connamespace = 'registry'::regnamespace
  and not exists (
      select 1 from pg_index i
      where i.indrelid = c.conrelid
        and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] = c.conkey)
"""


async def test_every_foreign_key_has_an_index(
    service_database: Callable[[str, Path], str],
) -> None:
    connection = await asyncpg.connect(service_database("registry", VERSIONS))
    try:
        assert await connection.fetch(FOREIGN_KEYS_WITHOUT_INDEX) == []
    finally:
        await connection.close()


async def test_partitions_are_made_ahead_and_only_once(
    service_database: Callable[[str, Path], str],
) -> None:
    connection = await asyncpg.connect(service_database("registry", VERSIONS))
    try:
        call = "select make_partitions(date '2026-11-24', 3)"
        assert await connection.fetchval(call) == 16
        assert await connection.fetchval(call) == 0
        bounds = await connection.fetchval(
            "select pg_get_expr(relpartbound, oid) from pg_class where relname = 'accesses_202612'"
        )
        assert "2026-11-30 16:00:00+00" in bounds
    finally:
        await connection.close()
