"""Recording a life event: everything it touches, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.common.clock import Clock, local_day, utc_now
from services.common.errors import Fault, ValidationFailed, VersionIsStale
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.registry.domain import areas
from services.registry.domain.askers import Asker
from services.registry.domain.assertions import method_of
from services.registry.domain.life_events import kinds, rights, world
from services.registry.domain.life_events.errors import HouseholdNotFound, LaterEventRecorded
from services.registry.domain.life_events.reports import Outcome, Report
from services.registry.domain.life_events.world import Person, World
from services.registry.domain.readings import Reading
from services.registry.store.life_events import events, worlds, writes
from services.registry.store.life_events.events import Kept, Statement
from services.registry.store.life_events.writes import Who
from services.registry.store.store import Store, Tx
from services.registry.use_cases.life_events import reversing, telling
from services.registry.use_cases.life_events.applying import Carrier
from services.registry.use_cases.people import registering
from services.registry.use_cases.people.registering import Newcomer
from services.registry.use_cases.residents import ResidentNotFound


@dataclass(frozen=True)
class Told:
    """A report, and what its reporter says beside it.

    Attributes:
        report: What happened; its newcomers are filled in from those below.
        versions: Of the records its reporter read.
        newcomers: Who has no record yet.
        evidence: On what it rests: a certificate, a visit.
        legal_basis: Statute.
        amends: The event that it puts right, which is taken back first.
        base: Where events can be looked at.
    """

    report: Report
    versions: Mapping[UUID, int]
    newcomers: Sequence[Newcomer] = ()
    evidence: str | None = None
    legal_basis: str | None = None
    amends: UUID | None = None
    base: str = ""
    event_id: UUID = field(default_factory=new_id)


async def record(
    store: Store, reading: Reading, asker: Asker, told: Told, once: Once, clock: Clock = utc_now
) -> Answer:
    """Record what happened and answer with the versions of everything it touched.

    Raises:
        NotPermitted: The kind is another's to report.
        ValidationFailed: The report lacks something, or contradicts itself.
        ResidentNotFound, HouseholdNotFound: Somebody, or a household, is not in the caller's areas.
        VersionIsStale: A record was changed since it was read.
        LifeEventNotPossible, LaterEventRecorded: People and households do not stand so.
        DocumentAlreadyKnown: A newcomer's document is somebody's.
    """
    now = clock()
    rights.require(told.report.kind, asker.roles, asker.domains)
    told = _checked(store, told, now)
    async with store.transaction(once) as tx:
        report = await _placed(tx, told.report, reading, asker)
        before = await _held(store, tx, report, reading)
        _compare_versions(before, told.versions)
        who = Who(reading.reader, _why(reading), report.occurred_on, told.event_id)
        carrier = Carrier(store, tx, reading, method_of(asker.roles), who, now)
        if told.amends is not None:
            await reversing.amend(carrier, told.amends, asker, told.evidence or report.kind)
            before = await _held(store, tx, report, reading)
        outcome = kinds.decide(before, report)
        _require_versions(before, outcome.world, told)
        await _require_last(store, tx, before, outcome, told)
        newcomers = {one.id: one for one in told.newcomers}
        former = await carrier.carry(before, outcome.world, newcomers, outcome.marital)
        event = await _keep(carrier, told, (before, outcome), former)
        return await tx.answer(await _answer(store, tx, event, outcome, told))


def _checked(store: Store, told: Told, now: datetime) -> Told:
    """The report with its newcomers in the form in which they are kept."""
    today = local_day(now)
    report = told.report
    if report.occurred_on > today:
        raise ValidationFailed(Fault("/occurred_on", "future", "It has not happened yet."))
    people, given, relations = [], [], dict(report.relations)
    for number, one in enumerate(told.newcomers):
        known = registering.checked(store, one, today, f"/newcomers/{number}")
        given.append(known)
        if known.relation is not None:
            relations[known.id] = known.relation
        residency = known.residency or (None if report.kind == "birth" else "migrant")
        people.append(
            Person(known.id, "", residency=residency, sex=known.sex, born_on=known.born_on)
        )
    report = replace(report, newcomers=tuple(people), relations=relations)
    return replace(told, report=report, newcomers=given)


async def _placed(tx: Tx, report: Report, reading: Reading, asker: Asker) -> Report:
    """The report with the address of the dwelling it names; the caller must be allowed there."""
    if report.dwelling is None:
        return report
    code = report.dwelling
    may = areas.within_any(code, reading.areas) or (
        report.kind == "move_within" and rights.may_receive(asker.domains, asker.roles)
    )
    address = await writes.dwelling_address(tx.connection, code) if may else None
    if address is None:
        raise ValidationFailed(
            Fault("/dwelling", "dwelling-unknown", "There is no such dwelling in your areas.")
        )
    return replace(report, address=address)


async def _held(store: Store, tx: Tx, report: Report, reading: Reading) -> World:
    """Everybody the report names, held; all must be in the caller's areas."""
    people = {*report.people, *([report.spouse_id] if report.spouse_id else ())}
    homes = {key for key in (report.household_id, report.other_id) if key}
    held = await worlds.hold(tx.connection, store.counties, people, homes)
    for key in people:
        one = held.people.get(key)
        if one is None or not _visible(one.dwelling, reading, report):
            raise ResidentNotFound
    for home in homes:
        found = held.households.get(home)
        if found is None or not areas.within_any(found.dwelling, reading.areas):
            raise HouseholdNotFound
    return held


