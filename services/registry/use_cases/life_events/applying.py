"""Carrying people and households from one state to another, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.registry.domain.assertions import Method
from services.registry.domain.life_events import world
from services.registry.domain.life_events.world import Person, World
from services.registry.domain.readings import Reading
from services.registry.domain.registrations import FIELDS
from services.registry.store import corrections as kept
from services.registry.store import registrations, sealed
from services.registry.store.corrections import Held
from services.registry.store.life_events import writes
from services.registry.store.life_events.writes import Who
from services.registry.store.store import Store, Tx
from services.registry.use_cases import corrections
from services.registry.use_cases.people import registering
from services.registry.use_cases.people.registering import Newcomer, Place

MARITAL: Final = "marital_status"
_FIELDS: Final = ("household_id", "relation", "dwelling", "residency")


@dataclass(frozen=True)
class Carrier:
    """What carries a change out.

    Attributes:
        store: The registry.
        tx: Holds everybody concerned.
        reading: The request; its access records say so.
        method: How the caller learnt of it.
        who: Who, why, from which day on.
        now: The instant.
    """

    store: Store
    tx: Tx
    reading: Reading
    method: Method
    who: Who
    now: datetime

    async def carry(
        self,
        before: World,
        after: World,
        newcomers: Mapping[UUID, Newcomer],
        marital: Mapping[UUID, Any],
    ) -> dict[UUID, Any]:
        """Write the state after.

        Args:
            before: What is written now, locked.
            after: What shall be.
            newcomers: People of `after` who have no record.
            marital: Marital status that is said of people.

        Returns:
            The marital status that was shown before, by person.

        Raises:
            LaterEventRecorded: A period would overlap another.
        """
        with registrations.periods_apart():
            return await self._carry(before, after, newcomers, marital)

    async def _carry(
        self,
        before: World,
        after: World,
        newcomers: Mapping[UUID, Newcomer],
        marital: Mapping[UUID, Any],
    ) -> dict[UUID, Any]:
        people, homes = world.changed(before, after)
        connection = self.tx.connection
        await writes.begin(connection, self.who)
        founded = [key for key in homes if key not in before.households]
        for key in founded:
            await writes.found(connection, after.households[key], self.who)
        await self._move(before, after, people, homes)
        for key in sorted(set(homes) - set(founded)):
            await writes.change_household(connection, after.households[key], self.who)
        for key in sorted(set(people) - set(before.people)):
            await self._register(newcomers[key], after.people[key])
        former = {}
        for key in sorted({*people, *marital}):
            said = {MARITAL: marital[key]} if key in marital else {}
            shown = await self._say(before.people.get(key), after.people[key], said)
            if key in marital:
                former[key] = shown
        return former

    async def _move(
        self, before: World, after: World, people: Sequence[UUID], homes: Sequence[UUID]
    ) -> None:
        """Carry the records of those over whose county changes, county by county."""
        ways: dict[tuple[str, str], list[Person]] = {}
        for key in people:
            if key in before.people and before.people[key].county != after.people[key].county:
                way = (before.people[key].county, after.people[key].county)
                ways.setdefault(way, []).append(after.people[key])
        for way, movers in sorted(ways.items()):
            whole = [
                after.households[key]
                for key in homes
                if key in before.households
                and (before.households[key].county, after.households[key].county) == way
            ]
            await writes.move(self.tx.connection, way, movers, whole, self.who)

    async def _register(self, given: Newcomer, person: Person) -> None:
        place = Place(
            person.dwelling,
            person.residency or "migrant",
            self.who.day,
            person.household_id,
            person.relation,
        )
        known = replace(given, born_on=person.born_on)
        await registering.write(self.store, self.tx, known, place, self.reading)

    async def _say(self, before: Person | None, after: Person, said: Mapping[str, Any]) -> Any:
        """Assert what changes of one person; the marital status shown before."""
        connection = self.tx.connection
        gone = (after.died_on, after.left_on)
        if gone != ((before.died_on, before.left_on) if before else (None, None)):
            await writes.gone(connection, after, self.who)
        held = await kept.hold(connection, after.id, [after.county], [after.county])
        assert held is not None  # noqa: S101 — written or locked in this transaction
        values = {**_differing(before, after, held), **said}
        registered = (after.registered_id, after.registered_relation)
        if before is None:  # of a record that is new, the period itself says it
            await writes.register(connection, after, self.who)
        elif registered != (before.registered_id, before.registered_relation):
            held = await registrations.known(connection, self.store.catalogue, held)
            await writes.register(connection, after, self.who)
            present = await registrations.present(connection, held.county, held.id)
            values |= _registered(held, present)
        fields = self.store.catalogue.named(list(values), "/*") if values else ()
        change = await corrections.begin(self.store, self.tx, held, fields)
        shown = sealed.open_fact(self.store.sealer, held.id, MARITAL, held.facts.get(MARITAL) or {})
        for field in fields:
            change.say(field, values[field.code], self.method, field.owner, self.now)
        if fields:
            await kept.record(connection, held, change.before, change.said, self.reading)
            await kept.write(connection, held, change.columns, change.facts, self.reading)
        await kept.log_access(connection, held, self.reading, list(values) or ["life_events"])
        return shown


def _registered(held: Held, present: Mapping[str, Any]) -> dict[str, Any]:
    """What the record shows of the registration, where the period says something else."""
    shown = {code: (held.facts.get(code) or {}).get("value") for code in FIELDS}
    return {code: present.get(code) for code, was in shown.items() if present.get(code) != was}


def _differing(before: Person | None, after: Person, held: Held) -> dict[str, Any]:
    """What is to be said of a person: whatever the event changes, and what is not written yet."""
    if before is None:
        return {}
    found = {}
    for name in _FIELDS:
        value = getattr(after, name)
        if value != getattr(before, name) or value != held.columns[name]:
            found[name] = str(value) if isinstance(value, UUID) else value
    return found
