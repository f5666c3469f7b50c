"""What a host must know to run a service, and nothing else."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from services.common.peers import Peer
from services.common.settings import ServiceSettings

Progress = Callable[[str, int, int], None]
"""Called with (what, done, total) while a long load runs; `total` 0 means unknown."""

DemoLoad = Callable[[Any, Mapping[str, Any], Progress], Awaitable[Mapping[str, Any]]]
"""Loads a service's part of the demo prefecture.

Takes the service's settings, a context of plain values (scale, seed and what earlier services
returned) and a progress callback; returns plain values for the services after it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service's manifest.

    Attributes:
        name: URL prefix, environment prefix, database schema and role.
        settings: Class read from the environment with prefix `NAME_`.
        create_app: Makes the ASGI app from settings and the peers it declared.
        migrations: Folder of its Alembic versions.
        requires: Peers it calls synchronously; the graph over all services has no cycle.
        emits: Event types it publishes.
        consumes: Event types it reads.
        load_demo: Loads its part of the demo prefecture.
    """

    name: str
    settings: type[ServiceSettings]
    create_app: Callable[[Any, Mapping[str, Peer]], FastAPI]
    migrations: Path
    requires: frozenset[str] = frozenset()
    emits: frozenset[str] = frozenset()
    consumes: frozenset[str] = frozenset()
    load_demo: DemoLoad | None = field(default=None)


class CyclicDependency(ValueError):
    """Services require one another in a circle, so none can be upgraded first."""


def in_dependency_order(services: Iterable[Service]) -> list[Service]:
    """The services so that each comes after all it requires.

    Raises:
        CyclicDependency: The graph has a cycle.
    """
    by_name = {service.name: service for service in services}
    graph = {service.name: service.requires for service in by_name.values()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as exc:
        raise CyclicDependency(" → ".join(exc.args[1])) from exc
    return [by_name[name] for name in order]