def _visible(dwelling: str, reading: Reading, report: Report) -> bool:
    """A resident without a dwelling, as after moving out, is the county's to take in."""
    if report.kind == "move_in" and len(dwelling) == world.COUNTY_LENGTH:
        return any(area.startswith(dwelling) for area in reading.areas) or areas.within_any(
            dwelling, reading.areas
        )
    return areas.within_any(dwelling, reading.areas)


def _compare_versions(held: World, versions: Mapping[UUID, int]) -> None:
    for key, version in versions.items():
        one = held.people.get(key) or held.households.get(key)
        if one is not None and one.version != version:
            raise VersionIsStale(id=str(key), version=one.version)


def _require_versions(before: World, after: World, told: Told) -> None:
    """Pass when the version was given of each record that is named and changes."""
    people, homes = world.changed(before, after)
    report = told.report
    named = {*report.people, report.household_id, report.other_id}
    changing = {*people, *homes} & ({*before.people} | {*before.households})
    missing = sorted(str(key) for key in named & changing if key not in told.versions)
    if missing:
        raise ValidationFailed(
            *(
                Fault(f"/versions/{key}", "required", "Give the version you read.")
                for key in missing
            )
        )


async def _require_last(store: Store, tx: Tx, before: World, outcome: Outcome, told: Told) -> None:
    """Pass when nothing that happened later is recorded of those concerned."""
    on = told.report.occurred_on
    changed = world.changed(before, outcome.world)
    concerned = [k for k in {*outcome.roles, *changed[0]} if k in before.people]
    later = await events.later(tx.connection, store.counties, concerned, (on, told.event_id))
    if later is not None and later["occurred_on"] > on:
        raise LaterEventRecorded(
            event=str(later["id"]), occurred_on=later["occurred_on"].isoformat()
        )
    stands = [
        *(before.people[key].since for key in changed[0] if key in before.people),
        *(before.households[key].since for key in changed[1] if key in before.households),
    ]
    since = max((day for day in stands if day is not None), default=None)
    if since is not None and since > on:
        raise LaterEventRecorded(changed_on=since.isoformat())


async def _keep(
    carrier: Carrier, told: Told, states: tuple[World, Outcome], former: Mapping[UUID, Any]
) -> Kept:
    """Keep the event with what it changed, and tell the counties concerned."""
    before, outcome = states
    people, homes = world.changed(before, outcome.world)
    area = _area(before, outcome, people)
    event = Kept(
        county=area[: world.COUNTY_LENGTH],
        id=told.event_id,
        kind=told.report.kind,
        occurred_on=told.report.occurred_on,
        area=area,
        before=telling.snapshot(before, people, homes, former),
        after=telling.snapshot(outcome.world, people, homes, outcome.marital),
    )
    evidence = None
    if told.evidence is not None:
        evidence = carrier.store.sealer.seal(told.evidence, b"evidence:" + event.id.bytes)
    connection = carrier.tx.connection
    statement = Statement(evidence, told.legal_basis, told.amends)
    await events.add(connection, event, statement, carrier.reading)
    subjects = {**dict.fromkeys(people, "member"), **outcome.roles}
    rows = [(outcome.world.people[key].county, key, role) for key, role in subjects.items()]
    await events.add_subjects(connection, event, rows)
    places = [
        _grid(w.people[k].dwelling)
        for w in (before, outcome.world)
        for k in subjects
        if k in w.people
    ]
    await telling.tell(carrier, telling.RECORDED, event, [a for a in places if a])
    return event


async def _answer(store: Store, tx: Tx, event: Kept, outcome: Outcome, told: Told) -> Answer:
    """Ids, roles and the versions that stand now; no name, because answers are kept."""
    people = [UUID(key) for key in event.after["people"]]
    homes = [UUID(key) for key in event.after["households"]]
    held = await worlds.hold(tx.connection, store.counties, people, homes)
    body = {
        "id": event.id,
        "county": event.county,
        "kind": event.kind,
        "occurred_on": event.occurred_on,
        "area": event.area,
        "subjects": [{"id": k, "role": role} for k, role in sorted(outcome.roles.items())],
        "residents": {str(k): held.people[k].version for k in people},
        "households": {str(k): held.households[k].version for k in homes},
    }
    headers = (("Location", f"{told.base}/{event.id}"), ("Cache-Control", "no-store"))
    return Answer(orjson.dumps(body, default=str), 201, headers)


def _area(before: World, outcome: Outcome, people: Sequence[UUID]) -> str:
    """The grid it happened in: of the first one concerned who lives in one, or the county."""
    keys = [*outcome.roles, *people]
    for held in (outcome.world, before):
        for key in keys:
            dwelling = held.people[key].dwelling if key in held.people else ""
            if len(dwelling) >= areas.LENGTHS["grid"]:
                return _grid(dwelling)
    return outcome.world.people[keys[0]].county


def _grid(dwelling: str) -> str:
    return dwelling[: areas.LENGTHS["grid"]]


def _why(reading: Reading) -> str:
    return f"{reading.operation} {reading.purpose} {reading.request_id}"
