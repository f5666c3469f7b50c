"""The registry's manifest: the only module a host may import."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from services.common.database import Database
from services.common.service import Service
from services.registry.app import create_app
from services.registry.domain.audit.faults import Report
from services.registry.domain.audit.offline import NOT_JUDGED, code_of, verify_file
from services.registry.domain.feed import OVERSIGHT, REGISTERED
from services.registry.settings import RegistrySettings
from services.registry.use_cases import corrections, index_keys, keys
from services.registry.use_cases.audit import exporting as audit
from services.registry.use_cases.audit.verifier import pack as pack_verifier
from services.registry.use_cases.authority import applying
from services.registry.use_cases.authority import versions as authority_versions
from services.registry.use_cases.demo import load as demo
from services.registry.use_cases.disagreements import contradictions, disputes
from services.registry.use_cases.imports import apply as imports_apply
from services.registry.use_cases.life_events import telling as life_events
from services.registry.use_cases.places import changes as area_changes
from services.registry.use_cases.places import telling as places

__all__ = ["NOT_JUDGED", "SERVICE", "Report", "code_of", "pack_verifier", "verify_file"]

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
            *places.EMITTED,
        }
        | OVERSIGHT
    ),
    load_demo=demo.load,
)


async def rotate_keys(settings: RegistrySettings) -> int:
    """Add a data key that seals from now on, and begin to seal again; the key's id."""
    async with _opened(settings) as database:
        return await keys.rotate(database, settings.wrapping_key)


async def rotate_index_key(settings: RegistrySettings) -> int:
    """Begin to rotate the key of the blind indexes; the new key's id."""
    async with _opened(settings) as database:
        return await index_keys.rotate(database, settings.wrapping_key)


async def rewrap_keys(settings: RegistrySettings, new: str) -> int:
    """Put the data keys under another key-encryption key; how many there are."""
    async with _opened(settings) as database:
        return await keys.rewrap(database, settings.wrapping_key, new)


async def state_of_keys(settings: RegistrySettings) -> Mapping[str, Any]:
    """The data keys, how many values are under each, and the rotation under way."""
    async with _opened(settings) as database:
        return await keys.state(database)


async def export_accesses(settings: RegistrySettings, to: Path, organisation: str | None) -> int:
    """Write the export that an auditor takes along; how many lines it has."""
    async with _opened(settings) as database:
        return await audit.export(database, settings, to, organisation)


async def verify_accesses(
    settings: RegistrySettings, keys: Sequence[str], organisation: str | None, kept: Path | None
) -> Report:
    """Hold the access records in the database against their proof."""
    async with _opened(settings) as database:
        return await audit.verify(database, settings, keys, organisation, kept)


def checkpoint_key(settings: RegistrySettings) -> str | None:
    """The public key of the checkpoints that this process signs."""
    return audit.public_key(settings)


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
