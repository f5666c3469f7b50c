"""When somebody says that a record is wrong: disputes of residents, contradictions of sources."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.common.auth import Caller, Principal
from services.common.idempotency import OnceHeader
from services.registry.api import disagreement_schemas, pages
from services.registry.api.deps import AskerDep, ReadingDep, StoreDep, uuid_of
from services.registry.domain import scopes
from services.registry.use_cases.disagreements import disputes, looking
from services.registry.use_cases.disagreements.looking import Wanted

router = APIRouter(prefix="/v1", tags=["disagreements"])

ResidentId = Annotated[str, Path(max_length=36)]
Key = Annotated[str, Path(max_length=36)]


@router.post(
    "/residents/{resident_id}/disputes",
    operation_id="registry.disputes.open",
    summary="Say for a resident that a field is wrong",
    status_code=201,
    responses={201: {"model": disagreement_schemas.DisputeOpened}},
)
async def open_dispute(
    store: StoreDep,
    caller: Caller,
    reading: ReadingDep,
    once: OnceHeader,
    resident_id: ResidentId,
    body: disagreement_schemas.DisputeRequest,
) -> Response:
    """At the resident's request; the field is flagged in every answer until it is decided."""
    del caller  # the policy lets the desk and communities pass, whatever field it is about
    answer = await disputes.open_(
        store, reading, uuid_of(resident_id), body.field, body.statement, once
    )
    return answer.response()


@router.get(
    "/residents/{resident_id}/disputes",
    operation_id="registry.disputes.of_resident",
    summary="Disputes of a resident",
    responses={200: {"model": disagreement_schemas.DisputePage}},
)
async def of_resident(
    request: Request,
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    resident_id: ResidentId,
) -> Response:
    """Of fields the caller reads, and those its organisation opened; oldest first."""
    items = await disputes.of_resident(store, reading, asker, uuid_of(resident_id))
    return pages.answer(request, items, None)


@router.get(
    "/disputes",
    operation_id="registry.disputes.list",
    summary="Disputes of an area",
    responses={200: {"model": disagreement_schemas.DisputePage}},
)
async def listed(
    request: Request,
    store: StoreDep,
    caller: Caller,
    asker: AskerDep,
    reading: ReadingDep,
    filters: Annotated[disagreement_schemas.DisputeFilter, Query()],
) -> Response:
    """A department sees those about its own fields; oldest first, with their age in days."""
    wanted = _wanted(filters, caller)
    return pages.answer(request, *await disputes.page(store, reading, asker, wanted))


@router.post(
    "/disputes/{dispute_id}/decide",
    operation_id="registry.disputes.decide",
    summary="Decide a dispute",
    responses={200: {"model": disagreement_schemas.DisputeDecided}},
)
async def decide(
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    once: OnceHeader,
    dispute_id: Key,
    body: disagreement_schemas.DisputeDecision,
) -> Response:
    """By the department that owns the field; the right value becomes its assertion."""
    decision = disputes.Decision(
        body.decision == "uphold", "value" in body.model_fields_set, body.value, body.reason
    )
    answer = await disputes.decide(store, reading, asker, dispute_id, decision, once)
    return answer.response()


@router.get(
    "/verifications",
    operation_id="registry.verifications.list",
    summary="Contradictions that somebody must look at",
    responses={200: {"model": disagreement_schemas.VerificationPage}},
)
async def verifications(
    request: Request,
    store: StoreDep,
    caller: Caller,
    asker: AskerDep,
    reading: ReadingDep,
    filters: Annotated[disagreement_schemas.VerificationFilter, Query()],
) -> Response:
    """Oldest first, with what is shown and what was said against it."""
    wanted = _wanted(filters, caller)
    return pages.answer(request, *await looking.page(store, reading, asker, wanted))


@router.post(
    "/verifications/{verification_id}/resolve",
    operation_id="registry.verifications.resolve",
    summary="Say what is right",
    responses={200: {"model": disagreement_schemas.VerificationResolved}},
)
async def resolve(
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    once: OnceHeader,
    verification_id: Key,
    body: disagreement_schemas.Finding,
) -> Response:
    """Confirms what is shown, or says what it is; kept as an assertion for the field's owner."""
    finding = looking.Finding(body.confirm, body.value, body.note)
    answer = await looking.resolve(store, reading, asker, verification_id, finding, once)
    return answer.response()


def _wanted(filters: disagreement_schemas.DisagreementFilter, caller: Principal) -> Wanted:
    within = scopes.require_within(filters.within, caller.areas)
    return Wanted(within, filters.state, filters.field, filters.after, filters.limit)
