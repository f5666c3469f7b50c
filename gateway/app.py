"""The gateway's app: services under their names, the web app, and one API document."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import pages
from gateway.assembly import assemble
from gateway.limits import RateLimit
from gateway.proxy import Remote
from gateway.settings import GatewaySettings
from gateway.suite import SUITE
from services.common.edge import Boundary
from services.common.problems import on_http_exception
from services.common.settings import ServiceSettings


def create_app(settings: GatewaySettings, services: Mapping[str, ServiceSettings]) -> Starlette:
    """The public door.

    Args:
        settings: The gateway's own.
        services: Settings of the services that run in this process; the others are remote.
    """
    assembly = assemble(SUITE, services, settings.remotes())
    remotes = {
        name: Remote(name, url) for name, url in settings.remotes().items() if name not in services
    }
    upstreams: dict[str, ASGIApp] = {**assembly.apps, **remotes}

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for remote in remotes.values():
                await remote.open()
                stack.push_async_callback(remote.close)
            await stack.enter_async_context(assembly.running())
            yield

    async def readyz(_: Request) -> JSONResponse:
        checks = {name: await pages.readiness(peer) for name, peer in assembly.peers.items()}
        ready = all(state == "ready" for state in checks.values())
        body = {"status": "ready" if ready else "not ready", "checks": checks}
        return JSONResponse(body, 200 if ready else 503)

    routes: list[BaseRoute] = [
        Route("/", lambda _: RedirectResponse("/desk/", 302)),
        Route("/livez", lambda _: JSONResponse({"status": "alive"})),
        Route("/readyz", readyz),
        *pages.routes(settings, assembly.peers),
    ]
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={HTTPException: on_http_exception},
        middleware=[
            Middleware(pages.SecurityHeaders, https=settings.public_url.startswith("https:")),
            Middleware(Boundary, service="gateway"),
            Middleware(RateLimit, gate=assembly.apps["identity"].state.gate, settings=settings),
            Middleware(Services, apps=upstreams),
        ],
    )


class Services:
    """Hands a request to the service its path begins with, and the rest on to the gateway.

    One look into a dictionary, where a list of mounts was tried in order behind two more layers.
    """

    def __init__(self, app: ASGIApp, *, apps: Mapping[str, ASGIApp]) -> None:
        self._app = app
        self._apps = {f"/{name}": app for name, app in apps.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope.get("path", "")
        end = path.find("/", 1)
        root = path[:end] if end > 0 else ""
        app = self._apps.get(root)
        if app is None or scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        # The path stays whole and the root says where the service begins (ASGI, `root_path`).
        await app({**scope, "root_path": scope.get("root_path", "") + root}, receive, send)
