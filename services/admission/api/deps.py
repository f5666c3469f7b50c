"""What endpoints are given: the store, the registry, the caller, the time, a page."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Query, Request
from starlette.responses import Response

from services.admission.clients.registry import Registry
from services.admission.domain.actors import Actor
from services.admission.store.store import Store
from services.common import paging
from services.common.auth import Caller
from services.common.edge import version_of
from services.common.idempotency import Answer

_CODE = re.compile(r"[A-Za-z0-9:._-]{1,120}")
_BIGINT = (1 << 63) - 1
AREA = r"^\d{4}(\d{2})?(\d{3})?(\d{3})?(\d{3})?$"


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _registry(request: Request) -> Registry:
    registry: Registry = request.app.state.registry
    return registry


def _actor(caller: Caller) -> Actor:
    return Actor(
        caller.subject,
        caller.name,
        caller.organisation,
        caller.roles,
        caller.areas,
        caller.domains,
        caller.token,
    )


def _now(request: Request) -> datetime:
    now: datetime = request.app.state.clock()
    return now


def _version(if_match: Annotated[str | None, Header()] = None) -> int:
    return version_of(if_match)


NAME = r"^[a-z0-9_.]{1,80}$"
"""Organisation and domain codes."""

StoreDep = Annotated[Store, Depends(_store)]
RegistryDep = Annotated[Registry, Depends(_registry)]
ActorDep = Annotated[Actor, Depends(_actor)]
NowDep = Annotated[datetime, Depends(_now)]
VersionDep = Annotated[int, Depends(_version)]
Within = Annotated[str | None, Query(pattern=AREA, description="Area code prefix.")]
Limit = Annotated[int, Query(ge=1, le=paging.MAX_LIMIT)]
After = Annotated[str | None, Query(max_length=400, description="`next` of the last page.")]


def start_id(after: str | None, question: object) -> UUID | None:
    """The id a page starts after; raises `CursorNotValid`."""
    key = start_code(after, question)
    try:
        return UUID(key) if key else None
    except ValueError as exc:
        raise paging.CursorNotValid from exc


def start_code(after: str | None, question: object) -> str | None:
    """The code a page starts after; raises `CursorNotValid`."""
    key = _key(after, question)
    if key is not None and not (isinstance(key, str) and _CODE.fullmatch(key)):
        raise paging.CursorNotValid
    return key


def start_place(after: str | None, question: object) -> int | None:
    """The place in an account a page starts after; raises `CursorNotValid`."""
    key = _key(after, question)
    if key is not None and not (type(key) is int and 0 <= key <= _BIGINT):
        raise paging.CursorNotValid
    return key


def _key(after: str | None, question: object) -> Any:
    """The key inside a cursor. Anybody can make a cursor, so its type is checked by the caller."""
    keys = paging.decode(after, question) if after else [None]
    if len(keys) != 1:
        raise paging.CursorNotValid
    return keys[0]


def page(
    request: Request, rows: Sequence[tuple[Any, str]], limit: int, question: object, **more: str
) -> Response:
    """A keyset page of JSON texts; rows hold one more than `limit` when there is a next page.

    Args:
        request: For the Link header.
        rows: Sort key and JSON text.
        limit: Asked for.
        question: Filters the cursor is bound to.
        more: Members before `items`, as JSON text.
    """
    shown = rows[:limit]
    cursor = None
    if len(rows) > limit:
        key = shown[-1][0]
        cursor = paging.encode([key if isinstance(key, int) else str(key)], question)
    members = [f'"{name}":{text}' for name, text in more.items()]
    members.append(f'"items":[{",".join(text for _, text in shown)}]')
    members.append(f'"next":"{cursor}"' if cursor else '"next":null')
    headers = {}
    if cursor:
        headers["Link"] = paging.link_next(request.url.path, request.url.query, cursor)
    body = "{" + ",".join(members) + "}"
    return Response(body, headers=headers, media_type="application/json")


def etagged(version: int, body: bytes) -> Response:
    """A record with its version as ETag."""
    return Answer(body, 200, (("ETag", f'"{version}"'),)).response()
