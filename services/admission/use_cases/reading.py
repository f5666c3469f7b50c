"""Questions: items, money, refusals, lists, figures, the feed. Each within what the caller sees."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.admission.domain import beancount, indicators
from services.admission.domain.actors import COMMUNITY_LENGTH, Actor, sight
from services.admission.domain.lists import ListName
from services.admission.domain.questions import ItemFilters, RefusalFilters
from services.admission.store.store import Store
from services.common import outbox
from services.common.clock import local_day
from services.common.errors import NothingHere

_OVERSEERS = frozenset({"finance_officer", "county_officer", "approver", "secretariat", "auditor"})
_AUDIENCE = _OVERSEERS | {"street_officer", "community_officer"}


async def item(store: Store, actor: Actor, item_id: UUID, *, now: datetime) -> tuple[int, bytes]:
    """Version and view of one item; raises `NothingHere`."""
    async with store.read() as reads:
        return await reads.items.view(item_id, sight(actor), local_day(now))


async def items(
    store: Store,
    actor: Actor,
    filters: ItemFilters,
    *,
    after: UUID | None,
    limit: int,
    now: datetime,
) -> list[tuple[UUID, str]]:
    """Items newest first; raises `NothingHere` for an area outside the caller's."""
    within = covered(actor, filters.within)
    async with store.read() as reads:
        return await reads.items.page(
            sight(actor), local_day(now), replace(filters, within=within), after, limit
        )


async def snapshot(store: Store, actor: Actor, item_id: UUID, version: int) -> bytes:
    """The application as it read at a version; raises `NothingHere`."""
    async with store.read() as reads:
        return await reads.items.snapshot(item_id, version, sight(actor))


async def account(
    store: Store, actor: Actor, code: str, *, after: int | None, limit: int
) -> tuple[str, list[tuple[int, str]]]:
    """An account and its entries, newest first; raises `NothingHere`."""
    async with store.read() as reads:
        county, view = await reads.ledger.account(
            code, actor.organisation, actor.areas, oversees=_oversees(actor)
        )
        return view, await reads.ledger.entries(county, code, after, limit)


async def accounts(
    store: Store,
    actor: Actor,
    *,
    within: str | None,
    kind: str | None,
    after: str | None,
    limit: int,
) -> list[tuple[str, str]]:
    """Accounts by code; raises `NothingHere` for an area outside the caller's."""
    area = covered(actor, within)
    async with store.read() as reads:
        return await reads.ledger.accounts(
            actor.organisation, list(actor.areas), _oversees(actor), area, kind, after, limit
        )


async def journal(store: Store, actor: Actor, county: str) -> str:
    """A county's ledger as a beancount file; raises `NothingHere` for another county.

    Lines are read before accounts: what is opened meanwhile is then declared and not used, never
    the other way round.
    """
    if not county.startswith(actor.areas):
        raise NothingHere
    async with store.read() as reads:
        lines = await reads.journal.lines(county)
        codes = await reads.journal.codes(county)
    return "".join(beancount.journal(county, codes, lines))


async def refusals(
    store: Store, actor: Actor, filters: RefusalFilters, *, after: UUID | None, limit: int
) -> list[tuple[UUID, str]]:
    """The unapproved-task report, newest first; a department reads its own lines."""
    within = covered(actor, filters.within)
    oversees = not actor.roles.isdisjoint(_AUDIENCE)
    async with store.read() as reads:
        return await reads.checks.refusals(
            actor.organisation,
            list(actor.community_areas),
            oversees,
            within,
            filters.reason,
            filters.organisation,
            after,
            limit,
        )


async def entries(store: Store, name: ListName, within: str | None, on: date | None) -> bytes:
    """A published list, as a JSON array."""
    async with store.read() as reads:
        return await reads.lists.entries(name, within, on)


async def documents(store: Store, within: str | None) -> bytes:
    """The policy library, as a JSON array."""
    async with store.read() as reads:
        return await reads.lists.documents(within)


async def figures(
    store: Store, actor: Actor, within: str, *, now: datetime
) -> list[dict[str, Any]]:
    """The figures of an area, counted now; raises `NothingHere` outside the caller's areas."""
    area = covered(actor, within)
    if area is None:
        raise NothingHere
    async with store.read() as reads:
        counts = await reads.counts(area, local_day(now))
    as_of = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    return list(indicators.shape(counts, within=within, as_of=as_of))


async def feed(
    store: Store, actor: Actor, *, after: str | None, limit: int, wait_s: float
) -> bytes:
    """A page of the feed; waits for a first event, but never longer than asked.

    A department reads of its own items only, as in every list.
    """
    audience = actor.organisation if actor.is_department else None

    async def look() -> tuple[bytes, int]:
        async with store.read() as reads:
            return await reads.feed(after, limit, actor.areas, audience)

    return await outbox.awaited(look, wait_s)


def covered(actor: Actor, within: str | None) -> str | None:
    """An asked area in whole communities, if it lies in the caller's; raises `NothingHere`."""
    if within is None:
        return None
    area = within[:COMMUNITY_LENGTH]
    if not actor.covers(area):
        raise NothingHere
    return area


def _oversees(actor: Actor) -> bool:
    return not actor.roles.isdisjoint(_OVERSEERS)
