"""Disputes: a resident says a field is wrong; it is flagged until the field's owner decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.common import outbox, paging
from services.common.clock import Clock, local_day, utc_now
from services.common.errors import Fault, ValidationFailed
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.common.outbox import Event
from services.registry.domain import areas, disagreements, scopes, values
from services.registry.domain.askers import Asker
from services.registry.domain.catalogue import Field
from services.registry.domain.disagreements import (
    DisputeIsDecided,
    DisputeIsOpen,
    DisputeNotFound,
    DisputeNotYours,
)
from services.registry.domain.readings import Reading
from services.registry.store import corrections
from services.registry.store.corrections import Held
from services.registry.store.disagreements import disputes
from services.registry.store.disagreements.disputes import Row
from services.registry.store.store import Store, Tx
from services.registry.use_cases import cursors
from services.registry.use_cases.corrections import put
from services.registry.use_cases.disagreements.looking import Wanted
from services.registry.use_cases.residents import ResidentNotFound

OPENED: Final = "registry.dispute.opened.v1"
DECIDED: Final = "registry.dispute.decided.v1"
_FIRST: Final = UUID(int=0)
_STATEMENT: Final = b"dispute:"
_REASON: Final = b"decision:"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the owner of the field decides.

    Attributes:
        is_upheld: The resident is right.
        has_value: Whether a value came with it.
        value: The right one; None says that there is none.
        reason: Told to the resident.
    """

    is_upheld: bool
    has_value: bool
    value: Any
    reason: str


async def open_(  # noqa: PLR0913 — who says what of whom
    store: Store,
    reading: Reading,
    resident_id: UUID,
    code: str,
    statement: str,
    once: Once,
    *,
    clock: Clock = utc_now,
) -> Answer:
    """Keep a resident's statement and flag the field.

    Raises:
        UnknownField: There is no such field.
        ResidentNotFound: There is none, or none whom the caller may see.
        DisputeIsOpen: The field is disputed already.
    """
    now = clock()
    (field,) = store.catalogue.named([code], "/field")
    counties = scopes.counties_of(reading.areas, store.counties)
    async with store.transaction(once) as tx:
        held = await corrections.hold(tx.connection, resident_id, counties, reading.areas)
        if held is None:
            raise ResidentNotFound
        key = new_id()
        said = store.sealer.seal(statement, _STATEMENT + key.bytes)
        where = (held.county, key)
        if not await disputes.add(
            tx.connection, where, held.id, reading, field=code, statement=said, at=now
        ):
            raise DisputeIsOpen
        version = await _flag(tx, held, field, reading, is_disputed=True)
        await outbox.publish(tx.connection, _event(OPENED, key, held, field, version, now))
        body = {
            "id": str(key),
            "county": held.county,
            "resident_id": str(held.id),
            "field": code,
            "state": "open",
            "opened_by": reading.reader_name,
            "opened_organisation": reading.organisation,
            "opened_at": now,
            "age_days": 0,
            "version": version,
        }
        # Answers are kept for retries, so the statement is not repeated in one.
        return await tx.answer(Answer(orjson.dumps(body), status=201))


async def of_resident(
    store: Store, reading: Reading, asker: Asker, resident_id: UUID, clock: Clock = utc_now
) -> bytes:
    """Disputes of a resident as JSON: of fields the caller reads, and those it opened.

    Raises:
        ResidentNotFound: There is none, or none whom the caller may see.
    """
    fields = disagreements.told(store.catalogue, None, asker)
    counties = scopes.counties_of(reading.areas, store.counties)
    async with store.read() as connection:
        county = await corrections.county_of(connection, resident_id, counties, reading.areas)
        if county is None:
            raise ResidentNotFound
        rows = await disputes.of_resident(connection, reading, fields, county, resident_id)
    return orjson.dumps([_view(store, row, clock()) for row in rows])


async def page(
    store: Store, reading: Reading, asker: Asker, wanted: Wanted, clock: Clock = utc_now
) -> tuple[bytes, str | None]:
    """A page of disputes as JSON, oldest first, and the next page's cursor.

    A department is told those about its own fields: it decides them.
    """
    fields = disagreements.told(store.catalogue, wanted.field, asker)
    if asker.domains:
        catalogue = store.catalogue
        fields = [f for f in fields if disagreements.is_decider(catalogue[f], asker)]
    question = (wanted.within, wanted.state, wanted.field)
    after = cursors.identifier(wanted.after, question, _FIRST)
    async with store.read() as connection:
        rows = await disputes.page(
            connection,
            reading,
            within=wanted.within,
            state=wanted.state,
            fields=fields,
            after=after,
            limit=wanted.limit,
        )
    now = clock()
    items = [_view(store, row, now) for row in rows[: wanted.limit]]
    following = None
    if len(rows) > wanted.limit:
        following = paging.encode([str(rows[wanted.limit - 1]["id"])], question)
    return orjson.dumps(items), following


