"""Who read a resident's data."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.registry.api import pages, schemas
from services.registry.api.deps import ReadingDep, StoreDep, uuid_of
from services.registry.use_cases import accesses

router = APIRouter(prefix="/v1/residents", tags=["accesses"])


@router.get(
    "/{resident_id}/access-log",
    operation_id="registry.residents.access_log",
    summary="Who read what of a resident, newest first",
    responses={200: {"model": schemas.AccessPage}},
)
async def log(
    request: Request,
    store: StoreDep,
    reading: ReadingDep,
    resident_id: Annotated[str, Path(max_length=36)],
    filters: Annotated[schemas.PageFilter, Query()],
) -> Response:
    """Every reading and writing of the resident's data; this call is recorded as well."""
    page = await accesses.log(store, reading, uuid_of(resident_id), filters.after, filters.limit)
    return pages.answer(request, *page)
