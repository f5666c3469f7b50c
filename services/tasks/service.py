"""The tasks service's manifest: all that a host imports."""

from pathlib import Path

from services.common.service import Service
from services.following.areas import AREA_CHANGED
from services.tasks.app import create_app
from services.tasks.settings import TasksSettings
from services.tasks.use_cases.demo import load_demo
from services.tasks.use_cases.facts import EMITS

SERVICE = Service(
    name="tasks",
    settings=TasksSettings,
    create_app=create_app,
    migrations=Path(__file__).parent / "migrations" / "versions",
    requires=frozenset({"identity", "admission", "registry"}),
    emits=EMITS,
    consumes=frozenset({AREA_CHANGED}),
    load_demo=load_demo,
)
