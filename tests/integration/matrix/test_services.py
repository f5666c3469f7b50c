"""Every operation of every service × every role × five places × two domains."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.common.testing import TokenMint
from tests.factories.matrices import SERVICES


@pytest.mark.timeout(300)
@pytest.mark.parametrize("service", SERVICES)
async def test_who_may_see_what(
    service: str, service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> None:
    filled, samples = SERVICES[service]
    async with filled(service_database, mint, tmp_path) as matrix:
        await matrix.prove(service, samples)
