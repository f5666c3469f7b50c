"""Report what the grid cannot solve alone, and look at what was reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.common import outbox
from services.common.errors import Fault, NotPermitted, ValidationFailed
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.tasks.domain import contacts
from services.tasks.domain.actors import Actor
from services.tasks.domain.whistles import State, Whistle, WhistleKind
from services.tasks.store import records, views, whistles
from services.tasks.store.pages import Page
from services.tasks.store.records import Entry
from services.tasks.store.store import Store
from services.tasks.store.views import Filters
from services.tasks.store.whistles import NewWhistle
from services.tasks.use_cases import answers, facts

_GRID_DIGITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody saw.

    Attributes:
        kind: Chooses the deadlines.
        title: In a line.
        description: What is the matter.
        area: Grid code.
        place_text: Where in the grid.
        photo_ids: Uploaded before.
        resident_contact: Name and telephone of a resident who asked; kept sealed.
    """

    kind: WhistleKind
    title: str
    description: str
    area: str
    place_text: str | None
    photo_ids: tuple[UUID, ...]
    resident_contact: str | None


async def report(store: Store, once: Once, actor: Actor, told: Report, now: datetime) -> Answer:
    """Write a report down; the street checks it before it becomes a whistle.

    Raises:
        ValidationFailed: The area is no grid, or a photo is not the caller's.
        NotPermitted: The grid lies outside the caller's areas.
    """
    _check_area(actor, told.area)
    whistle_id = new_id()
    said = told.resident_contact
    new = NewWhistle(
        county=told.area[:6],
        id=whistle_id,
        kind=told.kind,
        title=told.title,
        description=told.description,
        area=told.area,
        place_text=told.place_text,
        resident_contact=store.sealer.seal(said, contact_context(whistle_id)) if said else None,
        resident_contact_masked=contacts.masked(said) if said else None,
        reported_at=now,
    )
    whistle = Whistle(
        county=new.county,
        id=new.id,
        version=1,
        kind=told.kind,
        area=told.area,
        state=State.REPORTED,
        reported_by=actor.subject,
    )
    async with store.transaction(once) as tx:
        await whistles.add(tx.connection, new, actor)
        await records.add_photos(tx.connection, whistle, "report", told.photo_ids, actor)
        await records.enter(tx.connection, whistle, Entry(at=now, action="reported", actor=actor))
        await outbox.publish(tx.connection, facts.about_whistle(whistle, "reported", now))
        record = await views.one(tx.connection, new.id, actor.scope, now)
        return await tx.answer(answers.created(record, f"/v1/whistles/{new.id}"))


async def view(store: Store, actor: Actor, whistle_id: UUID, now: datetime) -> Answer:
    """One whistle with its legs, photos and timeline; raises `NothingHere`."""
    async with store.read() as connection:
        return answers.shown(await views.one(connection, whistle_id, actor.scope, now))


async def listed(
    store: Store,
    actor: Actor,
    filters: Filters,
    *,
    after: str | None,
    limit: int,
    now: datetime,
) -> Page:
    """Whistles the caller may see, newest first; raises `NothingHere`, `CursorNotValid`."""
    async with store.read() as connection:
        return await views.many(connection, actor.scope, filters, after=after, limit=limit, now=now)


async def contact(
    store: Store,
    actor: Actor,
    whistle_id: UUID,
    *,
    purpose: str,
    request_id: str | None,
    now: datetime,
) -> str | None:
    """The resident's name and telephone in clear; the reading is recorded with it.

    Raises:
        NothingHere: There is no whistle, or none the caller may see.
    """
    async with store.transaction() as tx:
        county, sealed = await views.contact(tx.connection, whistle_id, actor.scope)
        if sealed is None:
            return None
        await views.record_contact_read(
            tx.connection,
            county,
            whistle_id,
            read_at=now,
            reader=(actor.subject, actor.organisation, actor.role),
            purpose=purpose,
            request_id=request_id,
        )
    return store.sealer.open(sealed, contact_context(whistle_id))


async def today(
    store: Store, actor: Actor, doubtful: Sequence[Mapping[str, Any]] | None, now: datetime
) -> bytes:
    """What waits for a grid worker today, as JSON text; facts of the registry come last.

    Args:
        store: The service's own.
        actor: The grid worker.
        doubtful: Facts that the registry wants to be looked at; None when it could not be asked.
        now: Aware UTC.
    """
    async with store.read() as connection:
        body = orjson.loads(await views.today(connection, actor.subject, actor.scope.areas, now))
    body["items"] += doubtful or ()
    body["missing"] = ["verify_fact"] if doubtful is None else []
    return orjson.dumps(body)


def contact_context(whistle_id: UUID) -> bytes:
    """What ties a sealed contact to its whistle."""
    return b"resident_contact:" + whistle_id.bytes


def _check_area(actor: Actor, area: str) -> None:
    if not (len(area) == _GRID_DIGITS and area.isascii() and area.isdigit()):
        raise ValidationFailed(Fault("/area", "not-a-grid", "网格代码为 15 位数字。"))
    if not actor.scope.covers(area):
        raise NotPermitted("该网格不在您的辖区内。")
