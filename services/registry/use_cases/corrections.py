"""Correcting a resident: what was observed becomes assertions, and the record shows the best."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import orjson

from services.common import outbox
from services.common.clock import Clock, local_day, utc_now
from services.common.errors import Fault, ValidationFailed, VersionIsStale
from services.common.idempotency import Answer, Once
from services.common.outbox import Event
from services.registry.domain import areas, masking, registrations, scopes, values
from services.registry.domain.assertions import Method, method_of
from services.registry.domain.catalogue import Field
from services.registry.domain.readings import Reading
from services.registry.store import assertions, corrections
from services.registry.store import registrations as periods
from services.registry.store.assertions import Kept
from services.registry.store.corrections import Held
from services.registry.store.disagreements.verifications import Source
from services.registry.store.store import Store, Tx
from services.registry.use_cases.changes import Change
from services.registry.use_cases.disagreements import contradictions
from services.registry.use_cases.residents import ResidentNotFound

CORRECTED: Final = "registry.resident.corrected.v1"


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody says of a resident.

    Attributes:
        resident_id: Of whom.
        version: That the caller read; another means somebody was faster.
        patch: Values by field; None says that there is none.
        roles: Of the caller.
        domains: Of the caller.
    """

    resident_id: UUID
    version: int
    patch: Mapping[str, Any]
    roles: frozenset[str]
    domains: frozenset[str]

    @property
    def method(self) -> Method:
        """How the caller learnt it: on a visit, or in its department."""
        return method_of(self.roles)

    def speaker(self, field: Field) -> str:
        """The domain for which the caller speaks of a field that is theirs to record."""
        return field.speaker(self.roles, self.domains) or field.owner


async def correct(
    store: Store, reading: Reading, correction: Correction, once: Once, clock: Clock = utc_now
) -> Answer:
    """Record a correction and answer with the fields as they are shown now.

    Raises:
        ValidationFailed: A field or a value is not acceptable.
        FieldNotCollectable: A field is not the caller's to record.
        ResidentNotFound: Nobody with this id, or nobody whom the caller may see.
        VersionIsStale: Somebody changed the record since.
    """
    now = clock()
    accepted = _accepted(store, correction, local_day(now))
    counties = scopes.counties_of(reading.areas, store.counties)
    async with store.transaction(once) as tx:
        held = await corrections.hold(
            tx.connection, correction.resident_id, counties, reading.areas
        )
        if held is None:
            raise ResidentNotFound
        if held.version != correction.version:
            raise VersionIsStale(version=held.version)
        change, version = await put(
            store,
            tx,
            held,
            accepted,
            reading,
            method=correction.method,
            now=now,
            speaker=correction.speaker,
        )
        return await tx.answer(_answer(held, change, version))


async def put(  # noqa: PLR0913 — what is said of whom, by whom, how and when
    store: Store,
    tx: Tx,
    held: Held,
    accepted: Mapping[Field, Any],
    reading: Reading,
    *,
    method: Method,
    now: datetime,
    settles: bool = False,
    speaker: Callable[[Field], str] = attrgetter("owner"),
) -> tuple[Change, int]:
    """Keep what is said of a held record, and show the best.

    Args:
        store: Its sealer, catalogue and matrix.
        tx: Holds the record.
        held: The record.
        accepted: Values in the form in which they are kept.
        reading: Who says it.
        method: How it was learnt.
        now: When it was observed.
        settles: Whether it answers a contradiction, so that it opens none.
        speaker: For which domain a field is said.

    Returns:
        What changed, and the record's new version.

    Raises:
        ValidationFailed: A place lies outside the county or the caller's areas.
        LaterEventRecorded: Somebody was registered elsewhere in that time.
    """
    if registrations.is_told({field.code for field in accepted}):
        held, accepted = await _with_registration(store, tx, held, accepted, local_day(now))
    await _check_places(tx, held, accepted, reading)
    change = await begin(store, tx, held, list(accepted))
    for field, value in accepted.items():
        change.say(field, value, method, speaker(field), now)
    if registrations.is_told({field.code for field in accepted}):
        shown = {code: (change.facts.get(code) or {}).get("value") for code in registrations.FIELDS}
        await periods.settle(tx.connection, held, shown, local_day(now), reading)
    version = await _record(tx, held, change, reading)
    await outbox.publish(tx.connection, _event(held, change, version, method, now))
    source = Source(held.county, reading.organisation, None, now)
    await contradictions.keep_said(
        tx.connection, store.catalogue, source, held, change, settles=settles
    )
    return change, version


