"""Exports: residents leave the registry as a file, and the register says which did."""

from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import FileResponse, Response

from services.common.auth import Caller, Principal
from services.common.idempotency import OnceHeader
from services.registry.api import export_schemas, pages
from services.registry.api.deps import ReadingDep
from services.registry.api.export_schemas import ExportCreate, ProvisionFilter
from services.registry.api.schemas import PageFilter
from services.registry.domain import scopes
from services.registry.domain.askers import Asker
from services.registry.domain.catalogue import DEPARTMENT_ROLES
from services.registry.domain.exports import jobs as domain
from services.registry.domain.exports.plans import MEDIA_TYPES
from services.registry.domain.readings import Reading
from services.registry.use_cases.exports import jobs
from services.registry.use_cases.exports.jobs import Whose
from services.registry.use_cases.exports.plan import Exporting
from services.registry.use_cases.exports.plan import Request as ExportRequest

router = APIRouter(prefix="/v1/exports", tags=["exports"])
provisions_router = APIRouter(prefix="/v1/provisions", tags=["exports"])

PATH: Final = "/v1/exports"
_Responses = dict[int | str, dict[str, Any]]
_ONE: Final[_Responses] = {200: {"model": export_schemas.ExportView}}
_ACCEPTED: Final[_Responses] = {202: {"model": export_schemas.ExportView}}
_FILE: Final[_Responses] = {
    200: {
        "description": "The residents, in the format that was asked for.",
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in MEDIA_TYPES.values()
        },
    }
}

ExportId = Annotated[str, Path(max_length=36)]


@router.post(
    "",
    operation_id="registry.exports.start",
    summary="Export residents",
    status_code=202,
    responses=_ACCEPTED,
)
async def start(
    request: Request, caller: Caller, reading: ReadingDep, once: OnceHeader, body: ExportCreate
) -> Response:
    """Accepts an export; its file is written afterwards, as of one instant."""
    scopes.require_within(body.filter.within, caller.areas, "/filter/within")
    asked = ExportRequest(
        body.format,
        tuple(body.fields),
        body.filter.asked(),
        body.encoding,
        body.language,
        body.values,
        body.legal_basis,
        body.agreement,
    )
    whose = _whose(request, caller, reading)
    return (await jobs.accept(_env(request), whose, asked, once)).response()


@router.get(
    "",
    operation_id="registry.exports.list",
    summary="Your exports",
    responses={200: {"model": export_schemas.ExportPage}},
)
async def listed(
    request: Request, caller: Caller, reading: ReadingDep, filters: Annotated[PageFilter, Query()]
) -> Response:
    """Exports the caller asked for, newest first."""
    whose = _whose(request, caller, reading)
    found, following = await jobs.page(_env(request), whose, filters.after, filters.limit)
    items = orjson.dumps([domain.view(job, whose.base) for job in found])
    return pages.answer(request, items, following)


@router.get(
    "/{export_id}", operation_id="registry.exports.get", summary="One export", responses=_ONE
)
async def get(
    request: Request, caller: Caller, reading: ReadingDep, export_id: ExportId
) -> Response:
    """How far it came, and its file once it is done."""
    whose = _whose(request, caller, reading)
    job = await jobs.one(_env(request), whose, export_id)
    headers = {"Cache-Control": "no-store"}
    body = orjson.dumps(domain.view(job, whose.base))
    return Response(body, headers=headers, media_type="application/json")


@router.get(
    "/{export_id}/file",
    operation_id="registry.exports.file",
    summary="The file of an export",
    response_class=FileResponse,
    responses=_FILE,
)
async def file(
    request: Request, caller: Caller, reading: ReadingDep, export_id: ExportId
) -> Response:
    """The residents; identity and telephone numbers are masked."""
    job, path = await jobs.file(_env(request), _whose(request, caller, reading), export_id)
    name = f"residents-{job.within}-{job.created_at:%Y%m%d}.{job.plan.format}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    charset = f"; charset={job.plan.encoding}" if job.plan.format == "csv" else ""
    media_type = f"{MEDIA_TYPES[job.plan.format]}{charset}"
    return FileResponse(path, media_type=media_type, headers=headers)


@router.post(
    "/{export_id}/cancel",
    operation_id="registry.exports.cancel",
    summary="Stop an export",
    responses=_ONE,
)
async def cancel(
    request: Request, caller: Caller, reading: ReadingDep, once: OnceHeader, export_id: ExportId
) -> Response:
    """Stops an export; nothing of it was given to anybody."""
    whose = _whose(request, caller, reading)
    return (await jobs.cancel(_env(request), whose, export_id, once)).response()


@provisions_router.get(
    "",
    operation_id="registry.provisions.list",
    summary="The register of provisions",
    responses={200: {"model": export_schemas.ProvisionPage}},
)
async def provisions(
    request: Request,
    caller: Caller,
    reading: ReadingDep,
    filters: Annotated[ProvisionFilter, Query()],
) -> Response:
    """Who was provided with which fields about how many residents; departments see their own."""
    organisation = caller.organisation if _sees_only_own(caller) else filters.organisation
    found, following = await jobs.provisions(
        _env(request), reading, organisation, filters.after, filters.limit
    )
    return pages.answer(request, found, following)


def _sees_only_own(caller: Principal) -> bool:
    return caller.roles <= DEPARTMENT_ROLES


def _whose(request: Request, caller: Principal, reading: Reading) -> Whose:
    base = f"{request.scope.get('root_path', '')}{PATH}"
    return Whose(reading, Asker(caller.roles, caller.domains), base)


def _env(request: Request) -> Exporting:
    env: Exporting = request.app.state.exporting
    return env
