"""Households and documents as they were on a day, and as they were known at an instant."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.common.clock import local_day, utc_now
from tests.factories.registry import (
    OTHER_GRID,
    Person,
    Registry,
    dwelling,
    id_number,
)


async def household(registry: Registry, key: UUID, status: int = 200, **query: Any) -> Any:
    answer = await registry.client.get(
        f"/v1/households/{key}",
        params={k: v.isoformat() for k, v in query.items()},
        headers=registry.headers("community_officer"),
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def documents(registry: Registry, key: UUID, status: int = 200, **query: Any) -> Any:
    answer = await registry.client.get(
        f"/v1/residents/{key}/documents",
        params={k: v.isoformat() for k, v in query.items()},
        headers=registry.department("public_security"),
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def patch(registry: Registry, key: UUID, version: int, **values: Any) -> None:
    police = registry.department("public_security")
    headers = police if "name" in values else registry.headers("community_officer")
    answer = await registry.client.patch(
        f"/v1/residents/{key}", json=values, headers={**headers, "If-Match": f'"{version}"'}
    )
    assert answer.status_code == 200, answer.text


async def changed(registry: Registry, day: date, statement: str, *values: Any) -> None:
    """A household changes, as a life event lets it."""
    async with registry.store.transaction() as tx:
        await tx.connection.execute(
            "select set_config('registry.effective_on', $1, true)", day.isoformat()
        )
        await tx.connection.execute(f"update households set {statement} where id = $1", *values)


async def test_a_household_is_told_as_it_was_known_then(registry: Registry) -> None:
    home = await registry.household()
    head = await registry.resident(Person(household_id=home))
    today = local_day(utc_now())
    await changed(registry, date(2020, 1, 1), "head_id = $2", home, head)
    child = await registry.resident(
        Person(household_id=home, number=id_number(2), name="金明子", relation="3", phone=None)
    )
    before = utc_now()
    await patch(registry, child, 1, name="金明玉")
    await patch(registry, child, 2, relation="8")
    await changed(registry, today, "dwelling = $2", home, dwelling(OTHER_GRID))
    await changed(registry, today, "head_id = $2", home, child)

    then = await household(registry, home, known_at=before)
    assert [(m["id"], m["name"], m["relation"], m["version"]) for m in then["members"]][1] == (
        str(child), "金明子", "3", 1,
    )  # fmt: skip
    assert (then["head_id"], then["dwelling"]) == (str(head), dwelling())
    assert len(then["dwellings"]) == 1
    assert datetime.fromisoformat(then["known_at"]) == before

    now = await household(registry, home)
    assert [(m["name"], m["relation"]) for m in now["members"]][1] == ("金明玉", "8")
    assert (now["head_id"], now["dwelling"]) == (str(child), dwelling(OTHER_GRID))
    assert now["known_at"] is None

    yesterday = today - timedelta(days=1)
    past = await household(registry, home, valid_on=yesterday)
    assert (past["head_id"], past["dwelling"], past["on"]) == (
        str(head), dwelling(), yesterday.isoformat(),
    )  # fmt: skip
    assert past == await household(registry, home, on=yesterday)
    known_then = await household(registry, home, valid_on=yesterday, known_at=before)
    assert [m["name"] for m in known_then["members"]][1] == "金明子"
    accesses = await registry.accesses(child)
    assert len([a for a in accesses if a["operation"] == "registry.households.get"]) == 5


async def test_a_household_that_was_not_known_yet_is_not_there(registry: Registry) -> None:
    home = await registry.household()
    await household(registry, home, 404, known_at=utc_now() - timedelta(days=1))
    far = registry.headers("community_officer", areas=["222401"])
    answer = await registry.client.get(
        f"/v1/households/{home}?valid_on=2026-01-01&known_at=2026-01-01T00:00:00%2B08:00",
        headers=far,
    )
    assert answer.status_code == 404
    for wrong in ("known_at=2026-01-01T00:00:00", "valid_on=x", "until=2026-01-01"):
        answer = await registry.client.get(
            f"/v1/households/{home}?{wrong}", headers=registry.headers()
        )
        assert answer.status_code == 422


async def test_documents_are_told_as_they_were_known_and_valid(registry: Registry) -> None:
    person = await registry.resident()
    url = f"/v1/residents/{person}/documents"
    before = utc_now()
    added = await registry.client.post(
        url,
        json={
            "kind": "passport", "number": "E12345678", "issued_on": "2020-01-01",
            "expires_on": "2029-12-31", "primary": True,
        },
        headers={**registry.department("public_security"), "If-Match": '"1"'},
    )  # fmt: skip
    assert added.status_code == 201, added.text
    between = utc_now()
    ended = await registry.client.post(
        f"{url}/{added.json()['id']}/end",
        json={"reason": "遗失"},
        headers={
            **registry.department("public_security"),
            "If-Match": f'"{added.json()["version"]}"',
        },
    )
    assert ended.status_code == 200, ended.text

    first = await documents(registry, person, known_at=before)
    assert [(i["kind"], i["primary"]) for i in first["items"]] == [("resident_id", True)]
    second = await documents(registry, person, known_at=between)
    shown = {(i["kind"], i["primary"], i["ended_at"]) for i in second["items"]}
    assert shown == {("passport", True, None), ("resident_id", False, None)}
    assert all("*" in i["number"] for i in second["items"])
    now = await documents(registry, person)
    assert "as_of" not in now
    assert [i["kind"] for i in now["items"] if i["ended_at"]] == ["passport"]

    on = local_day(before) - timedelta(days=1)
    valid = await documents(registry, person, valid_on=on)
    assert {i["kind"] for i in valid["items"]} == {"passport", "resident_id"}
    assert valid["as_of"] == {"valid_on": on.isoformat(), "known_at": None}
    expired = await documents(registry, person, valid_on=on.replace(year=2019))
    assert {i["kind"] for i in expired["items"]} == {"resident_id"}
    today = await documents(registry, person, valid_on=local_day(utc_now()))
    assert {i["kind"] for i in today["items"]} == {"resident_id"}

    await documents(registry, person, 404, known_at=before - timedelta(days=1))
    far = registry.department("public_security", areas=["222401"])
    hidden = await registry.client.get(f"{url}?valid_on=2026-01-01", headers=far)
    assert hidden.status_code == 404
