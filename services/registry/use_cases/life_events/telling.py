"""What is kept of a life event for later, and what readers of the feed are told."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from services.common import outbox
from services.common.outbox import Event
from services.registry.domain import areas
from services.registry.domain.life_events import world
from services.registry.domain.life_events.world import World
from services.registry.store.life_events import worlds
from services.registry.store.life_events.events import Kept
from services.registry.use_cases import corrections
from services.registry.use_cases.life_events.applying import MARITAL, Carrier

RECORDED: Final = "registry.life_event.recorded.v1"
REVERSED: Final = "registry.life_event.reversed.v1"
_GRID: Final = areas.LENGTHS["grid"]
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
    """Publish an event for each county concerned; ids and the fields that changed, no values.

    Of a marriage or divorce those alone are told who may read the marital status; that somebody
    moved with it, others are told as of any correction.
    """
    by_county: dict[str, str] = {}
    for area in (event.area, *places):
        by_county.setdefault(area[: world.COUNTY_LENGTH], area)
    of_marriage = event.kind in {"marriage", "divorce"}
    data = {
        "kind": event.kind,
        "occurred_on": event.occurred_on.isoformat(),
        "residents": sorted({*event.after["people"], *event.after["marital"]}),
        "households": sorted(event.after["households"]),
        "fields": [MARITAL] if of_marriage else list(TOLD),
    }
    told = [
        Event(kind, str(event.id), area, carrier.now, {"county": county, **data})
        for county, area in sorted(by_county.items())
    ]
    if of_marriage:
        told += await _moved(carrier, event)
    await outbox.publish(carrier.tx.connection, *told)


async def _moved(carrier: Carrier, event: Kept) -> list[Event]:
    ids = [UUID(key) for key in event.after["people"]]
    held = await worlds.hold(carrier.tx.connection, carrier.store.counties, ids, ())
    return [
        Event(
            corrections.CORRECTED,
            str(key),
            held.people[key].dwelling[:_GRID],
            carrier.now,
            {
                "county": held.people[key].county,
                "version": held.people[key].version,
                "fields": list(TOLD),
                "method": carrier.method,
            },
        )
        for key in ids
    ]
