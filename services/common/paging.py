"""Keyset pages: a cursor is the last row's key, bound to the question it belongs to."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Any

import orjson

from services.common.errors import DomainError, Kind

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


class CursorNotValid(DomainError):
    """This cursor is damaged or belongs to another question; start again without it."""

    kind = Kind.INVALID
    title = "The page cursor is not valid"
    title_zh = "分页标记无效"
    title_ko = "페이지 표시가 올바르지 않습니다"


def encode(keys: Sequence[Any], question: object) -> str:
    """An opaque cursor for the row with these sort keys.

    Args:
        keys: Sort keys; JSON's own types come back as they are, others (UUID) as text.
        question: The filters in force; a cursor is refused under any other.
    """
    payload = orjson.dumps([list(keys), _digest(question)], default=str)
    return base64.urlsafe_b64encode(payload).decode().rstrip("=")


def decode(cursor: str, question: object) -> list[Any]:
    """The sort keys inside a cursor.

    Raises:
        CursorNotValid: It was not made by `encode` for this question.
    """
    try:
        keys, digest = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, TypeError) as exc:
        raise CursorNotValid from exc
    if digest != _digest(question) or not isinstance(keys, list):
        raise CursorNotValid
    return keys


def link_next(path: str, query: str, cursor: str) -> str:
    """The RFC 8288 `Link` header value for the next page, keeping the other parameters."""
    kept = [part for part in query.split("&") if part and not part.startswith("after=")]
    return f'<{path}?{"&".join([*kept, f"after={cursor}"])}>; rel="next"'


def _digest(question: object) -> str:
    return hashlib.sha256(repr(question).encode()).hexdigest()[:12]
