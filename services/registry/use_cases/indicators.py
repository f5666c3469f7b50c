"""Telling the figures of an area."""

import orjson

from services.registry.domain import indicators, scopes
from services.registry.store import indicators as counted
from services.registry.store.store import Store


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
