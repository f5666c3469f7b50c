"""Schema changes: one Alembic history per service, one shared environment.

Each service has a schema and a login role of its own name. Migrations are frozen SQL text, one
transaction each, under an advisory lock and with lock and statement timeouts, so that two hosts
that start together do not race and a busy table is never blocked for long.
"""

from dataclasses import dataclass
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

ENVIRONMENT = Path(__file__).parent
EXTENSIONS = ("pg_trgm", "btree_gist")


class DatabaseIsNewer(RuntimeError):
    """The database was migrated by a newer release; this one must not touch it."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a service's schema stands.

    Attributes:
        current: Revision in the database; None before the first migration.
        head: Newest revision this release knows.
        known: Whether `current` is one of this release's.
    """

    current: str | None
    head: str
    known: bool

    @property
    def pending(self) -> bool:
        """Whether migrations are waiting."""
        return self.current != self.head


def provision(admin_dsn: str, service: str, password: str) -> None:
    """Make a service's role and schema where they are missing, and set its password.

    Args:
        admin_dsn: libpq URI of a role that may create roles.
        service: Name of role and schema.
        password: The role's, set each time, so that changing the secret is all a rotation takes.
    """
    role = sql.Identifier(service)
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(hashtext('onegrid.provision'))")
        connection.execute("create schema if not exists extensions")
        for extension in EXTENSIONS:
            statement = sql.SQL("create extension if not exists {} schema extensions")
            connection.execute(statement.format(sql.Identifier(extension)))
        exists = "select 1 from pg_roles where rolname = %s"
        if connection.execute(exists, [service]).fetchone() is None:
            connection.execute(sql.SQL("create role {} login").format(role))
        statements = (
            "alter role {role} password {password}",
            "alter role {role} set search_path = {role}, extensions",
            "alter role {role} set statement_timeout = '60s'",
            "alter role {role} set idle_in_transaction_session_timeout = '60s'",
            "create schema if not exists {role} authorization {role}",
            "grant usage on schema extensions to {role}",
            "revoke all on schema public from {role}",
        )
        for text in statements:
            connection.execute(sql.SQL(text).format(role=role, password=sql.Literal(password)))


def password_of(dsn: str) -> str:
    """The password inside a libpq URI; raises `ValueError` when it has none."""
    password = conninfo_to_dict(dsn).get("password")
    if not password:
        raise ValueError("the service's database URL carries no password")
    return str(password)


def state(dsn: str, service: str, versions: Path) -> State:
    """Where the schema stands against this release; changes nothing."""
    scripts = ScriptDirectory.from_config(_config(dsn, service, versions))
    head = scripts.get_current_head()
    if head is None:
        raise ValueError(f"{service} has no migrations")
    with psycopg.connect(dsn, autocommit=True) as connection:
        name = f"{service}.alembic_version"
        table = connection.execute("select to_regclass(%s)", [name]).fetchone()
        if table is None or table[0] is None:
            return State(None, head, known=True)
        query = sql.SQL("select version_num from {}.alembic_version")
        row = connection.execute(query.format(sql.Identifier(service))).fetchone()
    current = row[0] if row else None
    known = current is None or current in {script.revision for script in scripts.walk_revisions()}
    return State(current, head, known)


def upgrade(dsn: str, service: str, versions: Path) -> State:
    """Bring a schema to this release's head; where it stood before.

    Raises:
        DatabaseIsNewer: The database has a revision this release does not know.
    """
    before = state(dsn, service, versions)
    if not before.known:
        raise DatabaseIsNewer(
            f"schema '{service}' is at revision {before.current}, unknown to this release; "
            "start the newer release, or restore the backup made before it"
        )
    if before.pending:
        command.upgrade(_config(dsn, service, versions), "head")
    return before


def downgrade(dsn: str, service: str, versions: Path, revision: str) -> None:
    """Go back to a revision, in development; production rolls forward."""
    command.downgrade(_config(dsn, service, versions), revision)


def _config(dsn: str, service: str, versions: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    config.attributes["dsn"] = dsn
    config.attributes["service"] = service
    return config
