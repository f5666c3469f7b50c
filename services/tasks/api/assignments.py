"""Assignments: place through the gate, list, refuse, complete."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.common.auth import Caller
from services.common.paging import DEFAULT_LIMIT
from services.tasks.api.deps import (
    ActorDep,
    AdmissionDep,
    AfterQuery,
    LimitQuery,
    NowDep,
    OnceDep,
    StoreDep,
    VersionDep,
    WithinQuery,
    page_response,
)
from services.tasks.api.schemas import AssignmentPlace, AssignmentRefuse, Commented
from services.tasks.api.views import AssignmentPage, AssignmentView
from services.tasks.store.assignments import Order
from services.tasks.use_cases import assignments

router = APIRouter(prefix="/v1/assignments", tags=["assignments"])


@router.post(
    "",
    operation_id="tasks.assignments.place",
    status_code=201,
    responses={201: {"model": AssignmentView}},
)
async def place(  # noqa: PLR0913 — the gate is asked with the caller's own token
    body: AssignmentPlace,
    *,
    once: OnceDep,
    caller: Caller,
    actor: ActorDep,
    store: StoreDep,
    admission: AdmissionDep,
    now: NowDep,
) -> Response:
    """Place a task on a community; refused unless an admitted item covers it."""
    order = Order(
        community=body.community,
        title=body.title,
        content=body.content,
        domain=actor.domain,
        item_id=body.item_id,
        due_at=body.due_at,
    )
    answer = await assignments.place(
        store, admission, once, actor, token=caller.token, order=order, now=now
    )
    return answer.response()


@router.get("", operation_id="tasks.assignments.list", responses={200: {"model": AssignmentPage}})
async def listed(  # noqa: PLR0913 — one parameter per filter
    request: Request,
    actor: ActorDep,
    store: StoreDep,
    *,
    within: WithinQuery = None,
    state: Literal["open", "refused", "done"] | None = None,
    after: AfterQuery = None,
    limit: LimitQuery = DEFAULT_LIMIT,
) -> Response:
    """Assignments the caller may see, newest first."""
    page = await assignments.listed(
        store, actor, within=within, state=state, after=after, limit=limit
    )
    return page_response(request, page)


@router.get(
    "/{assignment_id}",
    operation_id="tasks.assignments.view",
    responses={200: {"model": AssignmentView}},
)
async def view(assignment_id: UUID, actor: ActorDep, store: StoreDep) -> Response:
    """One assignment."""
    return (await assignments.view(store, actor, assignment_id)).response()


@router.post(
    "/{assignment_id}/refuse",
    operation_id="tasks.assignments.refuse",
    responses={200: {"model": AssignmentView}},
)
async def refuse(  # noqa: PLR0913 — what every versioned change needs
    assignment_id: UUID,
    body: AssignmentRefuse,
    *,
    once: OnceDep,
    version: VersionDep,
    actor: ActorDep,
    store: StoreDep,
    now: NowDep,
) -> Response:
    """The community refuses, with a reason."""
    answer = await assignments.refuse(
        store,
        once,
        actor,
        assignment_id,
        version=version,
        reason=body.reason_code,
        comment=body.comment or None,
        now=now,
    )
    return answer.response()


@router.post(
    "/{assignment_id}/complete",
    operation_id="tasks.assignments.complete",
    responses={200: {"model": AssignmentView}},
)
async def complete(  # noqa: PLR0913 — what every versioned change needs
    assignment_id: UUID,
    *,
    once: OnceDep,
    version: VersionDep,
    actor: ActorDep,
    store: StoreDep,
    now: NowDep,
    body: Commented | None = None,
) -> Response:
    """The community says it is done."""
    answer = await assignments.complete(
        store,
        once,
        actor,
        assignment_id,
        version=version,
        comment=(body.comment or None) if body else None,
        now=now,
    )
    return answer.response()
