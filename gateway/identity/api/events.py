"""The feed of what happened to accounts."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from gateway.identity.api.deps import IssuerDep
from gateway.identity.api.schemas import EventPage
from gateway.identity.use_cases import feed
from services.common.auth import Caller
from services.common.paging import DEFAULT_LIMIT, MAX_LIMIT

router = APIRouter(tags=["events"])


@router.get(
    "/v1/events", operation_id="identity.events.list", responses={200: {"model": EventPage}}
)
async def list_events(
    caller: Caller,
    issuer: IssuerDep,
    after: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    wait_s: Annotated[float, Query(ge=0, le=25)] = 0,
) -> Response:
    """CloudEvents after a cursor, in order; waits up to `wait_s` for the first."""
    body = await feed.page(issuer, after, limit=limit, areas=caller.areas, wait_s=wait_s)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
