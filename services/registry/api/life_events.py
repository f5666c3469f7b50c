"""Life events: reported, looked at, taken back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.common.auth import Caller
from services.common.idempotency import OnceHeader
from services.common.ids import new_id
from services.registry.api import life_event_schemas as schemas
from services.registry.api import pages
from services.registry.api.deps import AskerDep, ReadingDep, StoreDep, uuid_of
from services.registry.api.schemas import PageFilter
from services.registry.domain import scopes
from services.registry.domain.life_events.errors import LifeEventNotFound
from services.registry.domain.life_events.reports import Report
from services.registry.use_cases.life_events import reading as life_events
from services.registry.use_cases.life_events import recording, reversing
from services.registry.use_cases.life_events.reading import Question
from services.registry.use_cases.life_events.recording import Told
from services.registry.use_cases.life_events.reversing import Reversal

router = APIRouter(prefix="/v1", tags=["life events"])
_APART = {"versions", "newcomers", "evidence", "legal_basis", "amends", "people"}


@router.post(
    "/life-events",
    operation_id="registry.life_events.record",
    summary="Record a birth, death, marriage, divorce, move, split, merge or change of head",
    status_code=201,
    responses={201: {"model": schemas.RecordedLifeEvent}},
)
async def record(
    request: Request,
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    once: OnceHeader,
    body: schemas.LifeEventReport,
) -> Response:
    """Updates residents, households and their periods together, or nothing."""
    report = Report(
        **body.model_dump(exclude=_APART), people=tuple(body.people), new_household_id=new_id()
    )
    told = Told(
        report=report,
        versions=body.versions,
        newcomers=[one.newcomer() for one in body.newcomers],
        evidence=body.evidence,
        legal_basis=body.legal_basis,
        amends=body.amends,
        base=f"{request.scope.get('root_path', '')}/v1/life-events",
    )
    return (await recording.record(store, reading, asker, told, once)).response()


@router.get(
    "/life-events",
    operation_id="registry.life_events.list",
    summary="Life events of an area",
    responses={200: {"model": schemas.LifeEventPage}},
)
async def inside(
    request: Request,
    store: StoreDep,
    caller: Caller,
    asker: AskerDep,
    reading: ReadingDep,
    filters: Annotated[schemas.LifeEventFilter, Query()],
) -> Response:
    """Newest report first; every subject shown leaves an access record."""
    within = scopes.require_within(filters.within, caller.areas)
    question = Question(
        within=within,
        kind=filters.kind,
        since=filters.since,
        until=filters.until,
        after=filters.after,
        limit=filters.limit,
    )
    return pages.answer(request, *await life_events.page(store, reading, asker, question))


@router.get(
    "/life-events/{event_id}",
    operation_id="registry.life_events.get",
    summary="One life event",
    responses={200: {"model": schemas.LifeEvent}},
)
async def get(
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    event_id: Annotated[str, Path(max_length=36)],
) -> Response:
    """With its subjects, its evidence, and whether it was taken back."""
    body = await life_events.one(store, reading, asker, _event_id(event_id))
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.post(
    "/life-events/{event_id}/reverse",
    operation_id="registry.life_events.reverse",
    summary="Take a life event back",
    responses={200: {"model": schemas.ReversedLifeEvent}},
)
async def reverse(
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    once: OnceHeader,
    event_id: Annotated[str, Path(max_length=36)],
    body: schemas.LifeEventReversal,
) -> Response:
    """What it changed is as it was, unless something builds on it: then 409 says what."""
    reversal = Reversal(_event_id(event_id), body.reason)
    return (await reversing.reverse(store, reading, asker, reversal, once)).response()


@router.get(
    "/residents/{resident_id}/life-events",
    operation_id="registry.residents.life_events",
    summary="Life events of a resident",
    responses={200: {"model": schemas.LifeEventPage}},
)
async def of_resident(
    request: Request,
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    resident_id: Annotated[str, Path(max_length=36)],
    filters: Annotated[PageFilter, Query()],
) -> Response:
    """Newest report first; every subject shown leaves an access record."""
    question = Question(resident_id=uuid_of(resident_id), after=filters.after, limit=filters.limit)
    return pages.answer(request, *await life_events.page(store, reading, asker, question))


def _event_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as exc:
        raise LifeEventNotFound from exc
