"""Sending one message to an address a department gave us.

The name is resolved here, every address it has is judged, and the connection goes to one of those
judged: aiohttp connects to what its resolver returns and asks nobody again. Redirects are not
followed, nothing of the answer is kept but its status, and no proxy or cookie is used.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from socket import AF_INET, AF_INET6, AF_UNSPEC, AI_NUMERICHOST, SOCK_STREAM, AddressFamily
from typing import Final, TypeAlias

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from services.common.clock import Clock, utc_now
from services.registry.domain.webhooks import addresses, attempts
from services.registry.domain.webhooks.addresses import Allowance
from services.registry.domain.webhooks.attempts import Attempt
from services.registry.domain.webhooks.errors import WebhookAddressRefused

TOTAL_S: Final = 15.0
_CONNECT_S: Final = 5.0
_READ_BYTES: Final = 16_384
_HEADERS: Final = {
    "Content-Type": "application/cloudevents+json; charset=utf-8",
    "User-Agent": "OneGrid-Webhooks/1",
    "Accept": "*/*",
}

_FAILURES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (TimeoutError, "timeout"),
    (aiohttp.ClientSSLError, "TLS failed"),
    (aiohttp.ClientConnectorDNSError, "name not found"),
    (aiohttp.ClientConnectorError, "no connection"),
    (Exception, "connection broken"),
)

LookUp: TypeAlias = Callable[[str, int], Awaitable[list[str]]]
"""Host and port → addresses, as text."""


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, from the system's resolver; raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=SOCK_STREAM, family=AF_UNSPEC
    )
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class JudgingResolver(AbstractResolver):
    """Resolves a name once for each connection, to addresses that may be sent to.

    Args:
        allowance: Of this installation.
        look_up: Asks the network.
    """

    def __init__(self, allowance: Allowance, look_up: LookUp) -> None:
        self._allowance = allowance
        self._look_up = look_up

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AF_INET
    ) -> list[ResolveResult]:
        """The judged addresses; raises `WebhookAddressRefused` when one of them is bad."""
        del family
        found = await self._look_up(host, port)
        addresses.check(found, self._allowance)
        return [_resolved(host, port, address) for address in found]

    async def close(self) -> None:
        """Nothing is held."""


def _resolved(host: str, port: int, address: str) -> ResolveResult:
    family = AF_INET6 if ":" in address else AF_INET
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0, flags=AI_NUMERICHOST
    )


class Sender:
    """Sends messages over kept-alive connections.

    Args:
        allowance: Of this installation.
        ca_file: Certificates trusted beside the system's, PEM.
        look_up: Asks the network for addresses.
        clock: Tells the time.
    """

    def __init__(
        self,
        allowance: Allowance,
        *,
        ca_file: Path | None = None,
        look_up: LookUp = look_up,
        clock: Clock = utc_now,
    ) -> None:
        self.allowance = allowance
        self._ca_file = ca_file
        self._look_up = look_up
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the pool of connections; needs a running loop."""
        context = ssl.create_default_context()
        if self._ca_file is not None:
            context.load_verify_locations(self._ca_file)
        # No limit here: a turn has its own, and a wait in a shared queue would let one endpoint
        # delay another.
        connector = aiohttp.TCPConnector(
            limit=0,
            ssl=context,
            use_dns_cache=False,
            resolver=JudgingResolver(self.allowance, self._look_up),
            keepalive_timeout=30,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=TOTAL_S, sock_connect=_CONNECT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            headers=_HEADERS,
        )

    async def close(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        """What became of one attempt; whatever goes wrong out there is an outcome, not an error."""
        try:
            return await self._post(url, headers, body)
        except WebhookAddressRefused as exc:
            return Attempt(f"address refused: {exc.reason}")
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            return Attempt(next(words for kind, words in _FAILURES if isinstance(exc, kind)))

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        if self._session is None:
            raise RuntimeError("the sender is not open")
        # Judged anew: what an installation allows may have changed, and a literal address is
        # connected to without the resolver.
        target = addresses.target_of(url, self.allowance)
        async with self._session.post(
            target, data=body, headers=headers, allow_redirects=False
        ) as answer:
            retry_after = answer.headers.get("Retry-After")
            attempt = attempts.answered(answer.status, retry_after, self._clock())
            # A short answer is read so that the connection can be used again; a long one is not.
            await answer.content.read(_READ_BYTES)
            if not answer.content.at_eof():
                answer.close()
            return attempt
