"""Bodies about accounts, as the API document shows them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.common.paging import DEFAULT_LIMIT, MAX_LIMIT

_LONGEST = 64
PRINTABLE = r"^[^\x00-\x1f\x7f]+$"


class AccountFilter(BaseModel):
    """Which accounts are listed; an unknown parameter is refused."""

    model_config = ConfigDict(extra="forbid")

    organisation: str | None = Field(None, max_length=_LONGEST, pattern=PRINTABLE)
    after: str | None = Field(None, max_length=512, description="`next` of the page before.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)


class RecordFilter(BaseModel):
    """Which records are listed; an unknown parameter is refused."""

    model_config = ConfigDict(extra="forbid")

    login: str | None = Field(None, max_length=_LONGEST, pattern=PRINTABLE)
    after: str | None = Field(None, max_length=512, description="`next` of the page before.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)


class AccountView(BaseModel):
    """An account."""

    login: str
    name: str
    organisation: str
    roles: list[str]
    areas: list[str]
    domains: list[str]
    version: int
    is_disabled: bool
    has_second_factor: bool
    must_change_password: bool
    external_ids: dict[str, str] = Field(description="Who the person is in other houses.")


class AccountPage(BaseModel):
    """Accounts by login name."""

    items: list[AccountView]
    next: str | None


class AccountWish(BaseModel):
    """Who an account is for; it begins without rights and without a password."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=_LONGEST, pattern=PRINTABLE)
    organisation: str = Field(min_length=4, max_length=_LONGEST, pattern=PRINTABLE)


class Reasoned(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=2, max_length=200, pattern=PRINTABLE)


class RightsWish(Reasoned):
    """What an account may do from now on, instead of all it could do before."""

    roles: list[str] = Field(max_length=8)
    areas: list[str] = Field(max_length=50)
    domains: list[str] = Field(default=[], max_length=9)


class CredentialsWish(Reasoned):
    """Why somebody needs a new first password."""


class LinkWish(Reasoned):
    """Who the person is there; null takes it back."""

    external_id: str | None = Field(min_length=1, max_length=128, pattern=PRINTABLE)


class DisabledWish(Reasoned):
    """Whether the account is withdrawn."""

    is_disabled: bool


class Credentials(BaseModel):
    """A first password, told only now."""

    login: str
    password: str
    version: int


class ChangeView(BaseModel):
    """What an administrator did."""

    id: UUID
    login: str = Field(description="Login name, or client id.")
    is_client: bool
    action: str
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]
    changed_by: str
    changed_at: datetime


class ChangePage(BaseModel):
    """What administrators did, newest first."""

    items: list[ChangeView]
    next: str | None


class SignInView(BaseModel):
    """An attempt to sign in to an account; no address, device or place is kept."""

    id: UUID
    login: str
    client: str
    outcome: str
    occurred_at: datetime


class SignInPage(BaseModel):
    """Attempts, newest first."""

    items: list[SignInView]
    next: str | None
