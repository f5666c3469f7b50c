"""What waits today, the limits in force, the indicators and the feed."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.common.auth import Caller
from services.tasks.api.deps import (
    ActorDep,
    NowDep,
    OnceDep,
    RegistryDep,
    StoreDep,
    VersionDep,
    WithinQuery,
    json_response,
)
from services.tasks.api.schemas import Instant, WhistleLimitsPatch
from services.tasks.api.views import EventPage, IndicatorsView, LimitsPage, LimitsView, TodayView
from services.tasks.domain.whistles import WhistleKind
from services.tasks.use_cases import boards, feed, whistles

router = APIRouter(prefix="/v1", tags=["boards"])

_MAX_EVENTS = 500
_MAX_WAIT_S = 30

CountyQuery = Annotated[str | None, Query(pattern=r"^[0-9]{6}$")]


@router.get("/today", operation_id="tasks.today.view", responses={200: {"model": TodayView}})
async def today(
    caller: Caller, actor: ActorDep, store: StoreDep, registry: RegistryDep, now: NowDep
) -> Response:
    """What waits for the grid worker: to verify, placed on the community, still open, doubtful.

    Facts that sources contradict each other about come from the registry, which records that they
    were shown; while it is away they are missing and the answer says so.
    """
    facts = await registry.contradicted(actor.scope.areas, caller.token)
    return json_response(await whistles.today(store, actor, facts, now))


@router.get(
    "/whistle-defaults",
    operation_id="tasks.whistle_defaults.list",
    responses={200: {"model": LimitsPage}},
)
async def limits(actor: ActorDep, store: StoreDep, county: CountyQuery = None) -> Response:
    """The limits in force, by kind of whistle, in seconds from dispatch."""
    return json_response(await boards.limits_of(store, actor, county))


@router.patch(
    "/whistle-defaults/{kind}",
    operation_id="tasks.whistle_defaults.change",
    responses={200: {"model": LimitsView}},
)
async def change_limits(  # noqa: PLR0913 — what every versioned change needs
    kind: WhistleKind,
    body: WhistleLimitsPatch,
    *,
    once: OnceDep,
    version: VersionDep,
    actor: ActorDep,
    store: StoreDep,
    now: NowDep,
    county: CountyQuery = None,
) -> Response:
    """A county sets its own limits; whistles dispatched before keep theirs."""
    answer = await boards.change_limits(
        store,
        once,
        actor,
        kind,
        county=county or actor.county,
        version=version,
        changes=body.model_dump(exclude_none=True),
        now=now,
    )
    return answer.response()


@router.get(
    "/indicators", operation_id="tasks.indicators.view", responses={200: {"model": IndicatorsView}}
)
async def indicators(
    actor: ActorDep,
    store: StoreDep,
    now: NowDep,
    within: WithinQuery = None,
    since: Instant | None = None,
) -> Response:
    """Counts and rates from the live tables; departments by code, people never."""
    body = await boards.indicators_of(store, actor, within=within, since=since, now=now)
    return json_response(body)


@router.get("/events", operation_id="tasks.events.list", responses={200: {"model": EventPage}})
async def events(
    actor: ActorDep,
    store: StoreDep,
    after: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=_MAX_EVENTS)] = 100,
    wait_s: Annotated[float, Query(ge=0, le=_MAX_WAIT_S)] = 0,
) -> Response:
    """Events after a cursor; a department reads what it has a part in."""
    return json_response(await feed.page(store, actor, after=after, limit=limit, wait_s=wait_s))
