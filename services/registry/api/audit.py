"""Proof of who read what, for auditors: where the chains stand, and what was signed of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.registry.api import audit_schemas, pages
from services.registry.api.deps import StoreDep
from services.registry.use_cases.audit import looking

router = APIRouter(prefix="/v1/audit", tags=["audit"])


@router.get(
    "/chains",
    operation_id="registry.audit.chains",
    summary="Where the chain of access records of each organisation stands",
    responses={200: {"model": audit_schemas.ChainPage}},
)
async def chains(
    request: Request, store: StoreDep, filters: Annotated[audit_schemas.Filter, Query()]
) -> Response:
    """The last block of each chain of organisations in your areas; changes nothing."""
    areas = request.state.principal.areas
    page = await looking.chains(store, areas, filters.after, filters.limit)
    return pages.answer(request, *page)


@router.get(
    "/checkpoints",
    operation_id="registry.audit.checkpoints",
    summary="Signed checkpoints of the chains, oldest first",
    responses={200: {"model": audit_schemas.CheckpointPage}},
)
async def checkpoints(
    request: Request, filters: Annotated[audit_schemas.Filter, Query()]
) -> Response:
    """The lines as they were signed, of all organisations: keep them where we cannot reach them."""
    settings: Any = request.app.state.settings
    page = await looking.checkpoints(settings.data_dir, filters.after, filters.limit)
    return pages.answer(request, *page)
