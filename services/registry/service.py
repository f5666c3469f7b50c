"""The registry's manifest: the only module a host may import."""

from pathlib import Path
from typing import Final

from services.common.service import Service
from services.registry.app import create_app
from services.registry.settings import RegistrySettings
from services.registry.use_cases import corrections
from services.registry.use_cases.authority import applying
from services.registry.use_cases.authority import versions as authority_versions
from services.registry.use_cases.demo import load as demo
from services.registry.use_cases.disagreements import contradictions, disputes
from services.registry.use_cases.imports import apply as imports_apply
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
            imports_apply.REGISTERED,
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
