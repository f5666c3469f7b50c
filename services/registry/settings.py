"""What the registry is told by its environment."""

from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings

LEAST_ACCESS_MONTHS = 36
"""网络数据安全管理条例, article 12."""


class RegistrySettings(ServiceSettings):
    """Variables `REGISTRY_…`."""

    model_config = SettingsConfigDict(env_prefix="REGISTRY_", frozen=True, extra="ignore")

    count_every_s: float = Field(
        600, ge=1, description="Seconds between two counts behind the indicators."
    )
    event_stream_s: float = Field(
        300, ge=1, le=3600, description="Seconds after which a stream of events ends anew."
    )
    webhook_networks: str = Field(
        "",
        description="Private networks that webhooks may be sent to, CIDR, separated by commas.",
    )
    webhook_plain_http: bool = Field(
        default=False, description="Send webhooks to http addresses too; for tests."
    )
    webhook_ports: str = Field(
        "443,8443", description="Ports that webhooks may be sent to, separated by commas."
    )
    webhook_ca_file: Path | None = Field(
        None, description="PEM certificates trusted for webhooks beside the system's."
    )
    webhook_turns_at_once: int = Field(
        200, ge=1, le=5000, description="Webhook endpoints that are called at once."
    )
    import_file_bytes: int = Field(
        64 << 20, ge=1 << 10, le=1 << 30, description="A department's file at most."
    )
    import_chunk_rows: int = Field(
        2000, ge=1, le=50_000, description="Rows an import records in one transaction."
    )
    import_keep_days: int = Field(
        30, ge=1, le=365, description="Days a department's file stays after its import is over."
    )
    export_keep_days: int = Field(
        7, ge=1, le=365, description="Days the file of an export can be fetched."
    )
    export_chunk_rows: int = Field(
        2000, ge=1, le=100_000, description="Residents an export reads and writes at a time."
    )
    access_keep_months: int = Field(
        LEAST_ACCESS_MONTHS,
        ge=LEAST_ACCESS_MONTHS,
        description="Months an access record stays; the law asks for three years.",
    )
    history_keep_months: int | None = Field(
        None, ge=12, description="Months a resident's former states stay; unset keeps them."
    )
    event_keep_days: int = Field(
        365, ge=30, description="Days an event stays in the feed; readers take them long before."
    )
    seal_every_s: float = Field(
        10, gt=0, le=3600, description="Seconds between two rounds of chaining access records."
    )
    checkpoint_every_s: float = Field(
        300, gt=0, le=86400, description="Seconds between two signed checkpoints of the chains."
    )
    checkpoint_key: SecretStr | None = Field(
        None, description="32 bytes, base64url: signs checkpoints (Ed25519); only loops need it."
    )

    emergency_reach: Literal["county", "prefecture"] = Field(
        "county", description="How far around an officer's own areas an emergency access reaches."
    )
    emergency_daily_most: int = Field(
        3, ge=0, le=50, description="Emergency accesses, found or not, of one person a day."
    )

    @property
    def chain_hash(self) -> Literal["sha256", "sm3"]:
        """By which the chains of access records go on; a block says which made it."""
        return "sm3" if self.ciphers == "national" else "sha256"

    @field_validator("webhook_networks")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        for part in filter(None, text.replace(" ", "").split(",")):
            ip_network(part)
        return text

    @field_validator("webhook_ports")
    @classmethod
    def _are_ports(cls, text: str) -> str:
        if not all(0 < int(part) < 1 << 16 for part in text.split(",") if part.strip()):
            raise ValueError("a port is 1 to 65535")
        return text
