"""Imports: a department sends a file as its office exports it, and fetches what was wrong."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import FileResponse, Response

from services.common.auth import Caller, Principal
from services.common.errors import Fault, ValidationFailed
from services.common.idempotency import OnceHeader
from services.registry.api import import_schemas, pages
from services.registry.api.deps import ReadingDep
from services.registry.api.schemas import PageFilter
from services.registry.domain.imports import jobs as domain
from services.registry.domain.imports.errors import MappingNotValid
from services.registry.domain.imports.mappings import MappingNotFound
from services.registry.use_cases.imports import jobs as imports
from services.registry.use_cases.imports.plan import Importing
from services.registry.use_cases.imports.plan import Request as ImportRequest

router = APIRouter(prefix="/v1/imports", tags=["imports"])

PATH: Final = "/v1/imports"
_ONE: Final[dict[int | str, dict[str, Any]]] = {200: {"model": import_schemas.Import}}
_ACCEPTED: Final[dict[int | str, dict[str, Any]]] = {202: {"model": import_schemas.Import}}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The refused and doubtful rows, in the kind of file that was sent.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/x-ndjson": {"schema": {"type": "string"}},
            "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                "schema": {"type": "string", "format": "binary"}
            },
        },
    }
}
# The form is read by hand, after the gate: whoever may not import cannot make us store a file.
_FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": {"schema": import_schemas.Form.model_json_schema()}},
    }
}
_YES: Final = frozenset({"true", "1"})
_NO: Final = frozenset({"false", "0", ""})
_MOST_MAPPED: Final = 200

ImportId = Annotated[str, Path(max_length=36)]


@router.post(
    "",
    operation_id="registry.imports.start",
    summary="Import a file",
    status_code=202,
    responses=_ACCEPTED,
    openapi_extra=_FORM,
)
async def start(
    request: Request, caller: Caller, reading: ReadingDep, once: OnceHeader
) -> Response:
    """Accepts XLSX, CSV, Parquet or NDJSON; its rows are recorded afterwards, see the job."""
    async with request.form() as form:  # closes the uploaded file, whatever happens
        asked = asked_of(request, caller, form)
        answer = await imports.accept(_env(request), reading, asked, once)
    return answer.response()


@router.get(
    "",
    operation_id="registry.imports.list",
    summary="The department's imports",
    responses={200: {"model": import_schemas.ImportPage}},
)
async def listed(
    request: Request, caller: Caller, reading: ReadingDep, filters: Annotated[PageFilter, Query()]
) -> Response:
    """Imports of the caller's domains and areas, newest first."""
    jobs, following = await imports.page(
        _env(request), reading, caller.domains, filters.after, filters.limit
    )
    items = orjson.dumps([domain.view(job, base_of(request)) for job in jobs])
    return pages.answer(request, items, following)


@router.get(
    "/{import_id}",
    operation_id="registry.imports.get",
    summary="One import",
    responses=_ONE,
)
async def get(
    request: Request, caller: Caller, reading: ReadingDep, import_id: ImportId
) -> Response:
    """How far it came, what it counted, and what became of each column."""
    job = await imports.one(_env(request), reading, caller.domains, import_id)
    body = orjson.dumps(domain.view(job, base_of(request)))
    headers = {"Cache-Control": "no-store"}
    return Response(body, headers=headers, media_type="application/json")


@router.get(
    "/{import_id}/errors",
    operation_id="registry.imports.errors",
    summary="The rows that were refused or are doubtful",
    response_class=FileResponse,
    responses=_FILE,
)
async def errors(
    request: Request, caller: Caller, reading: ReadingDep, import_id: ImportId
) -> Response:
    """The sender's own rows with two columns more: which field is wrong, and why."""
    job, path = await imports.error_file(_env(request), reading, caller.domains, import_id)
    stem = job.file_name.rpartition(".")[0] or job.file_name
    name = quote(f"{stem}_错误清单.{job.plan.kind}")
    plain = f'attachment; filename="errors.{job.plan.kind}"'
    headers = {
        "Content-Disposition": f"{plain}; filename*=UTF-8''{name}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    charset = f"; charset={job.plan.encoding}" if job.plan.encoding else ""
    return FileResponse(path, media_type=f"{job.media_type}{charset}", headers=headers)


@router.get(
    "/{import_id}/rows",
    operation_id="registry.imports.rows",
    summary="What became of each row",
    responses={200: {"model": import_schemas.RowPage}},
)
async def row_outcomes(
    request: Request,
    caller: Caller,
    reading: ReadingDep,
    import_id: ImportId,
    filters: Annotated[import_schemas.RowFilter, Query()],
) -> Response:
    """Row numbers, outcomes and faults, as long as the files are kept; never what a row says."""
    items, following = await imports.rows(
        _env(request),
        reading,
        caller.domains,
        import_id,
        outcome=filters.outcome,
        after=filters.after,
        limit=filters.limit,
    )
    return pages.answer(request, orjson.dumps(items), following)


@router.post(
    "/{import_id}/cancel",
    operation_id="registry.imports.cancel",
    summary="Stop an import",
    responses=_ONE,
)
async def cancel(
    request: Request, caller: Caller, reading: ReadingDep, once: OnceHeader, import_id: ImportId
) -> Response:
    """Stops an import; rows that were recorded stay recorded."""
    answer = await imports.cancel(
        _env(request), reading, caller.domains, import_id, once=once, base=base_of(request)
    )
    return answer.response()


def asked_of(request: Request, caller: Principal, form: FormData) -> ImportRequest:
    """What a form with a file asks; a reconciliation is asked for with the same form.

    Raises:
        ValidationFailed: The file or a word is missing.
        MappingNotValid: The mapping is no JSON object of texts.
    """
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise ValidationFailed(Fault("/file", "file-required", "请选择要上传的文件。"))
    return ImportRequest(
        file=file.file,
        file_name=file.filename or "",
        domain=text_of(form, "domain"),
        county=text_of(form, "county"),
        mapping=_mapping(form),
        mapping_id=_mapping_id(form),
        dry_run=_flag(form, "dry_run"),
        domains=caller.domains,
        base=base_of(request),
    )


def _env(request: Request) -> Importing:
    env: Importing = request.app.state.importing
    return env


def base_of(request: Request) -> str:
    """Path of the imports as the caller knows it."""
    return f"{request.scope.get('root_path', '')}{PATH}"


def text_of(form: FormData, name: str) -> str:
    """A short text of a form.

    Raises:
        ValidationFailed: It is missing or too long.
    """
    value = form.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 40:  # noqa: PLR2004 — longest code, doubled
        raise ValidationFailed(Fault(f"/{name}", "missing", f"缺少 {name}。"))
    return value


def _flag(form: FormData, name: str) -> bool:
    value = form.get(name, "")
    if value not in _YES | _NO:
        raise ValidationFailed(Fault(f"/{name}", "boolean", "true or false is expected."))
    return value in _YES


def _mapping_id(form: FormData) -> str | None:
    value = form.get("mapping_id") or None
    if value is not None and not (isinstance(value, str) and len(value) <= 40):  # noqa: PLR2004 — a UUID's 36 fit
        raise MappingNotFound
    return value


def _mapping(form: FormData) -> Mapping[str, str]:
    given = form.get("mapping") or "{}"
    try:
        mapping = orjson.loads(given) if isinstance(given, str) else None
    except orjson.JSONDecodeError as exc:
        raise MappingNotValid from exc
    if not isinstance(mapping, dict) or len(mapping) > _MOST_MAPPED:
        raise MappingNotValid
    if not all(isinstance(field, str) for field in mapping.values()):
        raise MappingNotValid
    return mapping
