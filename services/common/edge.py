"""The edge of a service: an ASGI app with problems, request ids, a gate and health, all the same.

Bugs stop here. A mounted app's unhandled error would otherwise be raised again in its host, and an
in-process caller would see our exception instead of a 500.
"""

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

import structlog
from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from services.common import contracts, problems
from services.common.auth import Gate, authorise
from services.common.database import AWAY
from services.common.direct import Direct, routes_of
from services.common.errors import DomainError, Fault, Kind, ValidationFailed
from services.common.idempotency import Replayed
from services.common.ids import new_id

Lifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[None]]
Check: TypeAlias = Callable[[], Awaitable[None]]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
_MAX_BODY_BYTES = 1 << 20

_log = structlog.get_logger()


class IfMatchRequired(DomainError):
    """Send If-Match with the ETag you read, so that nobody's change is overwritten unseen."""

    kind = Kind.PRECONDITION_REQUIRED
    title = "An If-Match header is required"
    title_zh = "缺少 If-Match 请求头"
    title_ko = "If-Match 헤더가 필요합니다"


class BodyTooLarge(DomainError):
    """The request is larger than this operation accepts."""

    kind = Kind.TOO_LARGE
    title = "The request is too large"
    title_zh = "提交的内容过大"
    title_ko = "요청 내용이 너무 큽니다"


def create(  # noqa: PLR0913 — what makes one service's app differ from another's
    title: str,
    *,
    version: str,
    lifespan: Lifespan,
    gate: Gate,
    routers: tuple[APIRouter, ...],
    checks: Mapping[str, Check],
    upload_paths: Mapping[str, int] | None = None,
) -> FastAPI:
    """An app whose every route passes the gate and whose every error is a problem.

    Args:
        title: Title of its OpenAPI document.
        version: Of the API, `1`.
        lifespan: Opens and closes what the app holds.
        gate: Decides who may do what.
        routers: One per resource.
        checks: Resources `/readyz` asks; each raises when it is not ready.
        upload_paths: Path → bytes accepted there; elsewhere 1 MiB.
    """
    app = FastAPI(
        title=title,
        version=version,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        dependencies=[Depends(authorise)],
        redirect_slashes=False,
    )
    app.state.gate = gate
    install(app)
    app.add_middleware(Direct, routes=routes_of(routers))
    app.add_middleware(BodyLimit, paths=dict(upload_paths or {}))
    app.add_middleware(Boundary, service=title)
    app.include_router(_health(checks))
    for router in routers:
        app.include_router(router)
    # FastAPI's documented way to change the document is to replace this method.
    app.openapi = lambda: contracts.document(app, gate.policy, gate.purposes)  # type: ignore[method-assign]  # as above
    return app


def install(app: FastAPI) -> None:
    """Register the problem handlers; each app needs its own."""
    app.add_exception_handler(DomainError, problems.on_domain_error)
    app.add_exception_handler(RequestValidationError, problems.on_validation)
    app.add_exception_handler(HTTPException, problems.on_http_exception)
    app.add_exception_handler(Replayed, _on_replayed)


async def _on_replayed(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, Replayed)  # noqa: S101 — the handler is registered for this class
    response = exc.answer.response()
    response.headers["Idempotency-Replayed"] = "true"
    return response


def version_of(if_match: str | None) -> int:
    """The record version an `If-Match` header names.

    Raises:
        IfMatchRequired: The header is missing.
        ValidationFailed: It is not an ETag of ours.
    """
    if not if_match:
        raise IfMatchRequired
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) <= 9):  # noqa: PLR2004 — fits an int4
        detail = 'If-Match is an ETag such as "3".'
        raise ValidationFailed(Fault("#header/If-Match", "etag", detail))
    return int(text)


