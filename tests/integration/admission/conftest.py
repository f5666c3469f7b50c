from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.common.testing import TokenMint
from tests.factories.admission import VERSIONS, Town, town


@pytest.fixture
def dsn(service_database: Callable[[str, Path], str]) -> str:
    return service_database("admission", VERSIONS)


@pytest.fixture
async def here(dsn: str, mint: TokenMint) -> AsyncIterator[Town]:
    async with town(dsn, mint) as running:
        yield running
