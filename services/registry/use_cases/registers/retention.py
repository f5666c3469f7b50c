"""How long each class of data is kept here, and what was deleted because its time was over."""

from typing import Any

from services.registry.domain.retention import CLASSES
from services.registry.settings import RegistrySettings
from services.registry.store.registers import runs
from services.registry.store.store import Store


async def told(
    store: Store, settings: RegistrySettings
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The classes with the settings in force, and the newest deletions."""
    classes = [kept.view(getattr(settings, kept.setting or "", None)) for kept in CLASSES]
    async with store.read() as connection:
        return classes, await runs.newest(connection)
