"""The registry's manifest: the only module a host may import."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from services.common.database import Database
from services.common.service import Service
from services.registry.app import create_app
from services.registry.domain.feed import REGISTERED
from services.registry.settings import RegistrySettings
from services.registry.use_cases import corrections, keys
from services.registry.use_cases.authority import applying
from services.registry.use_cases.authority import versions as authority_versions
from services.registry.use_cases.demo import load as demo
from services.registry.use_cases.disagreements import contradictions, disputes
from services.registry.use_cases.imports import apply as imports_apply
from services.registry.use_cases.life_events import telling as life_events
from services.registry.use_cases.places import changes as area_changes

SERVICE: Final = Service(
    name="registry",
    settings=RegistrySettings,
    create_app=create_app,
    migrations=Path(__file__).parent / "migrations" / "versions",
    requires=frozenset({"identity"}),
    emits=frozenset(
        {
            corrections.CORRECTED,
            life_events.RECORDED,
            life_events.REVERSED,
            REGISTERED,
            imports_apply.ASSERTED,
            authority_versions.ACTIVATED,
            contradictions.OPENED,
            contradictions.RESOLVED,
            disputes.OPENED,
            disputes.DECIDED,
            applying.RECOMPUTED,
            area_changes.CHANGED,
            area_changes.REKEYED,
        }
    ),
    load_demo=demo.load,
)


async def rotate_keys(settings: RegistrySettings) -> int:
    """Add a data key that seals from now on, and begin to seal again; the key's id."""
    async with _opened(settings) as database:
        return await keys.rotate(database, settings.wrapping_key)


async def rewrap_keys(settings: RegistrySettings, new: str) -> int:
    """Put the data keys under another key-encryption key; how many there are."""
    async with _opened(settings) as database:
        return await keys.rewrap(database, settings.wrapping_key, new)


async def state_of_keys(settings: RegistrySettings) -> Mapping[str, Any]:
    """The data keys, how many values are under each, and the rotation under way."""
    async with _opened(settings) as database:
        return await keys.state(database)


@asynccontextmanager
async def _opened(settings: RegistrySettings) -> AsyncIterator[Database]:
    database = Database(
        settings.database_url.get_secret_value(), application="registry-command", pool_size=1
    )
    await database.open()
    try:
        yield database
    finally:
        await database.close()
