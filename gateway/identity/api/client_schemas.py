"""Bodies about departments' systems, as the API document shows them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from gateway.identity.api.account_schemas import Reasoned


class ClientView(BaseModel):
    """A department's system."""

    client_id: str
    name: str
    organisation: str
    roles: list[str]
    areas: list[str]
    domains: list[str]
    version: int
    is_disabled: bool
    proof: Literal["secret", "keys", "none"]
    key_ids: list[str]
    previous_secret_until: datetime | None
    last_used_at: datetime | None = Field(description="To ten minutes.")


class ClientPage(BaseModel):
    """Systems by client id."""

    items: list[ClientView]
    next: str | None


class _Proof(Reasoned):
    overlap_h: int = Field(
        24, ge=0, le=168, description="Hours for which the secret before stays good."
    )


class SecretWish(_Proof):
    """Why a system needs a new secret."""


class KeysWish(_Proof):
    """Public P-256 keys (RFC 7517) for `private_key_jwt`; old and new ones side by side."""

    jwks: dict[str, list[dict[str, Any]]]


class Secret(BaseModel):
    """A secret, told only now."""

    client_id: str
    secret: str
    version: int
