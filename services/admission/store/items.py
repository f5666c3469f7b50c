"""Items: reads as JSON text, writes with their place in the timeline."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from services.admission.domain.actors import Actor, Sight
from services.admission.domain.applications import Application
from services.admission.domain.checks import plain
from services.admission.domain.items import Action, ItemClass, Stance, State
from services.admission.domain.money import Instalment
from services.admission.domain.questions import ItemFilters
from services.admission.domain.records import Change, Item
from services.admission.store import item_sql as sql
from services.common.database import Connection
from services.common.errors import NothingHere, VersionIsStale


class ItemReads:
    """Reads of items, each one round trip.

    Args:
        connection: Open.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def view(self, item_id: UUID, sight: Sight, on: date) -> tuple[int, bytes]:
        """Version and JSON text of one item; raises `NothingHere`."""
        row = await self._connection.fetchrow(sql.VIEW, *_seen(sight), on, item_id)
        if row is None:
            raise NothingHere
        return row["version"], row["view"].encode()

    async def page(
        self, sight: Sight, on: date, filters: ItemFilters, after: UUID | None, limit: int
    ) -> list[tuple[UUID, str]]:
        """Items newest first, as id and JSON text; at most `limit`."""
        rows = await self._connection.fetch(
            sql.PAGE,
            *_seen(sight),
            on,
            filters.within,
            list(filters.states) if filters.states is not None else None,
            filters.item_class,
            filters.domain,
            filters.organisation,
            filters.arrears,
            after,
            limit,
        )
        return [(row["id"], row["view"]) for row in rows]

    async def snapshot(self, item_id: UUID, version: int, sight: Sight) -> bytes:
        """The application as it was at a version; raises `NothingHere`."""
        text = await self._connection.fetchval(sql.SNAPSHOT, *_seen(sight), item_id, version)
        if text is None:
            raise NothingHere
        return bytes(text, "utf-8")


