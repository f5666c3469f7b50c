"""A resident's copy of all that is kept of it."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from services.registry.api import copy_schemas
from services.registry.api.deps import ReadingDep, StoreDep, uuid_of
from services.registry.use_cases.copies import making

router = APIRouter(prefix="/v1/residents", tags=["copies"])


@router.post(
    "/{resident_id}/full-export",
    operation_id="registry.residents.full_export",
    summary="Hand over to a resident all that is kept of it",
    responses={
        200: {"model": copy_schemas.PersonalCopy, "content": {"text/html": {}}},
    },
)
async def full_export(
    store: StoreDep,
    reading: ReadingDep,
    resident_id: Annotated[str, Path(max_length=36)],
    body: copy_schemas.CopyRequest,
) -> Response:
    """At the resident's request; each call is a hand-over of its own and is recorded."""
    made = await making.make(
        store,
        reading,
        uuid_of(resident_id),
        requested_by=body.requested_by,
        format_=body.format,
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{made.name}"',
        "OneGrid-Copy": str(made.id),
    }
    return Response(made.body, media_type=made.media_type, headers=headers)
