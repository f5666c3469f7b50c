"""Bodies about delegations, as the API document shows them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from gateway.identity.api.account_schemas import PRINTABLE
from services.common.paging import DEFAULT_LIMIT, MAX_LIMIT


class PageFilter(BaseModel):
    """Which page; an unknown parameter is refused."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(None, max_length=512, description="`next` of the page before.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)


class DelegationWish(BaseModel):
    """What of your own rights a colleague is to have, until the end of a day in China."""

    model_config = ConfigDict(extra="forbid")

    colleague: str = Field(max_length=64, pattern=PRINTABLE, description="Login name.")
    roles: list[str] = Field(min_length=1, max_length=8)
    areas: list[str] = Field(min_length=1, max_length=50)
    domains: list[str] = Field(default=[], max_length=9)
    ends_on: date = Field(description="The last day; at most 90 days from today.")
    reason: str = Field(min_length=2, max_length=200, pattern=PRINTABLE)


class Party(BaseModel):
    """A person of a delegation."""

    login: str
    name: str


class DelegationView(BaseModel):
    """A delegation."""

    id: UUID
    lender: Party
    colleague: Party
    roles: list[str]
    areas: list[str]
    domains: list[str]
    reason: str
    granted_at: datetime
    ends_on: date
    state: Literal["open", "revoked", "ended", "stopped"] = Field(
        description="`stopped`: the lender's account is closed."
    )
    uses: int = Field(description="Tokens it bought.")
    last_used_at: datetime | None


class DelegationList(BaseModel):
    """What you gave and received, newest first."""

    items: list[DelegationView]


class DelegationPage(DelegationList):
    """Delegations, newest first."""

    next: str | None


class DelegationRecord(BaseModel):
    """Something that happened under a delegation."""

    action: Literal["granted", "used", "revoked"]
    by: str
    happened_at: datetime


class DelegationRecords(BaseModel):
    """What happened under a delegation, newest first."""

    items: list[DelegationRecord]


class Colleague(BaseModel):
    """Somebody who could act for you."""

    login: str
    name: str
    organisation: str


class ColleagueList(BaseModel):
    """Fifty at most."""

    items: list[Colleague]
