"""The published lists: certificates, the negative list, policy documents."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from services.admission.api.deps import AREA, ActorDep, NowDep, StoreDep, Within
from services.admission.api.list_schemas import DocumentIn, EndIn, EntryIn
from services.admission.api.views import Listing
from services.admission.domain.lists import ListName
from services.admission.use_cases import listing, reading
from services.common.idempotency import OnceHeader

router = APIRouter(prefix="/v1", tags=["lists"])
_WHOLE: dict[int | str, dict[str, Any]] = {200: {"model": Listing}}
_LINE: dict[int | str, dict[str, Any]] = {200: {"model": dict[str, Any]}}
_NEW: dict[int | str, dict[str, Any]] = {201: {"model": dict[str, Any]}}
InForceOn = Annotated[date | None, Query(description="Only entries in force on this day.")]
Kind = Literal["prohibited", "retained"]
Jurisdiction = Annotated[str, Path(pattern=AREA)]
Number = Annotated[int, Path(ge=1, le=32_000)]


@router.get("/certificates", operation_id="admission.certificates.list", responses=_WHOLE)
async def certificates(
    store: StoreDep,
    *,
    kind: Kind = "prohibited",
    within: Within = None,
    in_force_on: InForceOn = None,
) -> Response:
    """不应由社区出具的证明事项 (prohibited) or 可以出具的证明事项 (retained)."""
    return _whole(await reading.entries(store, ListName(kind), within, in_force_on))


@router.post(
    "/certificates",
    operation_id="admission.certificates.add",
    status_code=201,
    responses=_NEW,
)
async def add_certificate(
    store: StoreDep,
    *,
    actor: ActorDep,
    now: NowDep,
    once: OnceHeader,
    kind: Kind = "prohibited",
    body: EntryIn,
) -> Response:
    """Add a certificate to a list of the caller's county or prefecture."""
    name, entry = ListName(kind), body.entry()
    answer = await listing.add(store, actor, name, entry, once=once, now=now)
    return answer.response()


@router.post(
    "/certificates/{jurisdiction}/{number}/end",
    operation_id="admission.certificates.end",
    responses=_LINE,
)
async def end_certificate(  # noqa: PLR0913 — dependencies of one endpoint
    store: StoreDep,
    *,
    actor: ActorDep,
    now: NowDep,
    once: OnceHeader,
    jurisdiction: Jurisdiction,
    number: Number,
    body: EndIn,
) -> Response:
    """Let a certificate's line end."""
    answer = await listing.end(
        store,
        actor,
        ListName.PROHIBITED,
        jurisdiction,
        number,
        effective_to=body.effective_to,
        once=once,
        now=now,
    )
    return answer.response()


@router.get("/negative-list", operation_id="admission.negative_list.list", responses=_WHOLE)
async def negative_list(
    store: StoreDep, *, within: Within = None, in_force_on: InForceOn = None
) -> Response:
    """社区不应承担事项清单."""
    return _whole(await reading.entries(store, ListName.NEGATIVE, within, in_force_on))


@router.post(
    "/negative-list",
    operation_id="admission.negative_list.add",
    status_code=201,
    responses=_NEW,
)
async def add_negative(
    store: StoreDep, *, actor: ActorDep, now: NowDep, once: OnceHeader, body: EntryIn
) -> Response:
    """Add a line to the negative list of the caller's county or prefecture."""
    answer = await listing.add(store, actor, ListName.NEGATIVE, body.entry(), once=once, now=now)
    return answer.response()


@router.post(
    "/negative-list/{jurisdiction}/{number}/end",
    operation_id="admission.negative_list.end",
    responses=_LINE,
)
async def end_negative(  # noqa: PLR0913 — dependencies of one endpoint
    store: StoreDep,
    *,
    actor: ActorDep,
    now: NowDep,
    once: OnceHeader,
    jurisdiction: Jurisdiction,
    number: Number,
    body: EndIn,
) -> Response:
    """Let a line of the negative list end."""
    answer = await listing.end(
        store,
        actor,
        ListName.NEGATIVE,
        jurisdiction,
        number,
        effective_to=body.effective_to,
        once=once,
        now=now,
    )
    return answer.response()


@router.get("/policy-documents", operation_id="admission.policy_documents.list", responses=_WHOLE)
async def documents(store: StoreDep, *, within: Within = None) -> Response:
    """政策文件库."""
    return _whole(await reading.documents(store, within))


@router.post(
    "/policy-documents",
    operation_id="admission.policy_documents.add",
    status_code=201,
    responses=_NEW,
)
async def add_document(
    store: StoreDep, *, actor: ActorDep, once: OnceHeader, body: DocumentIn
) -> Response:
    """Add a document of the caller's county or prefecture."""
    return (await listing.add_document(store, actor, body.document(), once=once)).response()


def _whole(items: bytes) -> Response:
    return Response(b'{"items":' + items + b"}", media_type="application/json")
