"""The steps of a whistle; each needs If-Match and an Idempotency-Key."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.tasks.api.deps import ActorDep, NowDep, OnceDep, StoreDep, VersionDep
from services.tasks.api.schemas import (
    Commented,
    WhistleDispatch,
    WhistleRate,
    WhistleResult,
    WhistleVerify,
)
from services.tasks.api.views import WhistleView
from services.tasks.use_cases import journey
from services.tasks.use_cases.journey import Shorter
from services.tasks.use_cases.steps import Asked

router = APIRouter(prefix="/v1/whistles/{whistle_id}", tags=["whistles"])

_WHISTLE: Final[dict[int | str, dict[str, Any]]] = {200: {"model": WhistleView}}


async def _asked(
    whistle_id: UUID, once: OnceDep, version: VersionDep, actor: ActorDep, now: NowDep
) -> Asked:
    return Asked(once=once, actor=actor, whistle_id=whistle_id, version=version, now=now)


AskedDep = Annotated[Asked, Depends(_asked)]


@router.post("/blow", operation_id="tasks.whistles.blow", responses=_WHISTLE)
async def blow(asked: AskedDep, store: StoreDep, body: Commented | None = None) -> Response:
    """The street's principal has checked the report and calls the departments."""
    return (await journey.blow(store, asked.saying(body.comment if body else None))).response()


@router.post("/dispatch", operation_id="tasks.whistles.dispatch", responses=_WHISTLE)
async def dispatch(body: WhistleDispatch, asked: AskedDep, store: StoreDep) -> Response:
    """Name lead and co-handlers; limits may only be shorter than the county's."""
    shorter = Shorter(
        sign_within_s=body.sign_within_s,
        arrive_within_s=body.arrive_within_s,
        close_within_s=body.close_within_s,
    )
    asked = asked.saying(body.comment)
    answer = await journey.dispatch(store, asked, body.lead, tuple(body.co_handlers), shorter)
    return answer.response()


@router.post("/sign", operation_id="tasks.whistles.sign", responses=_WHISTLE)
async def sign(asked: AskedDep, store: StoreDep, body: Commented | None = None) -> Response:
    """The department takes its part."""
    return (await journey.sign(store, asked.saying(body.comment if body else None))).response()


@router.post("/arrive", operation_id="tasks.whistles.arrive", responses=_WHISTLE)
async def arrive(asked: AskedDep, store: StoreDep, body: Commented | None = None) -> Response:
    """The department has come, or has reached the resident."""
    return (await journey.arrive(store, asked.saying(body.comment if body else None))).response()


@router.post("/result", operation_id="tasks.whistles.submit_result", responses=_WHISTLE)
async def result(body: WhistleResult, asked: AskedDep, store: StoreDep) -> Response:
    """What the department did; when the last one has answered, it goes back to be verified."""
    answer = await journey.submit_result(store, asked, body.text, tuple(body.photo_ids))
    return answer.response()


@router.post("/verify", operation_id="tasks.whistles.verify", responses=_WHISTLE)
async def verify(body: WhistleVerify, asked: AskedDep, store: StoreDep) -> Response:
    """Solved on the spot, or back to the departments."""
    return (await journey.verify(store, asked.saying(body.comment), passed=body.passed)).response()


@router.post("/rate", operation_id="tasks.whistles.rate", responses=_WHISTLE)
async def rate(body: WhistleRate, asked: AskedDep, store: StoreDep) -> Response:
    """Rate the answer by score or by word; unsatisfied sends it back to the departments."""
    asked = asked.saying(body.comment)
    return (await journey.rate(store, asked, body.satisfaction, body.score)).response()


@router.post("/close", operation_id="tasks.whistles.close", responses=_WHISTLE)
async def close(asked: AskedDep, store: StoreDep, body: Commented | None = None) -> Response:
    """The street that blew ends it; nobody else can."""
    return (await journey.close(store, asked.saying(body.comment if body else None))).response()
