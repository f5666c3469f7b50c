"""Every operation of the tasks service × every role × five places × two domains."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from pydantic import SecretStr

from services.common.testing import AUDIENCE, ISSUER, KEY_ENCRYPTION_KEY, TokenMint
from services.tasks.api.policy import POLICY
from services.tasks.app import create_app
from services.tasks.service import SERVICE
from services.tasks.settings import TasksSettings
from tests.factories import matrix_tasks
from tests.factories.matrix import Matrix, operations
from tests.factories.tasks import Clock, Gate, World

NAME = "tasks"


@pytest.fixture
async def world(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> AsyncIterator[World]:
    dsn = service_database(NAME, SERVICE.migrations)
    settings = TasksSettings(
        database_url=SecretStr(dsn),
        issuer=ISSUER,
        audience=AUDIENCE,
        data_dir=tmp_path,
        key_encryption_key=SecretStr(KEY_ENCRYPTION_KEY),
        run_loops=False,
    )
    gate, clock = Gate(), Clock()
    app = create_app(settings, {"identity": mint.peer(), "admission": gate.peer()}, clock=clock)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=ISSUER) as client,
    ):
        structlog.configure(processors=[structlog.testing.LogCapture()])
        yield World(client, mint, gate, clock, dsn, app)


@pytest.mark.timeout(300)
async def test_who_may_see_what(world: World) -> None:
    async def rows(query: str, *values: Any) -> list[dict[str, Any]]:
        async with world.app.state.store.read() as connection:
            return [dict(row) for row in await connection.fetch(query, *values)]

    document = (await world.client.get("/openapi.json")).content
    samples = {f"{NAME}.{name}": asked for name, asked in matrix_tasks.SAMPLES.items()}
    assert operations(document) == set(POLICY) == set(samples)
    places = await matrix_tasks.fill(world)
    matrix = Matrix(world.client, world.mint, places, rows, POLICY, matrix_tasks.ghost(places))
    for operation, asked in samples.items():
        await matrix.refusals(operation, asked)
    for operation, asked in samples.items():
        await matrix.answers(operation, asked)
    print(matrix.report(NAME))
    assert not matrix.wrong, "\n".join(matrix.wrong)
