"""Where the door is, and where the services behind it answer."""

from pathlib import Path

from pydantic import AnyHttpUrl, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class GatewaySettings(BaseSettings):
    """Settings of a host process: the gateway, one service, or a worker."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True, extra="ignore")

    public_url: str = Field(
        "http://127.0.0.1:8000",
        description="Address people and systems use; also the issuer of tokens. No trailing slash.",
    )
    remote_identity: AnyHttpUrl | None = Field(
        None, description="Where identity answers, seen from a service's own process."
    )
    remote_registry: AnyHttpUrl | None = Field(None, description="Where the registry answers.")
    remote_tasks: AnyHttpUrl | None = Field(None, description="Where tasks answers.")
    remote_admission: AnyHttpUrl | None = Field(None, description="Where admission answers.")
    web_dir: Path = Field(
        Path(__file__).parent.parent / "web" / "dist", description="Built web apps."
    )
    person_requests_per_minute: int = Field(
        600, ge=60, description="Requests a signed-in person may send; more is answered 429."
    )
    system_requests_per_minute: int = Field(
        60_000, ge=60, description="Requests a department's system may send."
    )
    address_requests_per_minute: int = Field(
        3_000,
        ge=60,
        description="Requests without a good token from one network address: pages, sign-ins and "
        "token requests of a whole office behind one address.",
    )
    json_logs: bool = Field(default=False, description="One JSON object a log line.")

    def remotes(self) -> dict[str, str]:
        """Service name → base URL, for those that run elsewhere."""
        urls = {
            "identity": self.remote_identity,
            "registry": self.remote_registry,
            "tasks": self.remote_tasks,
            "admission": self.remote_admission,
        }
        return {name: str(url).rstrip("/") for name, url in urls.items() if url is not None}
