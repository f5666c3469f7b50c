"""Counting residents in groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.common import clock as clocks
from services.common.clock import Clock, utc_now
from services.registry.domain import aggregates, filters
from services.registry.domain.aggregates import AggregateTooFine, Key
from services.registry.domain.areas import Level
from services.registry.domain.askers import Asker
from services.registry.domain.exports import plans
from services.registry.domain.filters import Asked
from services.registry.store import aggregates as counts
from services.registry.store.store import Store


@dataclass(frozen=True, slots=True)
class Question:
    """What is counted.

    Attributes:
        filter: Which residents; its area was checked against the caller's.
        group_by: Field codes.
        area_level: Level of the areas to group by too.
    """

    filter: Asked
    group_by: Sequence[str]
    area_level: Level | None


async def count(
    store: Store, asker: Asker, question: Question, clock: Clock = utc_now
) -> dict[str, Any]:
    """Residents by group, with small groups hidden.

    Raises:
        ValidationFailed, FieldNotReadable, FieldNotGroupable, FieldNotSearchable: What is asked.
        AggregateTooFine: There are too many groups.
    """
    asked, now = question.filter, clock()
    fields = aggregates.groups(question.group_by, store.catalogue, asked, asker)
    length = aggregates.level_length(question.area_level, asked.within)
    checked = filters.check(asked, store.catalogue, asker, clocks.local_day(now), "/filter")
    async with store.snapshot() as connection:
        rows = await counts.count(connection, store.sealer, checked, fields, length)
    if len(rows) > aggregates.MOST_CELLS:
        raise AggregateTooFine
    told = aggregates.suppressed(dict(rows))
    names = [field.code for field in fields] + (["area"] if length is not None else [])
    return {
        "as_of": now.isoformat().replace("+00:00", "Z"),
        "within": asked.within,
        "filtered_by": plans.filtered_by(asked),
        "total": told.total,
        "least": aggregates.LEAST,
        "hidden": sum(residents is None for residents in told.cells.values()),
        "items": [_cell(names, key, residents) for key, residents in told.cells.items()],
    }


def _cell(names: Sequence[str], key: Key, residents: int | None) -> dict[str, Any]:
    return {"group": dict(zip(names, key, strict=True)), "residents": residents}
