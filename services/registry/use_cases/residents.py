"""Looking at residents: one by its document or id, several by a filter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.common import paging
from services.common.errors import NothingHere
from services.common.idempotency import Answer
from services.registry.domain import documents, filters, scopes
from services.registry.domain.filters import Filter
from services.registry.domain.readings import Reading
from services.registry.store import residents, sealed, searches
from services.registry.store.people import documents as papers
from services.registry.store.residents import One, Row, Selection
from services.registry.store.store import Store
from services.registry.use_cases import cursors

MOST_COUNTED: Final = searches.MOST_COUNTED
"""A count goes no further."""


class ResidentNotFound(NothingHere):
    """No resident fits, or none whom you may see."""

    title = "Resident not found"
    title_zh = "未找到该居民"
    title_ko = "해당 주민을 찾을 수 없습니다"


@dataclass(frozen=True, slots=True)
class Question:
    """A search.

    Attributes:
        asked: Whom; its area was checked against the caller's.
        after: Cursor of the last page.
        limit: Residents at most.
        counted: Whether to say how many there are.
    """

    asked: Filter
    after: str | None
    limit: int
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A page of residents.

    Attributes:
        items: JSON array.
        following: Cursor of the next page; None on the last.
        count: How many there are, up to one more than `MOST_COUNTED`; None when not asked for.
    """

    items: bytes
    following: str | None
    count: int | None


async def look_up(
    store: Store, reading: Reading, wanted: Selection, kind: str, number: str
) -> Answer:
    """The one resident with a document.

    Raises:
        IdNumberInvalid: The number cannot exist.
        ResidentNotFound: Nobody has it, or nobody whom the caller may see.
    """
    return _answer(await row_by_document(store, reading, wanted, kind, number), wanted, store)


async def by_id(store: Store, reading: Reading, wanted: Selection, resident_id: UUID) -> Answer:
    """The resident with an id.

    Raises:
        ResidentNotFound: There is none, or none whom the caller may see.
    """
    return _answer(await row_by_id(store, reading, wanted, resident_id), wanted, store)


async def row_by_document(
    store: Store, reading: Reading, wanted: Selection, kind: str, number: str
) -> Row:
    """The row of the one resident with a document; the access is recorded."""
    known = documents.read(kind, number).number
    index = sealed.document_index(store.sealer, kind, known)
    row = await _one(store, reading, wanted, wanted.by_document, (kind, index, reading.areas))
    # Two numbers could share an index, however unlikely: the number itself decides.
    # It may be a further document; the row has the primary one.
    secret = row["document"]
    is_primary = row["kind"] == kind and secret is not None
    if is_primary and sealed.open_document(store.sealer, row["id"], secret) == known:
        return row
    async with store.read() as connection:
        numbers = await papers.numbers(connection, row["county"], row["id"], kind)
    if known not in {sealed.open_document(store.sealer, row["id"], one) for one in numbers}:
        raise ResidentNotFound
    return row


async def row_by_id(store: Store, reading: Reading, wanted: Selection, resident_id: UUID) -> Row:
    """The row of the resident with an id; the access is recorded."""
    counties = scopes.counties_of(reading.areas, store.counties)
    question = (resident_id, counties, reading.areas)
    return await _one(store, reading, wanted, wanted.by_id, question)


async def _one(
    store: Store, reading: Reading, wanted: Selection, one: One, question: Sequence[object]
) -> Row:
    """A resident, the record of the access being on the disk.

    One statement reads and records while there are connections to spare. When there are none, a
    connection that waits for the disk keeps others waiting: it only reads, and the record shares
    a commit with those of others.
    """
    shared = store.recorder.is_crowded
    record = None if shared else (*reading.columns, wanted.fields)
    async with store.read() as connection:
        row = await residents.one(connection, one, question, record)
    if row is None:
        raise ResidentNotFound
    if shared:
        await store.recorder.record(reading, row["county"], row["id"], wanted.told)
    return row


async def find(store: Store, reading: Reading, wanted: Selection, question: Question) -> Found:
    """A page of the residents who fit a filter.

    Raises:
        SearchTooBroad: The area is wide and nothing narrows the question.
        CursorNotValid: The cursor belongs to another question.
    """
    asked, limit = question.asked, question.limit
    filters.require_narrow(asked)
    page = searches.Page(asked, cursors.dwelling_and_id(question.after, asked), limit)
    count = None
    async with store.read() as connection:
        rows = await searches.page(connection, wanted, store.sealer, reading, page)
        if question.counted:
            count = await searches.count(connection, store.sealer, asked)
    views = [residents.view(row, wanted, store.sealer) for row in rows[:limit]]
    following = None
    if len(rows) > limit:
        row = rows[limit - 1]
        following = paging.encode((row["dwelling"], str(row["id"])), asked)
    return Found(b"[" + b",".join(views) + b"]", following, count)


def _answer(row: Row, wanted: Selection, store: Store) -> Answer:
    headers = (("ETag", f'"{row["version"]}"'), ("Cache-Control", "no-store"))
    return Answer(residents.view(row, wanted, store.sealer), headers=headers)
