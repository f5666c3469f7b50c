"""The complaint and suggestion box, and the owner's answer (国办函〔2026〕12号)."""

from datetime import datetime
from uuid import UUID

from services.common.errors import VersionIsStale
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.tasks.domain.actors import Actor
from services.tasks.store import suggestions
from services.tasks.store.pages import Page
from services.tasks.store.store import Store
from services.tasks.store.suggestions import Reader
from services.tasks.use_cases import answers

OWNER = "system_admin"
"""The role that owns the software and answers what is said about it."""


async def submit(
    store: Store, once: Once, actor: Actor, *, kind: str, text: str, now: datetime
) -> Answer:
    """Put a complaint or suggestion in the box."""
    suggestion_id = new_id()
    async with store.transaction(once) as tx:
        await suggestions.add(tx.connection, suggestion_id, actor, kind=kind, text=text, now=now)
        record = await suggestions.one(tx.connection, suggestion_id, Reader(actor.subject))
        return await tx.answer(answers.created(record, f"/v1/suggestions/{suggestion_id}"))


async def view(store: Store, actor: Actor, suggestion_id: UUID) -> Answer:
    """One suggestion: the caller's own, or any of its areas for the owner; raises `NothingHere`."""
    async with store.read() as connection:
        return answers.shown(await suggestions.one(connection, suggestion_id, _reader(actor)))


async def listed(
    store: Store, actor: Actor, *, replied: bool | None, after: str | None, limit: int
) -> Page:
    """Suggestions, newest first: the caller's own, and for the owner all of its areas."""
    async with store.read() as connection:
        return await suggestions.many(
            connection, _reader(actor), replied=replied, after=after, limit=limit
        )


async def reply(  # noqa: PLR0913 — who answers what, and when
    store: Store,
    once: Once,
    actor: Actor,
    suggestion_id: UUID,
    *,
    version: int,
    text: str,
    now: datetime,
) -> Answer:
    """The owner answers; whoever wrote it finds the answer beside it.

    Raises:
        NothingHere: There is no such suggestion, or none of the caller's areas.
        VersionIsStale: It was answered since the caller read it.
    """
    reader = _reader(actor)
    async with store.transaction(once) as tx:
        county, present = await suggestions.locked(tx.connection, suggestion_id, reader)
        if present != version:
            raise VersionIsStale(version=present)
        await suggestions.reply(
            tx.connection, county, suggestion_id, text=text, by=actor.subject, now=now
        )
        return await tx.answer(
            answers.shown(await suggestions.one(tx.connection, suggestion_id, reader))
        )


def _reader(actor: Actor) -> Reader:
    return Reader(actor.subject, actor.scope.areas if actor.has(OWNER) else ())
