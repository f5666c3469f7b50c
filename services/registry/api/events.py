"""The registry's feed of facts."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.common.auth import Caller
from services.registry.api import schemas
from services.registry.api.deps import StoreDep
from services.registry.use_cases import events

router = APIRouter(prefix="/v1/events", tags=["events"])


@router.get(
    "",
    operation_id="registry.events.list",
    summary="Events after a cursor",
    responses={200: {"model": schemas.EventPage}},
)
async def after(
    store: StoreDep, caller: Caller, filters: Annotated[schemas.EventFilter, Query()]
) -> Response:
    """CloudEvents of the caller's areas in order, without gaps; waits when there are none yet."""
    body = await events.after(store, caller.areas, filters.after, filters.limit, filters.wait_s)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
