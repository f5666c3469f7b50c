"""Sealed fields: AES-256-GCM under envelope keys, with keyed blind indexes for exact look-up.

A sealed value is `key id (2) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. The id names a data key in the
service's `data_keys`, wrapped by the key-encryption key; the newest seals, all open. Associated
data ties a value to its field and record: elsewhere it does not open (NIST SP 800-38D).
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.common.database import Connection

_KEY_BYTES = 32
_NONCE_BYTES = 12
_ID_BYTES = 2
_INDEX_BYTES = 16

KEYS = "select id, purpose, wrapped from data_keys order by id"
ADD_KEY = "insert into data_keys (purpose, wrapped) values ($1, $2)"
LOCK = "select pg_advisory_xact_lock(hashtext('data_keys'))"


class SealBroken(ValueError):
    """A sealed value does not open: another key, another record, or changed bytes."""


class KeyNotUsable(ValueError):
    """The key-encryption key is not 32 bytes, or does not open this database's data keys."""


class Sealer:
    """Seals and opens the fields of one service.

    Args:
        keys: Data keys by id; the highest id seals.
        index_keys: Keys of the blind indexes: the first makes them, each may have made some.
    """

    def __init__(self, keys: Mapping[int, bytes], *index_keys: bytes) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        newest = max(keys)
        self._newest = self._ciphers[newest]
        self._newest_id = newest.to_bytes(_ID_BYTES, "big")
        self._keyed = [hmac.new(key, digestmod=hashlib.sha256) for key in index_keys]
        self.index_keys = range(len(index_keys))

    def seal(self, value: str, context: bytes) -> bytes:
        """Encrypt a value for one field of one record.

        Args:
            value: Plain text.
            context: Field and record, such as `b"document:" + resident_id.bytes`.
        """
        nonce = os.urandom(_NONCE_BYTES)
        return self._newest_id + nonce + self._newest.encrypt(nonce, value.encode(), context)

    def open(self, sealed: bytes, context: bytes) -> str:
        """Decrypt what `seal` made under the same context.

        Raises:
            SealBroken: It does not open.
        """
        cipher = self._ciphers.get(int.from_bytes(sealed[:_ID_BYTES], "big"))
        if cipher is None:
            raise SealBroken("the data key is not known here")
        end = _ID_BYTES + _NONCE_BYTES
        try:
            return cipher.decrypt(sealed[_ID_BYTES:end], sealed[end:], context).decode()
        except InvalidTag as exc:
            raise SealBroken("the value was changed, moved or sealed by another key") from exc

    def blind_index(self, field: str, value: str, key: int = 0) -> bytes:
        """16 bytes that equal values share and nobody without the key can compute.

        HMAC-SHA256 cut to 128 bits: among 10⁹ values a chance collision has odds below 10⁻²⁰, and
        look-ups compare the opened value anyway.
        """
        mac = self._keyed[key].copy()
        mac.update(f"{field}\0{value}".encode())
        return mac.digest()[:_INDEX_BYTES]


async def load(connection: Connection, key_encryption_key: str) -> Sealer:
    """The sealer of this database, making its first keys when it has none.

    Call in a transaction, so that two first starts make no two index keys.

    Args:
        connection: In a transaction on the service's schema.
        key_encryption_key: 32 bytes, base64url.

    Raises:
        KeyNotUsable: The key is malformed or is not this database's.
    """
    wrapping = cipher_of(key_encryption_key)
    await connection.execute(LOCK)
    while not (rows := await connection.fetch(KEYS)):
        for purpose in ("index", "seal"):
            await connection.execute(ADD_KEY, purpose, wrap(wrapping, purpose))
    opened = [(r["id"], r["purpose"], unwrap(wrapping, r["purpose"], r["wrapped"])) for r in rows]
    seals = {key_id: key for key_id, purpose, key in opened if purpose == "seal"}
    # "index" writes; "index-former" and "index-next" are there while the registry rotates it.
    indexes = sorted((purpose, key) for _, purpose, key in opened if purpose != "seal")
    return Sealer(seals, *(key for _, key in indexes))


def wrap(wrapping: AESGCM, purpose: str, key: bytes | None = None) -> bytes:
    """A data key, a new one by default, under the key-encryption key."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + wrapping.encrypt(nonce, key or os.urandom(_KEY_BYTES), purpose.encode())


def unwrap(wrapping: AESGCM, purpose: str, wrapped: bytes) -> bytes:
    """What `wrap` wrapped; raises `KeyNotUsable`."""
    try:
        return wrapping.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], purpose.encode())
    except InvalidTag as exc:
        raise KeyNotUsable("this key-encryption key does not open this database's keys") from exc


def cipher_of(text: str) -> AESGCM:
    """The cipher of a key-encryption key; raises `KeyNotUsable`."""
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as exc:
        raise KeyNotUsable("the key-encryption key is not base64url") from exc
    if len(key) != _KEY_BYTES:
        raise KeyNotUsable("the key-encryption key must be 32 bytes")
    return AESGCM(key)
