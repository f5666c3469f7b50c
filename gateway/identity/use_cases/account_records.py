"""Looking at accounts, at what administrators did to them, and at attempts to sign in."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias
from uuid import UUID

import orjson

from gateway.identity.use_cases.administering import Administrator
from gateway.identity.use_cases.issuer import Issuer
from services.common import paging
from services.common.errors import NothingHere
from services.common.paging import CursorNotValid

_NEWEST: Final = UUID(int=(1 << 128) - 1)

_Records: TypeAlias = list[tuple[UUID, str]]


async def one(issuer: Issuer, by: Administrator, login: str) -> tuple[int, str]:
    """Version and JSON text of one account.

    Raises:
        NothingHere: There is none in the administrator's areas.
    """
    async with issuer.store.read() as view:
        found = await view.administration.one(login, by.areas)
    if found is None:
        raise NothingHere
    return found


async def page(
    issuer: Issuer, by: Administrator, organisation: str | None, *, after: str | None, limit: int
) -> bytes:
    """A page of accounts by login name, as JSON text.

    Raises:
        CursorNotValid: `after` is no cursor of this question.
    """
    question = ("accounts", organisation, by.areas)
    last = str(_only_key(after, question)) if after else ""
    async with issuer.store.read() as view:
        rows = await view.administration.page(by.areas, organisation, last, limit + 1)
    keys = [login for login, _ in rows[:limit]]
    following = paging.encode([keys[-1]], question) if len(rows) > limit else None
    return _body([text for _, text in rows[:limit]], following)


async def clients(
    issuer: Issuer, by: Administrator, organisation: str | None, *, after: str | None, limit: int
) -> bytes:
    """A page of departments' systems by client id, as JSON text; raises `CursorNotValid`."""
    question = ("clients", organisation, by.areas)
    last = str(_only_key(after, question)) if after else ""
    async with issuer.store.read() as view:
        rows = await view.systems.page(by.areas, organisation, last, limit + 1)
    following = paging.encode([rows[limit - 1][0]], question) if len(rows) > limit else None
    return _body([text for _, text in rows[:limit]], following)


async def client(issuer: Issuer, by: Administrator, client_id: str) -> tuple[int, str]:
    """Version and JSON text of one system; raises `NothingHere`."""
    async with issuer.store.read() as view:
        found = await view.systems.one(client_id, by.areas)
    if found is None:
        raise NothingHere
    return found


async def changes(
    issuer: Issuer, by: Administrator, login: str | None, *, after: str | None, limit: int
) -> bytes:
    """A page of what administrators did, newest first, as JSON text; raises `CursorNotValid`."""

    async def read(before: UUID) -> _Records:
        async with issuer.store.read() as view:
            return await view.administration.changes(by.areas, login, before, limit + 1)

    return await newest_first(("changes", login, by.areas), read, after, limit)


async def sign_ins(
    issuer: Issuer, by: Administrator, login: str | None, *, after: str | None, limit: int
) -> bytes:
    """A page of attempts to sign in, newest first, as JSON text; raises `CursorNotValid`."""

    async def read(before: UUID) -> _Records:
        async with issuer.store.read() as view:
            return await view.administration.sign_ins(by.areas, login, before, limit + 1)

    return await newest_first(("sign-ins", login, by.areas), read, after, limit)


async def newest_first(
    question: object,
    read: Callable[[UUID], Awaitable[_Records]],
    after: str | None,
    limit: int,
) -> bytes:
    """A page of records, newest first, as JSON text.

    Args:
        question: What the cursor belongs to.
        read: One record more than the page holds, older than an id.
        after: `next` of the page before.
        limit: Records at most.

    Raises:
        CursorNotValid: `after` is no cursor of this question.
    """
    before = _id(_only_key(after, question)) if after else _NEWEST
    rows = await read(before)
    following = paging.encode([rows[limit - 1][0]], question) if len(rows) > limit else None
    return _body([text for _, text in rows[:limit]], following)


def _only_key(after: str, question: object) -> object:
    keys = paging.decode(after, question)
    if len(keys) != 1:
        raise CursorNotValid
    return keys[0]


def _id(key: object) -> UUID:
    try:
        return UUID(str(key))
    except ValueError as exc:
        raise CursorNotValid from exc


def _body(views: list[str], following: str | None) -> bytes:
    return f'{{"items":[{",".join(views)}],"next":{orjson.dumps(following).decode()}}}'.encode()
