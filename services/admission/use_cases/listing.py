"""The secretariat keeps the published lists: lines begin, lines end, documents are added."""

from datetime import date, datetime

from services.admission.domain.actors import Actor
from services.admission.domain.lists import (
    ListName,
    NewDocument,
    NewEntry,
    check_end,
    check_entry,
)
from services.admission.store.store import Store
from services.common.clock import local_day
from services.common.errors import NothingHere
from services.common.idempotency import Answer, Once


async def add(
    store: Store, actor: Actor, name: ListName, entry: NewEntry, *, once: Once, now: datetime
) -> Answer:
    """Add a line to a list of the caller's own area.

    Raises:
        NothingHere: The jurisdiction is not the caller's: a county does not write national lists.
        ValidationFailed: The line is not complete, or would hold for the past.
    """
    _own(actor, entry.jurisdiction)
    check_entry(name, entry, local_day(now))
    async with store.transaction(once) as tx:
        return await tx.answer(Answer(await tx.lists_kept.add(name, entry), 201))


async def end(  # noqa: PLR0913 — a use case's collaborators
    store: Store,
    actor: Actor,
    name: ListName,
    jurisdiction: str,
    number: int,
    *,
    effective_to: date,
    once: Once,
    now: datetime,
) -> Answer:
    """Let a line of the caller's own area end.

    Raises:
        NothingHere: There is no such line, it ended before, or it is another area's.
        ValidationFailed: The day is over.
    """
    _own(actor, jurisdiction)
    async with store.transaction(once) as tx:
        began = await tx.lists_kept.began(name, jurisdiction, number)
        if began is None:
            raise NothingHere
        check_end(began, effective_to, local_day(now))
        body = await tx.lists_kept.end(name, jurisdiction, number, effective_to)
        return await tx.answer(Answer(body))


async def add_document(store: Store, actor: Actor, document: NewDocument, *, once: Once) -> Answer:
    """Add a policy document of the caller's own area to the library.

    Raises:
        NothingHere: The jurisdiction is not the caller's.
        AlreadyListed: The library has it.
    """
    _own(actor, document.jurisdiction)
    async with store.transaction(once) as tx:
        return await tx.answer(Answer(await tx.lists_kept.add_document(document), 201))


def _own(actor: Actor, jurisdiction: str) -> None:
    if not jurisdiction.startswith(actor.areas):
        raise NothingHere