class ItemWrites:
    """Changes of items, inside the use case's transaction.

    Args:
        connection: In the transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def locked(self, item_id: UUID, sight: Sight, version: int) -> Item:
        """One item under lock, if it is still at the version the caller read.

        Raises:
            NothingHere: There is none the caller may see.
            VersionIsStale: It changed meanwhile.
        """
        row = await self._connection.fetchrow(sql.LOCKED, *_seen(sight), item_id)
        if row is None:
            raise NothingHere
        if row["version"] != version:
            raise VersionIsStale(version=row["version"])
        return _item(row)

    async def locked_by_system(self, county: str, item_id: UUID) -> Item | None:
        """One item under lock, for a timer."""
        row = await self._connection.fetchrow(sql.LOCKED_BY_SYSTEM, county, item_id)
        return _item(row) if row is not None else None

    async def add(
        self, item_id: UUID, application: Application, actor: Actor, at: datetime
    ) -> None:
        """A new draft."""
        county, funding = application.county, application.funding
        await self._connection.execute(
            sql.INSERT,
            county,
            item_id,
            application.title,
            plain(application.title),
            application.item_class,
            application.domain,
            actor.organisation,
            application.area,
            application.content,
            application.legal_basis,
            application.special_explanation,
            application.starts_on,
            application.ends_on,
            orjson.dumps(application.form).decode(),
            funding.amount_fen,
            funding.source,
            funding.basis,
            funding.zero_reason,
            at,
        )
        await self._lists(county, item_id, application)
        change = Change(action=Action.APPLY, state=State.DRAFT, actor=actor, at=at)
        await self._note(county, item_id, 1, None, change, application)

    async def amend(self, item: Item, application: Application, actor: Actor, at: datetime) -> None:
        """Another text of a draft or returned application; every text is kept."""
        funding = application.funding
        version = await self._connection.fetchval(
            sql.AMEND,
            item.county,
            item.id,
            application.title,
            plain(application.title),
            application.item_class,
            application.domain,
            application.area,
            application.content,
            application.legal_basis,
            application.special_explanation,
            application.starts_on,
            application.ends_on,
            orjson.dumps(application.form).decode(),
            funding.amount_fen,
            funding.source,
            funding.basis,
            funding.zero_reason,
            at,
        )
        await self._connection.execute(sql.DROP_COMMUNITIES, item.county, item.id)
        await self._connection.execute(sql.DROP_INSTALMENTS, item.county, item.id)
        await self._lists(item.county, item.id, application)
        change = Change(action=Action.AMEND, state=item.state, actor=actor, at=at)
        await self._note(item.county, item.id, version, item.state, change, application)

    async def advance(self, item: Item, change: Change) -> Item:
        """Record one step; the item after it."""
        version = await self._connection.fetchval(
            sql.ADVANCE,
            item.county,
            item.id,
            change.state,
            change.at,
            change.action,
            change.approval_no,
            change.decided_on,
            change.valid_to,
            change.paid_fen,
            change.hold_transfer,
        )
        await self._note(item.county, item.id, version, item.state, change, None)
        return replace(
            item,
            version=version,
            state=change.state,
            paid_fen=item.paid_fen + change.paid_fen,
            decided_on=change.decided_on or item.decided_on,
            valid_to=change.valid_to or item.valid_to,
            hold_transfer=change.hold_transfer or item.hold_transfer,
        )

    async def opine(
        self, item: Item, actor: Actor, stance: Stance, comment: str | None, at: datetime
    ) -> None:
        """Keep an organisation's opinion of an application."""
        await self._connection.execute(
            sql.OPINE,
            item.county,
            item.id,
            actor.organisation,
            stance,
            comment,
            item.version,
            actor.subject,
            actor.name,
            at,
        )

    async def reschedule(self, item: Item, schedule: Sequence[Instalment]) -> Item:
        """Set when the money is due."""
        await self._connection.execute(sql.DROP_INSTALMENTS, item.county, item.id)
        await self._instalments(item.county, item.id, schedule)
        return replace(item, schedule=tuple(schedule))

    async def _lists(self, county: str, item_id: UUID, application: Application) -> None:
        await self._connection.execute(
            sql.ADD_COMMUNITIES, county, item_id, list(application.communities)
        )
        await self._instalments(county, item_id, application.funding.schedule)

    async def _instalments(
        self, county: str, item_id: UUID, schedule: Sequence[Instalment]
    ) -> None:
        days = [part.due_on for part in schedule]
        amounts = [part.amount_fen for part in schedule]
        await self._connection.execute(sql.ADD_INSTALMENTS, county, item_id, days, amounts)

    async def _note(
        self,
        county: str,
        item_id: UUID,
        version: int,
        before: State | None,
        change: Change,
        application: Application | None,
    ) -> None:
        snapshot = orjson.dumps(application).decode() if application is not None else None
        actor = change.actor
        await self._connection.execute(
            sql.TIMELINE,
            county,
            item_id,
            version,
            change.at,
            change.action,
            before,
            change.state,
            actor.subject,
            actor.name,
            actor.organisation,
            change.comment,
            snapshot,
        )


def _seen(sight: Sight) -> tuple[str, list[str], list[str]]:
    return sight.organisation, sorted(sight.states), list(sight.areas)


def _item(row: Any) -> Item:
    schedule = zip(row["due_on"], row["due_fen"], strict=True)
    return Item(
        county=row["county"],
        id=row["id"],
        version=row["version"],
        state=State(row["state"]),
        title=row["title"],
        item_class=ItemClass(row["class"]),
        domain=row["domain"],
        organisation=row["organisation"],
        area=row["area"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        decided_on=row["decided_on"],
        valid_to=row["valid_to"],
        amount_fen=row["amount_fen"],
        paid_fen=row["paid_fen"],
        schedule=tuple(Instalment(due_on, amount) for due_on, amount in schedule),
        communities=tuple(row["communities"]),
        hold_transfer=row["hold_transfer"],
    )
