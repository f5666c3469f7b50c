import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import suites


@pytest.fixture(scope="session", params=["one_process", "separate"])
def suite(request: pytest.FixtureRequest) -> Iterator[suites.Suite]:
    """The suite with the tiny demo, in each topology."""
    folder = Path(tempfile.mkdtemp(prefix="onegrid-e2e-"))
    start = {"one_process": suites.one_process, "separate": suites.separate}[request.param]
    with start(folder) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)
