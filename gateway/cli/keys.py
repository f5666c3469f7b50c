"""`onegrid keys`: the keys that seal personal data at rest."""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from gateway import secret_files
from gateway.cli.options import DEFAULT_DATA_DIR, DataDir, Environment
from gateway.hosting import opened
from services.registry import service as registry

app = typer.Typer(no_args_is_help=True, help="The keys that seal personal data at rest.")


class Sealing(StrEnum):
    """Services whose keys rotate."""

    registry = "registry"


Of = Annotated[Sealing, typer.Argument(help="Whose keys.")]


@app.command("rotate")
def rotate(
    service: Of,
    new_kek: Annotated[
        Path | None,
        typer.Option(
            help="Instead wrap the data keys under the key-encryption key in this file, which is "
            "made when it is missing."
        ),
    ] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    *,
    index: Annotated[
        bool, typer.Option("--index", help="Instead change the key of the blind indexes.")
    ] = False,
    environment: Environment = False,
) -> None:
    """Add a data key that seals from now on; what is there is sealed again by the running suite.

    With --index: add a key of blind indexes, which takes over once every index is made again.
    Next: `onegrid keys state registry` says how far it is; docs/how-to/rotate-keys.md.
    """
    with opened(data_dir, [registry.SERVICE], environment=environment) as settings:
        chosen: Any = settings[service.value]
        if index and new_kek is not None:
            raise typer.BadParameter("one key at a time: --index or --new-kek")
        if index:
            key_id = asyncio.run(registry.rotate_index_key(chosen))
            Console().print(f"{service.value}: index key {key_id} takes over when all is ready")
            return
        if new_kek is not None:
            _rewrap(chosen, new_kek, None if environment else data_dir)
            return
        key_id = asyncio.run(registry.rotate_keys(chosen))
    Console().print(f"{service.value}: key {key_id} seals from now on, in a few seconds everywhere")


@app.command("state")
def state(
    service: Of,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    *,
    environment: Environment = False,
) -> None:
    """Say which data keys there are, how many values are under each, and what is under way."""
    with opened(data_dir, [registry.SERVICE], environment=environment) as settings:
        chosen: Any = settings[service.value]
        found = asyncio.run(registry.state_of_keys(chosen))
    console = Console()
    console.print(_table(found))
    running = found["running"]
    if running is not None and running.purpose == "index":
        walk = ("noted under both keys", "made again", "forgotten under the former key")
        console.print(
            f"rotation to index key {running.key_id}: indexes are {walk[running.walk]}, "
            f"walk {running.round}, {running.resealed:,} rows so far"
        )
    elif running is not None:
        console.print(
            f"rotation to key {running.key_id}: walk {running.round}, "
            f"{running.resealed:,} rows sealed again"
        )


def _rewrap(settings: Any, new_kek: Path, data_dir: Path | None) -> None:
    """The new key is in its file before the data keys are under it, and stays there."""
    new = _read_or_make(new_kek)
    count = asyncio.run(registry.rewrap_keys(settings, new))
    console = Console()
    console.print(f"registry: {count} data keys are under the key in {new_kek}")
    if data_dir is None:
        console.print("Now give it to every process as REGISTRY_KEY_ENCRYPTION_KEY and restart.")
        return
    secret_files.replace(data_dir / "secrets", "key-registry", new)
    console.print(f"{data_dir}/secrets/key-registry holds it too; restart at your convenience.")


def _read_or_make(file: Path) -> str:
    if not file.exists():
        secret_files.make(file)
    return file.read_text(encoding="ascii").strip()


def _table(found: Mapping[str, Any]) -> Table:
    table = Table("key", "purpose", "ciphers", "since", "values under it")
    for key in found["keys"]:
        used = found["used"].get(key["id"], {}) if key["purpose"] == "seal" else {}
        shown = "\n".join(f"{place}: {count:,}" for place, count in sorted(used.items()))
        since = f"{key['created_at']:%Y-%m-%d %H:%M} UTC"
        table.add_row(str(key["id"]), key["purpose"], key["ciphers"], since, shown)
    return table
