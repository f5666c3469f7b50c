"""Telling a resident who read what, when and why."""

from uuid import UUID

from services.common import paging
from services.registry.domain import scopes
from services.registry.domain.readings import Reading
from services.registry.store import accesses
from services.registry.store.store import Store
from services.registry.use_cases import cursors
from services.registry.use_cases.residents import ResidentNotFound


async def log(
    store: Store, reading: Reading, resident_id: UUID, after: str | None, limit: int
) -> tuple[bytes, str | None]:
    """A page of accesses to a resident as JSON, newest first, and the next page's cursor.

    Raises:
        ResidentNotFound: There is none, or none whom the caller may see.
    """
    question = str(resident_id)
    before = cursors.identifier(after, question, accesses.NEWEST)
    counties = scopes.counties_of(reading.areas, store.counties)
    async with store.read() as connection:
        rows = await accesses.log(
            connection, reading, resident_id, counties, before=before, limit=limit + 1
        )
    if rows is None:
        raise ResidentNotFound
    items = "[" + ",".join(view for _, view in rows[:limit]) + "]"
    following = paging.encode([str(rows[limit - 1][0])], question) if len(rows) > limit else None
    return items.encode(), following
