"""Registering one resident, and the documents of residents."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.common import edge
from services.common.idempotency import OnceHeader
from services.registry.api import people_schemas as schemas
from services.registry.api.deps import AskerDep, ReadingDep, StoreDep, uuid_of
from services.registry.api.documents import IF_MATCH
from services.registry.api.history_schemas import AsOfFilter
from services.registry.use_cases.people import documents, enrolling, papers
from services.registry.use_cases.people.documents import Given, Whose
from services.registry.use_cases.people.enrolling import Enrolment

router = APIRouter(prefix="/v1/residents", tags=["people"])


@router.post(
    "",
    operation_id="registry.residents.register",
    summary="Register one resident, with a document or without",
    status_code=201,
    responses={201: {"model": schemas.RegisteredResident}},
)
async def register(
    request: Request,
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    once: OnceHeader,
    body: schemas.ResidentGiven,
) -> Response:
    """409 when somebody has the document; with the id, when that is inside the caller's areas."""
    base = f"{request.scope.get('root_path', '')}{router.prefix}"
    enrolment = Enrolment(body.newcomer(), body.dwelling, body.household_id, base)
    return (await enrolling.enrol(store, reading, asker, enrolment, once)).response()


@router.get(
    "/{resident_id}/documents",
    operation_id="registry.residents.documents",
    summary="The documents of a resident, masked",
    responses={200: {"model": schemas.DocumentList}},
)
async def listed(
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    resident_id: Annotated[str, Path(max_length=36)],
    filters: Annotated[AsOfFilter, Query()],
) -> Response:
    """Those that count first, then those that ended; as they were, when a time is given."""
    question = papers.Question(uuid_of(resident_id), filters.valid_on, filters.known_at)
    return (await papers.listed(store, reading, asker, question)).response()


@router.post(
    "/{resident_id}/documents",
    operation_id="registry.residents.add_document",
    summary="Add a document",
    status_code=201,
    responses={201: {"model": schemas.ChangedDocument}},
    openapi_extra=IF_MATCH,
)
async def add(  # noqa: PLR0913, PLR0917 — what FastAPI hands to an endpoint
    request: Request,
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    once: OnceHeader,
    resident_id: Annotated[str, Path(max_length=36)],
    body: schemas.DocumentAdded,
) -> Response:
    """The first document of a resident is the primary one, whatever is said."""
    given = Given(**body.model_dump(exclude={"primary"}), is_primary=body.primary)
    change = (_whose(request, resident_id), given)
    return (await documents.add(store, reading, asker, change, once)).response()


@router.post(
    "/{resident_id}/documents/{document_id}/end",
    operation_id="registry.residents.end_document",
    summary="End a document",
    responses={200: {"model": schemas.ChangedDocument}},
    openapi_extra=IF_MATCH,
)
async def end(  # noqa: PLR0913, PLR0917 — what FastAPI hands to an endpoint
    request: Request,
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    once: OnceHeader,
    resident_id: Annotated[str, Path(max_length=36)],
    document_id: Annotated[str, Path(max_length=36, description="An id, or `primary`.")],
    body: schemas.DocumentEnded,
) -> Response:
    """Its number is free again; it stays in the list, with the reason."""
    change = (_whose(request, resident_id), document_id, body.reason)
    return (await documents.end(store, reading, asker, change, once)).response()


@router.post(
    "/{resident_id}/documents/{document_id}/correct",
    operation_id="registry.residents.correct_document",
    summary="Put a wrong number right",
    responses={200: {"model": schemas.ChangedDocument}},
    openapi_extra=IF_MATCH,
)
async def correct(  # noqa: PLR0913, PLR0917 — what FastAPI hands to an endpoint
    request: Request,
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    once: OnceHeader,
    resident_id: Annotated[str, Path(max_length=36)],
    document_id: Annotated[str, Path(max_length=36, description="An id, or `primary`.")],
    body: schemas.DocumentCorrected,
) -> Response:
    """The wrong number is kept as an ended document, with the reason."""
    change = (_whose(request, resident_id), document_id, body.number, body.reason)
    return (await documents.put_right(store, reading, asker, change, once)).response()


def _whose(request: Request, resident_id: str) -> Whose:
    return Whose(uuid_of(resident_id), edge.version_of(request.headers.get("if-match")))
