"""What the registry is told by its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class RegistrySettings(ServiceSettings):
    """Variables `REGISTRY_…`."""

    model_config = SettingsConfigDict(env_prefix="REGISTRY_", frozen=True, extra="ignore")

    count_every_s: float = Field(
        600, ge=1, description="Seconds between two counts behind the indicators."
    )
