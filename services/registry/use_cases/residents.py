"""Looking at residents: one by its document or id, several by name or area."""

from dataclasses import dataclass
from uuid import UUID

from services.common import paging
from services.common.errors import NothingHere
from services.common.idempotency import Answer
from services.registry.domain import areas, id_numbers, scopes, search
from services.registry.domain.readings import Reading
from services.registry.store import residents, sealed
from services.registry.store.residents import Selection
from services.registry.store.store import Store
from services.registry.use_cases import cursors


class ResidentNotFound(NothingHere):
    """No resident fits, or none whom you may see."""

    title = "Resident not found"
    title_zh = "未找到该居民"
    title_ko = "해당 주민을 찾을 수 없습니다"


@dataclass(frozen=True, slots=True)
class Question:
    """A search.

    Attributes:
        within: Area code, checked against the caller's areas.
        name: The beginning of a name, or None for everybody in the area.
        after: Cursor of the last page.
        limit: Residents at most.
    """

    within: str
    name: str | None
    after: str | None
    limit: int


async def look_up(
    store: Store, reading: Reading, wanted: Selection, kind: str, number: str
) -> Answer:
    """The one resident with a document.

    Raises:
        IdNumberInvalid: The number cannot exist.
        ResidentNotFound: Nobody has it, or nobody whom the caller may see.
    """
    known = id_numbers.parse(number).number if kind == sealed.RESIDENT_ID else number.upper()
    index = sealed.document_index(store.sealer, kind, known)
    async with store.read() as connection:
        row = await residents.by_document(connection, wanted, reading, kind, index)
    # Two numbers could share an index, however unlikely: the number itself decides.
    if row is None or sealed.open_document(store.sealer, row["id"], row["document"]) != known:
        raise ResidentNotFound
    return _answer(row, wanted, store)


async def by_id(store: Store, reading: Reading, wanted: Selection, resident_id: UUID) -> Answer:
    """The resident with an id.

    Raises:
        ResidentNotFound: There is none, or none whom the caller may see.
    """
    counties = scopes.counties_of(reading.areas, store.counties)
    async with store.read() as connection:
        row = await residents.by_id(connection, wanted, reading, resident_id, counties)
    if row is None:
        raise ResidentNotFound
    return _answer(row, wanted, store)


async def find(
    store: Store, reading: Reading, wanted: Selection, question: Question
) -> tuple[bytes, str | None]:
    """A page of residents as JSON text, and the cursor of the next page.

    Raises:
        SearchTooBroad: The area is wide and the name says little.
    """
    search.require_narrow(question.within, question.name)
    bound = (question.within, question.name)
    keys = search.query_keys(question.name) if question.name else ()
    page = residents.Page(
        within=question.within,
        keys=keys,
        after=cursors.dwelling_and_id(question.after, bound),
        limit=question.limit,
        narrow=len(question.within) >= areas.LENGTHS["community"],
    )
    async with store.read() as connection:
        rows = await residents.page(connection, wanted, reading, page)
    views = [residents.view(row, wanted, store.sealer) for row in rows[: question.limit]]
    following = None
    if len(rows) > question.limit:
        row = rows[question.limit - 1]
        following = paging.encode((row["dwelling"], str(row["id"])), bound)
    return b"[" + b",".join(views) + b"]", following


def _answer(row: residents.Row, wanted: Selection, store: Store) -> Answer:
    headers = (("ETag", f'"{row["version"]}"'), ("Cache-Control", "no-store"))
    return Answer(residents.view(row, wanted, store.sealer), headers=headers)
