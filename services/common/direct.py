"""Busy operations, served past the framework's routing and dependencies.

FastAPI tries a path against every route twice, resolves dependencies and wraps each call in two
exit stacks: a fifth of a point look-up's time. An operation that is asked hundreds of times a
second, at an exact path, and takes the request as it is, may be marked `@direct`. It stays an
ordinary route for OpenAPI, passes the same gate, and its refusals are the same problems.

Where the path has parameters, a `DirectRoute` still spares the solving of dependencies.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any, TypeAlias

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.common import problems
from services.common.auth import authorise
from services.common.errors import DomainError

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
Routes: TypeAlias = Mapping[tuple[str, str], APIRoute]
"""Method and path → route."""

_MARK = "is_direct"


class PathNotExact(ValueError):
    """An operation with parameters in its path cannot be served directly."""


def direct(endpoint: Endpoint) -> Endpoint:
    """Mark an endpoint; put it under the router's decorator."""
    vars(endpoint)[_MARK] = True
    return endpoint


def routes_of(routers: Iterable[APIRouter]) -> Routes:
    """The marked routes among these routers.

    Raises:
        PathNotExact: One of them has parameters in its path.
    """
    marked = [
        route
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and _MARK in vars(route.endpoint)
    ]
    if any(route.param_convertors for route in marked):
        raise PathNotExact([route.path for route in marked])
    return {(method, route.path): route for route in marked for method in route.methods or ()}


class Direct:
    """Serves the marked routes; passes everything else on."""

    def __init__(self, app: ASGIApp, *, routes: Routes) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        route = self._routes.get((scope.get("method", ""), path))
        if route is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = route
        request = Request(scope, receive, send)
        try:
            await authorise(request)
            response: Response = await route.endpoint(request)
        except DomainError as exc:
            response = await problems.on_domain_error(request, exc)
        except HTTPException as exc:
            response = await problems.on_http_exception(request, exc)
        await response(scope, receive, send)


class DirectRoute(APIRoute):
    """Calls its endpoint with the request as it is, once the gate let it pass."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler FastAPI calls instead of the one that solves dependencies."""
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint

        async def handle(request: Request) -> Response:
            await authorise(request)
            return await endpoint(request)

        return handle
