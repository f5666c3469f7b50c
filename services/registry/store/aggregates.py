"""Counting residents by what they have in common; no resident leaves the database."""

from collections.abc import Sequence
from typing import Final

from services.common.database import Connection
from services.common.sealing import Sealer
from services.registry.domain.aggregates import MOST_CELLS, Key
from services.registry.domain.catalogue import Field
from services.registry.domain.filters import Filter
from services.registry.store import filters

_COUNT_S: Final = 30

PATIENCE = f"set local statement_timeout = '{_COUNT_S}s'"
COUNT = """
select {}, count(*)::integer as residents from residents r where {}
group by {} order by {} limit {}
"""


async def count(
    connection: Connection,
    sealer: Sealer,
    asked: Filter,
    fields: Sequence[Field],
    area_length: int | None,
) -> list[tuple[Key, int]]:
    """Residents by the values of fields and, last, by area; one cell more than are told.

    Args:
        connection: In a transaction of its own.
        sealer: Makes blind indexes.
        asked: Which residents.
        fields: Grouped by.
        area_length: Digits of the areas that are grouped by.
    """
    columns = [_text(field) for field in fields]
    if area_length is not None:
        columns.append(f"left(r.dwelling, {area_length})")
    selected = columns or ["''"]
    places = ", ".join(str(place) for place in range(1, len(selected) + 1))
    condition, arguments = filters.conditions(asked, sealer, 1)
    statement = COUNT.format(", ".join(selected), condition, places, places, MOST_CELLS + 1)
    await connection.execute(PATIENCE)
    rows = await connection.fetch(statement, *arguments, timeout=_COUNT_S)
    width = len(columns)
    return [(tuple(row.values())[:width], row["residents"]) for row in rows]


def _text(field: Field) -> str:
    return f"r.facts -> '{field.code}' ->> 'value'" if field.is_fact else f"r.{field.code}::text"
