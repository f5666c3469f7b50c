"""Whistles: report, list, look at."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.common import problems
from services.common.auth import Caller
from services.common.paging import DEFAULT_LIMIT
from services.tasks.api.deps import (
    ActorDep,
    AfterQuery,
    LimitQuery,
    NowDep,
    OnceDep,
    StoreDep,
    WithinQuery,
    json_response,
    page_response,
)
from services.tasks.api.schemas import WhistleReport
from services.tasks.api.views import ContactView, WhistlePage, WhistleView
from services.tasks.domain.whistles import State, WhistleKind
from services.tasks.store.views import Filters
from services.tasks.use_cases import whistles
from services.tasks.use_cases.whistles import Report

router = APIRouter(prefix="/v1/whistles", tags=["whistles"])


@router.post(
    "",
    operation_id="tasks.whistles.report",
    status_code=201,
    responses={201: {"model": WhistleView}},
)
async def report(
    body: WhistleReport, once: OnceDep, actor: ActorDep, store: StoreDep, now: NowDep
) -> Response:
    """Report what the grid cannot solve alone."""
    told = Report(
        kind=body.kind,
        title=body.title,
        description=body.description,
        area=body.area,
        place_text=body.place_text,
        photo_ids=tuple(body.photo_ids),
        resident_contact=body.resident_contact,
    )
    return (await whistles.report(store, once, actor, told, now)).response()


@router.get("", operation_id="tasks.whistles.list", responses={200: {"model": WhistlePage}})
async def listed(  # noqa: PLR0913 — one parameter per filter
    request: Request,
    actor: ActorDep,
    store: StoreDep,
    now: NowDep,
    *,
    within: WithinQuery = None,
    state: Annotated[list[State] | None, Query()] = None,
    kind: WhistleKind | None = None,
    mine: bool = False,
    after: AfterQuery = None,
    limit: LimitQuery = DEFAULT_LIMIT,
) -> Response:
    """Whistles the caller may see, newest first, without their timelines."""
    filters = Filters(
        within=within,
        states=tuple(state) if state else None,
        kind=kind,
        reported_by=actor.subject if mine else None,
    )
    page = await whistles.listed(store, actor, filters, after=after, limit=limit, now=now)
    return page_response(request, page)


@router.get(
    "/{whistle_id}", operation_id="tasks.whistles.view", responses={200: {"model": WhistleView}}
)
async def view(whistle_id: UUID, actor: ActorDep, store: StoreDep, now: NowDep) -> Response:
    """One whistle with legs, deadlines, photos, rating and timeline."""
    return (await whistles.view(store, actor, whistle_id, now)).response()


@router.get(
    "/{whistle_id}/resident-contact",
    operation_id="tasks.whistles.contact",
    responses={200: {"model": ContactView}},
)
async def contact(
    whistle_id: UUID,
    request: Request,
    caller: Caller,
    actor: ActorDep,
    store: StoreDep,
    now: NowDep,
) -> Response:
    """The resident's contact in clear, for a stated purpose; the reading is recorded."""
    value = await whistles.contact(
        store,
        actor,
        whistle_id,
        purpose=caller.purpose or "",
        request_id=problems.request_id(request),
        now=now,
    )
    return json_response(orjson.dumps({"resident_contact": value}), {"Cache-Control": "no-store"})
