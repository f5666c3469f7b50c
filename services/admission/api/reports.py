"""Checks, refusals, figures and the feed."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.admission.api.deps import (
    AREA,
    NAME,
    ActorDep,
    After,
    Limit,
    NowDep,
    StoreDep,
    Within,
    page,
    start_id,
)
from services.admission.api.schemas import CheckIn
from services.admission.api.views import CheckView, Figures, Page
from services.admission.domain.checks import Ask, ReasonCode
from services.admission.domain.questions import RefusalFilters
from services.admission.use_cases import checking, reading
from services.common.paging import DEFAULT_LIMIT

router = APIRouter(prefix="/v1", tags=["reports"])
_JSON = "application/json"


@router.post(
    "/checks", operation_id="admission.checks.decide", responses={200: {"model": CheckView}}
)
async def check(store: StoreDep, actor: ActorDep, now: NowDep, body: CheckIn) -> Response:
    """准入校验: whether a task may reach a community; a refusal is recorded.

    No Idempotency-Key is needed: the same task refused again on a day is the same refusal.
    """
    ask = Ask(body.community, body.organisation, body.domain, body.title, body.item_id)
    return Response(await checking.check(store, actor, ask, now=now), media_type=_JSON)


@router.get("/refusals", operation_id="admission.refusals.list", responses={200: {"model": Page}})
async def refusals(  # noqa: PLR0913 — the filters of one list
    request: Request,
    store: StoreDep,
    actor: ActorDep,
    *,
    within: Within = None,
    reason: ReasonCode | None = None,
    organisation: Annotated[str | None, Query(pattern=NAME)] = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """未经准入任务: tasks that were refused, newest first."""
    filters = RefusalFilters(within, reason, organisation)
    last = start_id(after, filters)
    rows = await reading.refusals(store, actor, filters, after=last, limit=limit + 1)
    return page(request, rows, limit, filters)


@router.get(
    "/indicators", operation_id="admission.indicators.read", responses={200: {"model": Figures}}
)
async def indicators(
    store: StoreDep, actor: ActorDep, now: NowDep, within: Annotated[str, Query(pattern=AREA)]
) -> Response:
    """Figures of the survey report that admission answers, counted now."""
    figures = await reading.figures(store, actor, within, now=now)
    body = {"as_of": figures[0]["as_of"], "within": within, "items": figures}
    return Response(orjson.dumps(body), media_type=_JSON)


@router.get("/events", operation_id="admission.events.read", responses={200: {"model": Page}})
async def events(
    store: StoreDep,
    actor: ActorDep,
    *,
    after: Annotated[str | None, Query(max_length=60)] = None,
    limit: Limit = DEFAULT_LIMIT,
    wait_s: Annotated[int, Query(ge=0, le=25)] = 0,
) -> Response:
    """The feed of admission's facts in the caller's areas; a department reads of its own items."""
    body = await reading.feed(store, actor, after=after, limit=limit, wait_s=wait_s)
    return Response(body, media_type=_JSON)
