"""The manifest: what the gateway must know to run the identity rooms."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from gateway.identity.app import create_app
from gateway.identity.settings import IdentitySettings
from gateway.identity.store.store import Store
from gateway.identity.use_cases import demo, enrolling
from gateway.identity.use_cases.administering import ACCOUNT_CHANGED
from gateway.identity.use_cases.hashing import hasher_of
from gateway.identity.use_cases.sign_in import ACCOUNT_LOCKED
from services.common.clock import utc_now
from services.common.database import Database
from services.common.service import Progress, Service
from services.following.areas import AREA_CHANGED


async def load_demo(
    settings: IdentitySettings, context: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """Add the demo's accounts and clients; see `gateway.identity.use_cases.demo`."""
    async with _opened(settings) as store:
        return await demo.load(store, hasher_of(settings), context, progress)


async def enrol(settings: IdentitySettings, person: Mapping[str, Any], password: str) -> None:
    """Give a person an account from the command line; see `gateway.identity.use_cases.enrolling`.

    Args:
        settings: The rooms' own.
        person: `login`, `name`, `role`, `org`, `areas`, `domains`.
        password: Their first password.
    """
    async with _opened(settings) as store:
        await enrolling.enrol(store, hasher_of(settings), person, password, now=utc_now())


async def register(settings: IdentitySettings, system: Mapping[str, Any]) -> str | None:
    """Register a department's system from the command line; its secret, unless it has keys.

    Args:
        settings: The rooms' own.
        system: `client_id`, `name`, `role`, `org`, `areas`, `domains`, maybe `jwks`.
    """
    async with _opened(settings) as store:
        return await enrolling.register(store, hasher_of(settings), system, now=utc_now())


@asynccontextmanager
async def _opened(settings: IdentitySettings) -> AsyncIterator[Store]:
    database = Database(
        settings.database_url.get_secret_value(), application="identity-command", pool_size=1
    )
    await database.open()
    try:
        yield Store(database)
    finally:
        await database.close()


SERVICE: Final = Service(
    name="identity",
    settings=IdentitySettings,
    create_app=create_app,
    migrations=Path(__file__).parent / "migrations" / "versions",
    emits=frozenset({ACCOUNT_LOCKED, ACCOUNT_CHANGED}),
    consumes=frozenset({AREA_CHANGED}),
    load_demo=load_demo,
)
