"""`onegrid tour`: the main job, step by step, through the public API."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway import secret_files
from gateway.cli.options import DEFAULT_DATA_DIR, BaseUrl, DataDir
from gateway.tour import walk


class NoDemoHere(RuntimeError):
    """The data folder has no demo accounts to walk with."""


def tour(
    base_url: BaseUrl = "http://127.0.0.1:8000",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    password: Annotated[
        str | None,
        typer.Option(envvar="ONEGRID_DEMO_PASSWORD", help="Of the demo accounts."),
    ] = None,
    ca: Annotated[
        Path | None, typer.Option(help="Certificate authority to trust, for a private one.")
    ] = None,
) -> None:
    """Walk through the running suite and say what happened, in plain words.

    Uses only the public HTTP API, as demo accounts. Exits with 1 when a step fails. The password is
    read from the data folder when it is not given.
    """
    known = password or _kept(data_dir)
    failed = walk.run(base_url, known, data_dir / "demo", Console(), ca=ca)
    raise typer.Exit(1 if failed else 0)


def _kept(data_dir: Path) -> str:
    """The demo password of a data folder; only read, since a new one would fit no account."""
    path = data_dir / "secrets" / secret_files.DEMO_PASSWORD
    if not path.exists():
        raise NoDemoHere(
            f"{data_dir} holds no demo password; name the suite's data folder with --data-dir, "
            "or give the password with --password"
        )
    return path.read_text(encoding="ascii").strip()
