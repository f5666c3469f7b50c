"""Hands of those who decide whose word counts."""

from typing import Any
from uuid import UUID

import httpx

from services.common.ids import new_id
from services.common.timers import TimerLoop
from services.registry.use_cases.authority import jobs
from tests.factories.imports import Office, csv_file
from tests.factories.registry import Registry

PREFECTURE = "2224"
_HEADINGS = {"phone": "联系电话", "usual_language": "常用语言", "property_kind": "房屋性质"}


def officer(registry: Registry, sub: str = "drafter", **token: Any) -> dict[str, str]:
    """Headers of the prefecture's secretariat, with a new idempotency key."""
    token = {"areas": [PREFECTURE], "org": f"{PREFECTURE}.civil_affairs", **token}
    return registry.headers("secretariat", sub=sub, **token)


async def draft(registry: Registry, *cells: tuple[str, str, int | None, int | None]) -> int:
    """Draft changes of version 1 (field, domain, rank, maximum age); the number."""
    base = (await registry.client.get("/v1/authority", headers=officer(registry))).json()["number"]
    names = ("field", "domain", "rank", "max_age_days")
    changes = [dict(zip(names, cell, strict=True)) for cell in cells]
    answer = await registry.client.post(
        "/v1/authority/versions",
        json={"note": "调整", "base": base, "changes": changes},
        headers=officer(registry),
    )
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["number"]
    return number


async def activate(
    registry: Registry, number: int, sub: str = "second", version: int = 1
) -> httpx.Response:
    headers = {**officer(registry, sub), "If-Match": f'"{version}"'}
    return await registry.client.post(f"/v1/authority/versions/{number}/activate", headers=headers)


async def work(registry: Registry) -> int:
    """Carry out what is due, as the worker would; how many timers were taken."""
    return await TimerLoop(
        registry.store.database, jobs.handlers(registry.store), batch=1
    ).fire_due()


async def apply(registry: Registry, *cells: tuple[str, str, int | None, int | None]) -> int:
    """Draft, activate and carry out."""
    number = await draft(registry, *cells)
    assert (await activate(registry, number)).status_code == 200
    assert await work(registry) == 1
    return number


async def version(registry: Registry, number: int) -> dict[str, Any]:
    answer = await registry.client.get(
        f"/v1/authority/versions/{number}", headers=officer(registry)
    )
    body: dict[str, Any] = answer.json()
    return body


async def say(registry: Registry, domain: str, field: str, *said: tuple[str, Any, str]) -> None:
    """Have a department's file say a field of people: identity number, value, day."""
    rows = [["身份证号", _HEADINGS[field], "登记日期"], *map(list, said)]
    job = await Office(registry, domain).take(csv_file(rows), f"{new_id()}.csv")
    assert (job["state"], job["progress"]["rejected"]) == ("done", 0), job


async def shown(registry: Registry, resident_id: UUID, field: str) -> Any:
    """What a resident's record shows of a field to the residents' desk."""
    answer = await registry.client.get(
        f"/v1/residents/{resident_id}?fields={field}", headers=registry.headers("resident_desk")
    )
    return answer.json()[field]
