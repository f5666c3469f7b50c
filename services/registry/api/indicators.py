"""Figures of an area."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.common.auth import Caller
from services.registry.api import schemas
from services.registry.api.deps import StoreDep
from services.registry.domain import scopes
from services.registry.use_cases import indicators

router = APIRouter(prefix="/v1/indicators", tags=["indicators"])


@router.get(
    "",
    operation_id="registry.indicators.list",
    summary="Figures of an area, each with its definition",
    responses={200: {"model": schemas.IndicatorList}},
)
async def of_area(
    store: StoreDep, caller: Caller, filters: Annotated[schemas.IndicatorFilter, Query()]
) -> Response:
    """Counted every few minutes; `as_of` tells when. Import figures are those of the counties.

    With `on`, what was counted by that day, added up by the codes of today: a community that was
    merged has the past of all it was made of.
    """
    within = scopes.require_within(filters.within, caller.areas)
    if filters.on is None:
        body = await indicators.of_area(store, within)
    else:
        body = await indicators.of_area_on(store, within, filters.on)
    return Response(body, media_type="application/json")
