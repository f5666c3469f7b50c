"""Money: payments, their contra entries, budgets, accounts."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import PlainTextResponse, Response

from services.admission.api.deps import (
    ActorDep,
    After,
    Limit,
    NowDep,
    StoreDep,
    VersionDep,
    Within,
    page,
    start_code,
    start_place,
)
from services.admission.api.schemas import AllocationIn, Comment, PaymentIn
from services.admission.api.views import AccountPage, AllocationView, ItemDetail, Page
from services.admission.use_cases import paying, reading
from services.common.idempotency import OnceHeader
from services.common.paging import DEFAULT_LIMIT

router = APIRouter(prefix="/v1", tags=["money"])
_DETAIL: dict[int | str, dict[str, Any]] = {200: {"model": ItemDetail}}
Code = Annotated[
    str,
    Path(pattern=r"^[A-Za-z0-9:._-]{1,120}$", description="`budget:…`, `hold:…`, `community:…`"),
]


@router.post("/items/{item_id}/payments", operation_id="admission.payments.post", responses=_DETAIL)
async def pay(  # noqa: PLR0913 — dependencies of one endpoint
    store: StoreDep,
    *,
    actor: ActorDep,
    now: NowDep,
    once: OnceHeader,
    version: VersionDep,
    item_id: UUID,
    body: PaymentIn,
) -> Response:
    """拨付: pay the item's communities in equal shares."""
    payment = paying.Payment(body.amount_fen, body.paid_on, body.reference)
    answer = await paying.pay(store, actor, item_id, payment, version=version, once=once, now=now)
    return answer.response()


@router.post(
    "/items/{item_id}/payments/{payment_id}/reversal",
    operation_id="admission.payments.reverse",
    responses=_DETAIL,
)
async def reverse(  # noqa: PLR0913 — dependencies of one endpoint
    store: StoreDep,
    *,
    actor: ActorDep,
    now: NowDep,
    once: OnceHeader,
    version: VersionDep,
    item_id: UUID,
    payment_id: UUID,
    body: Comment,
) -> Response:
    """冲销: undo a payment by a contra entry."""
    answer = await paying.reverse(
        store,
        actor,
        item_id,
        payment_id,
        comment=body.comment,
        version=version,
        once=once,
        now=now,
    )
    return answer.response()


@router.post(
    "/ledger/allocations",
    operation_id="admission.ledger.allocate",
    status_code=201,
    responses={201: {"model": AllocationView}},
)
async def allocate(
    store: StoreDep, actor: ActorDep, now: NowDep, once: OnceHeader, body: AllocationIn
) -> Response:
    """预算下达: fill a department's budget line of a year."""
    allocation = paying.Allocation(
        body.county, body.organisation, body.year, body.amount_fen, body.reference
    )
    answer = await paying.allocate(store, actor, allocation, once=once, now=now)
    return answer.response()


@router.get("/ledger", operation_id="admission.ledger.list", responses={200: {"model": Page}})
async def accounts(  # noqa: PLR0913 — the filters of one list
    request: Request,
    store: StoreDep,
    actor: ActorDep,
    *,
    within: Within = None,
    kind: Literal["treasury", "budget", "hold", "community"] | None = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """Accounts the caller may read: finance and county all, others their own."""
    question = ("accounts", within, kind)
    last = start_code(after, question)
    rows = await reading.accounts(
        store, actor, within=within, kind=kind, after=last, limit=limit + 1
    )
    return page(request, rows, limit, question)


@router.get(
    "/ledger/journal",
    operation_id="admission.ledger.journal",
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    response_class=PlainTextResponse,
)
async def journal(
    store: StoreDep,
    actor: ActorDep,
    county: Annotated[str, Query(pattern=r"^\d{6}$")],
) -> Response:
    """总账导出: a county's whole ledger as a beancount file, to be checked by `bean-check`."""
    text = await reading.journal(store, actor, county)
    name = f'attachment; filename="ledger-{county}.beancount"'
    return PlainTextResponse(text, headers={"Content-Disposition": name})


@router.get(
    "/ledger/{account}",
    operation_id="admission.ledger.read",
    responses={200: {"model": AccountPage}},
)
async def account(
    request: Request,
    store: StoreDep,
    actor: ActorDep,
    account: Code,
    *,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    """An account with its entries, newest first."""
    question = ("entries", account)
    last = start_place(after, question)
    view, rows = await reading.account(store, actor, account, after=last, limit=limit + 1)
    return page(request, rows, limit, question, account=view)
