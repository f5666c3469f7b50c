"""Admission's manifest: the only module a host may import."""

from pathlib import Path
from typing import Final

from services.admission.app import create_app
from services.admission.settings import AdmissionSettings
from services.admission.use_cases import demo, facts
from services.common.service import Service
from services.following.areas import AREA_CHANGED

SERVICE: Final = Service(
    name="admission",
    settings=AdmissionSettings,
    create_app=create_app,
    migrations=Path(__file__).parent / "migrations" / "versions",
    requires=frozenset({"identity", "registry"}),
    emits=facts.EMITS,
    consumes=frozenset({AREA_CHANGED}),
    load_demo=demo.load,
)
