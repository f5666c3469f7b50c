"""Telling what is wrong with areas and records."""

import orjson

from services.common import paging
from services.registry.domain import scopes
from services.registry.domain.places import findings as rules
from services.registry.store.places import findings
from services.registry.store.store import Store
from services.registry.use_cases import cursors

_KEYS = ("kind", "area", "other")


async def page(
    store: Store, within: str, kind: str | None, after: str | None, limit: int
) -> tuple[bytes, str | None]:
    """A page of the findings in an area, by kind and area, and the next page's cursor.

    Args:
        store: To read from.
        within: Checked against the caller's areas.
        kind: Only these.
        after: Cursor of the last page.
        limit: Findings at most.
    """
    question = ("findings", within, kind)
    last = cursors.texts(after, question, len(_KEYS))
    counties = scopes.counties_of((within,), store.counties)
    async with store.read() as connection:
        rows = await findings.page(
            connection, within, counties, kind=kind, after=last, limit=limit + 1
        )
    items = []
    for row in rows[:limit]:
        area = {"code": row["area"], "level": row["level"], "name": row["name"]}
        items.append(rules.view(row["kind"], area, row["measured"], row["other"]))
    if len(rows) <= limit:
        return orjson.dumps(items), None
    following = paging.encode([rows[limit - 1][key] for key in _KEYS], question)
    return orjson.dumps(items), following


async def summary(store: Store, within: str) -> bytes:
    """How many findings of each kind an area has, as JSON.

    Args:
        store: To read from.
        within: Checked against the caller's areas.
    """
    counties = scopes.counties_of((within,), store.counties)
    async with store.read() as connection:
        counts, as_of = await findings.summary(connection, within, counties)
    return orjson.dumps({"within": within, "as_of": as_of, "items": rules.summary(counts)})
