"""Loading the demo's residents, beside COPY of the same rows into the same tables."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks import rounds
from benchmarks.effort import Effort
from benchmarks.places import Place
from benchmarks.rounds import Figures, Row, Target
from gateway import demo
from gateway.embedded import DATABASE
from gateway.suite import BY_NAME
from services.common import migrating
from services.common.settings import ServiceSettings

TABLES = ("areas", "households", "residents", "identifiers")
"""What the load fills by COPY, in its order."""

_OWN = "onegrid_benchmark"
_REGISTRY = BY_NAME["registry"]
_MOST_ROUNDS = 3
_CEILING = Target(3.0, at_most=True)
_CHUNK_BYTES = 1 << 20
_SESSION = ("set synchronous_commit = off", "set maintenance_work_mem = '256MB'")


def measure(place: Place, effort: Effort) -> Iterator[Row]:
    """The registry's whole demo load, and COPY of what it wrote with every index in place."""
    admin = place.admin_dsn.replace(f"/{DATABASE}?", f"/{_OWN}?")
    turns = 1 if place.scale == "prefecture" else min(effort.rounds, _MOST_ROUNDS)
    try:
        seen = rounds.alternate(
            {"load": lambda: _load(place, admin), "copy": lambda: _copy(place, admin)}, turns
        )
        residents = _count(admin)
    finally:
        _drop(place)
    note = (
        f"{residents:,} residents: generated, sealed, indexed, with foreign keys checked; "
        "COPY has the finished rows and no foreign keys"
    )
    load, copy = Figures(seen["load"]), Figures(seen["copy"])
    yield Row("demo load of the registry", "COPY", "s", load, copy, _CEILING, note)
    yield Row("demo load of the registry", "", "residents/s", load.under(residents))


def _load(place: Place, admin: str) -> float:
    """Seconds to fill an empty, migrated database of the registry."""
    _drop(place)
    with psycopg.connect(place.admin_dsn, autocommit=True) as connection:
        connection.execute(f"create database {_OWN}".encode())
    password = place.embedded.postgres.service_password("registry")
    migrating.provision(admin, "registry", password)
    own = place.embedded.postgres.service_dsn("registry").replace(f"/{DATABASE}?", f"/{_OWN}?")
    migrating.upgrade(own, "registry", _REGISTRY.migrations)
    settings = _REGISTRY.settings(
        database_url=own,
        key_encryption_key=place.embedded.key("registry"),
        data_dir=place.folder / "bulk",
    )
    context = {
        "scale": place.scale,
        "seed": demo.SEED,
        "password": place.embedded.demo_password(),
        "county": demo.COUNTY,
    }
    return asyncio.run(_timed(settings, context))


async def _timed(settings: ServiceSettings, context: Mapping[str, Any]) -> float:
    load = _REGISTRY.load_demo
    if load is None:
        raise LookupError("the registry has no demo load")
    started = time.perf_counter()
    await load(settings, context, lambda *_: None)
    return time.perf_counter() - started


def _copy(place: Place, admin: str) -> float:
    """Seconds to COPY the rows from files into copies of the tables, with all indexes."""
    with psycopg.connect(admin, autocommit=True) as connection:
        for statement in (*_SESSION, "drop schema if exists raw cascade", "create schema raw"):
            connection.execute(statement.encode())
        files = {table: _unload(connection, table, place.folder) for table in TABLES}
        for table in TABLES:
            connection.execute(
                sql.SQL("create table raw.{} (like registry.{} including all)").format(
                    sql.Identifier(table), sql.Identifier(table)
                )
            )
        started = time.perf_counter()
        for table, file in files.items():
            _reload(connection, table, file)
        took = time.perf_counter() - started
    for file in files.values():
        file.unlink()
    return took


def _unload(connection: "psycopg.Connection[tuple[object, ...]]", table: str, folder: Path) -> Path:
    file = folder / f"{table}.copy"
    statement = sql.SQL("copy registry.{} to stdout (format binary)").format(sql.Identifier(table))
    with file.open("wb") as out, connection.cursor().copy(statement) as copy:
        for chunk in copy:
            out.write(chunk)
    return file


def _reload(connection: "psycopg.Connection[tuple[object, ...]]", table: str, file: Path) -> None:
    columns = connection.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
        " and not attisdropped and attgenerated = '' order by attnum",
        [f"registry.{table}"],
    ).fetchall()
    names = sql.SQL(", ").join(sql.Identifier(str(name)) for (name,) in columns)
    statement = sql.SQL("copy raw.{} ({}) from stdin (format binary)").format(
        sql.Identifier(table), names
    )
    with file.open("rb") as read, connection.cursor().copy(statement) as copy:
        while chunk := read.read(_CHUNK_BYTES):
            copy.write(chunk)


def _count(admin: str) -> int:
    with psycopg.connect(admin) as connection:
        row = connection.execute("select count(*) from registry.residents").fetchone()
    return int(row[0]) if row else 0


def _drop(place: Place) -> None:
    with psycopg.connect(place.admin_dsn, autocommit=True) as connection:
        connection.execute(f"drop database if exists {_OWN} with (force)".encode())
