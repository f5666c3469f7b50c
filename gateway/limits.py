"""How many requests the door lets through: per signed-in person, per system, per address.

A token is verified here only to know whose it is; every service verifies it again. A caller who
could name somebody else in a forged token must not use up that person's share, so whatever does not
verify counts for the address it came from. Windows slide and live in this process's memory: several
gateways each allow as much.
"""

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.settings import GatewaySettings
from services.common.auth import Gate
from services.common.errors import DomainError, Kind
from services.common.problems import on_domain_error

_SYSTEM = "department_system"


class TooManyRequests(DomainError):
    """More requests a minute than this caller may send; wait for the seconds Retry-After names."""

    kind = Kind.LIMITED
    title = "Too many requests"
    title_zh = "请求过于频繁，请稍后再试"
    title_ko = "요청이 너무 잦습니다. 잠시 후 다시 하십시오"


class RateLimit:
    """Refuses what exceeds its caller's share; stands before the services.

    Args:
        app: What is behind it.
        gate: Verifies tokens, and remembers those it verified.
        settings: The shares.
    """

    def __init__(self, app: ASGIApp, *, gate: Gate, settings: GatewaySettings) -> None:
        self._app = app
        self._gate = gate
        self._person = RateLimitItemPerMinute(settings.person_requests_per_minute)
        self._system = RateLimitItemPerMinute(settings.system_requests_per_minute)
        self._address = RateLimitItemPerMinute(settings.address_requests_per_minute)
        self._windows = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        share, caller = await self._caller(scope)
        if self._windows.hit(share, caller):
            await self._app(scope, receive, send)
            return
        reset_at = self._windows.get_window_stats(share, caller).reset_time
        wait_s = max(1, math.ceil(reset_at - time.time()))
        refusal = await on_domain_error(
            Request(scope, receive), TooManyRequests(retry_after_s=wait_s)
        )
        await refusal(scope, receive, send)

    async def _caller(self, scope: Scope) -> tuple[RateLimitItemPerMinute, str]:
        sent = next((v for k, v in scope["headers"] if k == b"authorization"), None)
        if sent is not None:
            try:
                principal = await self._gate.principal(sent.decode("latin-1"))
            except DomainError:
                pass
            else:
                share = self._system if principal.has(_SYSTEM) else self._person
                return share, principal.subject
        client = scope.get("client")
        return self._address, client[0] if client else "unknown"
