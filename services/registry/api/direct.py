"""A route whose endpoint takes the request as it is: through the gate, and nothing else.

FastAPI's solving of dependencies costs as much as the rest of a look-up's Python. A direct route
keeps its place in the OpenAPI document and the gate before it; the endpoint reads path, query and
body by itself.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from services.common.auth import authorise


class DirectRoute(APIRoute):
    """Calls its endpoint with the request, once the gate let it pass."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler FastAPI calls instead of the one that solves dependencies."""
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint

        async def handle(request: Request) -> Response:
            await authorise(request)
            return await endpoint(request)

        return handle
