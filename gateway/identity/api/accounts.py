"""Accounts: three administrators, of whom none can do another's work (GB/T 22239-2019).

PUT everywhere: what is said twice is done once, the version guards against a retry that comes late,
and no answer with a password is kept for one (`If-Match` takes the place of an Idempotency-Key).
"""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Header, Path, Query
from starlette.responses import Response

from gateway.identity.api import account_schemas as schemas
from gateway.identity.api.deps import IssuerDep, NowDep
from gateway.identity.domain.administration import Rights
from gateway.identity.use_cases import account_records, administering
from gateway.identity.use_cases.administering import Administrator, Opening, Wish
from services.common import edge
from services.common.auth import Caller
from services.common.errors import NothingHere

router = APIRouter(tags=["accounts"])

_NO_STORE: Final = {"Cache-Control": "no-store"}
_ONE: Final[dict[int | str, dict[str, Any]]] = {200: {"model": schemas.AccountView}}


async def _administrator(caller: Caller) -> Administrator:
    try:
        return Administrator(UUID(caller.subject), caller.name, caller.areas)
    except ValueError:
        raise NothingHere from None


AdministratorDep = Annotated[Administrator, Depends(_administrator)]
Login = Annotated[str, Path(max_length=64)]
IfMatch = Annotated[str | None, Header(description="ETag of the version that was read.")]


@router.get(
    "/v1/accounts",
    operation_id="identity.accounts.list",
    responses={200: {"model": schemas.AccountPage}},
)
async def list_accounts(
    by: AdministratorDep, issuer: IssuerDep, asked: Annotated[schemas.AccountFilter, Query()]
) -> Response:
    """Accounts of organisations in your areas, by login name."""
    return json_text(
        await account_records.page(
            issuer, by, asked.organisation, after=asked.after, limit=asked.limit
        )
    )


@router.get("/v1/accounts/{login}", operation_id="identity.accounts.get", responses=_ONE)
async def get(by: AdministratorDep, issuer: IssuerDep, login: Login) -> Response:
    """One account of an organisation in your areas."""
    return versioned(await account_records.one(issuer, by, login))


@router.put(
    "/v1/accounts/{login}",
    operation_id="identity.accounts.put",
    responses={**_ONE, 201: {"model": schemas.AccountView}},
)
async def put(
    by: AdministratorDep,
    issuer: IssuerDep,
    now: NowDep,
    login: Login,
    wish: schemas.AccountWish,
    if_match: IfMatch = None,
) -> Response:
    """Open an account without rights, or rename one (then with If-Match)."""
    read = edge.version_of(if_match) if if_match else None
    opening = Opening(login, wish.name, wish.organisation, read)
    is_new, version, text = await administering.put(issuer, by, opening, now=now)
    return versioned((version, text), 201 if is_new else 200)


@router.put("/v1/accounts/{login}/rights", operation_id="identity.accounts.grant", responses=_ONE)
async def grant(
    by: AdministratorDep,
    issuer: IssuerDep,
    now: NowDep,
    login: Login,
    wish: schemas.RightsWish,
    if_match: IfMatch = None,
) -> Response:
    """Replace what an account may do; counts at its next token, within ten minutes."""
    rights = Rights(tuple(wish.roles), tuple(wish.areas), tuple(wish.domains))
    asked = Wish(login, edge.version_of(if_match), wish.reason)
    return versioned(await administering.grant(issuer, by, asked, rights, now=now))


@router.put(
    "/v1/accounts/{login}/credentials",
    operation_id="identity.accounts.issue_credentials",
    responses={200: {"model": schemas.Credentials}},
)
async def issue_credentials(
    by: AdministratorDep,
    issuer: IssuerDep,
    now: NowDep,
    login: Login,
    wish: schemas.CredentialsWish,
    if_match: IfMatch = None,
) -> Response:
    """A new first password, told only now; the next sign-in sets up a new authenticator."""
    asked = Wish(login, edge.version_of(if_match), wish.reason)
    version, password = await administering.issue_credentials(issuer, by, asked, now=now)
    body = {"login": login, "password": password, "version": version}
    return json_text(orjson.dumps(body))


@router.put(
    "/v1/accounts/{login}/disabled", operation_id="identity.accounts.disable", responses=_ONE
)
async def disable(
    by: AdministratorDep,
    issuer: IssuerDep,
    now: NowDep,
    login: Login,
    wish: schemas.DisabledWish,
    if_match: IfMatch = None,
) -> Response:
    """Withdraw an account and end its sessions, or give it back."""
    asked = Wish(login, edge.version_of(if_match), wish.reason)
    return versioned(
        await administering.set_disabled(issuer, by, asked, is_disabled=wish.is_disabled, now=now)
    )


@router.put(
    "/v1/accounts/{login}/unlocked", operation_id="identity.accounts.unlock", responses=_ONE
)
async def unlock(
    by: AdministratorDep,
    issuer: IssuerDep,
    now: NowDep,
    login: Login,
    wish: schemas.Reasoned,
    if_match: IfMatch = None,
) -> Response:
    """Forget wrong passwords and codes, so that the person may try again at once."""
    asked = Wish(login, edge.version_of(if_match), wish.reason)
    return versioned(await administering.unlock(issuer, by, asked, now=now))


@router.put(
    "/v1/accounts/{login}/external-ids/{house}",
    operation_id="identity.accounts.link",
    responses=_ONE,
)
async def link(  # noqa: PLR0913, PLR0917 — FastAPI's parameters, each one part of the request
    by: AdministratorDep,
    issuer: IssuerDep,
    now: NowDep,
    login: Login,
    house: Literal["wecom", "dingtalk"],
    wish: schemas.LinkWish,
    if_match: IfMatch = None,
) -> Response:
    """Say who the person is in WeCom or DingTalk, so that they may sign in through it."""
    asked = Wish(login, edge.version_of(if_match), wish.reason)
    return versioned(await administering.link(issuer, by, asked, house, wish.external_id, now=now))


@router.get(
    "/v1/account-changes",
    operation_id="identity.account_changes.list",
    responses={200: {"model": schemas.ChangePage}},
)
async def list_changes(
    by: AdministratorDep, issuer: IssuerDep, asked: Annotated[schemas.RecordFilter, Query()]
) -> Response:
    """What administrators did to accounts in your areas, newest first."""
    return json_text(
        await account_records.changes(issuer, by, asked.login, after=asked.after, limit=asked.limit)
    )


@router.get(
    "/v1/sign-ins",
    operation_id="identity.sign_ins.list",
    responses={200: {"model": schemas.SignInPage}},
)
async def list_sign_ins(
    by: AdministratorDep, issuer: IssuerDep, asked: Annotated[schemas.RecordFilter, Query()]
) -> Response:
    """Attempts to sign in to accounts in your areas, newest first."""
    return json_text(
        await account_records.sign_ins(
            issuer, by, asked.login, after=asked.after, limit=asked.limit
        )
    )


def versioned(found: tuple[int, str], status: int = 200) -> Response:
    """An answer that is not stored, with its ETag."""
    version, text = found
    headers = {**_NO_STORE, "ETag": f'"{version}"'}
    return Response(text, status, headers=headers, media_type="application/json")


def json_text(body: bytes) -> Response:
    """An answer that is not stored."""
    return Response(body, headers=_NO_STORE, media_type="application/json")
