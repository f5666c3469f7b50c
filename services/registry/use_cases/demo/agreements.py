"""Entering the demo's sharing agreements, so that exports and webhooks of its departments work."""

import orjson

from services.registry.domain.demo.agreements import Department, agreements
from services.registry.store.registers import entries
from services.registry.store.store import Store


async def enter(store: Store, within: str = "") -> None:
    """Enter what is not there yet, for the departments of an area."""
    async with store.transaction() as tx:
        rows = await tx.connection.fetch(entries.DEPARTMENTS, within)
        made = list(agreements(store.catalogue, (Department(*row) for row in rows)))
        await tx.connection.execute(
            entries.ENTER_DEMO,
            [one.entry for one in made],
            [one.area for one in made],
            [orjson.dumps(one.content).decode() for one in made],
        )
