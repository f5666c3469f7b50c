"""Indexes on tables that are large already: built beside the writers, and again after a kill."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import QueryCanceled

from services.common import migrating
from services.common.ids import new_id
from services.registry.service import SERVICE

MakeDatabase = Callable[[str, Path], str]
ROWS = 50_000
LARGE = {
    "residents", "households", "identifiers", "assertions", "memberships", "household_dwellings",
    "household_heads", "resident_documents",
}  # fmt: skip
"""Tables that grow with the residents and are not partitioned."""
PERSON = """
insert into residents (county, id, name, sex, residency, dwelling, observed_on, changed_by,
    change_reason)
values ('222406', %s, 'x', '1', 'registered', '22240600100100100001010101', '2026-01-01', 't', 't')
"""
SAID = """
insert into assertions (county, resident_id, field, value, method, domain, observed_on, observed_at)
select '222406', %s, 'employer', '"x"', 'baseline', 'market', '2026-01-01', now()
from generate_series(1, %s)
"""
VALID = "select indisvalid from pg_index where indexrelid = to_regclass(%s)"
INDEXES = ("assertions_field", "residents_phone")


@pytest.fixture
def populated(service_database: MakeDatabase) -> Iterator[tuple[str, psycopg.Connection]]:
    """A database from before the indexes with many rows, and a writer who is not done."""
    dsn = service_database("registry", SERVICE.migrations)
    migrating.downgrade(dsn, "registry", SERVICE.migrations, "registry_authority")
    with psycopg.connect(dsn) as writer:
        person = new_id()
        writer.execute(PERSON, [person])
        writer.execute(SAID, [person, ROWS])
        writer.commit()
        writer.execute(SAID, [person, 1])
        yield dsn, writer


def upgrading(dsn: str) -> tuple[threading.Thread, list[BaseException]]:
    failed: list[BaseException] = []

    def upgrade() -> None:
        try:
            migrating.upgrade(dsn, "registry", SERVICE.migrations)
        except BaseException as exc:  # noqa: BLE001 — told to the test
            failed.append(exc)

    thread = threading.Thread(target=upgrade)
    thread.start()
    return thread, failed


def valid(dsn: str) -> list[tuple[bool] | None]:
    with psycopg.connect(dsn) as connection:
        return [connection.execute(VALID, [name]).fetchone() for name in INDEXES]


def building(dsn: str) -> int:
    """The backend that builds an index."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for _ in range(2400):
            row = connection.execute("select pid from pg_stat_progress_create_index").fetchone()
            if row is not None:
                return int(row[0])
            time.sleep(0.05)
    raise AssertionError("no index is built")


def test_writers_go_on_while_an_index_is_built(
    populated: tuple[str, psycopg.Connection],
) -> None:
    dsn, writer = populated
    upgrade, failed = upgrading(dsn)
    building(dsn)
    time.sleep(5)  # longer than the lock timeout of migrations
    with psycopg.connect(dsn) as other:  # would wait behind an index that is not built beside it
        other.execute("set lock_timeout = '1s'")
        other.execute(PERSON, [new_id()])
    writer.commit()
    upgrade.join(60)
    assert (upgrade.is_alive(), failed) == (False, [])
    assert valid(dsn) == [(True,), (True,)]


def test_a_build_that_was_killed_is_done_again(
    populated: tuple[str, psycopg.Connection],
) -> None:
    dsn, writer = populated
    upgrade, failed = upgrading(dsn)
    pid = building(dsn)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("select pg_cancel_backend(%s)", [pid])
    upgrade.join(60)
    assert isinstance(failed[0].__cause__ or failed[0], QueryCanceled)
    assert valid(dsn)[0] == (False,)
    state = migrating.state(dsn, "registry", SERVICE.migrations)
    assert state.current == "registry_authority"
    writer.commit()
    migrating.upgrade(dsn, "registry", SERVICE.migrations)
    assert valid(dsn) == [(True,), (True,)]


def test_two_hosts_that_start_together_both_come_up(
    populated: tuple[str, psycopg.Connection],
) -> None:
    """The one that waits holds no snapshot that the other's index would wait for."""
    dsn, writer = populated
    code = (
        "import sys; from services.common import migrating;"
        "from services.registry.service import SERVICE;"
        "migrating.upgrade(sys.argv[1], 'registry', SERVICE.migrations)"
    )
    command = [sys.executable, "-c", code, dsn]
    hosts = [subprocess.Popen(command) for _ in range(2)]
    building(dsn)
    time.sleep(3)  # longer than the database needs to find a deadlock
    writer.commit()
    assert [host.wait(120) for host in hosts] == [0, 0]
    assert valid(dsn) == [(True,), (True,)]


def test_no_migration_builds_an_index_in_the_way_of_writers() -> None:
    index = re.compile(r"create (?:unique )?index (?!concurrently)\w+\s+on (\w+)")
    for path in sorted(SERVICE.migrations.glob("*.py")):
        text = path.read_text("utf-8")
        made = set(re.findall(r"create table (\w+)", text))
        assert not set(index.findall(text)) & LARGE - made, path.name
