"""Asking for a change of areas, and looking at those that were asked for."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Final
from uuid import UUID

from services.common import paging, timers
from services.common.clock import LOCAL, Clock, local_day, utc_now
from services.common.errors import NothingHere
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.registry.domain import areas
from services.registry.domain.officers import Officer
from services.registry.domain.places import changes as rules
from services.registry.domain.places import lineage, plans
from services.registry.domain.places.changes import Proposal
from services.registry.domain.places.lineage import Pair
from services.registry.store.places import changes
from services.registry.store.places.changes import Asked
from services.registry.store.store import Store, Tx
from services.registry.use_cases import cursors

RUN: Final = "registry.area_change"
CHANGED: Final = "registry.area.changed.v1"
REKEYED: Final = "registry.area.rekeyed.v1"
_FIRST: Final = UUID(int=0)


class AreaChangeNotFound(NothingHere):
    """There is no such change, or it concerns none of your areas."""

    title = "Area change not found"
    title_zh = "未找到该区划变更"
    title_ko = "해당 구역 변경을 찾을 수 없습니다"


@dataclass(frozen=True, slots=True)
class Wish:
    """A proposal, what is said about it, and where it can be looked at."""

    proposal: Proposal
    note: str | None
    base: str


async def ask(
    store: Store, caller: Officer, wish: Wish, once: Once, clock: Clock = utc_now
) -> Answer:
    """Accept a change that can be carried out; a timer carries it out on its day.

    Raises:
        ValidationFailed: It breaks a rule of its kind.
        NotPermitted: The caller may not change areas of this level.
        NothingHere: An area lies outside the caller's.
        AreaNotValid, AreaCodeInUse, AreaChangePending: The areas do not stand so.
    """
    now = clock()
    proposal = wish.proposal
    rules.check(proposal, local_day(now))
    rules.may_ask(proposal, caller.roles)
    if not all(areas.within_any(code, caller.areas) for code in proposal.codes):
        raise NothingHere
    change_id = new_id()
    async with store.transaction(once) as tx:
        await changes.lock(tx.connection)
        pending = await changes.pending(tx.connection, proposal.codes)
        if pending is not None:
            raise rules.AreaChangePending(change=str(pending))
        await planned(tx, proposal)
        asked = Asked(caller.by, caller.name, caller.organisation, wish.note)
        reach = lineage.reach(proposal.codes)
        await changes.add(tx.connection, change_id, proposal, reach, asked)
        due_at = max(now, datetime.combine(proposal.effective_on, time(), LOCAL))
        payload = {"change_id": str(change_id)}
        await timers.schedule(tx.connection, f"{RUN}:{change_id}", RUN, due_at, payload)
        body = await changes.one(tx.connection, change_id, caller.areas)
        assert body is not None  # noqa: S101 — it was written in this transaction
        headers = (("Location", f"{wish.base}/{change_id}"),)
        return await tx.answer(Answer(body, 202, headers))


async def planned(tx: Tx, proposal: Proposal) -> tuple[Pair, ...]:
    """The pairs a change comes to as the areas stand now.

    Raises:
        AreaNotValid, AreaCodeInUse: The areas do not stand so.
        ValidationFailed: A part of a split area is assigned nowhere.
        AreaCodesExhausted: A new area cannot number all its parts.
    """
    news = [area.code for area in proposal.new]
    parents = {parent for code in news if (parent := areas.parent_of(code))}
    known = await changes.known(tx.connection, sorted({*proposal.codes, *parents}))
    for code in (*proposal.old, *sorted(parents - set(proposal.old))):
        since, until = known.get(code, (None, None))
        if since is None or until is not None:
            raise rules.AreaNotValid(area=code)
        if code in proposal.old and since >= proposal.effective_on:
            raise rules.AreaNotValid(area=code, valid_from=since.isoformat())
    for code in news:
        if code in known and known[code][1] is None and code not in proposal.old:
            raise rules.AreaCodeInUse(area=code)
    lengths = {code: _parts_length(code) for code in (*proposal.old, *news)}
    parts = await changes.parts(tx.connection, lengths)
    taken = [part for code in news for part in parts.get(code, ())]
    return plans.plan(proposal, parts, taken)


async def one(store: Store, caller: Officer, change_id: UUID) -> bytes:
    """A change with its progress and the codes it gave.

    Raises:
        AreaChangeNotFound: There is none, or it concerns none of the caller's areas.
    """
    async with store.read() as connection:
        body = await changes.one(connection, change_id, caller.areas)
    if body is None:
        raise AreaChangeNotFound
    return body


async def concerning(
    store: Store, within: str, after: str | None, limit: int
) -> tuple[bytes, str | None]:
    """A page of the changes that concern an area, oldest first."""
    question = ("area-changes", within)
    last = cursors.identifier(after, question, _FIRST)
    async with store.read() as connection:
        rows = await changes.page(connection, within, last, limit + 1)
    items = ("[" + ",".join(view for _, view in rows[:limit]) + "]").encode()
    if len(rows) <= limit:
        return items, None
    return items, paging.encode([rows[limit - 1][0]], question)


def proposal_of(held: changes.Held) -> Proposal:
    """The proposal that a kept change is."""
    request = held.request
    return Proposal(
        kind=held.kind,  # type: ignore[arg-type]  # the table's check allows these alone
        effective_on=held.effective_on,
        document="",
        old=tuple(request["old"]),
        new=tuple(rules.NewArea(**area) for area in request["new"]),
        assignment=request["assignment"],
    )


def _parts_length(code: str) -> int:
    lengths = list(areas.LENGTHS.values())
    place = lengths.index(len(code)) + 1
    return lengths[min(place, len(lengths) - 1)]
