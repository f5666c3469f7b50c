"""Opening one resident's record in an emergency, and reading it while it is open."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from services.common import outbox
from services.common.clock import Clock, utc_now
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.common.outbox import Event
from services.registry.domain import areas
from services.registry.domain.emergencies import rules
from services.registry.domain.emergencies.rules import EmergencyIsOver, EmergencyNotFound, Reach
from services.registry.domain.feed import EMERGENCY_OPENED
from services.registry.domain.readings import Reading
from services.registry.store import residents as views
from services.registry.store import sealed
from services.registry.store.emergencies import accesses
from services.registry.store.residents import Row, Selection
from services.registry.store.store import Store
from services.registry.use_cases import residents
from services.registry.use_cases.residents import ResidentNotFound

_CREATED: Final = 201


@dataclass(frozen=True, slots=True)
class Limits:
    """As the installation is set.

    Attributes:
        reach: How far around the caller's own areas.
        daily_most: Accesses and attempts of one person a day.
    """

    reach: Reach
    daily_most: int


@dataclass(frozen=True, slots=True)
class Emergency:
    """What somebody states.

    Attributes:
        kind: Of the document.
        number: Of the document.
        reason: Code.
        text: What happened.
        minutes: How long the access lasts.
    """

    kind: str
    number: str
    reason: str
    text: str
    minutes: int


async def open_(
    store: Store,
    reading: Reading,
    limits: Limits,
    stated: Emergency,
    once: Once,
    *,
    clock: Clock = utc_now,
) -> Answer:
    """Open the record of the one resident with a document for a while.

    An attempt that finds nobody is kept and counts, and its answer is the same whether the number
    belongs to nobody or to somebody out of reach.

    Raises:
        IdNumberInvalid: The number cannot exist.
        EmergencyLimitReached: As many as a person may were opened or tried today.
        ResidentNotFound: Nobody within reach has it.
    """
    now = clock()
    async with store.read() as connection:
        await once.recall(connection)
    async with store.transaction() as tx:
        used = await accesses.used(tx.connection, reading.reader, rules.day_of(now))
        rules.require_left(used, limits.daily_most, now)
    county = next(iter(rules.reach_of(reading.areas, "county")), "")
    row = await _found(store, _under(reading, limits), stated)
    key, ends = new_id(), now + timedelta(minutes=stated.minutes)
    # No claim for an attempt in vain: it leaves no answer that a retry could be told.
    async with store.transaction(once if row else None) as tx:
        used = await accesses.used(tx.connection, reading.reader, rules.day_of(now))
        rules.require_left(used, limits.daily_most, now)
        await accesses.add(
            tx.connection,
            store.sealer,
            key,
            (row["county"], row["id"]) if row else (county, None),
            reading,
            why=(stated.reason, stated.text),
            span=(now, ends if row else now),
        )
        if row:
            await outbox.publish(tx.connection, _told(key, row, stated.reason, now, ends))
            return await tx.answer(_answer(key, row, stated.reason, ends))
    raise ResidentNotFound


async def resident(
    store: Store, reading: Reading, limits: Limits, key: UUID, clock: Clock = utc_now
) -> bytes:
    """What the emergency opens, as JSON; the telephone number in full, so that it can be called.

    Raises:
        EmergencyNotFound: There is none, or somebody else opened it.
        EmergencyIsOver: Its time has run out.
        ResidentNotFound: The record is no longer within reach.
    """
    async with store.read() as connection:
        access = await accesses.one(connection, key)
    if access is None or access["opened_by"] != reading.reader or access["resident_id"] is None:
        raise EmergencyNotFound
    if access["expires_at"] <= clock():
        raise EmergencyIsOver
    wanted = Selection.of([store.catalogue[f] for f in rules.fields_of(access["reason"])])
    under = _under(reading, limits)
    row = await residents.row_by_id(store, under, wanted, access["resident_id"])
    async with store.read() as connection:
        address, members = await accesses.home(connection, under, row["county"], row["id"])
    shown = orjson.loads(views.view(row, wanted, store.sealer))
    phone = row["phone"]
    shown["phone"] = sealed.open_phone(store.sealer, row["id"], phone) if phone else None
    body = {
        "id": str(key),
        "expires_at": access["expires_at"],
        "resident": shown,
        "address": address,
        "members": orjson.loads(members),
    }
    return orjson.dumps(body)


def _under(reading: Reading, limits: Limits) -> Reading:
    """The reading as the emergency lets it be."""
    reach = rules.reach_of(reading.areas, limits.reach)
    return replace(reading, areas=reach, purpose=rules.PURPOSE)


async def _found(store: Store, reading: Reading, stated: Emergency) -> Row | None:
    opened = Selection.of([store.catalogue["name"]])
    wanted = replace(opened, fields=list(rules.OPENED), told=",".join(rules.OPENED))
    try:
        return await residents.row_by_document(store, reading, wanted, stated.kind, stated.number)
    except ResidentNotFound:
        return None


def _told(key: UUID, row: Row, reason: str, now: datetime, ends: datetime) -> Event:
    return Event(
        type=EMERGENCY_OPENED,
        subject=str(key),
        area=row["dwelling"][: areas.LENGTHS["grid"]],
        occurred_at=now,
        data={
            "county": row["county"],
            "resident": str(row["id"]),
            "reason": reason,
            "expires_at": ends,
        },
    )


def _answer(key: UUID, row: Row, reason: str, ends: datetime) -> Answer:
    body: dict[str, Any] = {
        "id": str(key),
        "county": row["county"],
        "resident_id": str(row["id"]),
        "reason": reason,
        "fields": list(rules.fields_of(reason)),
        "expires_at": ends,
    }
    return Answer(orjson.dumps(body), _CREATED, (("Cache-Control", "no-store"),))
