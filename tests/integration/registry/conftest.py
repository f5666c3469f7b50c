"""A registry on its own database."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.common.testing import TokenMint
from services.registry.service import SERVICE
from tests.factories import event_schemas
from tests.factories.registry import Registry, running


@pytest.fixture
async def registry(
    service_database: Callable[[str, Path], str], mint: TokenMint
) -> AsyncIterator[Registry]:
    async with running(service_database("registry", SERVICE.migrations), mint) as made:
        yield made
        await event_schemas.check(made)


@pytest.fixture
async def short_streams(
    service_database: Callable[[str, Path], str], mint: TokenMint
) -> AsyncIterator[Registry]:
    """A registry whose streams of events end after two seconds."""
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint, event_stream_s=2) as made:
        yield made
