"""A street gets another code: whistles in it and accounts of it follow, in every topology."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from gateway.tour import actors
from services.common.clock import local_day, utc_now
from services.common.ids import new_id
from tests import suites
from tests.suites import Suite

COUNTY = "222406"
WAIT_S = 40.0


@pytest.fixture(params=[suites.one_process, suites.separate], ids=lambda start: start.__name__)
def suite(request: pytest.FixtureRequest) -> Iterator[Suite]:
    """A suite of its own: no other test finds its way once the street is called otherwise."""
    folder = Path(tempfile.mkdtemp(prefix="onegrid-e2e-"))
    with request.param(folder) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def http(suite: Suite) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=suite.base_url, timeout=30, trust_env=False) as client:
        yield client


def soon(is_so: Callable[[], bool]) -> None:
    """Within a while; services look at the feed every few seconds."""
    until = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.5)


def test_a_recoded_street_takes_its_whistles_and_people_along(
    suite: Suite, http: httpx.Client
) -> None:
    office = actors.person(http, f"secretariat.{COUNTY}", suite.password)
    grids = office.get("/registry/v1/areas", within=COUNTY, level="grid", limit=200)["items"]
    grid = max(area["code"] for area in grids)
    street, new = grid[:9], f"{COUNTY}699"
    worker = actors.person(http, f"grid.{grid}", suite.password, "field")
    body = {
        "kind": "resident_demand", "title": "路灯不亮", "description": "三盏路灯不亮。",
        "area": grid, "photo_ids": [],
    }  # fmt: skip
    whistle = worker.post("/tasks/v1/whistles", body)
    order = {
        "kind": "recode", "effective_on": local_day(utc_now()).isoformat(),
        "document": f"吉民函〔2026〕{new_id().hex[:6]}号", "old": [street], "new": [{"code": new}],
    }  # fmt: skip
    office.post("/registry/v1/area-changes", order)
    moved = new + grid[9:]

    def follows() -> bool:
        again = actors.person(http, f"grid.{grid}", suite.password, "field")
        seen = again.send("GET", f"/tasks/v1/whistles/{whistle['id']}")
        return seen.status_code == 200 and seen.json()["area"] == moved

    soon(follows)
    again = actors.person(http, f"grid.{grid}", suite.password, "field")
    assert again.get("/identity/v1/me")["areas"] == [moved]
    homes = f"/registry/v1/grids/{moved}/households"
    soon(lambda: bool(again.get(homes)["items"]))
    timeline = again.get(f"/tasks/v1/whistles/{whistle['id']}")["timeline"]
    assert timeline[0]["organisation"].startswith(street), "as it was written"
    officer = actors.person(http, f"street.{street}", suite.password)
    listed = officer.get("/tasks/v1/whistles", within=new)["items"]
    assert whistle["id"] in [one["id"] for one in listed]
