"""Residents: looked up, searched, read, corrected.

Look-up and reading are the paths everything else waits for: they take the request as it is and
return the text the database made.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from services.common import edge
from services.common.auth import Caller, Principal
from services.common.clock import local_day, utc_now
from services.common.direct import DirectRoute, direct
from services.common.errors import Fault, ValidationFailed
from services.common.idempotency import OnceHeader
from services.registry.api import bodies, documents, pages, queries, schemas
from services.registry.api.deps import ReadingDep, StoreDep, reading_of, uuid_of
from services.registry.domain import documents as kinds
from services.registry.domain import scopes
from services.registry.domain.askers import Asker
from services.registry.store.store import Store
from services.registry.use_cases import corrections, residents, sights
from services.registry.use_cases.authority import explaining

hot_router = APIRouter(prefix="/v1/residents", tags=["residents"], route_class=DirectRoute)
router = APIRouter(prefix="/v1/residents", tags=["residents"])

_ONE: Final[dict[int | str, dict[str, Any]]] = {200: {"model": schemas.Resident}}
_LONGEST_NUMBER: Final = 32


@hot_router.post(
    "/lookup",
    operation_id="registry.residents.lookup",
    summary="The resident with a document",
    responses=_ONE,
    openapi_extra=documents.body_of(schemas.Lookup),
)
@direct
async def look_up(request: Request) -> Response:
    """Exact look-up of one resident in the caller's areas; unknown and hidden are both 404."""
    store: Store = request.app.state.store
    principal: Principal = request.state.principal
    body = await bodies.json_object(request)
    bodies.only(body, "document", "fields", "explain")
    document = body.get("document")
    if not isinstance(document, dict):
        raise ValidationFailed(Fault("/document", "object", "A document is needed."))
    bodies.only(document, "kind", "number")
    kind = document.get("kind", "resident_id")
    if not isinstance(kind, str) or kind not in kinds.KINDS:
        raise ValidationFailed(Fault("/document/kind", "enum", "There is no such document."))
    number = bodies.text(document, "number", _LONGEST_NUMBER, "/document")
    codes = bodies.field_codes(body.get("fields"), "/fields")
    wanted = store.selections.of(codes, "/fields", principal.roles, principal.domains)
    is_explained = bodies.flag(body, "explain")
    look_up_ = explaining.look_up if is_explained else residents.look_up
    answer = await look_up_(store, reading_of(request), wanted, kind, number)
    return answer.response()


@router.post(
    "/search",
    operation_id="registry.residents.search",
    summary="Residents by area, name, telephone, address or what they are",
    responses={200: {"model": schemas.ResidentPage}},
)
async def search(
    request: Request, store: StoreDep, caller: Caller, reading: ReadingDep, body: schemas.Search
) -> Response:
    """Residents by dwelling; a wide area needs a specific name or a telephone number."""
    scopes.require_within(body.within, caller.areas, "/within")
    wanted = store.selections.of(body.fields, "/fields", caller.roles, caller.domains)
    asker = Asker(caller.roles, caller.domains)
    asked = body.checked(store.catalogue, asker, local_day(utc_now()))
    question = residents.Question(asked, body.after, body.limit, body.count == "capped")
    found = await residents.find(store, reading, wanted, question)
    return pages.answer(request, found.items, found.following, _counted(found.count))


def _counted(found: int | None) -> dict[str, Any]:
    """The member `count`, where it was asked for."""
    if found is None:
        return {}
    value = min(found, residents.MOST_COUNTED)
    return {"count": {"value": value, "capped": found > value}}


@hot_router.get(
    "/{resident_id}",  # noqa: FAST003 — a direct route reads its path from the request
    operation_id="registry.residents.get",
    summary="One resident",
    responses=_ONE,
    openapi_extra=documents.READING_ONE,
)
async def get(request: Request) -> Response:
    """A resident in the caller's areas, restricted to the fields asked for."""
    store: Store = request.app.state.store
    principal: Principal = request.state.principal
    given = request.query_params.get("fields", "")
    codes = bodies.field_codes([c for c in given.split(",") if c], "#query/fields")
    wanted = store.selections.of(codes, "#query/fields", principal.roles, principal.domains)
    resident_id = uuid_of(request.path_params["resident_id"])
    reading = reading_of(request)
    if len(request.query_params) == 1:
        answer = await residents.by_id(store, reading, wanted, resident_id)
    else:
        sight = queries.sight_of(request.query_params)
        answer = await sights.see(store, reading, wanted, resident_id, sight)
    return answer.response()


@router.patch(
    "/{resident_id}",
    operation_id="registry.residents.correct",
    summary="Correct a resident's fields",
    responses=_ONE,
    openapi_extra=documents.PATCHING,
)
async def correct(
    request: Request,
    caller: Caller,
    reading: ReadingDep,
    once: OnceHeader,
    resident_id: Annotated[str, Path(max_length=36)],
) -> Response:
    """Keeps what was observed as assertions; answers with the fields as they are shown now."""
    store: Store = request.app.state.store
    version = edge.version_of(request.headers.get("if-match"))
    patch = await bodies.json_object(request, documents.MERGE_PATCH)
    correction = corrections.Correction(
        resident_id=uuid_of(resident_id),
        version=version,
        patch=patch,
        roles=caller.roles,
        domains=caller.domains,
    )
    answer = await corrections.correct(store, reading, correction, once)
    return answer.response()
