"""Every schema comes up from nothing, goes back, and belongs to its own role alone."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from gateway.suite import SUITE
from services.common import migrating
from services.common.service import Service
from tests.conftest import database_dsn

MakeDatabase = Callable[[str, Path], str]
EVERY = pytest.mark.parametrize("service", SUITE, ids=lambda s: s.name)

FOREIGN_KEYS_WITHOUT_INDEX = """
select c.conrelid::regclass::text || ' ' || c.conname
from pg_constraint c
where c.contype = 'f' and c.connamespace = current_schema::regnamespace and not exists (
    select from pg_index i
    where i.indrelid = c.conrelid
      and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)
"""


@EVERY
def test_up_from_nothing_and_back(service: Service, service_database: MakeDatabase) -> None:
    dsn = service_database(service.name, service.migrations)
    state = migrating.state(dsn, service.name, service.migrations)
    assert (state.pending, state.known) == (False, True)
    migrating.downgrade(dsn, service.name, service.migrations, "base")
    with psycopg.connect(dsn) as connection:
        left = connection.execute(
            "select relname from pg_class where relnamespace = current_schema::regnamespace "
            "and relkind in ('r', 'p') and relname <> 'alembic_version'"
        ).fetchall()
    assert left == []
    migrating.upgrade(dsn, service.name, service.migrations)


@EVERY
def test_every_foreign_key_has_an_index(service: Service, service_database: MakeDatabase) -> None:
    with psycopg.connect(service_database(service.name, service.migrations)) as connection:
        assert connection.execute(FOREIGN_KEYS_WITHOUT_INDEX).fetchall() == []


def test_a_role_cannot_read_anothers_schema(postgres: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("drop database if exists together with (force)")
        connection.execute("create database together")
    for service in SUITE:
        migrating.provision(database_dsn(postgres, "together"), service.name, "tests")
        dsn = database_dsn(postgres, "together", user=service.name)
        migrating.upgrade(dsn, service.name, service.migrations)
    for reader in SUITE:
        dsn = database_dsn(postgres, "together", user=reader.name)
        for other in SUITE:
            if other.name == reader.name:
                continue
            with (
                psycopg.connect(dsn) as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute(f"select * from {other.name}.events")
