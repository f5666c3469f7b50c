"""Areas, organisations, the field catalogue, and the words of its codes."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.common.auth import Caller
from services.common.idempotency import OnceHeader
from services.registry.api import code_set_schemas, pages, place_schemas, schemas
from services.registry.api.deps import StoreDep, officer_of
from services.registry.domain import scopes
from services.registry.use_cases import areas
from services.registry.use_cases.places import areas as places
from services.registry.use_cases.places.areas import NewPlace

router = APIRouter(prefix="/v1", tags=["areas"])


@router.get(
    "/areas/{code}",
    operation_id="registry.areas.get",
    summary="One area, today or on a day",
    responses={200: {"model": place_schemas.AreaInTime}},
)
async def get(
    store: StoreDep,
    caller: Caller,
    code: Annotated[str, Path(max_length=26)],
    filters: Annotated[place_schemas.OnFilter, Query()],
) -> Response:
    """An area in or around the caller's own; an ended code tells its successors."""
    body = await places.one(store, caller.areas, code, filters.on)
    return Response(body, media_type="application/json")


@router.get(
    "/areas/{code}/history",
    operation_id="registry.areas.history",
    summary="Every state of an area",
    responses={200: {"model": place_schemas.AreaHistory}},
)
async def history(
    store: StoreDep, caller: Caller, code: Annotated[str, Path(max_length=26)]
) -> Response:
    """Names and validity, oldest first, and the codes that came before and after."""
    body = await places.history(store, caller.areas, code)
    return Response(body, media_type="application/json")


@router.post(
    "/areas",
    operation_id="registry.areas.register",
    summary="Register a grid, building, unit or dwelling",
    status_code=201,
    responses={201: {"model": place_schemas.AreaInTime}},
)
async def register(
    store: StoreDep, caller: Caller, once: OnceHeader, body: place_schemas.AreaRegistration
) -> Response:
    """Grids by the secretariat; what is in them also by street and community. Valid from today."""
    names = (body.name, body.name_ko, body.name_en, body.address)
    place = NewPlace(body.parent, body.number, names)
    answer = await places.register(store, officer_of(caller), place, once)
    return answer.response()


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
    """The area itself and everything inside it that is valid now, or was `on` a day."""
    area = scopes.require_within(filters.within, caller.areas)
    page = await areas.within(store, area, filters.level, filters.on, filters.after, filters.limit)
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


@router.get(
    "/code-sets",
    operation_id="registry.code_sets.list",
    summary="What the codes of fields mean",
    responses={200: {"model": code_set_schemas.CodeSetList}},
)
async def code_sets(request: Request) -> Response:
    """The words of every code a field can hold, in three languages, with its standard."""
    return pages.answer(request, areas.code_sets(), None)
