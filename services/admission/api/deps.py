"""What endpoints are given: the store, the registry, the caller, the time, a page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from starlette.responses import Response

from services.admission.clients.registry import Registry
from services.admission.domain.actors import Actor
from services.admission.store.store import Store
from services.common import paging
from services.common.auth import Caller
from services.common.edge import version_of
from services.common.idempotency import Answer

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


StoreDep = Annotated[Store, Depends(_store)]
RegistryDep = Annotated[Registry, Depends(_registry)]
ActorDep = Annotated[Actor, Depends(_actor)]
NowDep = Annotated[datetime, Depends(_now)]
VersionDep = Annotated[int, Depends(_version)]
Within = Annotated[str | None, Query(pattern=AREA, description="Area code prefix.")]
Limit = Annotated[int, Query(ge=1, le=paging.MAX_LIMIT)]
After = Annotated[str | None, Query(max_length=400, description="`next` of the last page.")]


def start(after: str | None, question: object) -> Any:
    """The sort key a page starts after, or None; raises `CursorNotValid`."""
    return paging.decode(after, question)[0] if after else None


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
