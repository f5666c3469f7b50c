"""`python -m benchmarks.growing`: imports into a registry that grows, so that flatness is seen.

Each step registers new people from one CSV, then imports a second about people known by then,
picked from all over the registry, whose every row changes something. Beside both, in the same step,
COPY of the first file's rows as text into a bare table with one index.
"""

import os
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import psycopg
import typer
import uvloop

from benchmarks import hands, machine, people, places
from benchmarks.places import Place

_KNOWN = 20_000
_TABLE = """
create table benchmark.people (name text, number text primary key, phone text, kind text,
    area text, observed_on text)
"""
_COPY = "copy benchmark.people from stdin (format csv, header)"


@dataclass(frozen=True, slots=True)
class Step:
    """What one step reached, rows a second.

    Attributes:
        residents: In the registry after it.
        new: Of people who were registered.
        known: Of people who were known.
        copied: COPY of the first file.
    """

    residents: int
    new: float
    known: float
    copied: float


def main(
    upto: Annotated[int, typer.Option(min=1000, help="Residents at the end.")] = 300_000,
    *,
    step: Annotated[int, typer.Option(min=500, help="People of each file.")] = 100_000,
    data_dir: Annotated[Path | None, typer.Option(help="Keep this data folder.")] = None,
) -> None:
    """Import into a registry of growing size; the whole way is --upto 2000000."""
    with tempfile.TemporaryDirectory(prefix="onegrid-grow-") as made:
        folder = Path(made)
        folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
        typer.echo(f"load average before: {machine.load_average()}")
        with places.opened(data_dir or folder / "var", folder, "tiny") as place:
            typer.echo("| residents | new, rows/s | known, rows/s | COPY, rows/s | new / COPY |")
            typer.echo("|---|---|---|---|---|")
            seen = uvloop.run(_grow(place, upto, step))
        typer.echo(f"load average after: {machine.load_average()}")
        typer.echo(
            f"last step / first step: new {seen[-1].new / seen[0].new:.2f}, "
            f"known {seen[-1].known / seen[0].known:.2f}"
        )


async def _grow(place: Place, upto: int, step: int) -> list[Step]:
    dsn, key = place.embedded.postgres.service_dsn("registry"), place.embedded.key("registry")
    steps = []
    async with hands.opened(dsn, key, place.folder) as own:
        for turn, first in enumerate(range(0, upto, step)):
            new, known = place.folder / "new.csv", place.folder / "known.csv"
            people.write(new, people.named(first, step), turn)
            known_rows = people.write(known, _picked(first + step), turn + 1)
            made = Step(
                first + step,
                step / await own.seconds(new),
                known_rows / await own.seconds(known),
                step / _copy(place, new),
            )
            typer.echo(
                f"| {made.residents:,} | {made.new:,.0f} | {made.known:,.0f} "
                f"| {made.copied:,.0f} | {made.new / made.copied:.3f} |"
            )
            steps.append(made)
    return steps


def _picked(registered: int) -> Iterator[tuple[str, str]]:
    """People from all over those who are registered."""
    chosen = random.Random(registered).sample(  # noqa: S311 — a repeatable choice, no secret
        range(registered), min(_KNOWN, registered)
    )
    for n in chosen:
        yield from people.named(n, 1)


def _copy(place: Place, file: Path) -> float:
    """Seconds for the rows of a file as text."""
    with psycopg.connect(place.admin_dsn, autocommit=True) as connection:
        for statement in (
            "create schema if not exists benchmark", "drop table if exists benchmark.people", _TABLE
        ):  # fmt: skip
            connection.execute(statement.encode())
        started = time.perf_counter()
        with file.open("rb") as content, connection.cursor().copy(_COPY.encode()) as copy:
            while chunk := content.read(1 << 20):
                copy.write(chunk.removeprefix(b"\xef\xbb\xbf"))
        took = time.perf_counter() - started
        connection.execute(b"drop schema benchmark cascade")
    return took


if __name__ == "__main__":
    os.umask(0o022)
    typer.run(main)
