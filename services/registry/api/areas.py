"""Areas, organisations, and the field catalogue."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.common.auth import Caller
from services.registry.api import pages, schemas
from services.registry.api.deps import StoreDep
from services.registry.domain import scopes
from services.registry.use_cases import areas

router = APIRouter(prefix="/v1", tags=["areas"])


@router.get(
    "/areas/{code}",
    operation_id="registry.areas.get",
    summary="One area",
    responses={200: {"model": schemas.Area}},
)
async def get(
    store: StoreDep, caller: Caller, code: Annotated[str, Path(max_length=26)]
) -> Response:
    """An area in or around the caller's own."""
    body = await areas.one(store, caller.areas, code)
    return Response(body, media_type="application/json")


@router.get(
    "/areas",
    operation_id="registry.areas.list",
    summary="Areas inside an area",
    responses={200: {"model": schemas.AreaPage}},
)
async def within(
    request: Request,
    store: StoreDep,
    caller: Caller,
    filters: Annotated[schemas.AreaFilter, Query()],
) -> Response:
    """The area itself and everything inside it, in code order."""
    area = scopes.require_within(filters.within, caller.areas)
    page = await areas.within(store, area, filters.level, filters.after, filters.limit)
    return pages.answer(request, *page)


@router.get(
    "/organisations",
    operation_id="registry.organisations.list",
    summary="Organisations in or above the caller's areas",
    responses={200: {"model": schemas.OrganisationPage}},
)
async def organisations(
    request: Request,
    store: StoreDep,
    caller: Caller,
    filters: Annotated[schemas.OrganisationFilter, Query()],
) -> Response:
    """Departments, offices and committees, in code order."""
    if filters.within is not None:
        scopes.require_within(filters.within, caller.areas)
    return pages.answer(
        request, *await areas.organisations(store, caller.areas, **filters.model_dump())
    )


@router.get(
    "/fields",
    operation_id="registry.fields.list",
    summary="The field catalogue",
    responses={200: {"model": schemas.FieldList}},
)
async def fields(request: Request, store: StoreDep) -> Response:
    """What a record can hold, who owns each field, and who may read it."""
    return pages.answer(request, await areas.fields(store), None)
