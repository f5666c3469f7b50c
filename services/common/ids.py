"""Time-ordered identifiers (UUIDv7, RFC 9562 §5.7)."""

import secrets
import time
import uuid


def new_id(now_ms: int | None = None) -> uuid.UUID:
    """A fresh UUIDv7: 48 bits of milliseconds, then 74 random bits.

    Python 3.11 has no `uuid.uuid7`; PostgreSQL's `uuidv7()` makes the same layout, so both sort
    together and B-tree pages fill from one end.

    Args:
        now_ms: Unix time in milliseconds; the current time when left out.
    """
    milliseconds = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76  # version 7
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant 10
    return uuid.UUID(int=value)
