"""The command line: every command's help says what it does and what to do next."""

import sys

import typer
from rich.console import Console

from gateway.cli import (
    account,
    audit,
    demo,
    doctor,
    keys,
    migrate,
    openapi,
    serve,
    tour,
    up,
    worker,
)
from services.common.errors import DomainError

app = typer.Typer(
    name="onegrid",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="OneGrid 一网: one registry, one admission gate, one whistle.\n\n"
    "New here? `onegrid up` starts everything in one process with a demo county; "
    "then `onegrid tour` walks through it in another terminal.",
)
app.command("up")(up.up)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("migrate")(migrate.migrate)
app.command("tour")(tour.tour)
app.command("doctor")(doctor.doctor)
app.command("openapi")(openapi.openapi)
app.add_typer(account.app, name="account")
app.add_typer(audit.app, name="audit")
app.add_typer(demo.app, name="demo")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Run, and turn an operator's mistake into one clear line and exit code 1."""
    try:
        app()
    except (RuntimeError, ValueError, OSError, DomainError) as exc:
        Console(stderr=True).print(f"[red]错误 error:[/red] {exc}", highlight=False)
        sys.exit(1)
