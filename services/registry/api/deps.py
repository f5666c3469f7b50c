"""What endpoints of the registry ask their request for."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from services.common import problems
from services.common.auth import Principal
from services.registry.api.policy import PURPOSES
from services.registry.domain.askers import Asker
from services.registry.domain.officers import Officer
from services.registry.domain.readings import Reading
from services.registry.store.store import Store
from services.registry.use_cases.residents import ResidentNotFound

_UNSTATED_PURPOSE = "statutory_registration"


async def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def reading_of(request: Request) -> Reading:
    """The reading that this request is; its access records will say so."""
    principal: Principal = request.state.principal
    return Reading(
        areas=principal.areas,
        reader=principal.subject,
        reader_name=principal.name,
        role=principal.role,
        organisation=principal.organisation,
        purpose=principal.purpose or _stated(request),
        operation=request.scope["route"].operation_id,
        request_id=problems.request_id(request),
    )


def _stated(request: Request) -> str:
    """The purpose of an operation that need not state one, but may."""
    stated = request.headers.get("onegrid-purpose")
    return stated if stated in PURPOSES else _UNSTATED_PURPOSE


def officer_of(principal: Principal) -> Officer:
    """Who decides something in this request."""
    return Officer(
        areas=principal.areas,
        roles=principal.roles,
        by=principal.subject,
        name=principal.name,
        organisation=principal.organisation,
    )


def uuid_of(text: str) -> UUID:
    """A resident's id; one that is malformed names nobody.

    Raises:
        ResidentNotFound: It is no UUID.
    """
    try:
        return UUID(text)
    except ValueError as exc:
        raise ResidentNotFound from exc


async def _reading(request: Request) -> Reading:
    return reading_of(request)


async def _asker(request: Request) -> Asker:
    principal: Principal = request.state.principal
    return Asker(principal.roles, principal.domains)


StoreDep = Annotated[Store, Depends(_store)]
ReadingDep = Annotated[Reading, Depends(_reading)]
AskerDep = Annotated[Asker, Depends(_asker)]
