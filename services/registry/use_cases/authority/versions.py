"""Versions of the authority matrix: looked at, drafted, activated."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from services.common import outbox, paging, timers
from services.common.clock import Clock, utc_now
from services.common.idempotency import Answer, Once
from services.common.outbox import Event
from services.registry.domain import areas, authority
from services.registry.domain import authority_versions as domain
from services.registry.domain.authority import Matrix, Row
from services.registry.domain.authority_versions import AuthorityVersionNotFound, Version
from services.registry.domain.officers import Officer
from services.registry.store.authority import matrices, versions
from services.registry.store.store import Store, Tx

ACTIVATED: Final = "registry.authority.activated.v1"
APPLY: Final = "registry.authority.apply"
_BEHIND_ALL: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Draft:
    """A version to be.

    Attributes:
        note: Why.
        ranks: All its cells; or None.
        base: Of which version it takes the cells, when only changes are given.
        changes: Of that version's cells; a rank of None takes one out.
    """

    note: str
    ranks: Sequence[Row] | None
    base: int | None
    changes: Sequence[Row]


async def active(store: Store) -> Answer:
    """The active version with its cells."""
    async with store.read() as connection:
        version = await versions.active(connection)
        matrix = await matrices.of_version(connection, version.number)
    return _answer(version, matrix)


async def one(store: Store, number: int) -> Answer:
    """A version with its cells.

    Raises:
        AuthorityVersionNotFound: There is none.
    """
    async with store.read() as connection:
        version = await versions.by_number(connection, number)
        matrix = await matrices.of_version(connection, number)
    if version is None:
        raise AuthorityVersionNotFound
    return _answer(version, matrix)


async def page(store: Store, after: str | None, limit: int) -> tuple[bytes, str | None]:
    """A page of versions as JSON, newest first, and the next page's cursor."""
    before = _before(after)
    async with store.read() as connection:
        found = await versions.page(connection, before, limit + 1)
    following = paging.encode([found[limit - 1].number], "versions") if len(found) > limit else None
    return orjson.dumps([domain.as_json(v) for v in found[:limit]]), following


async def draft(store: Store, asker: Officer, asked: Draft, once: Once) -> Answer:
    """Write a draft.

    Raises:
        AuthorityNotYours: The caller does not act for the whole prefecture.
        AuthorityVersionNotFound: There is no such base.
        ValidationFailed: Its cells cannot be a matrix.
    """
    domain.require_governing(asker.areas, store.counties)
    async with store.transaction(once) as tx:
        await versions.lock(tx.connection)
        present = await versions.active(tx.connection)
        cells = await _cells(store, tx, asked)
        maker = (asker.by, asker.name, asker.organisation)
        version = await versions.add(tx.connection, present.number, asked.note, maker, cells)
        return await tx.answer(_answer(version, cells, status=201))


async def activate(
    store: Store, asker: Officer, number: int, version: int, once: Once, clock: Clock = utc_now
) -> Answer:
    """Make a draft the active version, and set going what carries it into the records.

    Raises:
        AuthorityNotYours: The caller does not act for the whole prefecture.
        AuthorityVersionNotFound: There is no such version.
        VersionIsStale, VersionIsNoDraft, DrafterMayNotActivate, DraftIsSuperseded,
        VersionIsBeingApplied: It cannot be activated, or not by the caller.
    """
    domain.require_governing(asker.areas, store.counties)
    async with store.transaction(once) as tx:
        await versions.lock(tx.connection)
        wanted = await versions.by_number(tx.connection, number)
        if wanted is None:
            raise AuthorityVersionNotFound
        present = await versions.active(tx.connection)
        wanted.require_activable(version, asker.by, present)
        matrix = await matrices.of_version(tx.connection, number)
        former = await matrices.of_version(tx.connection, present.number)
        fields = matrix.differing(former, store.catalogue)
        now = clock()
        done = await versions.activate(
            tx.connection, number, present.number, fields, (asker.by, asker.name), now
        )
        await timers.schedule(tx.connection, f"{APPLY}:{number}", APPLY, now, {"number": number})
        data = {"number": number, "former": present.number, "changed": list(fields)}
        prefecture = store.counties[0][: areas.LENGTHS["prefecture"]]
        await outbox.publish(tx.connection, Event(ACTIVATED, str(number), prefecture, now, data))
        return await tx.answer(_answer(done, None))


async def _cells(store: Store, tx: Tx, asked: Draft) -> Matrix:
    catalogue = store.catalogue
    if asked.ranks is not None:
        authority.check(asked.ranks, catalogue, "/ranks")
        authority.complete(asked.ranks, catalogue, "/ranks")
        return Matrix.of(0, asked.ranks)
    authority.check(asked.changes, catalogue, "/changes")
    base = await matrices.of_version(tx.connection, asked.base or 0)
    if not base.cells:
        raise AuthorityVersionNotFound
    rows = base.changed(asked.changes)
    authority.complete(rows, catalogue, "/changes")
    return Matrix.of(0, rows)


def _before(after: str | None) -> int:
    if after is None:
        return _BEHIND_ALL
    keys = paging.decode(after, "versions")
    if len(keys) != 1 or not isinstance(keys[0], int) or not 0 < keys[0] <= _BEHIND_ALL:
        raise paging.CursorNotValid
    return keys[0]


def _answer(version: Version, matrix: Matrix | None, status: int = 200) -> Answer:
    headers = (("ETag", f'"{version.version}"'), ("Cache-Control", "no-store"))
    return Answer(orjson.dumps(domain.as_json(version, matrix)), status, headers)
