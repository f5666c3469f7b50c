"""Grids as grid workers work through them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.registry.api import pages, schemas
from services.registry.api.deps import ReadingDep, StoreDep
from services.registry.use_cases import grids

router = APIRouter(prefix="/v1/grids", tags=["grids"])


@router.get(
    "/{code}/households",
    operation_id="registry.grids.households",
    summary="Households of a grid with their members",
    responses={200: {"model": schemas.HouseholdPage}},
)
async def households(
    request: Request,
    store: StoreDep,
    reading: ReadingDep,
    code: Annotated[str, Path(max_length=26)],
    filters: Annotated[schemas.PageFilter, Query()],
) -> Response:
    """By dwelling; `stale` names the fields of a member that should be asked for again."""
    page = await grids.households(store, reading, code, filters.after, filters.limit)
    return pages.answer(request, *page)
