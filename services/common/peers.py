"""How one service asks another: the same HTTP client code, over a wire or in the process.

In-process calls keep the manners of a network: fresh context, a real timeout, a bug becomes a 500,
and an impatient caller does not cancel the callee. So no service can tell the topology.
"""

import asyncio
from collections.abc import Mapping
from contextvars import Context
from typing import Any

import httpx
import structlog
from starlette.types import ASGIApp

from services.common.database import in_transaction
from services.common.errors import PeerUnavailable

_log = structlog.get_logger()


class CalledInTransaction(RuntimeError):
    """A peer was called while a transaction was open; a slow peer would hold our locks."""


class InProcess(httpx.AsyncBaseTransport):
    """Calls an ASGI app with the manners of a network."""

    def __init__(self, app: ASGIApp) -> None:
        self._inner = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._running: set[asyncio.Task[httpx.Response]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the app does, or raise `httpx.ReadTimeout` when it takes too long."""
        call = asyncio.create_task(self._inner.handle_async_request(request), context=Context())
        self._running.add(call)
        call.add_done_callback(self._running.discard)
        timeout = request.extensions.get("timeout", {}).get("read")
        done, _ = await asyncio.wait({call}, timeout=timeout)
        if not done:
            raise httpx.ReadTimeout("no answer in time", request=request)
        return call.result()


class Peer:
    """Another service of the suite, by name.

    Args:
        name: The service's name.
        base_url: Where it answers; any host when `transport` is given.
        transport: `InProcess` in the one-process topology.
        timeout_s: For one call, in all.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout_s: float = 5.0,
    ) -> None:
        self.name = name
        self._client = httpx.AsyncClient(
            base_url=base_url, transport=transport, timeout=timeout_s, trust_env=False
        )

    async def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One request; the request id of the current log context travels in its header.

        Args:
            method: HTTP method.
            path: Starts with `/v1/`.
            token: Bearer token to act on a caller's behalf.
            json: Body.
            headers: More headers, such as `Idempotency-Key`.

        Raises:
            CalledInTransaction: A transaction is open in this task.
            PeerUnavailable: No answer in time, no connection, or a 5xx answer.
        """
        if in_transaction():
            raise CalledInTransaction(f"{self.name} {path}")
        sent = {**_trace_headers(), **(headers or {})}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        try:
            response = await self._client.request(method, path, json=json, headers=sent)
        except httpx.TransportError as exc:
            _log.warning("peer.unreachable", peer=self.name, path=path, error=type(exc).__name__)
            raise PeerUnavailable(retry_after_s=2) from exc
        if response.is_server_error:
            _log.warning("peer.failed", peer=self.name, path=path, status=response.status_code)
            raise PeerUnavailable(retry_after_s=2)
        return response

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()


def _trace_headers() -> dict[str, str]:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return {"X-Request-Id": request_id} if request_id else {}
