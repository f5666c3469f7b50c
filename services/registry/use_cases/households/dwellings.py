"""Further dwellings of a household: added and ended."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import orjson

from services.common.clock import Clock, local_day, utc_now
from services.common.errors import Fault, ValidationFailed, VersionIsStale
from services.common.idempotency import Answer, Once
from services.registry.domain import areas, scopes
from services.registry.domain.askers import Asker
from services.registry.domain.life_events import rights
from services.registry.domain.life_events.errors import HouseholdNotFound, LifeEventNotPossible
from services.registry.domain.readings import Reading
from services.registry.store.households import dwellings as kept
from services.registry.store.life_events import writes
from services.registry.store.store import Store


@dataclass(frozen=True, slots=True)
class FurtherDwelling:
    """A dwelling that a household has beside its main one, from a day on or until one.

    Attributes:
        household_id: Whose.
        version: Of the household, as the caller read it.
        dwelling: Code.
        use: `second` or `other`; None ends it.
        on: First day, or the day after the last.
    """

    household_id: UUID
    version: int
    dwelling: str
    use: str | None
    on: date


async def change(
    store: Store,
    reading: Reading,
    asker: Asker,
    wish: FurtherDwelling,
    once: Once,
    clock: Clock = utc_now,
) -> Answer:
    """Add a further dwelling, or end it.

    Raises:
        NotPermitted: Another office looks after households.
        HouseholdNotFound: There is none in the caller's areas.
        VersionIsStale: It was changed since it was read.
        LaterEventRecorded: It has the dwelling then already.
        ValidationFailed: The day lies ahead, or there is no such dwelling.
    """
    rights.require("move_within", asker.roles, asker.domains)
    if wish.on > local_day(clock()):
        raise ValidationFailed(Fault("/on", "future", "The day lies ahead."))
    counties = list(scopes.counties_of(reading.areas, store.counties))
    who = (reading.reader, f"{reading.operation} {reading.purpose} {reading.request_id}")
    async with store.transaction(once) as tx:
        home = await kept.hold(tx.connection, wish.household_id, counties, list(reading.areas))
        if home is None:
            raise HouseholdNotFound
        if home["version"] != wish.version:
            raise VersionIsStale(version=home["version"])
        if home["is_over"]:
            raise LifeEventNotPossible("The household is over.")
        key = (home["county"], wish.household_id)
        if wish.use is None:
            done = await kept.end(tx.connection, key, (wish.dwelling, wish.on), who)
        else:
            same = wish.dwelling[: areas.LENGTHS["county"]] == home["county"]
            done = same and await writes.dwelling_address(tx.connection, wish.dwelling) is not None
            if done:
                further = (wish.dwelling, wish.use, wish.on)
                await kept.add(tx.connection, key, further, who)
        if not done:
            detail = "There is no such dwelling in the county, or of the household."
            raise ValidationFailed(Fault("/dwelling", "dwelling-unknown", detail))
        version = await kept.bump(tx.connection, key, who)
        body = {"id": str(wish.household_id), "county": home["county"], "version": version}
        headers = (("ETag", f'"{version}"'), ("Cache-Control", "no-store"))
        return await tx.answer(Answer(orjson.dumps(body), headers=headers))
