"""Every operation of the registry × every role × five places × two domains."""

from collections.abc import Callable
from pathlib import Path

import pytest
import structlog

from services.common.testing import TokenMint
from services.registry.api.policy import POLICY
from services.registry.service import SERVICE
from tests.factories import matrix_registry
from tests.factories.matrix import Matrix, operations
from tests.factories.matrix_registry_samples import SAFE, UNSAFE
from tests.factories.registry import running

NAME = "registry"


@pytest.mark.timeout(300)
async def test_who_may_see_what(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> None:
    dsn = service_database(NAME, SERVICE.migrations)
    async with running(dsn, mint, data_dir=tmp_path) as registry:
        structlog.configure(processors=[structlog.testing.LogCapture()])
        document = (await registry.client.get("/openapi.json")).content
        samples = {f"{NAME}.{name}": asked for name, asked in {**SAFE, **UNSAFE}.items()}
        assert operations(document) == set(POLICY) == set(samples)
        places = await matrix_registry.fill(registry)
        matrix = Matrix(
            registry.client, mint, places, registry.rows, POLICY, matrix_registry.ghost(places)
        )
        for operation, asked in samples.items():
            await matrix.refusals(operation, asked)
        for operation, asked in samples.items():
            await matrix.answers(operation, asked)
        print(matrix.report(NAME))
        assert not matrix.wrong, "\n".join(matrix.wrong)
