"""Items: apply, read, amend, and the steps of their life."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Body, Path, Query, Request
from starlette.responses import Response

from services.admission.api.deps import (
    NAME,
    ActorDep,
    After,
    Limit,
    NowDep,
    RegistryDep,
    StoreDep,
    VersionDep,
    Within,
    etagged,
    page,
    start_id,
)
from services.admission.api.patching import merged
from services.admission.api.schemas import (
    Comment,
    Decide,
    ItemApply,
    OpinionIn,
    Review,
)
from services.admission.api.views import ItemDetail, ItemPage
from services.admission.domain.items import ItemClass, State
from services.admission.domain.questions import ItemFilters
from services.admission.use_cases import applying, consulting, deciding, reading
from services.common.idempotency import OnceHeader
from services.common.paging import DEFAULT_LIMIT

Version = Annotated[int, Path(ge=1, le=(1 << 31) - 1)]
router = APIRouter(prefix="/v1/items", tags=["items"])
_DETAIL: dict[int | str, dict[str, Any]] = {200: {"model": ItemDetail}}
_CREATED: dict[int | str, dict[str, Any]] = {201: {"model": ItemDetail}}


@router.post("", operation_id="admission.items.apply", status_code=201, responses=_CREATED)
async def apply(
    store: StoreDep,
    registry: RegistryDep,
    actor: ActorDep,
    now: NowDep,
    once: OnceHeader,
    body: ItemApply,
) -> Response:
    """申请准入: keep an application as a draft of the caller's organisation."""
    answer = await applying.apply(store, registry, actor, body.draft(), once=once, now=now)
    return answer.response()


@router.get("", operation_id="admission.items.list", responses={200: {"model": ItemPage}})
async def listing(  # noqa: PLR0913 — the filters of one list
    request: Request,
    store: StoreDep,
    actor: ActorDep,
    now: NowDep,
    *,
    within: Within = None,
    state: Annotated[list[State] | None, Query()] = None,
    item_class: Annotated[ItemClass | None, Query(alias="class")] = None,
    domain: Annotated[str | None, Query(pattern=NAME)] = None,
    organisation: Annotated[str | None, Query(pattern=NAME)] = None,
    arrears: bool | None = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Items the caller may see, newest first, as they stand today."""
    states = tuple(state) if state else None
    filters = ItemFilters(within, states, item_class, domain, organisation, arrears)
    last = start_id(after, filters)
    rows = await reading.items(store, actor, filters, after=last, limit=limit + 1, now=now)
    return page(request, rows, limit, filters)


@router.get("/{item_id}", operation_id="admission.items.read", responses=_DETAIL)
async def read(store: StoreDep, actor: ActorDep, now: NowDep, item_id: UUID) -> Response:
    """One item with its timeline and payments."""
    return etagged(*await reading.item(store, actor, item_id, now=now))


@router.get(
    "/{item_id}/versions/{version}",
    operation_id="admission.items.version",
    responses={200: {"model": dict[str, Any]}},
)
async def version_of(store: StoreDep, actor: ActorDep, item_id: UUID, version: Version) -> Response:
    """The application as it read at a version (versions that changed its text)."""
    body = await reading.snapshot(store, actor, item_id, version)
    return Response(body, media_type="application/json")


@router.patch("/{item_id}", operation_id="admission.items.amend", responses=_DETAIL)
async def amend(  # noqa: PLR0913 — dependencies of one endpoint
    store: StoreDep,
    *,
    registry: RegistryDep,
    actor: ActorDep,
    now: NowDep,
    once: OnceHeader,
    version: VersionDep,
    item_id: UUID,
    body: Annotated[dict[str, Any], Body(media_type="application/merge-patch+json")],
) -> Response:
    """补正: change a draft or a returned application by JSON Merge Patch."""
    _, view = await reading.item(store, actor, item_id, now=now)
    draft = merged(orjson.loads(view), body).draft()
    answer = await applying.amend(
        store, registry, actor, item_id, draft, version=version, once=once, now=now
    )
    return answer.response()


@router.post("/{item_id}/submit", operation_id="admission.items.submit", responses=_DETAIL)
async def submit(
    store: StoreDep,
    actor: ActorDep,
    now: NowDep,
    once: OnceHeader,
    version: VersionDep,
    item_id: UUID,
) -> Response:
    """提交: hand an application in for review."""
    answer = await applying.submit(store, actor, item_id, version=version, once=once, now=now)
    return answer.response()


@router.post("/{item_id}/opinions", operation_id="admission.items.opine", responses=_DETAIL)
async def opine(  # noqa: PLR0913 — dependencies of one endpoint
    store: StoreDep,
    *,
    actor: ActorDep,
    now: NowDep,
    once: OnceHeader,
    version: VersionDep,
    item_id: UUID,
    body: OpinionIn,
) -> Response:
    """征求意见: say what one thinks of an application under review."""
    body.complete()
    answer = await consulting.opine(
        store,
        actor,
        item_id,
        stance=body.stance,
        comment=body.comment,
        version=version,
        once=once,
        now=now,
    )
    return answer.response()


@router.post("/{item_id}/review", operation_id="admission.items.review", responses=_DETAIL)
async def review(  # noqa: PLR0913 — dependencies of one endpoint
    store: StoreDep,
    *,
    actor: ActorDep,
    now: NowDep,
    once: OnceHeader,
    version: VersionDep,
    item_id: UUID,
    body: Review,
) -> Response:
    """初审: accept for decision, or return for correction."""
    body.complete()
    answer = await deciding.review(
        store,
        actor,
        item_id,
        accepted=body.decision == "accept",
        comment=body.comment,
        version=version,
        once=once,
        now=now,
    )
    return answer.response()


@router.post("/{item_id}/decide", operation_id="admission.items.decide", responses=_DETAIL)
async def decide(  # noqa: PLR0913 — dependencies of one endpoint
    store: StoreDep,
    *,
    actor: ActorDep,
    now: NowDep,
    once: OnceHeader,
    version: VersionDep,
    item_id: UUID,
    body: Decide,
) -> Response:
    """审批: approve, which reserves the money, or reject."""
    approval = body.approval()
    if approval is None:
        comment = body.comment or ""
        answer = await deciding.reject(
            store, actor, item_id, comment=comment, version=version, once=once, now=now
        )
        return answer.response()
    answer = await deciding.approve(
        store,
        actor,
        item_id,
        approval,
        comment=body.comment,
        version=version,
        once=once,
        now=now,
    )
    return answer.response()


@router.post("/{item_id}/revoke", operation_id="admission.items.revoke", responses=_DETAIL)
async def revoke(  # noqa: PLR0913 — dependencies of one endpoint
    store: StoreDep,
    *,
    actor: ActorDep,
    now: NowDep,
    once: OnceHeader,
    version: VersionDep,
    item_id: UUID,
    body: Comment,
) -> Response:
    """撤销准入: end an item before its term."""
    answer = await deciding.revoke(
        store, actor, item_id, comment=body.comment, version=version, once=once, now=now
    )
    return answer.response()
