"""The signing keys in memory: made on the first start, followed when old, destroyed when over."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
import structlog
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from gateway.identity.domain import key_ages
from gateway.identity.store.keys import SigningKeyRow
from gateway.identity.store.store import Store, Tx
from services.common.auth import LEEWAY_S
from services.common.clock import Clock
from services.common.sealing import Sealer

ALGORITHM: Final = "ES256"
_READ_EVERY_S: Final = 60.0
_FRESH_PAUSE_S: Final = 5.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A signing key, opened.

    Attributes:
        active_from: From then on it signs, until a newer one does.
        key: The private key.
    """

    active_from: datetime
    key: ECKey

    @property
    def public(self) -> dict[str, Any]:
        """The JWK everybody may read."""
        return dict(self.key.as_dict(private=False))


class Keyring:
    """Signs with the present key and tells which keys to trust. A `KeySource` for our own gate.

    Every process reads the table again at most once a minute; a new key is published longer than
    that before it signs, so processes need no other agreement.

    Args:
        store: Where the keys are.
        sealer: Opens the private keys.
        clock: Tells the time.
        age: A key this old is followed by a new one.
        ahead: How long a new key is published before it signs.
        token_life: Life of an access token.
    """

    def __init__(
        self,
        store: Store,
        sealer: Sealer,
        clock: Clock,
        *,
        age: timedelta,
        ahead: timedelta,
        token_life: timedelta,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._age = age
        self._ahead = ahead
        self._token_life = token_life + timedelta(seconds=LEEWAY_S)
        self._keys: list[SigningKey] = []
        self._read_at = float("-inf")
        self._lock = asyncio.Lock()

    async def sign(self, claims: dict[str, Any]) -> str:
        """An access token (RFC 9068) with these claims."""
        await self._refresh(_READ_EVERY_S)
        key = key_ages.signing(self._keys, self._clock()).key
        header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": key.kid}
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])

    async def published(self, *, fresh: bool = False) -> list[dict[str, Any]]:
        """The public JWKs of every key a good token may be signed with, newest first."""
        await self._refresh(_FRESH_PAUSE_S if fresh else _READ_EVERY_S)
        keys = key_ages.published(self._keys, self._clock(), self._token_life)
        return [key.public for key in keys]

    async def keys(self, *, fresh: bool) -> KeySet:
        """The same as a key set, for the gate."""
        return KeySet.import_key_set({"keys": await self.published(fresh=fresh)})

    async def rotate(self, tx: Tx, *, active_from: datetime) -> str:
        """Add a key that signs from an instant on; older ones stay published while needed."""
        key = ECKey.generate_key("P-256", parameters={"use": "sig", "alg": ALGORITHM})
        key = ECKey.import_key(key.as_dict(private=True), {"kid": key.thumbprint()})
        private = orjson.dumps(key.as_dict(private=True)).decode()
        kid = str(key.kid)
        sealed = self._sealer.seal(private, _context(kid))
        public = dict(key.as_dict(private=False))
        await tx.keys.add(SigningKeyRow(kid, public, sealed, active_from), self._clock())
        return kid

    def reread(self) -> None:
        """Read the table before the next use: a key was just committed."""
        self._read_at = float("-inf")

    async def tend(self, tx: Tx) -> None:
        """Make the first key, follow an old one, destroy those that are over."""
        now = self._clock()
        await tx.keys.lock()
        rows = await tx.keys.all()
        if not rows:
            _log.info("identity.first_key_made", kid=await self.rotate(tx, active_from=now))
            return
        if key_ages.is_next_due(rows, now, self._age):
            kid = await self.rotate(tx, active_from=now + self._ahead)
            _log.info("identity.next_key_made", kid=kid)
        needed = {row.kid for row in key_ages.published(rows, now, self._token_life)}
        await tx.keys.drop([row.kid for row in rows if row.kid not in needed])

    async def _refresh(self, older_than_s: float) -> None:
        if time.monotonic() - self._read_at < older_than_s:
            return
        async with self._lock:
            if time.monotonic() - self._read_at < older_than_s:
                return
            async with self._store.read() as view:
                rows = await view.keys.all()
            self._keys = [self._opened(row) for row in rows]
            self._read_at = time.monotonic()

    def _opened(self, row: SigningKeyRow) -> SigningKey:
        private = orjson.loads(self._sealer.open(row.sealed, _context(row.kid)))
        return SigningKey(row.active_from, ECKey.import_key(private))


def _context(kid: str) -> bytes:
    return b"signing_key:" + kid.encode()
