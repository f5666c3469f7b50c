"""The complaint and suggestion box, for everybody who can sign in."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.common.paging import DEFAULT_LIMIT
from services.tasks.api.deps import (
    ActorDep,
    AfterQuery,
    LimitQuery,
    NowDep,
    OnceDep,
    StoreDep,
    VersionDep,
    page_response,
)
from services.tasks.api.schemas import SuggestionReply, SuggestionSubmit
from services.tasks.api.views import SuggestionPage, SuggestionView
from services.tasks.use_cases import suggestions

router = APIRouter(prefix="/v1/suggestions", tags=["suggestions"])


@router.post(
    "",
    operation_id="tasks.suggestions.submit",
    status_code=201,
    responses={201: {"model": SuggestionView}},
)
async def submit(
    body: SuggestionSubmit, once: OnceDep, actor: ActorDep, store: StoreDep, now: NowDep
) -> Response:
    """Say what is wrong or could be better; the owner answers here."""
    answer = await suggestions.submit(store, once, actor, kind=body.kind, text=body.text, now=now)
    return answer.response()


@router.get("", operation_id="tasks.suggestions.list", responses={200: {"model": SuggestionPage}})
async def listed(
    request: Request,
    actor: ActorDep,
    store: StoreDep,
    *,
    replied: bool | None = None,
    after: AfterQuery = None,
    limit: LimitQuery = DEFAULT_LIMIT,
) -> Response:
    """The caller's own, or all for the owner of the software."""
    page = await suggestions.listed(store, actor, replied=replied, after=after, limit=limit)
    return page_response(request, page)


@router.get(
    "/{suggestion_id}",
    operation_id="tasks.suggestions.view",
    responses={200: {"model": SuggestionView}},
)
async def view(suggestion_id: UUID, actor: ActorDep, store: StoreDep) -> Response:
    """One suggestion and its answer."""
    return (await suggestions.view(store, actor, suggestion_id)).response()


@router.post(
    "/{suggestion_id}/reply",
    operation_id="tasks.suggestions.reply",
    responses={200: {"model": SuggestionView}},
)
async def reply(  # noqa: PLR0913 — what every versioned change needs
    suggestion_id: UUID,
    body: SuggestionReply,
    *,
    once: OnceDep,
    version: VersionDep,
    actor: ActorDep,
    store: StoreDep,
    now: NowDep,
) -> Response:
    """The owner answers."""
    answer = await suggestions.reply(
        store, once, actor, suggestion_id, version=version, text=body.text, now=now
    )
    return answer.response()