def _health(checks: Mapping[str, Check]) -> APIRouter:
    """`/livez` touches nothing; `/readyz` asks every resource. Neither is behind the gate."""
    router = APIRouter(include_in_schema=False)

    async def livez(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> Response:
        states: dict[str, Any] = {}
        for name, check in checks.items():
            try:
                await check()
                states[name] = "ready"
            except Exception as exc:  # noqa: BLE001 — whatever it is, the resource is not ready
                states[name] = f"not ready: {type(exc).__name__}"
        ready = all(state == "ready" for state in states.values())
        body = {"status": "ready" if ready else "not ready", "checks": states}
        return JSONResponse(body, 200 if ready else 503)

    # add_route, not get(): the app-wide gate does not apply to plain Starlette routes.
    router.add_route("/livez", livez, methods=["GET"])
    router.add_route("/readyz", readyz, methods=["GET"])
    return router


class Boundary:
    """Gives each request an id and a log line, and turns a bug into a 500 problem.

    A mounted app's requests keep the id that the host's boundary gave them.
    """

    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        mounted = "request_id" in state
        request_id: str = state["request_id"] if mounted else _request_id(scope)
        state["request_id"] = request_id
        started = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if not mounted:
                    named = (b"x-request-id", request_id.encode())
                    message["headers"] = [*message["headers"], named]
            await send(message)

        # Bound and reset by hand: structlog's context manager reads the whole context every time.
        bound = bind_contextvars(service=self._service, request_id=request_id)
        try:
            await self._serve(scope, receive, sending, begun=lambda: status > 0)
            duration_ms = round((time.perf_counter() - started) * 1000, 1)
            said = {"method": scope["method"], "path": _route(scope), "status": status}
            _log.debug("request.served", **said, duration_ms=duration_ms)
        finally:
            reset_contextvars(**bound)

    async def _serve(
        self, scope: Scope, receive: Receive, send: Send, *, begun: Callable[[], bool]
    ) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as exc:
            _log.exception("request.failed", method=scope["method"], path=_route(scope))
            if begun():  # only breaking off tells the truth
                raise
            away = {"Retry-After": "2"} if isinstance(exc, AWAY) else None
            response = problems.status_problem(503 if away else 500, Request(scope), headers=away)
            await response(scope, receive, send)


class BodyLimit:
    """Refuses a body larger than its path accepts, by header and by count."""

    def __init__(self, app: ASGIApp, *, paths: Mapping[str, int]) -> None:
        self._app = app
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        limit = self._paths.get(path, _MAX_BODY_BYTES)
        declared = _declared_bytes(scope)
        if declared is None:
            await self._counted(scope, receive, send, limit)
        elif declared > limit:
            await _refuse(scope, receive, send, limit)
        else:
            # Every HTTP/1.1 parser ends a body where its declared length does.
            await self._app(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        read = 0

        async def counting() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise BodyTooLarge(limit_bytes=limit)
            return message

        async def sending(message: Message) -> None:
            # The framework turns any error while it reads a body into a 400 of its own.
            if read <= limit:
                await send(message)
            elif message["type"] == "http.response.start":
                await _refuse(scope, receive, send, limit)

        await self._app(scope, counting, sending)


async def _refuse(scope: Scope, receive: Receive, send: Send, limit: int) -> None:
    refusal = await problems.on_domain_error(Request(scope), BodyTooLarge(limit_bytes=limit))
    await refusal(scope, receive, send)


def _declared_bytes(scope: Scope) -> int | None:
    """The declared length of a body; None when only counting tells, as with chunks."""
    headers = dict(scope["headers"])
    declared = headers.get(b"content-length", b"")
    return int(declared) if declared.isdigit() and b"transfer-encoding" not in headers else None


def _request_id(scope: Scope) -> str:
    sent = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return sent if _REQUEST_ID.match(sent) else new_id().hex


def _route(scope: Scope) -> str:
    """The route's template, so that no id or name of a person reaches a log."""
    return getattr(scope.get("route"), "path", "unmatched")
