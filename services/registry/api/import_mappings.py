"""Saved mappings: which heading of an organisation's files is which field."""

from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import Response

from services.common.auth import Caller
from services.common.edge import version_of
from services.common.idempotency import OnceHeader
from services.registry.api import import_schemas, pages
from services.registry.api.deps import ReadingDep, StoreDep
from services.registry.api.schemas import PageFilter
from services.registry.domain.imports import mappings as domain
from services.registry.use_cases.imports import mappings
from services.registry.use_cases.imports.mappings import Wish

router = APIRouter(prefix="/v1/import-mappings", tags=["imports"])

_PATH: Final = "/v1/import-mappings"
_ONE: Final[dict[int | str, dict[str, Any]]] = {200: {"model": import_schemas.MappingView}}

MappingId = Annotated[str, Path(max_length=36)]
IfMatch = Annotated[str | None, Header(max_length=64)]


@router.post(
    "",
    operation_id="registry.import_mappings.save",
    summary="Keep a mapping",
    status_code=201,
    responses={201: {"model": import_schemas.MappingView}},
)
async def save(
    request: Request,
    store: StoreDep,
    caller: Caller,
    reading: ReadingDep,
    once: OnceHeader,
    body: import_schemas.NewMapping,
) -> Response:
    """Keeps it for the organisation; imports name it as `mapping_id`."""
    base = f"{request.scope.get('root_path', '')}{_PATH}"
    wish = Wish(body.name, body.columns)
    answer = await mappings.save(
        store, reading, caller.domains, wish, body.domain, once=once, base=base
    )
    return answer.response()


@router.get(
    "",
    operation_id="registry.import_mappings.list",
    summary="The organisation's mappings",
    responses={200: {"model": import_schemas.MappingPage}},
)
async def listed(
    request: Request, store: StoreDep, reading: ReadingDep, filters: Annotated[PageFilter, Query()]
) -> Response:
    """Oldest first."""
    found, following = await mappings.page(store, reading, filters.after, filters.limit)
    return pages.answer(request, orjson.dumps([domain.view(one) for one in found]), following)


@router.get(
    "/{mapping_id}",
    operation_id="registry.import_mappings.get",
    summary="One mapping",
    responses=_ONE,
)
async def get(store: StoreDep, reading: ReadingDep, mapping_id: MappingId) -> Response:
    """A mapping of the organisation, and its ETag."""
    found = await mappings.one(store, reading, mapping_id)
    headers = {"ETag": f'"{found.version}"', "Cache-Control": "no-store"}
    body = orjson.dumps(domain.view(found))
    return Response(body, headers=headers, media_type="application/json")


@router.put(
    "/{mapping_id}",
    operation_id="registry.import_mappings.change",
    summary="Write a mapping anew",
    responses=_ONE,
)
async def change(
    store: StoreDep,
    reading: ReadingDep,
    once: OnceHeader,
    mapping_id: MappingId,
    body: import_schemas.ChangedMapping,
    if_match: IfMatch = None,
) -> Response:
    """Imports that used it keep the version they used."""
    wish = Wish(body.name, body.columns)
    version = version_of(if_match)
    return (await mappings.change(store, reading, mapping_id, version, wish, once)).response()


@router.delete(
    "/{mapping_id}",
    operation_id="registry.import_mappings.remove",
    summary="Forget a mapping",
    status_code=204,
)
async def remove(
    store: StoreDep,
    reading: ReadingDep,
    once: OnceHeader,
    mapping_id: MappingId,
    if_match: IfMatch = None,
) -> Response:
    """Forgets it; nothing that was imported changes."""
    answer = await mappings.remove(store, reading, mapping_id, version_of(if_match), once)
    return answer.response()