async def decide(  # noqa: PLR0913 — who decides what, of which dispute
    store: Store,
    reading: Reading,
    asker: Asker,
    text: str,
    decision: Decision,
    once: Once,
    *,
    clock: Clock = utc_now,
) -> Answer:
    """Decide a dispute, take the flag away, and keep the right value where it is upheld.

    Raises:
        DisputeNotFound: There is none, or none the caller is told of.
        DisputeNotYours: Another domain owns the field.
        DisputeIsDecided: Somebody was faster.
        ValidationFailed: The value is missing, not wanted, or does not fit the field.
    """
    now = clock()
    counties = scopes.counties_of(reading.areas, store.counties)
    key = _id(text)
    async with store.transaction(once) as tx:
        row = await disputes.one(tx.connection, counties, key, reading.areas)
        if row is None:
            raise DisputeNotFound
        field = store.catalogue[row["field"]]
        if not disagreements.is_told(field, asker):
            raise DisputeNotFound
        if not disagreements.is_decider(field, asker):
            raise DisputeNotYours
        accepted = _accepted(store, field, decision, local_day(now))
        held = await corrections.hold(
            tx.connection, row["resident_id"], [row["county"]], reading.areas
        )
        if held is None:
            raise DisputeNotFound
        state = "upheld" if decision.is_upheld else "rejected"
        reason = store.sealer.seal(decision.reason, _REASON + key.bytes)
        where = (row["county"], key)
        if not await disputes.decide(
            tx.connection, where, reading, state=state, at=now, reason=reason
        ):
            raise DisputeIsDecided
        if accepted:
            await put(
                store, tx, held, accepted, reading, method=asker.method, now=now, settles=True
            )
        version = await _flag(tx, held, field, reading, is_disputed=False)
        told = _event(DECIDED, key, held, field, version, now, outcome=state)
        await outbox.publish(tx.connection, told)
        body = {"id": str(key), "resident_id": str(held.id), "state": state, "version": version}
        return await tx.answer(Answer(orjson.dumps(body)))


def _accepted(store: Store, field: Field, decision: Decision, today: date) -> Mapping[Field, Any]:
    """The value that is right from now on, in the form in which it is kept."""
    if decision.is_upheld != decision.has_value:
        wanted = "needs the right value" if decision.is_upheld else "changes no value"
        raise ValidationFailed(Fault("/value", "value", f"This decision {wanted}."))
    if not decision.is_upheld:
        return {}
    if field.collected_by == "derived":
        detail = "This field follows from others; correct those."
        raise ValidationFailed(Fault("/value", "derived", detail))
    try:
        return {field: values.accept(field, decision.value, store.catalogue.code_sets, today)}
    except values.ValueNotAccepted as exc:
        raise ValidationFailed(Fault("/value", exc.fault.code, exc.fault.detail)) from exc


async def _flag(tx: Tx, held: Held, field: Field, reading: Reading, *, is_disputed: bool) -> int:
    version = await disputes.flag(
        tx.connection, held.county, held.id, field.code, reading, is_disputed=is_disputed
    )
    await corrections.log_access(tx.connection, held, reading, [field.code])
    return version


def _event(
    kind: str,
    key: UUID,
    held: Held,
    field: Field,
    version: int,
    now: datetime,
    **more: Any,
) -> Event:
    """Tells which field is disputed; neither what the resident said nor what is right."""
    return Event(
        type=kind,
        subject=str(key),
        area=str(held.columns["dwelling"])[: areas.LENGTHS["grid"]],
        occurred_at=now,
        data={
            "county": held.county,
            "resident": str(held.id),
            "version": version,
            "fields": [field.code],
            **more,
        },
        domain=field.owner,
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as exc:
        raise DisputeNotFound from exc


def _view(store: Store, row: Row, now: datetime) -> dict[str, Any]:
    key: bytes = row["id"].bytes
    reason = row["reason_sealed"]
    return {
        "id": str(row["id"]),
        "county": row["county"],
        "resident_id": str(row["resident_id"]),
        "field": row["field"],
        "state": row["state"],
        "statement": store.sealer.open(row["statement_sealed"], _STATEMENT + key),
        "opened_by": row["opened_by_name"],
        "opened_organisation": row["opened_organisation"],
        "opened_at": row["opened_at"],
        "age_days": disagreements.age_days(row["opened_at"], row["decided_at"] or now),
        "decided_by": row["decided_by_name"],
        "decided_organisation": row["decided_organisation"],
        "decided_at": row["decided_at"],
        "reason": store.sealer.open(reason, _REASON + key) if reason else None,
    }
