"""How a process is told what to be: environment variables and secret files, read once."""

import os
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS_DIR = Path("/run/secrets")

AnySettings = TypeVar("AnySettings", bound=BaseSettings)


class UnknownSetting(ValueError):
    """An environment variable carries one of our prefixes and names no setting."""


class ServiceSettings(BaseSettings):
    """What every service must know. Subclasses set their own `env_prefix`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: SecretStr = Field(description="libpq URI of the service's own role and schema.")
    database_pool_size: int = Field(10, ge=1, le=100, description="Connections at most.")
    issuer: str = Field(
        "http://127.0.0.1:8000", description="`iss` that tokens must carry (RFC 9068)."
    )
    audience: str = Field("onegrid", description="`aud` that tokens must carry.")
    data_dir: Path = Field(Path("var"), description="Folder for uploads and generated files.")
    key_encryption_key: SecretStr = Field(
        description="32 bytes, base64url: wraps the data keys of this service's sealed fields."
    )
    ciphers: Literal["international", "national"] = Field(
        "international",
        description="Of new keys: AES-256-GCM and HMAC-SHA-256, or SM4-GCM and HMAC-SM3 (国密). "
        "Values that are there change with the rotation of keys.",
    )
    run_loops: bool = Field(
        default=True, description="Run timers and jobs here; off where `onegrid worker` runs them."
    )

    @property
    def wrapping_key(self) -> str:
        """The key-encryption key behind the name of the ciphers, as `sealing.load` takes it."""
        return f"{self.ciphers}:{self.key_encryption_key.get_secret_value()}"


def read(settings: type[AnySettings]) -> AnySettings:
    """Read one settings class from the environment and, where it exists, `/run/secrets`.

    Raises:
        UnknownSetting: A variable with this class's prefix names no field: a typing error that
            would otherwise leave a default in force.
        pydantic.ValidationError: A value is missing or wrong.
    """
    prefix = settings.model_config.get("env_prefix", "")
    known = {f"{prefix}{name}".upper() for name in settings.model_fields}
    unknown = sorted(
        name
        for name in os.environ  # noqa: TID251 — this is the one place that reads the environment
        if prefix and name.startswith(prefix.upper()) and name not in known
    )
    if unknown:
        raise UnknownSetting(f"no such setting: {', '.join(unknown)}")
    secrets = SECRETS_DIR if SECRETS_DIR.is_dir() else None
    return settings(_secrets_dir=secrets)
