"""How the sealed fields of a resident are written and read: one context and one index for each.

The context ties a ciphertext to its field and its resident, so a value copied to another row does
not open.
"""

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from services.common.sealing import Sealer

RESIDENT_ID = "resident_id"
"""The kind of document that is a citizen identity number; the index of others names their kind."""

_DOCUMENT = b"document:"
_PHONE = b"phone:"


def document_index(sealer: Sealer, kind: str, number: str) -> bytes:
    """What `identifiers` finds a normalised number by."""
    return sealer.blind_index(f"document:{kind}", number)


def document_indexes(sealer: Sealer, kind: str, number: str) -> list[bytes]:
    """What `identifiers` holds for a number: one, and two while the index key rotates."""
    return [sealer.blind_index(f"document:{kind}", number, key) for key in sealer.index_keys]


def seal_document(sealer: Sealer, resident_id: UUID, number: str) -> bytes:
    """A resident's number, sealed."""
    return sealer.seal(number, _DOCUMENT + resident_id.bytes)


def open_document(sealer: Sealer, resident_id: UUID, sealed: bytes) -> str:
    """A resident's number; raises `SealBroken`."""
    return sealer.open(sealed, _DOCUMENT + resident_id.bytes)


def phone_index(sealer: Sealer, phone: str) -> bytes:
    """What equal telephone numbers share."""
    return sealer.blind_index("phone", phone)


def phone_indexes(sealer: Sealer, phone: str) -> list[bytes]:
    """What equal telephone numbers may be under: two while the index key rotates."""
    return [sealer.blind_index("phone", phone, key) for key in sealer.index_keys]


def seal_phone(sealer: Sealer, resident_id: UUID, phone: str) -> bytes:
    """A resident's telephone number, sealed."""
    return sealer.seal(phone, _PHONE + resident_id.bytes)


def open_phone(sealer: Sealer, resident_id: UUID, sealed: bytes) -> str:
    """A resident's telephone number; raises `SealBroken`."""
    return sealer.open(sealed, _PHONE + resident_id.bytes)


def fact_index(sealer: Sealer, field: str, value: Any, key: int = 0) -> str:
    """Hex text that equal values of a field share; stands for the value when two are compared."""
    return sealer.blind_index(f"fact:{field}", orjson.dumps(value).decode(), key).hex()


def fact_indexes(sealer: Sealer, field: str, value: Any) -> list[str]:
    """What equal values of a field may be under: two while the index key rotates."""
    return [fact_index(sealer, field, value, key) for key in sealer.index_keys]


def is_rotating(sealer: Sealer) -> bool:
    """Whether equal values may have two indexes, so that a stored one is not to be compared."""
    return len(sealer.index_keys) > 1


def value_key(sealer: Sealer, field: str, value: Any) -> str:
    """The blind index, as hex, of any field's value; a telephone number has its own."""
    return (
        phone_index(sealer, value).hex() if field == "phone" else fact_index(sealer, field, value)
    )


def seal_value(sealer: Sealer, resident_id: UUID, field: str, value: Any) -> bytes:
    """Any JSON value of a resident's field, sealed."""
    return sealer.seal(orjson.dumps(value).decode(), _context(field, resident_id))


def open_value(sealer: Sealer, resident_id: UUID, field: str, sealed: bytes) -> Any:
    """What `seal_value` sealed; raises `SealBroken`."""
    return orjson.loads(sealer.open(sealed, _context(field, resident_id)))


def seal_fact(sealer: Sealer, resident_id: UUID, field: str, value: Any) -> dict[str, Any]:
    """The members `sealed` and `index` that stand for `value` in an entry among the facts."""
    sealed = seal_value(sealer, resident_id, field, value)
    return {
        "sealed": base64.b64encode(sealed).decode(),
        "index": fact_index(sealer, field, value),
    }


def key_of_fact(sealer: Sealer, resident_id: UUID, field: str, entry: Mapping[str, Any]) -> str:
    """What the value of a sealed entry is compared by."""
    if not is_rotating(sealer):
        return str(entry["index"])
    return fact_index(sealer, field, open_fact(sealer, resident_id, field, entry))


def open_fact(sealer: Sealer, resident_id: UUID, field: str, entry: Mapping[str, Any]) -> Any:
    """The value behind an entry among the facts, sealed or plain; raises `SealBroken`."""
    if "sealed" not in entry:
        return entry.get("value")
    return open_value(sealer, resident_id, field, base64.b64decode(entry["sealed"]))


def _context(field: str, resident_id: UUID) -> bytes:
    return f"fact:{field}:".encode() + resident_id.bytes
