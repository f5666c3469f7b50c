"""Columns of many rows, each sent as one text.

asyncpg asks of every element of an array whether it is an array itself, which costs more than
sending it: a third of an import's time on the event loop. A text is sent as it is, and PostgreSQL
takes it apart in a tenth of that time.
"""

from collections.abc import Sequence
from typing import Final

_BETWEEN: Final = "\x1f"
_NULL: Final = "\x1e"


def column(place: int, kind: str) -> str:
    """The parameter at a place as an array of a type, for a statement."""
    return f"string_to_array(${place}, E'\\x1f', E'\\x1e')::{kind}[]"


def columns(first: int, *kinds: str) -> str:
    """Parameters from a place on as arrays of these types."""
    return ", ".join(column(place, kind) for place, kind in enumerate(kinds, first))


def packed(values: Sequence[str | None]) -> str:
    """The text of a column; it has at least one row.

    Args:
        values: Without control characters: ids, days, codes, normalised names, JSON, hex.

    Raises:
        ValueError: A value holds what stands between values.
    """
    text = _BETWEEN.join([_NULL if value is None else value for value in values])
    if not text or text.count(_BETWEEN) != len(values) - 1:
        raise ValueError("a value of a column holds a separator")
    return text


def of_bytes(value: bytes | None) -> str | None:
    """Bytes as PostgreSQL reads them."""
    return None if value is None else "\\x" + value.hex()
