"""What the registry needs of identity beside keys: what somebody may do while they are away."""

import time
from dataclasses import dataclass
from typing import Final

from services.common.errors import PeerUnavailable
from services.common.peers import Peer

KEPT_S: Final = 60.0
"""An answer is believed so long; then it is asked for again."""
_MOST: Final = 4096


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody may do now.

    Attributes:
        roles: At their organisation.
        areas: Prefixes.
        domains: They work for.
    """

    roles: frozenset[str]
    areas: tuple[str, ...]
    domains: tuple[str, ...]


NOBODY: Final = Standing(frozenset(), (), ())
"""Of an account that is closed, or a handle that is none."""


class Identity:
    """Asks identity; remembers answers for a minute, refusals too, failures never.

    Args:
        peer: Named `identity`.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._kept: dict[str, tuple[float, Standing]] = {}

    async def handle_for(self, token: str) -> str:
        """A handle of the caller with this token, to ask with when the caller is away.

        Raises:
            PeerUnavailable: Identity does not answer, or not so.
        """
        answer = await self._peer.call("GET", "/v1/me/standing", token=token)
        if not answer.is_success:
            raise PeerUnavailable
        return str(answer.json()["handle"])

    async def standing(self, handle: str) -> Standing:
        """What the owner of a handle may do, as it was a minute ago at most.

        Raises:
            PeerUnavailable: Identity does not answer: nobody knows.
        """
        at, known = self._kept.get(handle, (0.0, NOBODY))
        if at and time.monotonic() - at < KEPT_S:
            return known
        answer = await self._peer.call("POST", "/v1/standings", json={"handle": handle})
        if not answer.is_success:
            raise PeerUnavailable
        told = answer.json()
        found = NOBODY
        if told["active"]:
            found = Standing(frozenset(told["roles"]), tuple(told["areas"]), tuple(told["domains"]))
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[handle] = (time.monotonic(), found)
        return found

    def forget(self) -> None:
        """Ask anew from now on."""
        self._kept.clear()
