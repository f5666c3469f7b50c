"""Puts services together: each gets the peers it declared, in this process or over a wire."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI

from services.common.peers import InProcess, Peer
from services.common.service import Service
from services.common.settings import ServiceSettings


@dataclass(slots=True)
class Assembly:
    """Services made ready to run.

    Attributes:
        apps: ASGI apps of the services in this process, in dependency order.
        peers: How to reach every service, by name.
    """

    apps: dict[str, FastAPI] = field(default_factory=dict)
    peers: dict[str, Peer] = field(default_factory=dict)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open every app, providers first, and close them in reverse.

        A mounted app's lifespan does not run by itself, so it is entered here.
        """
        async with AsyncExitStack() as stack:
            for app in self.apps.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            for peer in self.peers.values():
                stack.push_async_callback(peer.close)
            yield


def assemble(
    services: Iterable[Service],
    settings: Mapping[str, ServiceSettings],
    remotes: Mapping[str, str],
) -> Assembly:
    """Make an app for every service that has settings here; the others are reached by URL.

    Args:
        services: In dependency order.
        settings: By service name, for those that run in this process.
        remotes: Service name → base URL, for those that run elsewhere.
    """
    made = Assembly()
    known = list(services)
    handed: dict[str, dict[str, Peer]] = {}
    for service in known:
        if service.name in settings:
            needed = {name: made.peers[name] for name in service.requires}
            handed[service.name] = needed
            app = service.create_app(settings[service.name], needed)
            made.apps[service.name] = app
            made.peers[service.name] = Peer(
                service.name, base_url=f"http://{service.name}", transport=InProcess(app)
            )
        elif service.name in remotes:
            made.peers[service.name] = Peer(service.name, base_url=remotes[service.name])
    # Who reads a feed asks nothing of its writer, so writers may come later than their readers.
    for service in known:
        writers = {told.partition(".")[0] for told in service.consumes} & made.peers.keys()
        handed.get(service.name, {}).update({name: made.peers[name] for name in writers})
    return made
