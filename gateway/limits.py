"""How many requests the door lets through: per signed-in person, per system, per address.

A token is verified here only to know whose it is; every service verifies it again. A caller who
could name somebody else in a forged token must not use up that person's share, so whatever does not
verify counts for the address it came from. Counts live in this process's memory: several gateways
each allow as much.
"""

import math
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.settings import GatewaySettings
from services.common.auth import Gate
from services.common.errors import DomainError, Kind
from services.common.problems import on_domain_error

_MINUTE_S = 60
_SYSTEM = "department_system"


class TooManyRequests(DomainError):
    """More requests a minute than this caller may send; wait for the seconds Retry-After names."""

    kind = Kind.LIMITED
    title = "Too many requests"
    title_zh = "请求过于频繁，请稍后再试"
    title_ko = "요청이 너무 잦습니다. 잠시 후 다시 하십시오"


class Share:
    """So many requests a minute for each caller, counted in a sliding window.

    The count of the last minute is that of this clock minute and, weighed by how much of it still
    lies within the last sixty seconds, that of the one before. Two numbers for each caller, where a
    library for it (`limits` 5.8) keeps a thread to forget them, on the path of every request.

    Args:
        limit: Requests a minute.
        clock: Seconds that only grow.
    """

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._minute = 0
        self._now: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def take(self, caller: str) -> int:
        """Count one request: 0 when it fits, otherwise the seconds after which one does again."""
        now = self._clock()
        minute, passed = int(now // _MINUTE_S), now % _MINUTE_S
        if minute != self._minute:
            self._before = self._now if minute == self._minute + 1 else {}
            self._now, self._minute = {}, minute
        left = 1 - passed / _MINUTE_S
        count, before = self._now.get(caller, 0), self._before.get(caller, 0)
        if count + before * left + 1 <= self._limit:
            self._now[caller] = count + 1
            return 0
        # So much of what was before must slide out; this minute's own begin to slide in the next.
        room = self._limit - 1 - count
        if room >= 0:
            return max(1, math.ceil(_MINUTE_S * (1 - room / before) - passed))
        slides = max(0.0, 1 - (self._limit - 1) / count)
        return math.ceil(_MINUTE_S * (1 + slides) - passed)


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
        self._person = Share(settings.person_requests_per_minute)
        self._system = Share(settings.system_requests_per_minute)
        self._address = Share(settings.address_requests_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        share, caller = await self._caller(scope)
        wait_s = share.take(caller)
        if wait_s == 0:
            await self._app(scope, receive, send)
            return
        refusal = await on_domain_error(
            Request(scope, receive), TooManyRequests(retry_after_s=wait_s)
        )
        await refusal(scope, receive, send)

    async def _caller(self, scope: Scope) -> tuple[Share, str]:
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
