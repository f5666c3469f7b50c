"""What is kept of a life event for later, and what readers of the feed are told."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from services.common import outbox
from services.common.outbox import Event
from services.registry.domain.life_events import world
from services.registry.domain.life_events.world import World
from services.registry.store.life_events.events import Kept
from services.registry.use_cases.life_events.applying import MARITAL, Carrier

RECORDED: Final = "registry.life_event.recorded.v1"
REVERSED: Final = "registry.life_event.reversed.v1"
TOLD: Final = ("household_id", "relation", "dwelling", "residency")
"""Fields that an event may change; who may read one of them is told of it."""


def snapshot(
    held: World, people: Iterable[UUID], homes: Iterable[UUID], marital: Mapping[UUID, Any]
) -> dict[str, Any]:
    """States by id, as they are kept with an event."""
    return {
        "people": {str(k): world.state(held.people[k]) for k in people if k in held.people},
        "households": {
            str(k): world.state(held.households[k]) for k in homes if k in held.households
        },
        "marital": {str(k): value for k, value in marital.items()},
    }


async def tell(carrier: Carrier, kind: str, event: Kept, places: Iterable[str]) -> None:
    """Publish an event for each county concerned; ids and the fields that changed, no values."""
    by_county: dict[str, str] = {}
    for area in (event.area, *places):
        by_county.setdefault(area[: world.COUNTY_LENGTH], area)
    fields = [*TOLD, *([MARITAL] if event.after["marital"] else ())]
    data = {
        "kind": event.kind,
        "occurred_on": event.occurred_on.isoformat(),
        "residents": sorted({*event.after["people"], *event.after["marital"]}),
        "households": sorted(event.after["households"]),
        "fields": fields,
    }
    await outbox.publish(
        carrier.tx.connection,
        *(
            Event(kind, str(event.id), area, carrier.now, {"county": county, **data})
            for county, area in sorted(by_county.items())
        ),
    )
