"""Bodies about one's own security, as the API document shows them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class SecurityView(BaseModel):
    """How your account is protected."""

    login: str
    password_changed_at: datetime
    password_due_at: datetime | None = Field(description="When a new one is asked for.")
    authenticator_since: datetime | None
    recovery_codes_left: int


class OwnCode(BaseModel):
    """A code of your authenticator."""

    model_config = ConfigDict(extra="forbid")

    code: SecretStr = Field(
        SecretStr(""), max_length=40, description="Of your authenticator, where you have one."
    )


class OwnProof(OwnCode):
    """That it is you."""

    current_password: SecretStr = Field(max_length=256)


class PasswordChange(OwnProof):
    """A new password, and that it is you."""

    new_password: SecretStr = Field(max_length=256)


class AuthenticatorChange(OwnCode):
    """The first code of a proposed authenticator."""

    proposal: str = Field(max_length=1_000, description="As it was given.")


class ProposalView(BaseModel):
    """What your new authenticator is told."""

    secret: str = Field(description="Base32, to type where nothing can be scanned.")
    qr: str = Field(description="`data:` address of an SVG to scan.")
    proposal: str = Field(description="Bring it back with the first code, within ten minutes.")


class RecoveryCodes(BaseModel):
    """Each replaces one code, once."""

    recovery_codes: list[str]
