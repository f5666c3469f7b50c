"""Emergency access: one resident's contact, for a while, with somebody looking at it afterwards."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.common.auth import Caller
from services.common.idempotency import OnceHeader
from services.registry.api import emergency_schemas, pages
from services.registry.api.deps import ReadingDep, StoreDep
from services.registry.domain import scopes
from services.registry.domain.emergencies.rules import EmergencyNotFound
from services.registry.settings import RegistrySettings
from services.registry.use_cases.emergencies import opening, reviewing
from services.registry.use_cases.emergencies.opening import Emergency, Limits

router = APIRouter(prefix="/v1/emergency-accesses", tags=["emergency accesses"])

Key = Annotated[str, Path(max_length=36)]
_OVERSEERS: Final = ("security_admin", "auditor")


@router.post(
    "",
    operation_id="registry.emergency_accesses.open",
    summary="Open one resident's record in an emergency",
    status_code=201,
    responses={201: {"model": emergency_schemas.EmergencyOpened}},
)
async def open_(
    request: Request,
    store: StoreDep,
    reading: ReadingDep,
    once: OnceHeader,
    body: emergency_schemas.EmergencyRequest,
) -> Response:
    """By exact document number, for at most an hour; told to overseers, reviewed afterwards."""
    stated = Emergency(
        body.document.kind, body.document.number, body.reason, body.text, body.minutes
    )
    return (await opening.open_(store, reading, _limits(request), stated, once)).response()


@router.get(
    "",
    operation_id="registry.emergency_accesses.list",
    summary="Emergency accesses to residents of an area",
    responses={200: {"model": emergency_schemas.EmergencyPage}},
)
async def listed(
    request: Request,
    store: StoreDep,
    caller: Caller,
    reading: ReadingDep,
    filters: Annotated[emergency_schemas.EmergencyFilter, Query()],
) -> Response:
    """Newest first; attempts that found nobody are told to overseers only."""
    wanted = reviewing.Wanted(
        within=scopes.require_within(filters.within, caller.areas),
        sees_attempts=caller.has(*_OVERSEERS),
        is_reviewed=None if filters.state == "all" else filters.state == "reviewed",
        after=filters.after,
        limit=filters.limit,
    )
    return pages.answer(request, *await reviewing.page(store, reading, wanted))


@router.get(
    "/{access_id}/resident",
    operation_id="registry.emergency_accesses.resident",
    summary="What an emergency access opens",
    responses={200: {"model": emergency_schemas.EmergencyResident}},
)
async def resident(
    request: Request, store: StoreDep, reading: ReadingDep, access_id: Key
) -> Response:
    """For who opened it, until it is over; every reading is recorded as an emergency."""
    body = await opening.resident(store, reading, _limits(request), _id(access_id))
    headers = {"Cache-Control": "no-store"}
    return Response(body, headers=headers, media_type="application/json")


@router.post(
    "/{access_id}/review",
    operation_id="registry.emergency_accesses.review",
    summary="Judge an emergency access",
    responses={200: {"model": emergency_schemas.EmergencyReviewed}},
)
async def review(
    store: StoreDep,
    reading: ReadingDep,
    once: OnceHeader,
    access_id: Key,
    body: emergency_schemas.EmergencyReview,
) -> Response:
    """When it is over, and by somebody else than who opened it."""
    answer = await reviewing.review(
        store, reading, _id(access_id), body.verdict, body.comment, once
    )
    return answer.response()


def _limits(request: Request) -> Limits:
    settings: RegistrySettings = request.app.state.settings
    return Limits(settings.emergency_reach, settings.emergency_daily_most)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as exc:
        raise EmergencyNotFound from exc
