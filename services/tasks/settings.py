"""What the tasks service must be told."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class TasksSettings(ServiceSettings):
    """Read from variables `TASKS_…`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="TASKS_")

    timer_idle_s: float = Field(
        0.5, gt=0, description="Pause between looks for due deadlines when none was due."
    )
    photo_workers: int = Field(
        1, ge=1, le=16, description="Photos decoded at the same time; each may need 0.6 GB."
    )
