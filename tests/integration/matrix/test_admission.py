"""Every operation of admission × every role × five places × two domains."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from pydantic import SecretStr

from services.admission.api.policy import POLICY
from services.admission.app import create_app
from services.admission.service import SERVICE
from services.admission.settings import AdmissionSettings
from services.common.testing import ISSUER, KEY_ENCRYPTION_KEY, TokenMint
from tests.factories import matrix_admission
from tests.factories.admission import Office
from tests.factories.matrix import Matrix, operations

NAME = "admission"


@pytest.mark.timeout(300)
async def test_who_may_see_what(
    service_database: Callable[[str, Path], str], mint: TokenMint
) -> None:
    settings = AdmissionSettings(
        database_url=SecretStr(service_database(NAME, SERVICE.migrations)),
        issuer=ISSUER,
        key_encryption_key=SecretStr(KEY_ENCRYPTION_KEY),
        run_loops=False,
    )
    app = create_app(settings, {"identity": mint.peer(), "registry": matrix_admission.registry()})
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as client,
    ):
        structlog.configure(processors=[structlog.testing.LogCapture()])

        async def rows(query: str, *values: Any) -> list[dict[str, Any]]:
            async with app.state.store.database.read() as connection:
                return [dict(row) for row in await connection.fetch(query, *values)]

        document = (await client.get("/openapi.json")).content
        samples = {f"{NAME}.{name}": asked for name, asked in matrix_admission.SAMPLES.items()}
        assert operations(document) == set(POLICY) == set(samples)
        places = await matrix_admission.fill(Office(client, mint, [], ""))
        matrix = Matrix(
            client, mint, places, rows, POLICY, matrix_admission.ghost(places),
            sees=matrix_admission.sees,
        )  # fmt: skip
        for operation, asked in samples.items():
            await matrix.refusals(operation, asked)
        for operation, asked in samples.items():
            await matrix.answers(operation, asked)
        print(matrix.report(NAME))
        assert not matrix.wrong, "\n".join(matrix.wrong)
