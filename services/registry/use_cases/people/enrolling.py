"""Registering one resident at an office, with a document or without."""

from dataclasses import dataclass
from uuid import UUID

import orjson

from services.common import outbox
from services.common.clock import Clock, local_day, utc_now
from services.common.errors import Fault, ValidationFailed
from services.common.idempotency import Answer, Once
from services.common.outbox import Event
from services.registry.domain import areas
from services.registry.domain.askers import Asker
from services.registry.domain.assertions import method_of
from services.registry.domain.feed import REGISTERED
from services.registry.domain.life_events import rights
from services.registry.domain.life_events.errors import HouseholdNotFound, LifeEventNotPossible
from services.registry.domain.life_events.relations import HEAD, OTHER
from services.registry.domain.readings import Reading
from services.registry.store import corrections as kept
from services.registry.store.life_events import worlds, writes
from services.registry.store.store import Store, Tx
from services.registry.use_cases.people import registering
from services.registry.use_cases.people.registering import Newcomer, Place

_USUAL_RESIDENCY = "migrant"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Somebody to be registered: in a household that is there, or in a dwelling without one."""

    newcomer: Newcomer
    dwelling: str | None
    household_id: UUID | None
    base: str


async def enrol(
    store: Store,
    reading: Reading,
    asker: Asker,
    enrolment: Enrolment,
    once: Once,
    clock: Clock = utc_now,
) -> Answer:
    """Put somebody into the record who is not there.

    Raises:
        NotPermitted: Another office registers people.
        IdNumberInvalid: The number cannot exist.
        DocumentAlreadyKnown: Somebody has the document; says who, to those who may see that.
        HouseholdNotFound: There is no such household in the caller's areas.
        ValidationFailed: A value is not acceptable, or the dwelling not there.
    """
    now = clock()
    rights.require("move_in", asker.roles, asker.domains)
    newcomer = registering.checked(store, enrolment.newcomer, local_day(now), "")
    async with store.transaction(once) as tx:
        dwelling, relation = await _place(store, tx, reading, enrolment, newcomer)
        residency = newcomer.residency or _USUAL_RESIDENCY
        place = Place(dwelling, residency, local_day(now), enrolment.household_id, relation)
        await registering.write(store, tx, newcomer, place, reading)
        fields = ["name", "sex", "residency", "dwelling"]
        fields += ["household_id", "relation"] if enrolment.household_id else []
        fields += ["document"] if newcomer.document else []
        county = place.dwelling[: areas.LENGTHS["county"]]
        log = (*reading.columns, fields, county, newcomer.id)
        await tx.connection.execute(kept.ACCESS, *log)
        data = {"county": county, "version": 1, "fields": fields, "method": method_of(asker.roles)}
        area = place.dwelling[: areas.LENGTHS["grid"]]
        await outbox.publish(tx.connection, Event(REGISTERED, str(newcomer.id), area, now, data))
        body = {"id": str(newcomer.id), "county": county, "version": 1}
        location = f"{enrolment.base}/{newcomer.id}"
        headers = (("Location", location), ("ETag", '"1"'), ("Cache-Control", "no-store"))
        return await tx.answer(Answer(orjson.dumps(body), 201, headers))


async def _place(
    store: Store, tx: Tx, reading: Reading, enrolment: Enrolment, newcomer: Newcomer
) -> tuple[str, str | None]:
    """Dwelling and relation; both must be where the caller acts."""
    if enrolment.household_id is None:
        code = enrolment.dwelling or ""
        inside = areas.within_any(code, reading.areas)
        if not inside or await writes.dwelling_address(tx.connection, code) is None:
            detail = "There is no such dwelling in your areas."
            raise ValidationFailed(Fault("/dwelling", "dwelling-unknown", detail))
        return code, None
    held = await worlds.hold(tx.connection, store.counties, (), [enrolment.household_id])
    home = held.households.get(enrolment.household_id)
    if home is None or not areas.within_any(home.dwelling, reading.areas):
        raise HouseholdNotFound
    if home.is_over or enrolment.dwelling not in {None, home.dwelling}:
        raise LifeEventNotPossible("The household is over, or lives in another dwelling.")
    relation = newcomer.relation or OTHER
    if relation == HEAD:
        detail = "The household has a head; report a change of head."
        raise ValidationFailed(Fault("/relation", "head", detail))
    return home.dwelling, relation
