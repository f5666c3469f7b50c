"""What an account may do now, told to a service that holds a handle of its owner's."""

from typing import Annotated

import orjson
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from gateway.identity.api.deps import IssuerDep
from gateway.identity.use_cases import standings
from services.common.auth import Caller

router = APIRouter(tags=["standings"])


class Handle(BaseModel):
    """A sealed name; whoever holds it may ask what its owner may do."""

    model_config = ConfigDict(extra="forbid")

    handle: Annotated[str, Field(max_length=512)]


class Standing(BaseModel):
    """What somebody may do now; nothing when the account is closed or there is none."""

    active: bool
    roles: list[str]
    areas: list[str]
    domains: list[str]


@router.get(
    "/v1/me/standing", operation_id="identity.standings.hand", responses={200: {"model": Handle}}
)
async def hand(caller: Caller, issuer: IssuerDep) -> Response:
    """A handle to leave with a service that acts for you while you are away."""
    return _private(orjson.dumps({"handle": standings.handle_of(issuer, caller.subject)}))


@router.post(
    "/v1/standings", operation_id="identity.standings.show", responses={200: {"model": Standing}}
)
async def show(body: Handle, issuer: IssuerDep) -> Response:
    """What the owner of a handle may do now. In the body, because addresses are logged."""
    return _private(await standings.standing(issuer, body.handle))


def _private(content: bytes) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type="application/json")
