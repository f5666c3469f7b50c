"""Looking at areas, organisations and the field catalogue."""

from collections.abc import Sequence
from datetime import date

from services.common import paging
from services.registry.store import areas, reference
from services.registry.store.store import Store
from services.registry.use_cases import cursors


async def within(
    store: Store, area: str, level: str | None, on: date | None, after: str | None, limit: int
) -> tuple[bytes, str | None]:
    """A page of the areas inside one, and the cursor of the next page.

    Args:
        store: To read from.
        area: Checked against the caller's areas.
        level: Only these.
        on: Valid on this day; None for those valid now.
        after: Cursor of the last page.
        limit: Areas at most.
    """
    question = (area, level) if on is None else (area, level, str(on))
    last = cursors.code(after, question)
    async with store.read() as connection:
        rows = await areas.page(connection, area, level, on, last, limit + 1)
    return _page(rows, limit, question)


async def organisations(  # noqa: PLR0913 — one argument for each filter of the list
    store: Store,
    scope: Sequence[str],
    *,
    within: str | None,
    kind: str | None,
    domain: str | None,
    after: str | None,
    limit: int,
) -> tuple[bytes, str | None]:
    """A page of the organisations in or above the caller's areas, and the next page's cursor."""
    question = (within, kind, domain)
    last = cursors.code(after, question)
    async with store.read() as connection:
        rows = await areas.organisations(
            connection,
            within=within,
            kind=kind,
            domain=domain,
            areas=scope,
            after=last,
            limit=limit + 1,
        )
    return _page(rows, limit, question)


async def fields(store: Store) -> bytes:
    """The field catalogue as a JSON array."""
    async with store.read() as connection:
        return (await areas.fields(connection)).encode()


def code_sets() -> bytes:
    """The code sets of this release as a JSON array."""
    return reference.code_sets_text()


def _page(rows: list[tuple[str, str]], limit: int, question: object) -> tuple[bytes, str | None]:
    items = "[" + ",".join(view for _, view in rows[:limit]) + "]"
    if len(rows) <= limit:
        return items.encode(), None
    return items.encode(), paging.encode([rows[limit - 1][0]], question)
