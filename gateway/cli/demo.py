"""`onegrid demo`: the demo prefecture."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gateway import demo as demo_load
from gateway.cli.options import DEFAULT_DATA_DIR, DataDir, Environment
from gateway.hosting import demo_password, opened
from gateway.suite import SUITE
from services.common.service import Progress as ProgressCallback
from services.common.settings import ServiceSettings

app = typer.Typer(
    no_args_is_help=True, help="The demo prefecture: real divisions, invented people."
)


class Scale(StrEnum):
    """How much of the prefecture to make."""

    tiny = "tiny"
    county = "county"
    prefecture = "prefecture"


@app.command("load")
def load(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    scale: Annotated[
        Scale,
        typer.Option(
            help="tiny: 2 communities. county: Helong. prefecture: 1.4 million residents, minutes."
        ),
    ] = Scale.county,
    seed: Annotated[int, typer.Option(help="Same seed, same prefecture.")] = demo_load.SEED,
    *,
    environment: Environment = False,
) -> None:
    """Load the demo prefecture into an empty suite.

    Every name and number is invented: identity numbers carry the issuing code 229999, which no
    county has. A load that was killed starts again from nothing at the next call.

    Next: `onegrid up`, or `onegrid tour` when the suite runs.
    """
    console = Console(stderr=True)
    with opened(data_dir, SUITE, environment=environment) as settings:
        _load(console, settings, data_dir, (scale, seed, demo_password(data_dir)))


def _load(
    console: Console,
    settings: Mapping[str, ServiceSettings],
    data_dir: Path,
    what: tuple[Scale, int, str],
) -> None:
    scale, seed, password = what
    with progress_bar(console) as progress:
        summary = asyncio.run(
            demo_load.load(
                settings,
                data_dir,
                scale=scale.value,
                seed=seed,
                password=password,
                progress=progress,
            )
        )
    console.print(f"demo: {summary['scale']} · {summary['finished_at']}")


@contextmanager
def progress_bar(console: Console) -> Iterator[ProgressCallback]:
    """A progress callback that draws one bar per thing loaded."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as bars:
        tasks = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total or None)
            bars.update(tasks[what], completed=done, total=total or None)

        yield report
