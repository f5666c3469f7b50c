"""Counts of residents in groups: for leaders, without any resident."""

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from services.common.auth import Caller
from services.registry.api.aggregate_schemas import Aggregate, AggregateQuestion
from services.registry.api.deps import StoreDep
from services.registry.domain import scopes
from services.registry.domain.askers import Asker
from services.registry.use_cases import aggregates
from services.registry.use_cases.aggregates import Question

router = APIRouter(prefix="/v1/aggregates", tags=["indicators"])


@router.post(
    "",
    operation_id="registry.aggregates.count",
    summary="Residents counted in groups",
    responses={200: {"model": Aggregate}},
)
async def count(caller: Caller, store: StoreDep, body: AggregateQuestion) -> Response:
    """Counts residents by fields and areas; groups of fewer than five are hidden."""
    scopes.require_within(body.filter.within, caller.areas, "/filter/within")
    question = Question(body.filter.asked(), body.group_by, body.area_level)
    told = await aggregates.count(store, Asker(caller.roles, caller.domains), question)
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(told), headers=headers, media_type="application/json")
