"""Telling the figures of an area."""

from datetime import date

import orjson

from services.common.errors import DomainError, Kind
from services.registry.domain import indicators, scopes
from services.registry.domain.places import lineage, past
from services.registry.domain.places.past import Then
from services.registry.store import indicators as counted
from services.registry.store.places import areas as places
from services.registry.store.places import changes
from services.registry.store.store import Store


class NothingCountedThen(DomainError):
    """Nothing was counted in this area by that day."""

    kind = Kind.NOT_FOUND
    title = "Nothing was counted by then"
    title_zh = "当时尚无统计"
    title_ko = "그때까지의 통계가 없습니다"


async def of_area(store: Store, within: str) -> bytes:
    """The figures of an area as JSON.

    Args:
        store: To read from.
        within: Checked against the caller's areas.
    """
    counties = scopes.counties_of((within,), store.counties)
    async with store.read() as connection:
        numbers = await counted.numbers(connection, within, counties)
    items = [indicator.as_json() for indicator in indicators.indicators_of(numbers)]
    return orjson.dumps({"as_of": numbers.as_of, "within": within, "items": items})


async def of_area_on(store: Store, within: str, on: date) -> bytes:
    """The figures an area had on a day, by the codes of today, as JSON.

    An area that is no longer valid is taken as it was: then the codes of that day count.

    Args:
        store: To read from.
        within: Checked against the caller's areas.
        on: The day.

    Raises:
        NothingCountedThen: No count reaches back to the day.
    """
    counties = scopes.counties_of((within,), store.counties)
    async with store.read() as connection:
        validity = await places.validity(connection, within)
        is_ended = validity is None or validity[1] is not None
        since = [] if is_ended else lineage.in_order(await changes.since(connection, on))
        former = past.counties_then({*counties, within[:6]}, since, within)
        counts, communities, counted_on = await counted.states_on(connection, former, on)
    if counted_on is None:
        raise NothingCountedThen
    items = past.figures_of(Then(on, counts, communities, since), within)
    body = {"as_of": past.end_of(on), "within": within, "counted_on": counted_on}
    return orjson.dumps({**body, "items": [item.as_json() for item in items]})
