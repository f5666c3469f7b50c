"""Verifications: listed for those who can look, resolved by what they found."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from services.common import outbox, paging
from services.common.clock import Clock, local_day, utc_now
from services.common.errors import ValidationFailed
from services.common.idempotency import Answer, Once
from services.registry.domain import disagreements, masking, scopes, values
from services.registry.domain.askers import Asker
from services.registry.domain.catalogue import Field, FieldNotCollectable
from services.registry.domain.disagreements import (
    VerificationIsOver,
    VerificationNotFound,
)
from services.registry.domain.readings import Reading
from services.registry.store import corrections, sealed
from services.registry.store.disagreements import verifications
from services.registry.store.disagreements.verifications import Row
from services.registry.store.store import Store, Tx
from services.registry.use_cases import cursors
from services.registry.use_cases.corrections import begin, put
from services.registry.use_cases.disagreements import contradictions

_FIRST: Final = UUID(int=0)
_NOTE: Final = b"verification:"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which verifications, or disputes, are listed.

    Attributes:
        within: Area code, in the caller's areas.
        state: Open or over.
        field: Only of this one.
        after: Cursor of the last page.
        limit: At most.
    """

    within: str
    state: str
    field: str | None
    after: str | None
    limit: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody found.

    Attributes:
        is_confirmed: What is shown is right.
        value: What is right, otherwise.
        note: Anything to add.
    """

    is_confirmed: bool
    value: Any
    note: str | None


async def page(
    store: Store, reading: Reading, asker: Asker, wanted: Wanted, clock: Clock = utc_now
) -> tuple[bytes, str | None]:
    """A page of verifications as JSON, and the next page's cursor.

    Raises:
        UnknownField, FieldNotReadable: The field asked for is not for the caller.
    """
    fields = disagreements.told(store.catalogue, wanted.field, asker)
    question = (wanted.within, wanted.state, wanted.field)
    after = cursors.identifier(wanted.after, question, _FIRST)
    async with store.read() as connection:
        rows = await verifications.page(
            connection,
            reading,
            within=wanted.within,
            state=wanted.state,
            fields=fields,
            after=after,
            limit=wanted.limit,
        )
    now = clock()
    items = [_view(store, row) | _age(row, now) for row in rows[: wanted.limit]]
    following = None
    if len(rows) > wanted.limit:
        following = paging.encode([str(rows[wanted.limit - 1]["id"])], question)
    return orjson.dumps(items), following


async def resolve(  # noqa: PLR0913 — who found what, looking at which
    store: Store,
    reading: Reading,
    asker: Asker,
    text: str,
    finding: Finding,
    once: Once,
    *,
    clock: Clock = utc_now,
) -> Answer:
    """Keep what was found as an assertion on behalf of the field's owner.

    Raises:
        VerificationNotFound: There is none, or none the caller is told of.
        FieldNotCollectable: Another looks after this field.
        VerificationIsOver: Somebody was faster, or the sources agree by now.
        ValidationFailed: The value does not fit the field.
    """
    now = clock()
    counties = scopes.counties_of(reading.areas, store.counties)
    key = _id(text)
    async with store.transaction(once) as tx:
        found = await verifications.one(tx.connection, counties, key, reading.areas)
        if found is None:
            raise VerificationNotFound
        county, resident_id, code = found
        field = store.catalogue[code]
        _require_resolver(field, asker)
        # First the record, as everybody who writes to it: nobody waits for the other then.
        held = await corrections.hold(tx.connection, resident_id, [county], reading.areas)
        if held is None:
            raise VerificationNotFound
        accepted = await _accepted(store, tx, held, field, finding, local_day(now))
        note = finding.note and store.sealer.seal(finding.note, _NOTE + key.bytes)
        outcome = "confirmed" if finding.is_confirmed else "replaced"
        if not await verifications.resolve(
            tx.connection, (county, key), reading, outcome=outcome, at=now, note=note or None
        ):
            raise VerificationIsOver
        _, version = await put(
            store, tx, held, {field: accepted}, reading, method=asker.method, now=now, settles=True
        )
        dwelling = str(held.columns["dwelling"])
        row = {"id": key, "resident_id": resident_id, "field": code, "dwelling": dwelling}
        told = contradictions.event(
            store.catalogue, contradictions.RESOLVED, county, row, now, outcome=outcome
        )
        await outbox.publish(tx.connection, told)
        body = {"id": str(key), "state": "resolved", "outcome": outcome, "version": version}
        return await tx.answer(Answer(orjson.dumps(body | {"resident_id": str(resident_id)})))


async def _accepted(
    store: Store,
    tx: Tx,
    held: corrections.Held,
    field: Field,
    finding: Finding,
    today: date,
) -> Any:
    """The value that was found, in the form in which it is kept."""
    if finding.is_confirmed:
        change = await begin(store, tx, held, [field])
        present = change.present(field)
        return None if present is None else present[1]
    try:
        return values.accept(field, finding.value, store.catalogue.code_sets, today)
    except values.ValueNotAccepted as exc:
        raise ValidationFailed(exc.fault) from exc


def _require_resolver(field: Field, asker: Asker) -> None:
    if not disagreements.is_told(field, asker):
        raise VerificationNotFound
    if field.collected_from(asker.roles, asker.domains):
        return
    if not disagreements.is_decider(field, asker):
        raise FieldNotCollectable(f"Not yours to record: {field.code}.", fields=[field.code])


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as exc:
        raise VerificationNotFound from exc


def _age(row: Row, now: Any) -> dict[str, Any]:
    until = row["resolved_at"] or now
    return {"age_days": disagreements.age_days(row["opened_at"], until)}


def _view(store: Store, row: Row) -> dict[str, Any]:
    note = row["note_sealed"]
    return {
        "id": str(row["id"]),
        "county": row["county"],
        "resident_id": str(row["resident_id"]),
        "name": row["name"],
        "dwelling": row["dwelling"],
        "version": row["version"],
        "field": row["field"],
        "state": row["state"],
        "shown": _shown(store, row),
        "claimed": {
            "value": _masked(row["field"], _claimed(store, row)),
            "source": row["claim_method"],
            "domain": row["claim_domain"],
            "organisation": row["claim_organisation"],
            "observed_on": row["claim_observed_on"],
        },
        "opened_at": row["opened_at"],
        "outcome": row["outcome"],
        "resolved_by": row["resolved_by_name"],
        "resolved_organisation": row["resolved_organisation"],
        "resolved_at": row["resolved_at"],
        "note": store.sealer.open(note, _NOTE + row["id"].bytes) if note else None,
    }


def _claimed(store: Store, row: Row) -> Any:
    if row["claim_sealed"] is None:
        return orjson.loads(row["claim_value"] or "null")
    secret: bytes = row["claim_sealed"]
    return sealed.open_value(store.sealer, row["resident_id"], row["field"], secret)


def _shown(store: Store, row: Row) -> dict[str, Any]:
    field = store.catalogue[row["field"]]
    entry = orjson.loads(row["entry"] or "null") or {}
    if field.code == "phone":
        phone = row["phone_sealed"]
        value = sealed.open_phone(store.sealer, row["resident_id"], phone) if phone else None
    elif field.is_fact:
        value = sealed.open_fact(store.sealer, row["resident_id"], field.code, entry)
    else:
        value = orjson.loads(row["shown"] or "null")
    return {
        "value": _masked(field.code, value),
        "source": entry.get("source", "baseline"),
        "domain": entry.get("domain", field.owner),
        "observed_on": entry.get("observed_on", row["observed_on"]),
    }


def _masked(code: str, value: Any) -> Any:
    return masking.phone(value) if code == "phone" and value else value
