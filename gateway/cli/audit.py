"""`onegrid audit`: proof of who read what, and what an auditor does with it."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from gateway.cli.options import DEFAULT_DATA_DIR, DataDir, Environment
from gateway.hosting import opened
from services.registry import service as registry

app = typer.Typer(no_args_is_help=True, help="Proof of who read what: chains, checkpoints.")

Organisation = Annotated[
    str | None, typer.Option(help="Only the chain of this organisation, 222406.health.")
]
PublicKeys = Annotated[
    list[str] | None,
    typer.Option("--public-key", help="That signed checkpoints; several allowed."),
]
Checkpoints = Annotated[
    Path | None, typer.Option(help="Checkpoints that you kept elsewhere, instead of our own file.")
]


@app.command("verify")
def verify(
    file: Annotated[
        Path | None, typer.Option(help="An export, instead of the database; needs --public-key.")
    ] = None,
    checkpoints: Checkpoints = None,
    public_key: PublicKeys = None,
    organisation: Organisation = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    *,
    environment: Environment = False,
) -> None:
    """Hold access records against their chains and checkpoints; names whatever is wrong.

    Exit code 0: all agrees; 1: something is wrong; 2: it could not be judged.

    Next: docs/how-to/prove-who-read-what.md says what each finding means.
    """
    try:
        if file is not None:
            report = registry.verify_file(file, checkpoints, public_key or [], organisation)
        else:
            with opened(data_dir, [registry.SERVICE], environment=environment) as settings:
                report = asyncio.run(
                    registry.verify_accesses(
                        _registry(settings), public_key or [], organisation, checkpoints
                    )
                )
    except (OSError, ValueError) as exc:
        Console(stderr=True).print(f"无法核验 cannot verify: {exc}", highlight=False)
        raise typer.Exit(registry.NOT_JUDGED) from exc
    Console().print("\n".join(report.lines), highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(registry.code_of(report))


@app.command("export")
def export(
    to: Annotated[Path, typer.Option(help="File to write; it must not be there.")],
    organisation: Organisation = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    *,
    environment: Environment = False,
) -> None:
    """Write access records, blocks and checkpoints as lines of JSON, for an auditor.

    The file tells who looked at whom: it is personal data. Next: `onegrid audit verify --file`.
    """
    with opened(data_dir, [registry.SERVICE], environment=environment) as settings:
        lines = asyncio.run(registry.export_accesses(_registry(settings), to, organisation))
    Console().print(f"{to}: {lines:,} lines")


@app.command("key")
def key(data_dir: DataDir = DEFAULT_DATA_DIR, *, environment: Environment = False) -> None:
    """Show the public key that checks the checkpoints. Next: give it to the auditor."""
    with opened(data_dir, [registry.SERVICE], environment=environment) as settings:
        shown = registry.checkpoint_key(_registry(settings))
    if shown is None:
        raise ValueError("no key is set: REGISTRY_CHECKPOINT_KEY; deploy/secrets.sh makes one")
    Console().print(shown, highlight=False)


@app.command("verifier")
def verifier(
    to: Annotated[Path, typer.Option(help="File to write, such as onegrid-audit.pyz.")],
) -> None:
    """Write the verifier as one file: it needs Python and its package `cryptography`, no suite.

    Next, on the auditor's machine: `python onegrid-audit.pyz --file … --public-key …`.
    """
    registry.pack_verifier(to)
    Console().print(str(to))


def _registry(settings: Any) -> Any:
    return settings[registry.SERVICE.name]
