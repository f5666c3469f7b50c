"""The registry's feed."""

import asyncio
import time
from typing import Any
from uuid import UUID

from tests.factories.registry import COUNTY, GRID, Registry


async def correct(registry: Registry, resident_id: UUID, version: int) -> None:
    answer = await registry.client.patch(
        f"/v1/residents/{resident_id}",
        json={"phone": None},
        headers={**registry.headers(), "If-Match": f'"{version}"'},
    )
    assert answer.status_code == 200


async def feed(registry: Registry, query: str = "", **token: Any) -> Any:
    answer = await registry.client.get(
        f"/v1/events{query}", headers=registry.headers("department_system", **token)
    )
    assert answer.status_code == 200
    return answer.json()


async def test_events_are_read_page_by_page_without_repeat(registry: Registry) -> None:
    resident_id = await registry.resident()
    for version in (1, 2, 3):
        await correct(registry, resident_id, version)
    first = await feed(registry, "?limit=2")
    rest = await feed(registry, f"?after={first['next']}")
    events = first["items"] + rest["items"]
    assert [event["data"]["version"] for event in events] == [2, 3, 4]
    assert len({event["id"] for event in events}) == 3
    assert events[0]["specversion"] == "1.0"
    assert events[0]["source"] == "/registry"
    assert events[0]["type"] == "registry.resident.corrected.v1"
    assert events[0]["area"] == GRID
    end = await feed(registry, f"?after={rest['next']}")
    assert end == {"items": [], "next": rest["next"]}


async def test_a_reader_sees_its_own_areas_only(registry: Registry) -> None:
    resident_id = await registry.resident()
    await correct(registry, resident_id, 1)
    assert (await feed(registry, areas=["222401"]))["items"] == []
    assert len((await feed(registry, areas=[COUNTY]))["items"]) == 1


async def test_a_reader_who_waits_is_told_as_soon_as_something_happens(
    registry: Registry,
) -> None:
    resident_id = await registry.resident()
    started = time.monotonic()
    waiting = asyncio.create_task(feed(registry, "?wait_s=20"))
    await asyncio.sleep(0.2)
    await correct(registry, resident_id, 1)
    assert len((await waiting)["items"]) == 1
    assert time.monotonic() - started < 10


async def test_waiting_ends(registry: Registry) -> None:
    assert (await feed(registry, "?wait_s=0.1"))["items"] == []


async def test_wrong_cursors_and_filters_are_refused(registry: Registry) -> None:
    for query in ("?after=x", "?after=1.x", "?wait_s=26", "?limit=0", "?type=x"):
        answer = await registry.client.get(
            f"/v1/events{query}", headers=registry.headers("department_system")
        )
        assert answer.status_code == 422


async def test_grid_workers_do_not_read_the_feed(registry: Registry) -> None:
    answer = await registry.client.get("/v1/events", headers=registry.headers())
    assert answer.status_code == 403
