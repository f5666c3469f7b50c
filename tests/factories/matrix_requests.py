"""How a request that points at a place is written down."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.factories.matrix import Sample, Sent, Target


def get(path: str, **query: Any) -> Sample:
    """GET of a path; `{name}` and values `"@name"` are the place's."""
    return lambda t: Sent("GET", path_of(path, t), query=values(query, t))


def post(path: str, match: tuple[str, str] | None = None, **body: Any) -> Sample:
    return unsafe("POST", path, match, lambda t: values(body, t))


def unsafe(
    method: str,
    path: str,
    match: tuple[str, str] | None = None,
    body: Callable[[Target], Any] | None = None,
) -> Sample:
    return lambda t: Sent(
        method,
        path_of(path, t),
        json=body(t) if body else None,
        match=(match[0], "id", t[match[1]]) if match else None,
    )


def path_of(path: str, target: Target) -> str:
    return path.format_map(_Values(target))


class _Values(dict[str, str]):
    def __init__(self, target: Target) -> None:
        super().__init__(area=target.area)
        self._target = target

    def __missing__(self, name: str) -> str:
        return str(self._target[name])


def values(given: Any, target: Target) -> Any:
    """A body or query in which texts `"@name"` are the place's."""
    if isinstance(given, Mapping):
        return {name: values(value, target) for name, value in given.items()}
    if isinstance(given, list):
        return [values(value, target) for value in given]
    if isinstance(given, str) and given.startswith("@"):
        return _value(given[1:], target)
    return given


def _value(name: str, target: Target) -> str:
    if name.startswith("home."):
        return str(target.home.ids[name[5:]])
    own = {"area": target.area, "domain": target.place.domain}
    return own.get(name) or str(target[name])
