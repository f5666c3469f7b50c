"""Keyset pages of rows that are JSON already."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any
from uuid import UUID

from services.common import paging
from services.common.errors import NothingHere
from services.tasks.domain.actors import Scope


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        body: `{"items": […], "next": …}` as JSON text.
        next: Cursor of the next page; None on the last.
    """

    body: bytes
    next: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """A subtree of areas as a range of the index: `low <= area < high` in "C" collation."""

    low: str
    high: str


def span(scope: Scope, within: str | None) -> Span:
    """The range a question is about: what it asks for, or all the caller may see.

    Raises:
        NothingHere: `within` lies outside the caller's areas, or the caller has none.
    """
    if within is None:
        if not scope.areas:
            raise NothingHere
        within = _common(min(scope.areas), max(scope.areas))
    elif not scope.covers(within):
        raise NothingHere
    # ':' is the character after '9': every longer code with this prefix sorts before it.
    return Span(within, within + ":")


def page(rows: Sequence[Any], limit: int, question: object) -> Page:
    """A page of rows with columns `id` and `body`, of which one more than `limit` was asked for."""
    kept = rows[:limit]
    cursor = paging.encode([str(kept[-1]["id"])], question) if len(rows) > limit else None
    items = ",".join(row["body"] for row in kept)
    following = f'"{cursor}"' if cursor else "null"
    return Page(f'{{"items":[{items}],"next":{following}}}'.encode(), cursor)


def position(after: str | None, question: object) -> UUID | None:
    """The id a page starts after.

    Raises:
        CursorNotValid: The cursor is not of this question.
    """
    if after is None:
        return None
    keys = paging.decode(after, question)
    try:
        return UUID(keys[0])
    except (IndexError, ValueError, TypeError, AttributeError) as exc:
        raise paging.CursorNotValid from exc


def _common(first: str, last: str) -> str:
    """What both begin with; of sorted codes the first and last share no more than all do."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(left for left, _ in pairs)