async def _with_registration(
    store: Store, tx: Tx, held: Held, accepted: Mapping[Field, Any], today: date
) -> tuple[Held, Mapping[Field, Any]]:
    """The record with what its period says of the registration, and all that is said of it."""
    present = await periods.present(tx.connection, held.county, held.id)
    patch = {field.code: value for field, value in accepted.items()}
    told = registrations.completed(patch, present, today)
    held = await periods.known(tx.connection, store.catalogue, held)
    return held, {store.catalogue[code]: value for code, value in told.items()}


async def begin(store: Store, tx: Tx, held: Held, fields: Sequence[Field]) -> Change:
    """A change of a held record under the matrix that is active.

    Args:
        store: Whose matrix.
        tx: Holds the record.
        held: The record.
        fields: That will be spoken of.
    """
    matrix = await store.matrix(tx.connection)
    aging = matrix.aging(fields)
    kept: Mapping[str, Sequence[Kept]] = {}
    if aging:
        rows = await assertions.kept(tx.connection, store.sealer, held.county, [held.id], aging)
        kept = assertions.by_resident(rows).get(held.id, {})
    return Change(store.sealer, held, matrix, kept)


def _accepted(store: Store, correction: Correction, today: date) -> dict[Field, Any]:
    """The values by field, each in the form in which it is kept; all faults at once."""
    catalogue = store.catalogue
    fields = catalogue.named(list(correction.patch), "/*")
    catalogue.collectable(fields, correction.roles, correction.domains)
    accepted: dict[Field, Any] = {}
    faults: list[Fault] = []
    for field in fields:
        given = correction.patch[field.code]
        try:
            accepted[field] = values.accept(field, given, catalogue.code_sets, today)
        except values.ValueNotAccepted as exc:
            faults.append(exc.fault)
    if faults:
        raise ValidationFailed(*faults)
    return accepted


async def _check_places(
    tx: Tx, held: Held, accepted: Mapping[Field, Any], reading: Reading
) -> None:
    """Pass when a new dwelling or household lies where the caller may act, in the same county."""
    by_code = {field.code: value for field, value in accepted.items()}
    dwelling = by_code.get("dwelling")
    if dwelling is not None and not _inside(dwelling, held, reading):
        raise ValidationFailed(
            Fault("/dwelling", "outside", "The dwelling lies outside the county or your areas.")
        )
    for code in ("household_id", registrations.HOUSEHOLD):
        household = by_code.get(code)
        if household is None:
            continue
        lives_at = await corrections.household_dwelling(tx.connection, held.county, UUID(household))
        if lives_at is None or not _inside(lives_at, held, reading):
            raise ValidationFailed(
                Fault(f"/{code}", "household-not-found", "There is no such household.")
            )


def _inside(area: str, held: Held, reading: Reading) -> bool:
    return area.startswith(held.county) and areas.within_any(area, reading.areas)


async def _record(tx: Tx, held: Held, change: Change, reading: Reading) -> int:
    """Write assertions, record and access; the new version."""
    await corrections.record(tx.connection, held, change.before, change.said, reading)
    columns, facts = change.columns, change.facts
    version = await corrections.write(tx.connection, held, columns, facts, reading)
    fields = [field.code for field in change.shown]
    await corrections.log_access(tx.connection, held, reading, fields)
    return version


def _event(held: Held, change: Change, version: int, method: Method, now: datetime) -> Event:
    """Tells which fields changed, not to what; the feed tells each reader its own."""
    fields = [f.code for f in change.shown]
    owners = {f.owner for f in change.shown}
    return Event(
        type=CORRECTED,
        subject=str(held.id),
        area=str(held.columns["dwelling"])[: areas.LENGTHS["grid"]],
        occurred_at=now,
        data={"county": held.county, "version": version, "fields": fields, "method": method},
        domain=owners.pop() if len(owners) == 1 else None,
    )


def _answer(held: Held, change: Change, version: int) -> Answer:
    """The corrected fields as they are shown.

    Answers are kept for retries, so sensitive values are not repeated in one.
    """
    body: dict[str, Any] = {"id": str(held.id), "county": held.county, "version": version}
    facts: dict[str, Any] = {}
    for field, value in change.shown.items():
        if field.code == "phone":
            body["phone"] = masking.phone(value) if value else None
        elif not field.is_fact:
            body[field.code] = value
        elif not field.is_sealed:
            facts[field.code] = change.facts[field.code]
    if facts:
        body["facts"] = facts
    headers = (("ETag", f'"{version}"'), ("Cache-Control", "no-store"))
    return Answer(orjson.dumps(body), headers=headers)
