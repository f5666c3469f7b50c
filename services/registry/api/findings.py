"""Findings: what is wrong with areas and records, by rule."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.common.auth import Caller
from services.common.errors import Fault, ValidationFailed
from services.registry.api import finding_schemas, pages, schemas
from services.registry.api.deps import StoreDep
from services.registry.domain import scopes
from services.registry.domain.places.findings import RULES
from services.registry.use_cases.places import findings

router = APIRouter(prefix="/v1/findings", tags=["indicators"])


@router.get(
    "",
    operation_id="registry.findings.list",
    summary="What is wrong in an area",
    responses={200: {"model": finding_schemas.FindingPage}},
)
async def found(
    request: Request,
    store: StoreDep,
    caller: Caller,
    filters: Annotated[finding_schemas.FindingFilter, Query()],
) -> Response:
    """By kind and area. Areas, posts and boundaries as they are; records as last counted."""
    within = scopes.require_within(filters.within, caller.areas)
    if filters.kind is not None and filters.kind not in RULES:
        raise ValidationFailed(Fault("#query/kind", "enum", "There is no such kind of finding."))
    page = await findings.page(store, within, filters.kind, filters.after, filters.limit)
    return pages.answer(request, *page)


@router.get(
    "/summary",
    operation_id="registry.findings.summary",
    summary="How many findings of each kind",
    responses={200: {"model": finding_schemas.FindingSummary}},
)
async def summary(
    store: StoreDep, caller: Caller, filters: Annotated[schemas.WithinFilter, Query()]
) -> Response:
    """Every kind with its rule and where the rule comes from, also where nothing was found."""
    within = scopes.require_within(filters.within, caller.areas)
    body = await findings.summary(store, within)
    return Response(body, media_type="application/json")
