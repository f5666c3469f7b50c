"""What endpoints ask for in their signatures."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from starlette.responses import Response

from services.common import paging
from services.common.auth import Caller
from services.common.edge import version_of
from services.common.idempotency import OnceHeader
from services.tasks.clients.admission import Admission
from services.tasks.clients.registry import Registry
from services.tasks.domain.actors import Actor
from services.tasks.store.pages import Page
from services.tasks.store.store import Store


async def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


async def _admission(request: Request) -> Admission:
    admission: Admission = request.app.state.admission
    return admission


async def _registry(request: Request) -> Registry:
    registry: Registry = request.app.state.registry
    return registry


async def _now(request: Request) -> datetime:
    now: datetime = request.app.state.clock()
    return now


async def _actor(caller: Caller) -> Actor:
    return Actor(
        subject=caller.subject,
        name=caller.name,
        organisation=caller.organisation,
        roles=caller.roles,
        areas=caller.areas,
        domains=caller.domains,
    )


async def _version(if_match: Annotated[str | None, Header()] = None) -> int:
    return version_of(if_match)


StoreDep = Annotated[Store, Depends(_store)]
AdmissionDep = Annotated[Admission, Depends(_admission)]
RegistryDep = Annotated[Registry, Depends(_registry)]
NowDep = Annotated[datetime, Depends(_now)]
ActorDep = Annotated[Actor, Depends(_actor)]
VersionDep = Annotated[int, Depends(_version)]
OnceDep = OnceHeader

WithinQuery = Annotated[
    str | None, Query(pattern=r"^[0-9]{4,15}$", description="Area code; left out: all one sees.")
]
AfterQuery = Annotated[str | None, Query(max_length=200)]
LimitQuery = Annotated[int, Query(ge=1, le=paging.MAX_LIMIT)]


def page_response(request: Request, page: Page) -> Response:
    """A page with its RFC 8288 `Link`."""
    headers = {}
    if page.next is not None:
        headers["Link"] = paging.link_next(request.url.path, request.url.query, page.next)
    return json_response(page.body, headers)


def json_response(body: bytes, headers: dict[str, str] | None = None) -> Response:
    """JSON text as it came from the database."""
    return Response(body, headers=headers, media_type="application/json")
