"""Entering into a register, entering a further version, and looking."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from services.common import paging
from services.common.clock import Clock, local_day, utc_now
from services.common.errors import Fault, ValidationFailed, VersionIsStale
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.registry.domain import agreements, scopes
from services.registry.domain.officers import Officer
from services.registry.domain.registers.entries import Draft, EntryNotFound, Register
from services.registry.store.registers import entries
from services.registry.store.store import Store, Tx
from services.registry.use_cases import cursors

_NEWEST: Final = UUID(int=(1 << 128) - 1)


@dataclass(frozen=True, slots=True)
class Sight:
    """Which entries of which register somebody may see.

    Attributes:
        register: Which.
        areas: Prefixes; entries of areas around them are seen too.
        organisation: A department sees what it receives or provides; None sees all.
        domains: Of that department.
    """

    register: Register
    areas: tuple[str, ...]
    organisation: str | None = None
    domains: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[Any, ...]:
        """As the statements take it."""
        return self.register, list(self.areas), self.organisation, sorted(self.domains)


async def page(
    store: Store, sight: Sight, after: str | None, limit: int, clock: Clock = utc_now
) -> tuple[bytes, str | None]:
    """A page of entries as JSON, each in its newest version, and the next page's cursor."""
    before = cursors.identifier(after, sight.columns, _NEWEST)
    today = local_day(clock())
    async with store.read() as connection:
        rows = await entries.page(connection, sight.columns, today, before, limit + 1)
    items = "[" + ",".join(row["view"] for row in rows[:limit]) + "]"
    following = None
    if len(rows) > limit:
        following = paging.encode([str(rows[limit - 1]["entry"])], sight.columns)
    return items.encode(), following


async def one(store: Store, sight: Sight, entry: UUID, clock: Clock = utc_now) -> tuple[int, bytes]:
    """The newest version's number, and all versions of an entry as JSON, newest first.

    Raises:
        EntryNotFound: There is none, or none the caller may see.
    """
    async with store.read() as connection:
        rows = await entries.versions(connection, sight.columns, local_day(clock()), entry)
    if not rows:
        raise EntryNotFound
    versions = ",".join(row["view"] for row in rows)
    return rows[0]["version"], f'{{"id":"{entry}","versions":[{versions}]}}'.encode()


async def add(
    store: Store, register: Register, officer: Officer, draft: Draft, once: Once
) -> Answer:
    """Enter something new.

    Raises:
        ValidationFailed: The days, the area or the content are not in order.
        NothingHere: The area is not the caller's.
    """
    _check(store, register, officer, draft)
    entry = new_id()
    async with store.transaction(once) as tx:
        await _require_receiver(tx, draft)
        await entries.add(tx.connection, register, (entry, 1), draft, officer)
        return await tx.answer(_answer(entry, 1, 201))


async def revise(  # noqa: PLR0913 — who enters what after which version
    store: Store,
    sight: Sight,
    officer: Officer,
    entry: UUID,
    version: int,
    draft: Draft,
    *,
    once: Once,
    clock: Clock = utc_now,
) -> Answer:
    """Enter the version that follows; those before stay as they are.

    Raises:
        EntryNotFound, VersionIsStale, ValidationFailed, NothingHere: Not so.
    """
    _check(store, sight.register, officer, draft)
    async with store.transaction(once) as tx:
        rows = await entries.versions(tx.connection, sight.columns, local_day(clock()), entry)
        if not rows or not rows[0]["area"].startswith(officer.areas):
            raise EntryNotFound
        if rows[0]["version"] != version:
            raise VersionIsStale(version=rows[0]["version"])
        await _require_receiver(tx, draft)
        await entries.add(tx.connection, sight.register, (entry, version + 1), draft, officer)
        return await tx.answer(_answer(entry, version + 1, 200))


def _check(store: Store, register: Register, officer: Officer, draft: Draft) -> None:
    scopes.require_within(draft.area, officer.areas, "/area")
    draft.check()
    if register == "sharing_agreement":
        agreements.check(draft.content, store.catalogue)


async def _require_receiver(tx: Tx, draft: Draft) -> None:
    receiver = draft.content.get("receiver")
    if receiver is not None and not await entries.is_organisation(tx.connection, receiver):
        detail = "There is no such organisation."
        raise ValidationFailed(Fault("/receiver", "organisation", detail))


def _answer(entry: UUID, version: int, status: int) -> Answer:
    body = {"id": str(entry), "version": version}
    return Answer(orjson.dumps(body), status, (("ETag", f'"{version}"'),))


def entry_of(text: str) -> UUID:
    """An entry's id; one that is malformed names none.

    Raises:
        EntryNotFound: It is no UUID.
    """
    try:
        return UUID(text)
    except ValueError as exc:
        raise EntryNotFound from exc
