"""Reconciliations: a department holds its whole file against the record."""

from typing import Annotated, Any, Final
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import FileResponse, Response

from services.common.auth import Caller, Principal
from services.common.idempotency import OnceHeader
from services.registry.api import imports, pages, reconciliation_schemas
from services.registry.api.deps import ReadingDep
from services.registry.api.import_schemas import Import
from services.registry.api.reconciliation_schemas import DifferenceFilter
from services.registry.api.schemas import PageFilter
from services.registry.domain.exports.plans import MEDIA_TYPES
from services.registry.domain.readings import Reading
from services.registry.domain.reconciliations import jobs as domain
from services.registry.use_cases.imports.plan import Importing
from services.registry.use_cases.reconciliations import jobs, telling
from services.registry.use_cases.reconciliations.jobs import Whose

router = APIRouter(prefix="/v1/reconciliations", tags=["reconciliations"])

PATH: Final = "/v1/reconciliations"
_Responses = dict[int | str, dict[str, Any]]
_ONE: Final[_Responses] = {200: {"model": reconciliation_schemas.ReconciliationView}}
_ACCEPTED: Final[_Responses] = {202: {"model": reconciliation_schemas.ReconciliationView}}
_FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": reconciliation_schemas.Form.model_json_schema()}
        },
    }
}
_FILE: Final[_Responses] = {
    200: {
        "description": "The sender's rows that differ, in the kind of file that was sent.",
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in MEDIA_TYPES.values()
        },
    }
}

ReconciliationId = Annotated[str, Path(max_length=36)]


@router.post(
    "",
    operation_id="registry.reconciliations.start",
    summary="Hold a file against the record",
    status_code=202,
    responses=_ACCEPTED,
    openapi_extra=_FORM,
)
async def start(
    request: Request, caller: Caller, reading: ReadingDep, once: OnceHeader
) -> Response:
    """Accepts a department's whole file; nothing is written into the record."""
    async with request.form() as form:  # closes the uploaded file, whatever happens
        asked = imports.asked_of(request, caller, form)
        within = imports.text_of(form, "within") if form.get("within") else asked.county
        whose = _whose(request, caller, reading)
        answer = await jobs.accept(_env(request), whose, asked, within, once)
    return answer.response()


@router.get(
    "",
    operation_id="registry.reconciliations.list",
    summary="The department's reconciliations",
    responses={200: {"model": reconciliation_schemas.ReconciliationPage}},
)
async def listed(
    request: Request, caller: Caller, reading: ReadingDep, filters: Annotated[PageFilter, Query()]
) -> Response:
    """Reconciliations of the caller's domains and counties, newest first."""
    whose = _whose(request, caller, reading)
    found, following = await jobs.page(_env(request), whose, filters.after, filters.limit)
    items = orjson.dumps([domain.view(job, whose.base) for job in found])
    return pages.answer(request, items, following)


@router.get(
    "/{reconciliation_id}",
    operation_id="registry.reconciliations.get",
    summary="One reconciliation",
    responses=_ONE,
)
async def get(
    request: Request, caller: Caller, reading: ReadingDep, reconciliation_id: ReconciliationId
) -> Response:
    """How far it came, and what it counted by person and field."""
    whose = _whose(request, caller, reading)
    job = await jobs.one(_env(request), whose, reconciliation_id)
    body = orjson.dumps(domain.view(job, whose.base))
    headers = {"Cache-Control": "no-store"}
    return Response(body, headers=headers, media_type="application/json")


@router.get(
    "/{reconciliation_id}/differences",
    operation_id="registry.reconciliations.differences",
    summary="What differs",
    responses={200: {"model": reconciliation_schemas.DifferencePage}},
)
async def differences(
    request: Request,
    caller: Caller,
    reading: ReadingDep,
    reconciliation_id: ReconciliationId,
    filters: Annotated[DifferenceFilter, Query()],
) -> Response:
    """Differences by kind and field, with masked numbers."""
    found, following = await telling.page(
        _env(request),
        _whose(request, caller, reading),
        reconciliation_id,
        telling.wanted(filters.kind, filters.field, filters.limit),
        filters.after,
    )
    return pages.answer(request, orjson.dumps(found), following)


@router.get(
    "/{reconciliation_id}/file",
    operation_id="registry.reconciliations.file",
    summary="The sender's rows that differ",
    response_class=FileResponse,
    responses=_FILE,
)
async def file(
    request: Request, caller: Caller, reading: ReadingDep, reconciliation_id: ReconciliationId
) -> Response:
    """The sender's own rows with three columns more, and below them who is missing."""
    whose = _whose(request, caller, reading)
    job, path = await jobs.file(_env(request), whose, reconciliation_id)
    sent, plan = job.file, job.file.plan
    stem = sent.file_name.rpartition(".")[0] or sent.file_name
    plain = f'attachment; filename="differences.{plan.kind}"'
    headers = {
        "Content-Disposition": f"{plain}; filename*=UTF-8''{quote(f'{stem}_对账.{plan.kind}')}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    charset = f"; charset={plan.encoding}" if plan.encoding else ""
    return FileResponse(path, media_type=f"{sent.media_type}{charset}", headers=headers)


@router.post(
    "/{reconciliation_id}/apply",
    operation_id="registry.reconciliations.apply",
    summary="Import the same file",
    status_code=202,
    responses={202: {"model": Import}},
)
async def apply(
    request: Request,
    caller: Caller,
    reading: ReadingDep,
    once: OnceHeader,
    reconciliation_id: ReconciliationId,
) -> Response:
    """Starts an ordinary import of the file and answers with it."""
    whose = _whose(request, caller, reading)
    base = imports.base_of(request)
    answer = await jobs.apply(_env(request), whose, reconciliation_id, base, once)
    return answer.response()


@router.post(
    "/{reconciliation_id}/cancel",
    operation_id="registry.reconciliations.cancel",
    summary="Stop a reconciliation",
    responses=_ONE,
)
async def cancel(
    request: Request,
    caller: Caller,
    reading: ReadingDep,
    once: OnceHeader,
    reconciliation_id: ReconciliationId,
) -> Response:
    """Stops a reconciliation; what it found stays until its time is over."""
    whose = _whose(request, caller, reading)
    answer = await jobs.cancel(_env(request), whose, reconciliation_id, once)
    return answer.response()


def _whose(request: Request, caller: Principal, reading: Reading) -> Whose:
    base = f"{request.scope.get('root_path', '')}{PATH}"
    return Whose(reading, caller.domains, base)


def _env(request: Request) -> Importing:
    env: Importing = request.app.state.importing
    return env
