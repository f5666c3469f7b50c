"""Argon2id (RFC 9106) off the event loop, few at a time."""

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.identity.settings import IdentitySettings

_REMEMBER_S: Final = 600.0


class Hasher:
    """Hashes passwords and secrets.

    A hash takes about 0.1 s and 64 MiB by design, so it runs in a thread, and only so many at a
    time. A client's secret that was right is remembered for ten minutes under a key that lives in
    this process only, because systems ask for tokens in bursts; a person's password never is.

    Args:
        memory_kib: Memory of one hash.
        passes: Passes over it.
        lanes: Lanes of it.
        at_once: Hashes at the same time.
        remembered: Right secrets remembered at most.
    """

    def __init__(
        self, *, memory_kib: int, passes: int, lanes: int, at_once: int, remembered: int = 1_000
    ) -> None:
        self._argon = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
        self._turns = asyncio.Semaphore(at_once)
        # Well-formed, as dear to verify as a real one, and the hash of nothing anybody knows.
        cost = f"m={memory_kib},t={passes},p={lanes}"
        self._decoy = f"$argon2id$v=19${cost}${_base64(16)}${_base64(32)}"
        self._process_key = secrets.token_bytes(32)
        self._remembered = remembered
        self._right: OrderedDict[bytes, float] = OrderedDict()

    async def hash(self, password: str) -> str:
        """The encoded hash of a password."""
        async with self._turns:
            return await asyncio.to_thread(self._argon.hash, _bytes_of(password))

    async def verify(self, password: str, encoded: str | None) -> bool:
        """Whether a password is the hashed one.

        Without a hash (no such account) it takes as long and answers no, so that the time of an
        answer does not tell which names exist.
        """
        async with self._turns:
            return await asyncio.to_thread(self._matches, password, encoded or self._decoy)

    async def verify_secret(self, secret: str, encoded: str | None) -> bool:
        """Whether a client's secret is the hashed one; a right one is remembered for a while."""
        digest = hmac.digest(self._process_key, f"{encoded}\0{secret}".encode(), hashlib.sha256)
        if self._right.get(digest, 0.0) > time.monotonic():
            return True
        is_right = await self.verify(secret, encoded)
        if is_right:
            self._right[digest] = time.monotonic() + _REMEMBER_S
            self._right.move_to_end(digest)
            if len(self._right) > self._remembered:
                self._right.popitem(last=False)
        return is_right

    def _matches(self, password: str, encoded: str) -> bool:
        try:
            return self._argon.verify(encoded, _bytes_of(password))
        except (VerificationError, InvalidHashError):
            return False


def _bytes_of(password: str) -> bytes:
    """As it is hashed; JSON can hold half a surrogate pair, which is no UTF-8."""
    return password.encode("utf-8", "surrogatepass")


def _base64(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")


def hasher_of(settings: IdentitySettings) -> Hasher:
    """A hasher with the settings' cost."""
    return Hasher(
        memory_kib=settings.hash_memory_kib,
        passes=settings.hash_passes,
        lanes=settings.hash_lanes,
        at_once=settings.hash_at_once,
    )
