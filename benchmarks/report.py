"""The table that is printed, and the same in Markdown for the record.

A figure is the median of the rounds, with the lowest and the highest round in brackets.
"""

from collections.abc import Mapping, Sequence

from rich.table import Table

from benchmarks.rounds import Figures, Row

_MARKS = {True: "yes", False: "NO", None: ""}
_HEADS = ("measured", "beside", "unit", "suite", "reference", "ratio", "target", "met")


def cells(row: Row) -> tuple[str, ...]:
    """One line of the table as texts, in the order of its columns."""
    ratio = row.ratio
    return (
        row.what,
        row.beside,
        row.unit,
        spread(row.ours),
        "" if row.reference is None else spread(row.reference),
        "" if ratio is None else spread(ratio),
        "" if row.target is None else str(row.target),
        _MARKS[row.met],
    )


def spread(figures: Figures) -> str:
    """The median, with the lowest and highest round beside it where there are several."""
    if len(figures.values) == 1:
        return number(figures.median)
    return f"{number(figures.median)} ({number(figures.low)}–{number(figures.high)})"


def number(value: float) -> str:
    """Three significant digits below a thousand, whole numbers with separators above."""
    if round(value) >= 1000:
        return f"{value:,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(rows: Sequence[Row]) -> Table:
    """The report for a terminal."""
    made = Table(*_HEADS, title="OneGrid benchmarks", title_justify="left", show_lines=True)
    for row in rows:
        what, *rest = cells(row)
        made.add_row(f"{what}\n[dim]{row.note}[/dim]" if row.note else what, *rest)
    return made


def markdown(rows: Sequence[Row], facts: Mapping[str, str]) -> str:
    """The report as Markdown: the machine first, then the table."""
    lines = [f"- {name}: {value}" for name, value in facts.items()]
    lines += ["", f"| {' | '.join(_HEADS)} |", f"|{'---|' * len(_HEADS)}"]
    for row in rows:
        what, *rest = cells(row)
        noted = f"{what}<br>{row.note}" if row.note else what
        lines.append(f"| {' | '.join([noted, *rest])} |")
    return "\n".join(lines) + "\n"
