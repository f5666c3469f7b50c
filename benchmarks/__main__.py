"""`python -m benchmarks`: one table of what the suite does beside its references."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import (
    auditing,
    bulk,
    disk,
    exporting,
    importing,
    inserting,
    lookup,
    machine,
    places,
    reads,
    reconciling,
    report,
    tables,
    tokens,
    wrk,
)
from benchmarks.effort import Effort
from benchmarks.places import Place
from benchmarks.rounds import Row, unmet
from gateway.cli.demo import Scale

_WIDTH = 170
"""Columns of the table where there is no terminal to ask."""

Measure = Callable[[Place, Effort], Iterator[Row]]


class Name(StrEnum):
    """What can be measured."""

    lookup = "lookup"
    reads = "reads"
    disk = "disk"
    bulk = "bulk"
    insert = "insert"
    imports = "imports"
    exports = "exports"
    reconciliations = "reconciliations"
    tokens = "tokens"
    auditing = "auditing"


MEASURES: dict[Name, Measure] = {
    Name.lookup: lookup.measure,
    Name.reads: reads.measure,
    Name.disk: disk.measure,
    Name.bulk: bulk.measure,
    Name.insert: inserting.measure,
    Name.imports: importing.measure,
    Name.exports: exporting.measure,
    Name.reconciliations: reconciling.measure,
    Name.tokens: tokens.measure,
    Name.auditing: auditing.measure,
}


def main(  # noqa: PLR0913 — the options of a command
    scale: Annotated[Scale, typer.Option(help="Demo the suite holds.")] = Scale.county,
    *,
    only: Annotated[list[Name] | None, typer.Option(help="Measure only these.")] = None,
    seconds: Annotated[float, typer.Option(min=1, max=60, help="Of each contestant.")] = 10,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of each contestant.")] = 5,
    connections: Annotated[int, typer.Option(min=1, max=48, help="Of wrk and pgbench.")] = 32,
    data_dir: Annotated[
        Path | None, typer.Option(help="Keep or reuse this data folder instead of a new one.")
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Write the table here as Markdown.")] = None,
) -> None:
    """Measure the suite beside a bare handler, pgbench and COPY, in one run on one machine."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    wrk.found()
    effort = Effort(rounds, seconds, connections)
    chosen = only or list(Name)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="onegrid-bench-")))
        folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
        before = machine.load_average()
        place = stack.enter_context(places.opened(data_dir or folder / "var", folder, scale.value))
        rows: list[Row] = []
        for name in chosen:
            with console.status(f"{name} …"):
                rows += MEASURES[name](place, effort)
        tables.drop(place.admin_dsn)
        facts = machine.facts(place.admin_dsn, scale=scale.value, command=_command())
        facts["load average"] = f"{before} before, {machine.load_average()} after"
    _tell(console, rows, facts, record)


def _tell(console: Console, rows: list[Row], facts: dict[str, str], record: Path | None) -> None:
    for name, value in facts.items():
        console.print(f"{name}: {value}", highlight=False)
    console.print(report.table(rows))
    for row in unmet(rows):
        console.print(f"[red]not met:[/red] {row.what} beside {row.beside}: {row.target}")
    if record is not None:
        record.write_text(report.markdown(rows, facts), encoding="utf-8")


def _command() -> str:
    return " ".join(["python -m benchmarks", *sys.argv[1:]])


if __name__ == "__main__":
    os.umask(0o022)
    try:
        typer.run(main)
    except wrk.WrkMissing as exc:
        Console(stderr=True).print(f"[red]错误 error:[/red] {exc}", highlight=False)
        sys.exit(1)
