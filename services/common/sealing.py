"""Sealed fields: encrypted under envelope keys, with keyed blind indexes for exact look-up.

A sealed value is `key id (2) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. The id names a data key in the
service's `data_keys`, wrapped by the key-encryption key; the newest seals, all open. Associated
data ties a value to its field and record: elsewhere it does not open (NIST SP 800-38D).

A key says what it is for: 32 bytes alone are of AES-256-GCM and HMAC-SHA-256; behind the byte 2 of
SM4-GCM (GB/T 32907, RFC 8998; its first 16 bytes) and HMAC-SM3 (GB/T 32905). So is it wrapped.
"""

import base64
import os
from collections.abc import Mapping
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SHA256, SM3
from cryptography.hazmat.primitives.hmac import HMAC

from services.common.database import Connection

_KEY_BYTES = 32
_NONCE_BYTES = 12
_ID_BYTES = 2
_TAG_BYTES = 16
_INDEX_BYTES = 16
_WRAPPED_BYTES = _NONCE_BYTES + _KEY_BYTES + _TAG_BYTES

KEYS = "select id, purpose, wrapped from data_keys order by id"
ADD_KEY = "insert into data_keys (purpose, wrapped) values ($1, $2)"
LOCK = "select pg_advisory_xact_lock(hashtext('data_keys'))"


class SealBroken(ValueError):
    """A sealed value does not open: another key, another record, or changed bytes."""


class KeyNotUsable(ValueError):
    """The key-encryption key is not 32 bytes, or does not open this database's data keys."""


class Sm4Gcm:
    """SM4-GCM with the manners of `AESGCM`, under the first 16 bytes of a key."""

    def __init__(self, key: bytes) -> None:
        self._key = SM4(key[:16])

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes | None) -> bytes:
        """Ciphertext and tag."""
        cipher = Cipher(self._key, GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(associated or b"")
        return cipher.update(data) + cipher.finalize() + cipher.tag

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes | None) -> bytes:
        """The plain bytes; raises `InvalidTag`."""
        if len(data) < _TAG_BYTES:
            raise InvalidTag
        cipher = Cipher(self._key, GCM(nonce, data[-_TAG_BYTES:])).decryptor()
        cipher.authenticate_additional_data(associated or b"")
        return cipher.update(data[:-_TAG_BYTES]) + cipher.finalize()


Aead: TypeAlias = AESGCM | Sm4Gcm
# Cipher and hash by what stands before a key, and that by the name of the ciphers.
_SUITES: Mapping[bytes, tuple[type[Aead], type[SHA256 | SM3]]]
_SUITES = {b"": (AESGCM, SHA256), b"\2": (Sm4Gcm, SM3)}
_MARKS = {"": b"", "international": b"", "national": b"\2"}


class Sealer:
    """Seals and opens the fields of one service.

    Args:
        keys: Data keys by id; the highest id seals.
        index_keys: Keys of the blind indexes: the first makes them, each may have made some.
    """

    def __init__(self, keys: Mapping[int, bytes], *index_keys: bytes) -> None:
        self._ciphers = {key_id: _cipher(key) for key_id, key in keys.items()}
        newest = max(keys)
        self._newest = self._ciphers[newest]
        self._newest_id = newest.to_bytes(_ID_BYTES, "big")
        self._keyed = [_mac(key) for key in index_keys]
        self._derived = [_SUITES[key[:-_KEY_BYTES]][0] for key in index_keys]
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

        An HMAC cut to 128 bits: among 10⁹ values a chance collision has odds below 10⁻²⁰, and
        look-ups compare the opened value anyway.
        """
        mac = self._keyed[key].copy()
        mac.update(f"{field}\0{value}".encode())
        return mac.finalize()[:_INDEX_BYTES]

    def cipher(self, label: str, key: int = 0) -> Aead:
        """A cipher of its own, whose key follows from an index key and stays."""
        return self._derived[key](self.blind_index(label, "key", key))


async def load(connection: Connection, key_encryption_key: str) -> Sealer:
    """The sealer of this database, making its first keys when it has none.

    Call in a transaction, so that two first starts make no two index keys.

    Args:
        connection: In a transaction on the service's schema.
        key_encryption_key: `wrapping_key` of the settings.

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


def wrap(wrapping: bytes, purpose: str, key: bytes | None = None) -> bytes:
    """A data key, by default a new one of the wrapping key's ciphers, under the wrapping key."""
    mark, secret = wrapping[:-_KEY_BYTES], os.urandom(_KEY_BYTES)
    if key is not None:
        mark, secret = key[:-_KEY_BYTES], key[-_KEY_BYTES:]
    nonce = os.urandom(_NONCE_BYTES)
    return mark + nonce + _wrapping(mark, wrapping).encrypt(nonce, secret, purpose.encode())


def unwrap(wrapping: bytes, purpose: str, wrapped: bytes) -> bytes:
    """What `wrap` wrapped; raises `KeyNotUsable`."""
    mark, nonce = wrapped[:-_WRAPPED_BYTES], wrapped[-_WRAPPED_BYTES:][:_NONCE_BYTES]
    sealed = wrapped[len(mark) + _NONCE_BYTES :]
    try:
        return mark + _wrapping(mark, wrapping).decrypt(nonce, sealed, purpose.encode())
    except (InvalidTag, KeyError) as exc:
        raise KeyNotUsable("this key-encryption key does not open this database's keys") from exc


def cipher_of(text: str) -> bytes:
    """The wrapping key of `ciphers:key` or a key alone; raises `KeyNotUsable`."""
    ciphers, _, encoded = text.rpartition(":")
    try:
        key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except ValueError as exc:
        raise KeyNotUsable("the key-encryption key is not base64url") from exc
    if len(key) != _KEY_BYTES or ciphers not in _MARKS:
        raise KeyNotUsable("the key-encryption key must be 32 bytes, of ciphers known here")
    return _MARKS[ciphers] + key


def _cipher(key: bytes) -> Aead:
    return _SUITES[key[:-_KEY_BYTES]][0](key[-_KEY_BYTES:])


def _wrapping(mark: bytes, wrapping: bytes) -> Aead:
    # No two algorithms share a key: that of SM4 follows from the key-encryption key.
    key = wrapping[-_KEY_BYTES:]
    return _cipher(mark + _mac(mark + key).finalize() if mark else key)


def _mac(key: bytes) -> HMAC:
    return HMAC(key[-_KEY_BYTES:], _SUITES[key[:-_KEY_BYTES]][1]())
