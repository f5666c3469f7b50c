"""What changed in a resident's record: when, by whom, why, from what to what."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.common.auth import Caller
from services.registry.api import bodies, history_schemas, pages
from services.registry.api.deps import ReadingDep, StoreDep, uuid_of
from services.registry.use_cases import histories

router = APIRouter(prefix="/v1/residents", tags=["residents"])


@router.get(
    "/{resident_id}/history",
    operation_id="registry.residents.history",
    summary="What changed in a record, newest first",
    responses={200: {"model": history_schemas.History}},
)
async def history(
    request: Request,
    store: StoreDep,
    caller: Caller,
    reading: ReadingDep,
    resident_id: Annotated[str, Path(max_length=36)],
    filters: Annotated[history_schemas.HistoryFilter, Query()],
) -> Response:
    """Of the fields asked for; a page may be shorter, `next` tells whether there is more."""
    codes = bodies.field_codes([c for c in filters.fields.split(",") if c], "#query/fields")
    wanted = store.selections.of(codes, "#query/fields", caller.roles, caller.domains)
    page = await histories.changes(
        store, reading, wanted, uuid_of(resident_id), filters.after, filters.limit
    )
    return pages.answer(request, *page)
