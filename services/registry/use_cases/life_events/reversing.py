"""Taking a life event back: what it changed is as it was, unless something builds on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson

from services.common.clock import Clock, utc_now
from services.common.idempotency import Answer, Once
from services.registry.domain.askers import Asker
from services.registry.domain.assertions import method_of
from services.registry.domain.life_events import rights, world
from services.registry.domain.life_events.errors import (
    LifeEventBuiltUpon,
    LifeEventNotFound,
    LifeEventReversed,
)
from services.registry.domain.life_events.world import World
from services.registry.domain.readings import Reading
from services.registry.store import sealed
from services.registry.store.corrections import hold as hold_one
from services.registry.store.life_events import events, worlds, writes
from services.registry.store.life_events.events import Kept
from services.registry.store.life_events.writes import Who
from services.registry.store.store import Store
from services.registry.use_cases.life_events import telling
from services.registry.use_cases.life_events.applying import MARITAL, Carrier


@dataclass(frozen=True, slots=True)
class Reversal:
    """Which event is taken back, and why."""

    event_id: UUID
    reason: str


async def reverse(
    store: Store,
    reading: Reading,
    asker: Asker,
    reversal: Reversal,
    once: Once,
    clock: Clock = utc_now,
) -> Answer:
    """Take an event back and answer with the versions of everything it had touched.

    Raises:
        LifeEventNotFound: There is none, or none in the caller's areas.
        NotPermitted: The kind is another's to report.
        LifeEventReversed: It was taken back before.
        LifeEventBuiltUpon: Something builds on it; says what.
    """
    async with store.transaction(once) as tx:
        why = f"{reading.operation} {reading.purpose} {reading.request_id}"
        # The day is set to the event's own once it is known.
        now = clock()
        who = Who(reading.reader, why, now.date(), reversal.event_id)
        carrier = Carrier(store, tx, reading, method_of(asker.roles), who, now)
        event = await amend(carrier, reversal.event_id, asker, reversal.reason)
        body = {"id": str(event.id), "county": event.county, "state": "reversed"}
        return await tx.answer(Answer(orjson.dumps(body)))


async def amend(carrier: Carrier, event_id: UUID, asker: Asker, reason: str) -> Kept:
    """Take an event back in an open transaction.

    Raises:
        LifeEventNotFound, NotPermitted, LifeEventReversed, LifeEventBuiltUpon: As `reverse`.
    """
    store, tx, reading = carrier.store, carrier.tx, carrier.reading
    event = await events.hold(tx.connection, event_id, store.counties, reading.areas)
    if event is None or event.kind not in rights.readable(asker.roles, asker.domains):
        raise LifeEventNotFound
    rights.require(event.kind, asker.roles, asker.domains)
    if event.is_reversed:
        raise LifeEventReversed
    carrier = replace(carrier, who=replace(carrier.who, day=event.occurred_on))
    held = await _unchanged(carrier, event)
    target = restored(held, event)
    broken = world.faults(_touched(target, event))
    if broken:
        raise LifeEventBuiltUpon(f"It would leave: {'; '.join(broken)}.")
    marital = {UUID(key): value for key, value in event.before["marital"].items()}
    marital = {key: value for key, value in marital.items() if key in target.people}
    await carrier.carry(_without_new(held, target), target, {}, marital)
    made = [held.people[key] for key in _new(event, "people")]
    founded = [held.households[key] for key in _new(event, "households")]
    await writes.withdraw(tx.connection, made, founded, carrier.who)
    sealed_reason = store.sealer.seal(reason, b"reason:" + event.id.bytes)
    await events.reverse(tx.connection, event, reading, sealed_reason)
    places = [one.dwelling[:15] for one in held.people.values()]
    await telling.tell(carrier, telling.REVERSED, event, places)
    return event


async def _unchanged(carrier: Carrier, event: Kept) -> World:
    """Everybody the event changed, held, and still as it left them.

    Raises:
        LifeEventBuiltUpon: Somebody or something is not, or a later event concerns one of them.
    """
    store, connection = carrier.store, carrier.tx.connection
    people = _ids(event.after["people"]) | _ids(event.after["marital"])
    homes = _ids(event.after["households"])
    # Where they go back to, even if that household itself did not change.
    states = event.before["people"].values()
    homes |= {UUID(state["household_id"]) for state in states if state["household_id"]}
    held = await worlds.hold(connection, store.counties, people, homes)
    since = (event.occurred_on, event.id)
    later = await events.later(connection, store.counties, sorted(people), since)
    if later is not None:
        raise LifeEventBuiltUpon(event=str(later["id"]), kind=later["kind"])
    for key, state in event.after["people"].items():
        one = held.people.get(UUID(key))
        if one is None or world.state(one) != state:
            raise LifeEventBuiltUpon(resident=key)
    for key, state in event.after["households"].items():
        home = held.households.get(UUID(key))
        if home is None or world.state(home) != state:
            raise LifeEventBuiltUpon(household=key)
        founded = key not in event.before["households"]
        if founded and any(m.id not in people for m in held.members(home.id)):
            raise LifeEventBuiltUpon(household=key)
    await _same_marital(carrier, event, held)
    return held


async def _same_marital(carrier: Carrier, event: Kept, held: World) -> None:
    for key, value in event.after["marital"].items():
        county = held.people[UUID(key)].county
        one = await hold_one(carrier.tx.connection, UUID(key), [county], [county])
        entry = one.facts.get(MARITAL) if one else None
        shown = sealed.open_fact(carrier.store.sealer, UUID(key), MARITAL, entry or {})
        if shown != value:
            raise LifeEventBuiltUpon(resident=key, field=MARITAL)


def restored(held: World, event: Kept) -> World:
    """How everybody stood before the event; who or what it made is not there."""
    people = {
        key: world.stated(held.people[key], event.before["people"][str(key)])
        if str(key) in event.before["people"]
        else one
        for key, one in held.people.items()
        if key not in _new(event, "people")
    }
    homes = {
        key: world.stated_household(one, event.before["households"][str(key)])
        if str(key) in event.before["households"]
        else one
        for key, one in held.households.items()
        if key not in _new(event, "households")
    }
    return World(people, homes)


def _touched(target: World, event: Kept) -> World:
    """What the event changed, and the members of the households it changed."""
    homes = {k: h for k, h in target.households.items() if str(k) in event.before["households"]}
    people = {k: p for k, p in target.people.items() if str(k) in event.before["people"]}
    lived_in = {p.household_id for p in people.values()}
    homes |= {k: h for k, h in target.households.items() if k in lived_in}
    people |= {p.id: p for home in homes for p in target.members(home)}
    return World(people, homes)


def _without_new(held: World, target: World) -> World:
    return World(
        {k: p for k, p in held.people.items() if k in target.people},
        {k: h for k, h in held.households.items() if k in target.households},
    )


def _new(event: Kept, what: str) -> list[UUID]:
    """Ids of those that the event made."""
    return sorted(_ids(event.after[what]) - _ids(event.before[what]))


def _ids(states: Mapping[str, Any] | Iterable[str]) -> set[UUID]:
    return {UUID(key) for key in states}
