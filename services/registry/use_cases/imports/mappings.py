"""Mappings of an organisation: kept, changed, used by its imports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson

from services.common import paging
from services.common.errors import VersionIsStale
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.registry.domain.imports import mappings as domain
from services.registry.domain.imports.errors import DomainNotYours
from services.registry.domain.imports.mappings import MappingNotFound, SavedMapping
from services.registry.domain.readings import Reading
from services.registry.store.imports import mappings
from services.registry.store.store import Store

_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a mapping should be.

    Attributes:
        name: As its organisation calls it.
        columns: Heading → field code.
    """

    name: str
    columns: Mapping[str, str]


async def save(  # noqa: PLR0913 — what is saved, for whom, and once
    store: Store,
    reading: Reading,
    domains: frozenset[str],
    wish: Wish,
    domain_code: str,
    *,
    once: Once,
    base: str,
) -> Answer:
    """Keep a new mapping.

    Raises:
        DomainNotYours, ValidationFailed, MappingNameTaken: It cannot be kept.
    """
    if domain_code not in domains:
        raise DomainNotYours
    domain.check(wish.columns, store.catalogue)
    async with store.transaction(once) as tx:
        saved = await mappings.add(
            tx.connection,
            reading.organisation,
            new_id(),
            name=wish.name,
            domain=domain_code,
            columns=wish.columns,
            by=reading.reader,
        )
        headers = (("Location", f"{base}/{saved.id}"), *_tagged(saved))
        return await tx.answer(Answer(orjson.dumps(domain.view(saved)), 201, headers))


async def one(store: Store, reading: Reading, text: str) -> SavedMapping:
    """A mapping of the caller's organisation.

    Raises:
        MappingNotFound: There is none.
    """
    async with store.read() as connection:
        found = await mappings.one(connection, reading.organisation, _id(text))
    if found is None:
        raise MappingNotFound
    return found


async def page(
    store: Store, reading: Reading, after: str | None, limit: int
) -> tuple[list[SavedMapping], str | None]:
    """Mappings of the caller's organisation, and the next cursor."""
    bound = ("import_mappings", reading.organisation)
    first = UUID(str(paging.decode(after, bound)[0])) if after else _FIRST
    async with store.read() as connection:
        found = await mappings.page(connection, reading.organisation, first, limit + 1)
    following = paging.encode([str(found[limit - 1].id)], bound) if len(found) > limit else None
    return found[:limit], following


async def change(
    store: Store, reading: Reading, text: str, version: int, wish: Wish, once: Once
) -> Answer:
    """Write a mapping anew.

    Raises:
        MappingNotFound, VersionIsStale, ValidationFailed, MappingNameTaken: It cannot be.
    """
    domain.check(wish.columns, store.catalogue)
    async with store.transaction(once) as tx:
        own, key = reading.organisation, _id(text)
        _current(await mappings.one(tx.connection, own, key, held=True), version)
        saved = await mappings.change(tx.connection, own, key, name=wish.name, columns=wish.columns)
        return await tx.answer(Answer(orjson.dumps(domain.view(saved)), 200, _tagged(saved)))


async def remove(store: Store, reading: Reading, text: str, version: int, once: Once) -> Answer:
    """Forget a mapping.

    Raises:
        MappingNotFound, VersionIsStale: It cannot be.
    """
    async with store.transaction(once) as tx:
        own, key = reading.organisation, _id(text)
        _current(await mappings.one(tx.connection, own, key, held=True), version)
        await mappings.remove(tx.connection, own, key)
        return await tx.answer(Answer(b"", 204))


def _current(found: SavedMapping | None, version: int) -> None:
    if found is None:
        raise MappingNotFound
    if found.version != version:
        raise VersionIsStale(current=found.version)


def _tagged(saved: SavedMapping) -> tuple[tuple[str, str], ...]:
    return (("ETag", f'"{saved.version}"'),)


def _id(text: str) -> UUID:
    """An id; one that is malformed names nothing."""
    try:
        return UUID(text)
    except ValueError as exc:
        raise MappingNotFound from exc
