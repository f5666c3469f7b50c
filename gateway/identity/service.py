"""The manifest: what the gateway must know to run the identity rooms."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gateway.identity.app import create_app
from gateway.identity.settings import IdentitySettings
from gateway.identity.store.store import Store
from gateway.identity.use_cases import demo
from gateway.identity.use_cases.hashing import hasher_of
from gateway.identity.use_cases.sign_in import ACCOUNT_LOCKED
from services.common.database import Database
from services.common.service import Progress, Service


async def load_demo(
    settings: IdentitySettings, context: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """Add the demo's accounts and clients; see `gateway.identity.use_cases.demo`."""
    database = Database(
        settings.database_url.get_secret_value(), application="identity-demo", pool_size=1
    )
    await database.open()
    try:
        return await demo.load(Store(database), hasher_of(settings), context, progress)
    finally:
        await database.close()


SERVICE: Final = Service(
    name="identity",
    settings=IdentitySettings,
    create_app=create_app,
    migrations=Path(__file__).parent / "migrations" / "versions",
    emits=frozenset({ACCOUNT_LOCKED}),
    load_demo=load_demo,
)
