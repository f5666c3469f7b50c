"""A running tasks service on its own database, with a fake admission gate and a clock to wind."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from services.common.testing import AUDIENCE, ISSUER, KEY_ENCRYPTION_KEY, TokenMint
from services.tasks.app import create_app
from services.tasks.service import SERVICE
from services.tasks.settings import TasksSettings
from tests.factories.tasks import Clock, Contradictions, Gate, World


@pytest.fixture
def settings(service_database: Callable[[str, Path], str], tmp_path: Path) -> TasksSettings:
    return TasksSettings(
        database_url=SecretStr(service_database("tasks", SERVICE.migrations)),
        database_pool_size=8,
        issuer=ISSUER,
        audience=AUDIENCE,
        data_dir=tmp_path,
        key_encryption_key=SecretStr(KEY_ENCRYPTION_KEY),
        run_loops=False,
    )


@pytest.fixture
async def world(settings: TasksSettings, mint: TokenMint) -> AsyncIterator[World]:
    gate, clock, contradictions = Gate(), Clock(), Contradictions()
    peers = {
        "identity": mint.peer(),
        "admission": gate.peer(),
        "registry": contradictions.peer(),
    }
    app = create_app(settings, peers, clock=clock)
    dsn = settings.database_url.get_secret_value()
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=ISSUER) as client,
    ):
        yield World(client, mint, gate, clock, dsn, app, contradictions)
