"""The identity app on a database of its own, with a clock the test moves."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from gateway.identity.app import create_app
from gateway.identity.service import SERVICE
from gateway.identity.settings import IdentitySettings
from services.common.database import Connection, Database
from services.common.testing import ISSUER, KEY_ENCRYPTION_KEY
from tests.factories import identity
from tests.factories.identity import Browser, Hands
from tests.factories.identity_office import Office

Start = Callable[..., Awaitable[FastAPI]]


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def dsn(service_database: Callable[[str, Path], str]) -> str:
    return service_database("identity", SERVICE.migrations)


@pytest.fixture
async def sql(dsn: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest.fixture
def settings(dsn: str) -> Callable[..., IdentitySettings]:
    def make(**changes: Any) -> IdentitySettings:
        return IdentitySettings(
            **{
                "database_url": dsn,
                "database_pool_size": 4,
                "issuer": ISSUER,
                "key_encryption_key": KEY_ENCRYPTION_KEY,
                "run_loops": False,
                "second_factor": "off",
                "password_age_days": 0,
                **identity.CHEAP,
                **changes,
            }
        )

    return make


@pytest.fixture
async def start(settings: Callable[..., IdentitySettings], hands: Hands) -> AsyncIterator[Start]:
    """Starts an app; keyword arguments change its settings."""
    async with AsyncExitStack() as stack:

        async def make(**changes: Any) -> FastAPI:
            app = create_app(settings(**changes), {}, clock=hands)
            await stack.enter_async_context(app.router.lifespan_context(app))
            async with app.state.issuer.store.transaction() as tx:
                people, systems = [identity.person()], [identity.system()]
                await tx.accounts.put_accounts(people, identity.HASH, hands(), is_demo=False)
                await tx.accounts.put_clients(systems, identity.HASH, hands(), is_demo=False)
            return app

        yield make


@pytest.fixture
async def app(start: Start) -> FastAPI:
    return await start()


@pytest.fixture
def connect() -> Callable[[FastAPI], httpx.AsyncClient]:
    def client(app: FastAPI) -> httpx.AsyncClient:
        # Mounted as the gateway does it: cookies and relative addresses depend on the path.
        host = Starlette(routes=[Mount("/identity", app)])
        return httpx.AsyncClient(transport=httpx.ASGITransport(host), base_url=f"{ISSUER}/identity")

    return client


@pytest.fixture
async def http(
    app: FastAPI, connect: Callable[[FastAPI], httpx.AsyncClient]
) -> AsyncIterator[httpx.AsyncClient]:
    async with connect(app) as client:
        yield client


@pytest.fixture
def browser(http: httpx.AsyncClient) -> Browser:
    return Browser(http)


@pytest.fixture
def office(http: httpx.AsyncClient, app: FastAPI, hands: Hands) -> Office:
    return Office(http, app.state.issuer, hands)


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    opened = Database(dsn, application="tests", pool_size=2)
    await opened.open()
    yield opened
    await opened.close()
