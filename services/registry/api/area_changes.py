"""Changes of areas: asked for, carried out by a job, looked at."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.common.auth import Caller
from services.common.idempotency import OnceHeader
from services.registry.api import pages, place_schemas
from services.registry.api.deps import StoreDep, officer_of
from services.registry.api.schemas import PageFilter
from services.registry.domain import scopes
from services.registry.domain.places.changes import NewArea, Proposal
from services.registry.use_cases.places import changes, following
from services.registry.use_cases.places.changes import AreaChangeNotFound, Wish

router = APIRouter(prefix="/v1/area-changes", tags=["areas"])


@router.post(
    "",
    operation_id="registry.area_changes.ask",
    summary="Rename, recode, merge, split or move areas",
    status_code=202,
    responses={202: {"model": place_schemas.AreaChangeInFull}},
)
async def ask(
    request: Request,
    store: StoreDep,
    caller: Caller,
    once: OnceHeader,
    body: place_schemas.AreaChangeRequest,
) -> Response:
    """Checked now, in effect on its day; then a job carries the records to the new codes."""
    proposal = Proposal(
        kind=body.kind,
        effective_on=body.effective_on,
        document=body.document,
        old=tuple(body.old),
        new=tuple(NewArea(**area.model_dump()) for area in body.new),
        assignment=body.assignment,
    )
    base = f"{request.scope.get('root_path', '')}{router.prefix}"
    wish = Wish(proposal, body.note, base)
    answer = await changes.ask(store, officer_of(caller), wish, once)
    return answer.response()


@router.get(
    "",
    operation_id="registry.area_changes.list",
    summary="Changes that concern an area",
    responses={200: {"model": place_schemas.AreaChangePage}},
)
async def concerning(
    request: Request,
    store: StoreDep,
    caller: Caller,
    filters: Annotated[place_schemas.WithinPageFilter, Query()],
) -> Response:
    """Changes of the area, of areas in it and around it, oldest first."""
    within = scopes.require_within(filters.within, caller.areas)
    page = await changes.concerning(store, within, filters.after, filters.limit)
    return pages.answer(request, *page)


@router.get(
    "/feed",
    operation_id="registry.area_changes.feed",
    summary="Changes as they come into effect, for whoever keeps area codes",
    responses={200: {"model": place_schemas.AreaChangeFeed}},
)
async def feed(store: StoreDep, filters: Annotated[PageFilter, Query()]) -> Response:
    """Events `registry.area.changed.v1` with what became of every code down to the grids.

    Open to all: which codes an area has is published, and it holds nothing of people.
    """
    body = await following.after(store, filters.after, filters.limit)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get(
    "/{change_id}",
    operation_id="registry.area_changes.get",
    summary="One change and how far it came",
    responses={200: {"model": place_schemas.AreaChangeInFull}},
)
async def get(
    store: StoreDep, caller: Caller, change_id: Annotated[str, Path(max_length=36)]
) -> Response:
    """With its progress, and which code followed which once it is in effect."""
    try:
        key = UUID(change_id)
    except ValueError as exc:
        raise AreaChangeNotFound from exc
    body = await changes.one(store, officer_of(caller), key)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
