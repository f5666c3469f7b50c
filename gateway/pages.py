"""What the gateway itself serves: the web apps, well-known documents and problem pages."""

import html
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import openapi
from gateway.settings import GatewaySettings
from gateway.suite import BY_NAME
from services.common.errors import DomainError, PeerUnavailable
from services.common.peers import Peer
from services.common.problems import STATUS

WEB_APPS = ("field", "desk", "api")

_WEB_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Inline styles stay allowed: both component kits position pop-ups with style attributes."""

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(self), camera=(self), microphone=()"),
)
_UNLESS_SAID = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
"""For data, which nobody shows as a page or keeps, where an answer says nothing else."""
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")


class WebApp(StaticFiles):
    """A built single-page app: its own paths answer with its page, its files with their bytes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or the page for a path of the app's router."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as exc:
            if exc.status_code != 404 or "." in path.rsplit("/", 1)[-1]:  # noqa: PLR2004 — not found
                raise
            response = await super().get_response("index.html", scope)
        hashed = path.startswith("assets/")
        cache = "public, max-age=31536000, immutable" if hashed else "no-cache"
        response.headers["Cache-Control"] = cache
        response.headers.setdefault("Content-Security-Policy", _WEB_POLICY)
        return response


class SecurityHeaders:
    """Adds the headers every answer of this host carries.

    Args:
        app: What answers.
        https: Whether people reach this host by https, and must never do otherwise.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = (*_HEADERS, _HTTPS_ONLY) if https else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                kept = (header for header in _UNLESS_SAID if header[0] not in said)
                message["headers"] = [*message["headers"], *self._headers, *kept]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


def routes(settings: GatewaySettings, peers: Mapping[str, Peer]) -> list[BaseRoute]:
    """All routes that are not a service's."""
    document = openapi.combined(BY_NAME, settings.public_url)

    def forwarded(path: str) -> Route:
        async def forward(_: Request) -> Response:
            answer = await peers["identity"].call("GET", path)
            headers = {"Cache-Control": "public, max-age=300"}
            content, status = answer.content, answer.status_code
            return Response(content, status, headers, media_type="application/json")

        return Route(_WELL_KNOWN[path], forward)

    return [
        *(forwarded(path) for path in _WELL_KNOWN),
        Route("/openapi.json", lambda _: JSONResponse(document)),
        Route("/problems/{code}", _problem),
        *(_web(settings.web_dir, name) for name in WEB_APPS),
        *(Route(f"/{name}", _with_slash(name)) for name in WEB_APPS),
    ]


_WELL_KNOWN = {
    "/v1/metadata": "/.well-known/oauth-authorization-server",
    "/v1/jwks": "/.well-known/jwks.json",
}


async def readiness(peer: Peer) -> str:
    """What a service says of itself."""
    try:
        answer = await peer.call("GET", "/readyz")
    except PeerUnavailable:
        return "not ready"
    return "ready" if answer.status_code == 200 else "not ready"  # noqa: PLR2004 — OK


def _web(folder: Path, name: str) -> Mount:
    return Mount(f"/{name}", WebApp(directory=folder / name, html=True, check_dir=False))


def _with_slash(name: str) -> Callable[[Request], RedirectResponse]:
    return lambda _: RedirectResponse(f"/{name}/", 308)


async def _problem(request: Request) -> Response:
    """The page a problem's `type` points at, made from the error's own words."""
    error = problem_classes().get(request.path_params["code"])
    if error is None:
        raise HTTPException(404)
    lines = "".join(
        f"<p lang='{lang}'>{html.escape(text)}</p>"
        for lang, text in (("zh-CN", error.title_zh), ("ko", error.title_ko), ("en", error.title))
    )
    text = html.escape(inspect.getdoc(error) or "")
    status = STATUS[error.kind]
    head = "<!doctype html><html lang='zh-CN'><meta charset='utf-8'><title>OneGrid</title>"
    return HTMLResponse(f"{head}<h1>{error.code()} · {status}</h1>{lines}<p lang='en'>{text}</p>")


def problem_classes() -> dict[str, type[DomainError]]:
    """Every problem the suite can answer with, by code."""
    found, waiting = {}, [DomainError]
    while waiting:
        error = waiting.pop()
        waiting.extend(error.__subclasses__())
        found[error.code()] = error
    return found
