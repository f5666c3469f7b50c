"""The authority matrix: whose word counts, since when, and what another version would change."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.common import edge
from services.common.auth import Caller
from services.common.idempotency import OnceHeader
from services.registry.api import authority_schemas, documents, pages, schemas
from services.registry.api.deps import StoreDep, officer_of
from services.registry.domain.authority import Row
from services.registry.use_cases.authority import simulations, versions

router = APIRouter(prefix="/v1/authority", tags=["authority"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
_IN_FULL: Final[dict[int | str, dict[str, Any]]] = {200: {"model": authority_schemas.VersionInFull}}


@router.get(
    "", operation_id="registry.authority.get", summary="The active matrix", responses=_IN_FULL
)
async def active(store: StoreDep) -> Response:
    """Rank and maximum age of every domain for every field."""
    return (await versions.active(store)).response()


@router.get(
    "/versions",
    operation_id="registry.authority.versions",
    summary="All versions",
    responses={200: {"model": authority_schemas.VersionPage}},
)
async def listed(
    request: Request, store: StoreDep, filters: Annotated[schemas.PageFilter, Query()]
) -> Response:
    """Drafts, the active one and the retired ones, newest first."""
    return pages.answer(request, *await versions.page(store, filters.after, filters.limit))


@router.get(
    "/versions/{number}",
    operation_id="registry.authority.version",
    summary="One version",
    responses=_IN_FULL,
)
async def one(store: StoreDep, number: Number) -> Response:
    """With its cells, and how far it has been carried into the records."""
    return (await versions.one(store, number)).response()


@router.post(
    "/versions",
    operation_id="registry.authority.draft",
    summary="Draft a version",
    status_code=201,
    responses={201: {"model": authority_schemas.VersionInFull}},
)
async def draft(
    store: StoreDep, caller: Caller, once: OnceHeader, body: authority_schemas.Draft
) -> Response:
    """A whole matrix, or changes of a version; nothing counts until somebody else activates it."""
    ranks = None if body.ranks is None else [Row(**cell.model_dump()) for cell in body.ranks]
    changes = [Row(**cell.model_dump()) for cell in body.changes or ()]
    asked = versions.Draft(body.note, ranks, body.base, changes)
    return (await versions.draft(store, officer_of(caller), asked, once)).response()


@router.post(
    "/versions/{number}/simulate",
    operation_id="registry.authority.simulate",
    summary="Count what a version would change",
    responses={
        200: {"model": authority_schemas.Simulation},
        202: {"model": authority_schemas.Simulation},
    },
)
async def simulate(
    request: Request,
    store: StoreDep,
    caller: Caller,
    once: OnceHeader,
    number: Number,
    body: authority_schemas.SimulationRequest,
) -> Response:
    """200 with the counts; 202 where counting takes longer than a caller waits."""
    base = f"{request.scope.get('root_path', '')}{router.prefix}/simulations"
    answer = await simulations.simulate(store, officer_of(caller), number, body.within, once, base)
    return answer.response()


@router.get(
    "/simulations/{simulation_id}",
    operation_id="registry.authority.simulation",
    summary="How a simulation stands",
    responses={200: {"model": authority_schemas.Simulation}},
)
async def simulation(
    store: StoreDep, caller: Caller, simulation_id: Annotated[str, Path(max_length=36)]
) -> Response:
    """Counts so far; complete when its state is done."""
    return (await simulations.one(store, officer_of(caller), simulation_id)).response()


@router.post(
    "/versions/{number}/activate",
    operation_id="registry.authority.activate",
    summary="Make a draft the active version",
    responses={200: {"model": authority_schemas.Version}},
    openapi_extra=documents.IF_MATCH,
)
async def activate(
    request: Request, store: StoreDep, caller: Caller, once: OnceHeader, number: Number
) -> Response:
    """By another person than the drafter; a job then carries it into the records."""
    version = edge.version_of(request.headers.get("if-match"))
    answer = await versions.activate(store, officer_of(caller), number, version, once)
    return answer.response()
