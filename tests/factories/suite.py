"""The whole suite behind its door, in one process and on databases of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from gateway import app as door
from gateway.settings import GatewaySettings
from gateway.suite import SUITE
from services.common.clock import utc_now
from services.common.testing import ISSUER, KEY_ENCRYPTION_KEY
from tests.factories import identity

PEOPLE = [
    identity.person(),
    identity.person(
        login="street", name="朴英姬", role="street_officer", org="222406001", areas=["222406001"]
    ),
]
SYSTEMS = [
    identity.system(
        client_id="sys.222406.public_security", org="222406.public_security",
        domains=["public_security"],
    ),
]  # fmt: skip


@asynccontextmanager
async def running(
    databases: Callable[[str, Path], str], folder: Path, **gateway: Any
) -> AsyncIterator[tuple[Starlette, httpx.AsyncClient]]:
    """The gateway with every service behind it, and a browser that keeps its cookies."""
    cheap = {"second_factor": "off", **identity.CHEAP}
    settings = {
        service.name: service.settings(
            database_url=databases(service.name, service.migrations),
            issuer=ISSUER,
            key_encryption_key=KEY_ENCRYPTION_KEY,
            data_dir=folder,
            run_loops=False,
            **(cheap if service.name == "identity" else {}),
        )
        for service in SUITE
    }
    app = door.create_app(GatewaySettings(**{"public_url": ISSUER, **gateway}), settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=ISSUER) as client,
    ):
        store = service_app(app, "identity").state.issuer.store
        async with store.transaction() as tx:
            await tx.accounts.put_accounts(PEOPLE, identity.HASH, utc_now(), is_demo=False)
            await tx.accounts.put_clients(SYSTEMS, identity.HASH, utc_now(), is_demo=False)
        yield app, client


def service_app(app: Starlette, name: str) -> Any:
    """A service's own app, for what only a worker does."""
    layers: list[Any] = app.user_middleware
    return next(layer.kwargs["apps"][name] for layer in layers if "apps" in layer.kwargs)
