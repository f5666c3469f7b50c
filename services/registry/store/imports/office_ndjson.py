"""NDJSON: a flat JSON object in each line, as systems export it."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

import orjson

from services.registry.domain.imports.errors import FileNotReadable, FileTooLarge
from services.registry.store.imports.office_area import Limits

_LONGEST_LINE: Final = 1 << 20


def headings_of(path: Path, limits: Limits) -> tuple[str, ...]:
    """The members of all objects, in the order in which they first come; reads the whole file.

    Raises:
        FileNotReadable: A line is no flat object; says which.
        FileTooLarge: Too many lines or members.
    """
    names: dict[str, None] = {}
    for number, one in _objects(path, limits):
        for name, value in one.items():
            if isinstance(value, dict | list):
                raise FileNotReadable(f"第{number}行的“{name[:40]}”不是单个值。", line=number)
            if name not in names:
                names[name] = None
        if len(names) > limits.columns:
            raise FileTooLarge(limit="columns", maximum=limits.columns)
    return tuple(names)


def rows(
    path: Path, headings: Sequence[str], limits: Limits
) -> Iterator[tuple[int, Sequence[Any]]]:
    """The headings as row 1, and line n as row n + 1."""
    yield 1, headings
    for number, one in _objects(path, limits):
        yield number + 1, [one.get(name) for name in headings]


def write(target: IO[bytes], lines: Iterable[Sequence[Any]]) -> None:
    """Write rows as objects, without members that say nothing; the heading row comes first."""
    told = iter(lines)
    names = [str(name) for name in next(told)]
    for cells in told:
        one = {n: v for n, v in zip(names, cells, strict=True) if v is not None and v != ""}
        target.write(orjson.dumps(one, default=str, option=orjson.OPT_APPEND_NEWLINE))


def _objects(path: Path, limits: Limits) -> Iterator[tuple[int, dict[str, Any]]]:
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
            yield number, _object(line, number)


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        one = orjson.loads(line)
    except orjson.JSONDecodeError as exc:
        raise FileNotReadable(f"第{number}行不是有效的 JSON。", line=number) from exc
    if not isinstance(one, dict):
        raise FileNotReadable(f"第{number}行不是 JSON 对象。", line=number)
    return one
