"""Posts of the five-chiefs system and grid workers."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.common import edge
from services.common.auth import Caller
from services.common.idempotency import OnceHeader
from services.registry.api import documents, pages, post_schemas
from services.registry.api.deps import StoreDep, officer_of
from services.registry.domain import scopes
from services.registry.use_cases.places import posts
from services.registry.use_cases.places.posts import Appointment, PostNotFound

router = APIRouter(prefix="/v1/posts", tags=["areas"])

_ONE: Final[dict[int | str, dict[str, Any]]] = {200: {"model": post_schemas.Post}}
PostId = Annotated[str, Path(max_length=36)]


@router.post(
    "",
    operation_id="registry.posts.appoint",
    summary="Fill a post",
    status_code=201,
    responses={201: {"model": post_schemas.Post}},
)
async def appoint(
    store: StoreDep, caller: Caller, once: OnceHeader, body: post_schemas.PostAppointment
) -> Response:
    """Street and road chiefs, grid heads and workers, building and unit chiefs."""
    wanted = Appointment(**body.model_dump())
    answer = await posts.appoint(store, officer_of(caller), wanted, once)
    return answer.response()


@router.get(
    "",
    operation_id="registry.posts.list",
    summary="Who holds which post",
    responses={200: {"model": post_schemas.PostPage}},
)
async def held(
    request: Request,
    store: StoreDep,
    caller: Caller,
    filters: Annotated[post_schemas.PostFilter, Query()],
) -> Response:
    """Posts held on a day (today without `on`), by area; telephones are masked."""
    scopes.require_within(filters.within, caller.areas)
    return pages.answer(request, *await posts.page(store, **filters.model_dump()))


@router.put(
    "/{post_id}",
    operation_id="registry.posts.correct",
    summary="Write a holder's name and telephone anew",
    responses=_ONE,
    openapi_extra=documents.IF_MATCH,
)
async def correct(
    request: Request,
    store: StoreDep,
    caller: Caller,
    once: OnceHeader,
    post_id: PostId,
    body: post_schemas.PostHolder,
) -> Response:
    """For mistakes; when another person takes the post, end it and appoint anew."""
    version = edge.version_of(request.headers.get("if-match"))
    changes = {"version": version, **body.model_dump()}
    answer = await posts.correct(store, officer_of(caller), _uuid(post_id), changes, once)
    return answer.response()


@router.post(
    "/{post_id}/end",
    operation_id="registry.posts.end",
    summary="End a post",
    responses=_ONE,
    openapi_extra=documents.IF_MATCH,
)
async def end(
    request: Request,
    store: StoreDep,
    caller: Caller,
    once: OnceHeader,
    post_id: PostId,
    body: post_schemas.PostEnd,
) -> Response:
    """From the day named on, the post is free."""
    version = edge.version_of(request.headers.get("if-match"))
    answer = await posts.end(store, officer_of(caller), _uuid(post_id), version, body.on, once)
    return answer.response()


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as exc:
        raise PostNotFound from exc
