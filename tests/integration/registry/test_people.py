"""Registering one resident, and the documents of residents."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.common.timers import TimerLoop
from services.registry.store import former_names as names_store
from services.registry.use_cases import former_names
from tests.factories.life_events import Village, village
from tests.factories.periods import disagreements
from tests.factories.registry import NUMBER, OTHER_GRID, Person, Registry, dwelling, id_number

PERMIT = "H1234567801"
NUMBERS = {
    "passport": "E12345678",
    "hmt_permit": PERMIT,
    "foreign_permit": "USA110199001011",
}


@pytest.fixture
async def lives(registry: Registry) -> Village:
    return await village(registry)


async def register(lives: Village, headers: Mapping[str, str] | None = None, **body: Any) -> Any:
    given = {"name": "王强", "dwelling": dwelling(), **body}
    return await lives.registry.client.post(
        "/v1/residents", json=given, headers=headers or lives.caller()
    )


async def papers(registry: Registry, resident: UUID) -> list[dict[str, Any]]:
    answer = await registry.client.get(
        f"/v1/residents/{resident}/documents", headers=registry.department("public_security")
    )
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def change(
    registry: Registry, resident: UUID, path: str, version: int, **body: Any
) -> httpx.Response:
    headers = registry.department("public_security") | {"If-Match": f'"{version}"'}
    url = f"/v1/residents/{resident}/documents{path}"
    return await registry.client.post(url, json=body, headers=headers)


async def test_somebody_is_registered_with_a_number_or_without(lives: Village) -> None:
    number = id_number(33, "19881212")
    document = {"kind": "resident_id", "number": number}
    answer = await register(lives, document=document)
    assert answer.status_code == 201, answer.text
    seen = await lives.registry.look_up(number, ["sex", "born_on", "dwelling"], lives.caller())
    assert seen.json()["id"] == answer.json()["id"]
    assert (seen.json()["sex"], seen.json()["born_on"]) == ("1", "1988-12-12")
    again = await register(lives, document=document)
    assert again.json()["code"] == "document-already-known"
    assert again.json()["resident"] == answer.json()["id"]
    elsewhere = lives.caller(areas=["222406001002"])
    other = await register(lives, elsewhere, document=document)
    assert other.status_code == 422  # not its dwelling
    without = await register(
        lives, dwelling=None, household_id=str(lives.home), relation="8", name="无名氏"
    )
    assert without.status_code == 201
    assert len(await lives.members(lives.home)) == 4
    assert await disagreements(lives.registry) == []
    refused = [
        await register(lives, document={"kind": "resident_id", "number": number[:-1] + "A"}),
        await register(lives, document=document, born_on="1990-01-01"),
        await register(lives, dwelling=None),
        await register(lives, dwelling=None, household_id=str(lives.home), relation="0"),
        await register(lives, residency="nomad"),
    ]
    assert {a.status_code for a in refused} == {422}


async def test_whose_a_document_is_nobody_learns_outside_the_areas(registry: Registry) -> None:
    lives = await village(registry)
    far = await registry.resident(Person(number=id_number(50), dwelling=dwelling(OTHER_GRID)))
    grid_worker = lives.registry.headers()
    answer = await register(
        lives, grid_worker, document={"kind": "resident_id", "number": id_number(50)}
    )
    assert answer.status_code == 409
    assert str(far) not in answer.text


@pytest.mark.parametrize("kind", sorted(NUMBERS))
async def test_further_documents_find_the_resident(registry: Registry, kind: str) -> None:
    resident = await registry.resident()
    added = await change(registry, resident, "", 1, kind=kind, number=NUMBERS[kind])
    assert added.status_code == 201, added.text
    assert NUMBERS[kind] not in added.text
    body = {"document": {"kind": kind, "number": NUMBERS[kind].lower()}, "fields": ["document"]}
    headers = registry.department("public_security")
    found = await registry.client.post("/v1/residents/lookup", json=body, headers=headers)
    assert found.json()["id"] == str(resident)
    assert found.json()["document"]["kind"] == "resident_id"
    shown = await papers(registry, resident)
    assert [(p["kind"], p["primary"]) for p in shown] == [("resident_id", True), (kind, False)]
    assert "*" in shown[1]["number"]
    accesses = await registry.accesses(resident)
    assert "registry.residents.documents" in {a["operation"] for a in accesses}


async def test_a_newborn_gets_its_number_later(registry: Registry) -> None:
    resident = await registry.resident(Person(number=None, sex="0", born_on=None))
    wrong = id_number(8, "20991231")
    assert (await change(registry, resident, "", 1, kind="resident_id", number=wrong)).status_code
    right = await change(registry, resident, "", 1, kind="resident_id", number=id_number(8))
    assert right.json()["version"] == 2
    seen = await registry.look_up(id_number(8), ["sex", "born_on"], registry.headers())
    assert (seen.json()["sex"], seen.json()["born_on"]) == ("2", "1990-01-01")


async def test_a_wrong_number_is_put_right_and_kept(registry: Registry) -> None:
    resident = await registry.resident()
    right = id_number(3)
    answer = await change(
        registry, resident, "/primary/correct", 1, number=right, reason="录入错误"
    )
    assert answer.status_code == 200, answer.text
    headers = registry.headers()
    assert (await registry.look_up(NUMBER, ["name"], headers)).status_code == 404
    assert (await registry.look_up(right, ["name"], headers)).status_code == 200
    shown = await papers(registry, resident)
    assert [(p["primary"], p["end_reason"]) for p in shown] == [(True, None), (False, "录入错误")]
    other = await registry.resident(Person(number=NUMBER))
    assert other != resident
    taken = await change(
        registry, resident, "/primary/correct", 2, number=NUMBER, reason="录入错误"
    )
    assert taken.json()["code"] == "document-already-known"
    stale = await change(registry, resident, "/primary/correct", 1, number=right, reason="x")
    assert stale.status_code == 412


async def test_when_the_primary_document_ends_another_takes_its_place(registry: Registry) -> None:
    resident = await registry.resident()
    added = await change(registry, resident, "", 1, kind="passport", number="E12345678")
    ended = await change(registry, resident, "/primary/end", 2, reason="注销")
    assert ended.status_code == 200
    shown = await papers(registry, resident)
    assert (shown[0]["id"], shown[0]["primary"]) == (added.json()["id"], True)
    assert (await registry.look_up(NUMBER, ["name"], registry.headers())).status_code == 404
    last = await change(registry, resident, "/primary/end", 3, reason="失效")
    assert last.status_code == 200
    assert (await change(registry, resident, "/primary/end", 4, reason="x")).status_code == 404
    kinds = await registry.rows("select document_kind, document_sealed from residents")
    assert kinds == [{"document_kind": None, "document_sealed": None}]


async def test_documents_are_kept_by_the_police(registry: Registry) -> None:
    resident = await registry.resident()
    health = registry.department("health") | {"If-Match": '"1"'}
    url = f"/v1/residents/{resident}/documents"
    paper = {"kind": "passport", "number": "E12345678"}
    assert (await registry.client.post(url, json=paper, headers=health)).status_code == 403
    worker = registry.headers() | {"If-Match": '"1"'}
    assert (await registry.client.post(url, json=paper, headers=worker)).status_code == 201
    for bad in ("E1", "PASSPORT", "1" * 18):
        wrong = {"kind": "passport", "number": bad}
        headers = registry.headers() | {"If-Match": '"2"'}
        assert (await registry.client.post(url, json=wrong, headers=headers)).status_code == 422


async def test_a_former_name_is_found(registry: Registry) -> None:
    resident = await registry.resident()
    headers = registry.department("public_security") | {"If-Match": '"1"'}
    patch = {"former_name": "朴顺姬"}
    await registry.client.patch(f"/v1/residents/{resident}", json=patch, headers=headers)
    for name in ("朴顺姬", "金哲", "jin"):
        found = await registry.client.post(
            "/v1/residents/search",
            json={"within": "222406001001", "name": name, "fields": ["name"]},
            headers=registry.headers("community_officer"),
        )
        assert [i["id"] for i in found.json()["items"]] == [str(resident)]


@pytest.mark.parametrize("killed", [False, True])
async def test_former_names_from_before_are_found_after_the_job(
    registry: Registry, *, killed: bool
) -> None:
    people = [
        await registry.resident(
            Person(number=id_number(n), facts={"former_name": "朴顺姬"} if n != 2 else {})
        )
        for n in range(1, 6)
    ]
    before = await registry.rows("select id, version, updated_at from residents order by id")

    async def found() -> list[str]:
        answer = await registry.client.post(
            "/v1/residents/search",
            json={"within": "222406001001", "name": "朴顺", "fields": ["name"]},
            headers=registry.headers("community_officer"),
        )
        return sorted(item["id"] for item in answer.json()["items"])

    assert await found() == []
    await former_names.begin(registry.store)
    if killed:  # its worker is gone after the first chunk; another one goes on
        async with registry.store.transaction() as tx:
            assert await names_store.step(tx.connection, 2) == 2
    loop = TimerLoop(registry.store.database, former_names.handlers(registry.store, chunk=2))
    assert await loop.fire_due() == 1
    assert await found() == sorted(str(p) for n, p in enumerate(people, 1) if n != 2)
    after = await registry.rows("select id, version, updated_at from residents order by id")
    assert after == before
    assert await registry.rows("select 1 from resident_history") == []
    (fill,) = await registry.rows("select rows_done from period_fills where name = 'former_names'")
    assert fill["rows_done"] == len(people)
