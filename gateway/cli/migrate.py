"""`onegrid migrate`: bring the database to this release."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gateway.cli.options import DEFAULT_DATA_DIR, DataDir
from gateway.hosting import Embedded, from_environment, migrate_from_environment
from gateway.suite import SUITE


def migrate(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    admin_url: Annotated[
        str | None,
        typer.Option(
            envvar="ONEGRID_ADMIN_DATABASE_URL",
            help="libpq URI of a role that may create roles; the embedded server when left out.",
        ),
    ] = None,
) -> None:
    """Make the services' roles and schemas where missing, and apply pending migrations.

    Safe to run twice, and by two hosts at once: the second waits for the first. A database that a
    newer release has migrated is refused and left as it is.
    """
    if admin_url is not None:
        before = migrate_from_environment(admin_url, SUITE, from_environment(SUITE))
    else:
        embedded = Embedded.start(data_dir)
        try:
            before = embedded.migrate(SUITE)
        finally:
            embedded.postgres.stop()
    table = Table("schema", "before", "now")
    for name, state in before.items():
        table.add_row(name, state.current or "empty", state.head)
    Console().print(table)
