"""Telling a resident who read what."""

import re

from services.common import paging
from services.common.ids import new_id
from tests.factories.registry import COUNTY, NUMBER, Registry


async def test_the_log_tells_who_read_what_and_why_newest_first(registry: Registry) -> None:
    resident_id = await registry.resident()
    reader = {**registry.department("health", name="医院系统"), "X-Request-Id": "request-1"}
    await registry.look_up(NUMBER, ["name"], reader)
    await registry.client.get(f"/v1/residents/{resident_id}?fields=phone", headers=reader)
    answer = await registry.client.get(
        f"/v1/residents/{resident_id}/access-log", headers=registry.headers("resident_desk")
    )
    assert answer.status_code == 200
    newest, oldest = answer.json()["items"]
    assert newest["operation"] == "registry.residents.get"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", oldest.pop("read_at"))
    assert oldest == {
        "organisation": "222406.health",
        "organisation_name": "和龙市卫生健康局",
        "reader": "医院系统",
        "role": "department_system",
        "purpose": "public_service",
        "fields": ["name"],
        "operation": "registry.residents.lookup",
        "request_id": "request-1",
    }


async def test_looking_at_the_log_is_recorded_too(registry: Registry) -> None:
    resident_id = await registry.resident()
    headers = registry.headers("auditor", purpose="audit")
    path = f"/v1/residents/{resident_id}/access-log"
    assert (await registry.client.get(path, headers=headers)).json()["items"] == []
    (seen,) = (await registry.client.get(path, headers=headers)).json()["items"]
    assert (seen["operation"], seen["role"]) == ("registry.residents.access_log", "auditor")


async def test_the_log_comes_in_pages(registry: Registry) -> None:
    resident_id = await registry.resident()
    for _ in range(5):
        await registry.look_up(NUMBER, ["name"], registry.headers())
    path = f"/v1/residents/{resident_id}/access-log?limit=2"
    headers = registry.headers("resident_desk")
    first = (await registry.client.get(path, headers=headers)).json()
    second = (await registry.client.get(f"{path}&after={first['next']}", headers=headers)).json()
    times = [item["read_at"] for item in first["items"] + second["items"]]
    assert times == sorted(times, reverse=True)
    assert len(times) == 4


async def test_only_the_desk_and_auditors_of_the_area_see_it(registry: Registry) -> None:
    cases: list[tuple[str, list[str], int]] = [
        ("grid_worker", [COUNTY], 403),
        ("county_officer", [COUNTY], 403),
        ("resident_desk", ["222401"], 404),
    ]
    resident_id = await registry.resident()
    for role, areas, status in cases:
        path = f"/v1/residents/{resident_id}/access-log"
        answer = await registry.client.get(path, headers=registry.headers(role, areas=areas))
        assert answer.status_code == status


async def test_nobody_has_no_log(registry: Registry) -> None:
    path = f"/v1/residents/{new_id()}/access-log"
    answer = await registry.client.get(path, headers=registry.headers("auditor"))
    assert (answer.status_code, answer.json()["code"]) == (404, "resident-not-found")


async def test_an_invented_cursor_is_refused(registry: Registry) -> None:
    resident_id = await registry.resident()
    after = paging.encode(["x"], str(resident_id))
    answer = await registry.client.get(
        f"/v1/residents/{resident_id}/access-log?after={after}",
        headers=registry.headers("auditor"),
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor-not-valid")


async def test_whatever_shows_a_resident_leaves_a_record_of_it(registry: Registry) -> None:
    resident_id = await registry.resident()
    seen: list[str] = []
    for path, operations in registry.app.openapi()["paths"].items():
        if "{resident_id}" not in path or "get" not in operations:
            continue
        operation = operations["get"]["operationId"]
        needs_fields = any(p["name"] == "fields" for p in operations["get"].get("parameters", ()))
        for role in ("grid_worker", "resident_desk"):
            answer = await registry.client.get(
                path.replace("{resident_id}", str(resident_id)),
                params={"fields": "name"} if needs_fields else {},
                headers=registry.headers(role),
            )
            # An empty list shows nothing of anybody.
            if answer.status_code == 200 and answer.json().get("items") != []:
                recorded = (await registry.accesses(resident_id))[-1]
                assert (recorded["operation"], recorded["role"]) == (operation, role)
                seen.append(operation)
    assert len(set(seen)) >= 5, seen
