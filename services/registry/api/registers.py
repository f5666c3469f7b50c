"""The registers the law asks for: four that are kept alike, and the table of retention."""

from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import Response

from services.common.auth import Caller, Principal
from services.common.edge import version_of
from services.common.errors import Fault, ValidationFailed
from services.common.idempotency import OnceHeader
from services.registry.api import pages, register_schemas
from services.registry.api.deps import ReadingDep, StoreDep, officer_of, uuid_of
from services.registry.api.register_schemas import Answers, EntryDraft
from services.registry.domain.catalogue import DEPARTMENT_ROLES
from services.registry.domain.registers.entries import Draft, Register
from services.registry.settings import RegistrySettings
from services.registry.use_cases.registers import consents, entries, retention
from services.registry.use_cases.registers.consents import Word
from services.registry.use_cases.registers.entries import Sight, entry_of

router = APIRouter(prefix="/v1", tags=["registers"])

IfMatch = Annotated[str | None, Header(max_length=64)]
Key = Annotated[str, Path(max_length=36)]

_PAGE: Final[Answers] = {200: {"model": register_schemas.EntryPage}}
_FULL: Final[Answers] = {200: {"model": register_schemas.EntryInFull}}
_ENTERED: Final[Answers] = {201: {"model": register_schemas.EntryAccepted}}
_REVISED: Final[Answers] = {200: {"model": register_schemas.EntryAccepted}}


def _keep(register: Register, resource: str, what: str, draft: type[EntryDraft]) -> None:
    """Add the four operations of a register."""
    path, operation = f"/{resource.replace('_', '-')}", f"registry.{resource}"

    @router.get(path, operation_id=f"{operation}.list", summary=f"All {what}", responses=_PAGE)
    async def listed(
        request: Request,
        store: StoreDep,
        caller: Caller,
        filters: Annotated[register_schemas.EntryFilter, Query()],
    ) -> Response:
        """Each in its newest version, newest first; also those of areas around the caller's."""
        sight = _sight(register, caller)
        page = await entries.page(store, sight, filters.after, filters.limit)
        return pages.answer(request, *page)

    @router.post(
        path,
        operation_id=f"{operation}.add",
        summary=f"Enter into the {what}",
        status_code=201,
        responses=_ENTERED,
    )
    async def add(
        store: StoreDep,
        caller: Caller,
        once: OnceHeader,
        body: draft,  # type: ignore[valid-type]  # each register has its own
    ) -> Response:
        """The first version; what is entered is never changed or deleted."""
        officer = officer_of(caller)
        return (
            await entries.add(store, register, officer, _checked(body, is_first=True), once)
        ).response()

    @router.get(
        path + "/{entry}",
        operation_id=f"{operation}.get",
        summary=f"One of the {what}, in all versions",
        responses=_FULL,
    )
    async def get(store: StoreDep, caller: Caller, entry: Key) -> Response:
        """Newest first, with the ETag that a further version needs."""
        version, body = await entries.one(store, _sight(register, caller), entry_of(entry))
        headers = {"ETag": f'"{version}"', "Cache-Control": "no-store"}
        return Response(body, headers=headers, media_type="application/json")

    @router.post(
        path + "/{entry}/versions",
        operation_id=f"{operation}.revise",
        summary=f"Enter a further version into the {what}",
        responses=_REVISED,
    )
    async def revise(
        store: StoreDep,
        caller: Caller,
        once: OnceHeader,
        entry: Key,
        body: draft,  # type: ignore[valid-type]  # each register has its own
        if_match: IfMatch = None,
    ) -> Response:
        """It counts from now on in place of the one before, which stays; `reason` says why."""
        answer = await entries.revise(
            store,
            _sight(register, caller),
            officer_of(caller),
            entry_of(entry),
            version_of(if_match),
            _checked(body, is_first=False),
            once=once,
        )
        return answer.response()


_keep(
    "sharing_agreement",
    "sharing_agreements",
    "sharing agreements",
    register_schemas.AgreementDraft,
)
_keep(
    "impact_assessment",
    "impact_assessments",
    "impact assessments",
    register_schemas.AssessmentDraft,
)
_keep("notice", "notices", "notices and consent texts", register_schemas.NoticeDraft)
_keep("breach", "breaches", "breaches of personal data", register_schemas.BreachDraft)


@router.post(
    "/residents/{resident_id}/consents",
    operation_id="registry.consents.say",
    summary="A resident consents, or withdraws",
    status_code=201,
    responses={201: {"model": register_schemas.ConsentKept}},
)
async def say(
    store: StoreDep,
    reading: ReadingDep,
    once: OnceHeader,
    resident_id: Key,
    body: register_schemas.ConsentSaid,
) -> Response:
    """About one version of a consent text; what is optional rests on the last word."""
    word = Word(body.notice, body.version, body.given, body.said_by)
    return (await consents.say(store, reading, uuid_of(resident_id), word, once)).response()


@router.get(
    "/residents/{resident_id}/consents",
    operation_id="registry.consents.of_resident",
    summary="What a resident consented to and withdrew",
    responses={200: {"model": register_schemas.ConsentList}},
)
async def of_resident(
    request: Request, store: StoreDep, reading: ReadingDep, resident_id: Key
) -> Response:
    """Newest first, all that was ever said."""
    items = await consents.of_resident(store, reading, uuid_of(resident_id))
    return pages.answer(request, items, None)


@router.get(
    "/retention",
    operation_id="registry.retention.list",
    summary="How long what is kept, and what was deleted",
    responses={200: {"model": register_schemas.Retention}},
)
async def kept(request: Request, store: StoreDep) -> Response:
    """With the settings in force here, and the newest hundred deletions."""
    settings: RegistrySettings = request.app.state.settings
    classes, runs = await retention.told(store, settings)
    return pages.answer(request, orjson.dumps(classes), None, {"runs": runs})


def _checked(body: EntryDraft, *, is_first: bool) -> Draft:
    if (body.reason is None) != is_first:
        detail = "A further version says why it is needed; a first one does not."
        raise ValidationFailed(Fault("/reason", "reason", detail))
    return body.draft()


def _sight(register: Register, caller: Principal) -> Sight:
    if caller.roles & DEPARTMENT_ROLES:
        return Sight(register, caller.areas, caller.organisation, caller.domains)
    return Sight(register, caller.areas)
