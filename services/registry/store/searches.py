"""Searching residents: pages by dwelling of those who fit a filter, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from services.common.database import Connection
from services.common.sealing import Sealer
from services.registry.domain import areas, search
from services.registry.domain.filters import Filter
from services.registry.domain.readings import Reading
from services.registry.store import filters
from services.registry.store.residents import FOUND, LOGGED, Row, Selection

MOST_COUNTED: Final = 10_000
"""A count goes no further: nobody learns how many live in a prefecture by searching."""

_FIRST_ID: Final = UUID(int=0)
_FIRST_OF_COUNT: Final = 1
_FIRST_OF_PAGE: Final = 12

# One more is found than shown ($11), to know whether a page follows; it is not logged. Keys are
# picked first and the picked read: nothing is built of those who are sorted away.
_PAGE: Final = """
with picked as (
    select r.county, r.id from residents r
    where ({at}, r.id) > ($9, $10) and {condition}
    order by {at}, r.id limit $11 + 1),
found as (
    select {columns} from picked p join residents r on (r.county, r.id) = (p.county, p.id)),
shown as (select * from found order by dwelling, id limit $11),
{logged}
{found} order by dwelling, id
"""
_COUNT: Final = """
select count(*) from (select from residents r where {condition} limit {most}) counted
"""


@dataclass(frozen=True, slots=True)
class Page:
    """Which residents a page holds.

    Attributes:
        asked: The filter.
        after: Dwelling and id of the last resident shown; before all others on the first page.
        limit: Residents at most.
    """

    asked: Filter
    after: tuple[str, UUID]
    limit: int


async def page(
    connection: Connection, selection: Selection, sealer: Sealer, reading: Reading, asked: Page
) -> list[Row]:
    """A page and the first resident of the next; accesses to what is shown are recorded."""
    condition, arguments = _condition(asked.asked, sealer, _FIRST_OF_PAGE)
    # PostgreSQL begins at one of two bounds and filters by the other: from the beginning of the
    # county it would walk to the area.
    after = max(asked.after, (asked.asked.within, _FIRST_ID))
    statement = _PAGE.format(
        at=filters.dwelling(walked=_is_walked(asked.asked) is not False),
        condition=condition,
        columns=selection.columns,
        logged=LOGGED.replace("from found", "from shown"),
        found=FOUND,
    )
    return await connection.fetch(
        statement, *reading.columns, selection.fields, *after, asked.limit, *arguments
    )


async def count(connection: Connection, sealer: Sealer, asked: Filter) -> int:
    """How many fit, up to one more than `MOST_COUNTED`."""
    condition, arguments = _condition(asked, sealer, _FIRST_OF_COUNT)
    statement = _COUNT.format(condition=condition, most=MOST_COUNTED + 1)
    found: int = await connection.fetchval(statement, *arguments)
    return found


def _condition(asked: Filter, sealer: Sealer, first: int) -> tuple[str, Sequence[Any]]:
    return filters.conditions(asked, sealer, first, walked=_is_walked(asked))


def _is_walked(asked: Filter) -> bool | None:
    """Whether the dwellings are walked, or the index over names or numbers is asked, or both.

    A specific name in a small area is where the bitmaps of both indexes meet; a surname alone is in
    a fifth of all bitmaps, so there the dwellings are walked.
    """
    if asked.phone is not None:
        return False
    if asked.name is None or not search.is_specific(asked.name):
        return True
    return None if len(asked.within) >= areas.LENGTHS["street"] else False
