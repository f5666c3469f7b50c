"""A registry on its own database."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.common.testing import TokenMint
from services.registry.service import SERVICE
from tests.factories.registry import Registry, running


@pytest.fixture
async def registry(
    service_database: Callable[[str, Path], str], mint: TokenMint
) -> AsyncIterator[Registry]:
    async with running(service_database("registry", SERVICE.migrations), mint) as made:
        yield made
