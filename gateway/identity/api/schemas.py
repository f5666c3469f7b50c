"""Bodies, as the API document shows them."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class TokenAnswer(BaseModel):
    """RFC 6749 §5.1."""

    access_token: str = Field(description="RFC 9068 token, ES256.")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 — the type's name, not a token
    expires_in: int = Field(description="Seconds.")
    refresh_token: str | None = Field(None, description="Good once; people only.")


class OAuthError(BaseModel):
    """RFC 6749 §5.2."""

    error: str
    error_description: str


class KeySetView(BaseModel):
    """RFC 7517."""

    keys: list[dict[str, Any]]


class ActingFor(BaseModel):
    """Whose rights you use."""

    delegation: UUID
    name: str


class MeView(BaseModel):
    """Who the token says you are."""

    sub: str
    name: str
    org: str
    roles: list[str]
    areas: list[str]
    domains: list[str]
    acting_for: ActingFor | None = Field(
        None, description="Whose rights you use; absent while they are your own."
    )


class SessionView(BaseModel):
    """One place where you are signed in."""

    id: UUID
    client: str
    client_name: str
    signed_in_at: datetime
    last_used_at: datetime
    ends_at: datetime = Field(description="If it is not used again.")
    is_current: bool = Field(description="The one you ask from.")


class SessionList(BaseModel):
    """Where you are signed in, newest first."""

    items: list[SessionView]


class Rotation(BaseModel):
    """Why the key is followed."""

    model_config = ConfigDict(extra="forbid")

    is_compromised: bool = Field(
        default=False,
        description="Somebody else may know the present key: sign with the new one at once and "
        "withdraw all others. Everybody's access token ends; sessions go on.",
    )


class RotationView(BaseModel):
    """The key that was added."""

    kid: str
    active_from: datetime


class Metadata(BaseModel):
    """RFC 8414 §2."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    revocation_endpoint: str
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_signing_alg_values_supported: list[str]
    code_challenge_methods_supported: list[str]
    ui_locales_supported: list[str]
    authorization_response_iss_parameter_supported: bool


class PoliciesView(BaseModel):
    """The rules of signing in."""

    password_min_length: int
    password_min_classes: int = Field(description="Of the four kinds of character.")
    password_age_days: int = Field(description="0: as old as it likes.")
    passwords_remembered: int
    second_factor: Literal["required", "off"]
    lock_after_failures: int
    lock_s: int
    access_token_s: int
    session_idle_s: int
    session_absolute_s: int
    delegation_days: int
    sign_ins_kept_days: int


class EventPage(BaseModel):
    """Events (CloudEvents 1.0) after a cursor."""

    items: list[dict[str, Any]]
    next: str


OPEN: Final[dict[str, Any]] = {"security": []}
"""In the API document: needs no access token."""


def form_body(**properties: str) -> dict[str, Any]:
    """A public form endpoint; a property's text describes it, `!` marks required ones."""
    return {
        **OPEN,
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "required": [n for n, text in properties.items() if text.startswith("!")],
                        "properties": {
                            name: {"type": "string", "description": text.removeprefix("!")}
                            for name, text in properties.items()
                        },
                    }
                }
            },
        },
    }


REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": OAuthError, "description": "Refused (RFC 6749 §5.2)."},
    401: {"model": OAuthError, "description": "The client did not prove who it is."},
}
