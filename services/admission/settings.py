"""How the admission service is told what to be."""

from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class AdmissionSettings(ServiceSettings):
    """Read from `ADMISSION_…`."""

    model_config = SettingsConfigDict(env_prefix="ADMISSION_", frozen=True, extra="ignore")
