"""NDJSON: a flat JSON object in each line, as systems export it. A line that is none is one row."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

import orjson

from services.registry.domain.imports.errors import FileNotReadable, FileTooLarge
from services.registry.domain.imports.rows import Fault
from services.registry.store.imports.office_area import Limits

_LONGEST_LINE: Final = 1 << 20


class Unreadable(list[Any]):
    """The cells of a line that cannot be taken in, as far as it has any, and why."""

    def __init__(self, cells: Iterable[Any], fault: Fault) -> None:
        super().__init__(cells)
        self.fault = fault


def headings_of(path: Path, limits: Limits) -> tuple[str, ...]:
    """The members of all objects, in the order in which they first come; reads the whole file.

    Raises:
        FileNotReadable: No line is an object; says which is the first.
        FileTooLarge: Too many lines or members.
    """
    names: dict[str, None] = {}
    unreadable: tuple[int, str] | None = None
    for number, one in _lines(path, limits):
        if isinstance(one, Fault):
            unreadable = unreadable or (number, one.reason)
            continue
        for name in one:
            if name not in names:
                names[name] = None
        if len(names) > limits.columns:
            raise FileTooLarge(limit="columns", maximum=limits.columns)
    if unreadable is not None and not names:
        line, reason = unreadable
        raise FileNotReadable(f"第{line}行{reason}。", line=line)
    return tuple(names)


def rows(
    path: Path, headings: Sequence[str], limits: Limits
) -> Iterator[tuple[int, Sequence[Any]]]:
    """The headings as row 1, and line n as row n + 1."""
    yield 1, headings
    for number, one in _lines(path, limits):
        if isinstance(one, Fault):
            yield number + 1, Unreadable([None] * len(headings), one)
            continue
        cells = [one.get(name) for name in headings]
        nested = next((n for n, cell in enumerate(cells) if isinstance(cell, dict | list)), None)
        if nested is None:
            yield number + 1, cells
            continue
        fault = Fault(headings[nested][:100], "value-nested", "不是单个值(含对象或列表)")
        yield number + 1, Unreadable(map(_flat, cells), fault)


def write(target: IO[bytes], lines: Iterable[Sequence[Any]]) -> None:
    """Write rows as objects, without members that say nothing; the heading row comes first."""
    told = iter(lines)
    names = [str(name) for name in next(told)]
    for cells in told:
        one = {n: v for n, v in zip(names, cells, strict=True) if v is not None and v != ""}
        target.write(orjson.dumps(one, default=str, option=orjson.OPT_APPEND_NEWLINE))


def _lines(path: Path, limits: Limits) -> Iterator[tuple[int, dict[str, Any] | Fault]]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_LONGEST_LINE + 1):
            number += 1
            if number > limits.rows:
                raise FileTooLarge(limit="rows", maximum=limits.rows)
            if len(line) > _LONGEST_LINE:
                raise FileTooLarge(limit="line_bytes", maximum=_LONGEST_LINE)
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not line.strip():
                continue
            yield number, _object(line)


def _object(line: bytes) -> dict[str, Any] | Fault:
    try:
        one = orjson.loads(line)
    except orjson.JSONDecodeError:
        return Fault("", "line-not-json", "不是有效的 JSON")
    return one if isinstance(one, dict) else Fault("", "line-no-object", "不是 JSON 对象")


def _flat(cell: Any) -> Any:
    """A cell as the error file shows it."""
    return orjson.dumps(cell).decode() if isinstance(cell, dict | list) else cell
