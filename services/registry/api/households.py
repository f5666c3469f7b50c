"""Households in time."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services.common import edge
from services.common.idempotency import OnceHeader
from services.registry.api import household_schemas as schemas
from services.registry.api.deps import AskerDep, ReadingDep, StoreDep, uuid_of
from services.registry.api.documents import IF_MATCH
from services.registry.domain.life_events.errors import HouseholdNotFound
from services.registry.use_cases.households import dwellings
from services.registry.use_cases.households import reading as households
from services.registry.use_cases.households.dwellings import FurtherDwelling

router = APIRouter(prefix="/v1", tags=["households"])


@router.get(
    "/households/{household_id}",
    operation_id="registry.households.get",
    summary="A household: head, members, dwellings, and since when",
    responses={200: {"model": schemas.HouseholdInTime}},
)
async def get(
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    household_id: Annotated[str, Path(max_length=36)],
    filters: Annotated[schemas.HouseholdFilter, Query()],
) -> Response:
    """As it is, was on a day, or was known at an instant; who is shown leaves an access record."""
    key = _household_id(household_id)
    question = households.Question(key, filters.valid_on or filters.on, filters.known_at)
    return (await households.household(store, reading, asker, question)).response()


@router.get(
    "/residents/{resident_id}/households",
    operation_id="registry.residents.households",
    summary="Where a resident lived and was registered, and when",
    responses={200: {"model": schemas.ResidentHouseholds}},
)
async def of_resident(
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    resident_id: Annotated[str, Path(max_length=36)],
) -> Response:
    """Living and registered apart: a household one is registered in may be another's home."""
    answer = await households.of_resident(store, reading, asker, uuid_of(resident_id))
    return answer.response()


@router.post(
    "/households/{household_id}/dwellings",
    operation_id="registry.households.change_dwelling",
    summary="Add a further dwelling to a household, or end it",
    responses={200: {"model": schemas.ChangedHousehold}},
    openapi_extra=IF_MATCH,
)
async def change_dwelling(  # noqa: PLR0913, PLR0917 — what FastAPI hands to an endpoint
    request: Request,
    store: StoreDep,
    asker: AskerDep,
    reading: ReadingDep,
    once: OnceHeader,
    household_id: Annotated[str, Path(max_length=36)],
    body: schemas.DwellingGiven,
) -> Response:
    """The main dwelling is changed by a life event: the household moves."""
    key = _household_id(household_id)
    version = edge.version_of(request.headers.get("if-match"))
    use = None if body.use == "ended" else body.use
    wish = FurtherDwelling(key, version, body.dwelling, use, body.on)
    return (await dwellings.change(store, reading, asker, wish, once)).response()


def _household_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as exc:
        raise HouseholdNotFound from exc
