"""What a page's cursor says; anybody can make one up, so nothing in it is believed unchecked."""

from typing import Final
from uuid import UUID

from services.common import paging
from services.common.paging import CursorNotValid

_BEGINNING: Final = ("", UUID(int=0))


def code(after: str | None, question: object) -> str:
    """The last code shown; "" on the first page.

    Raises:
        CursorNotValid: It is no cursor of this question.
    """
    if after is None:
        return ""
    (last,) = _keys(after, question, 1)
    return last


def texts(after: str | None, question: object, count: int) -> list[str]:
    """Several texts of the last row shown; "" each on the first page.

    Raises:
        CursorNotValid: It is no cursor of this question.
    """
    return [""] * count if after is None else _keys(after, question, count)


def identifier(after: str | None, question: object, first: UUID) -> UUID:
    """The last id shown; `first` on the first page.

    Raises:
        CursorNotValid: It is no cursor of this question.
    """
    if after is None:
        return first
    (last,) = _keys(after, question, 1)
    return _uuid(last)


def dwelling_and_id(after: str | None, question: object) -> tuple[str, UUID]:
    """Dwelling and id of the last row shown; before all others on the first page.

    Raises:
        CursorNotValid: It is no cursor of this question.
    """
    if after is None:
        return _BEGINNING
    dwelling, last = _keys(after, question, 2)
    return dwelling, _uuid(last)


def _keys(after: str, question: object, count: int) -> list[str]:
    keys = paging.decode(after, question)
    if len(keys) != count or not all(isinstance(k, str) and k.isprintable() for k in keys):
        raise CursorNotValid
    return keys


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as exc:
        raise CursorNotValid from exc
