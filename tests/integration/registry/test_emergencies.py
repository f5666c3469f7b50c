"""Emergency access: one resident, for a while, on the record, and judged afterwards."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from services.registry.store.keys.places import PLACES
from tests.factories.registry import (
    COMMUNITY,
    COUNTY,
    NUMBER,
    OTHER_COUNTY_GRID,
    Person,
    Registry,
    dwelling,
    id_number,
)

PATH = "/v1/emergency-accesses"
ELSEWHERE = "222406002001"
TEXT = "老人在家晕倒，联系不上家属"


def officer(
    registry: Registry, role: str = "community_officer", sub: str = "officer", **token: Any
) -> dict[str, str]:
    """Somebody of another community of the county."""
    token.setdefault("areas", [ELSEWHERE] if role == "community_officer" else [COUNTY])
    return registry.headers(role, sub=sub, org=token["areas"][0], **token)


async def open_(
    registry: Registry, headers: dict[str, str], number: str = NUMBER, **changes: Any
) -> httpx.Response:
    body = {
        "document": {"number": number},
        "reason": "life_rescue",
        "text": TEXT,
        "minutes": 20,
        **changes,
    }
    return await registry.client.post(PATH, json=body, headers=headers)


async def family(registry: Registry) -> Any:
    home = await registry.household()
    facts = {"chronic_disease": "diabetes", "lives_alone": True, "low_income": True}
    person = Person(household_id=home, facts=facts)
    await registry.resident(person)
    son = Person(number=id_number(7), name="金明", relation="2", household_id=home)
    await registry.resident(son)
    return person, son


async def expire(registry: Registry, key: str) -> None:
    """What was opened an hour ago is over; nobody but the owner of the table could do so."""
    async with registry.store.transaction() as tx:
        await tx.connection.execute("alter table emergency_accesses disable trigger user")
        await tx.connection.execute(
            "update emergency_accesses set opened_at = opened_at - interval '1 hour', "
            "expires_at = expires_at - interval '1 hour' where id = $1::text::uuid",
            key,
        )
        await tx.connection.execute("alter table emergency_accesses enable trigger user")


async def test_contact_household_and_health_are_opened_and_recorded(registry: Registry) -> None:
    person, son = await family(registry)
    headers = officer(registry)
    get = await registry.client.get(f"/v1/residents/{person.id}?fields=name", headers=headers)
    assert get.status_code == 404
    opened = await open_(registry, headers)
    assert opened.status_code == 201, opened.text
    body = opened.json()
    left = datetime.fromisoformat(body["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=19) < left <= timedelta(minutes=20)
    assert "154" not in opened.text
    assert person.name not in opened.text
    read = await registry.client.get(f"{PATH}/{body['id']}/resident", headers=headers)
    shown = read.json()
    assert shown["resident"]["phone"] == "15412345678"
    assert shown["resident"]["facts"]["chronic_disease"]["value"] == "diabetes"
    assert "low_income" not in read.text
    assert "document" not in shown["resident"]
    assert shown["address"] == "爱民社区1号楼1单元101室"
    assert [(m["name"], m["relation"]) for m in shown["members"]] == [("金明", "2")]
    told = [(a["operation"], a["purpose"], a["fields"]) for a in await registry.accesses(person.id)]
    assert told == [
        ("registry.emergency_accesses.open", "emergency", ["emergency_access"]),
        ("registry.emergency_accesses.resident", "emergency", body["fields"]),
    ]
    (of_son,) = await registry.accesses(son.id)
    assert of_son["fields"] == ["name", "name_ko", "relation"]
    log = await registry.client.get(
        f"/v1/residents/{person.id}/access-log", headers=registry.headers("resident_desk")
    )
    assert "emergency" in {item["purpose"] for item in log.json()["items"]}
    kept = await registry.rows("select body from idempotency_keys")
    events = await registry.rows("select type, area, data::text as data from events")
    assert [e["type"] for e in events] == ["registry.emergency.opened.v1"]
    for secret in (TEXT, "15412345678", person.name):
        assert secret.encode() not in b"".join(row["body"] for row in kept)
        assert secret not in str(events)


async def test_other_emergencies_open_no_health(registry: Registry) -> None:
    await family(registry)
    headers = officer(registry, "street_officer")
    key = (await open_(registry, headers, reason="missing_person")).json()["id"]
    read = await registry.client.get(f"{PATH}/{key}/resident", headers=headers)
    assert read.json()["resident"]["name"] == "金哲洙"
    assert "diabetes" not in read.text


async def test_nobody_and_somebody_out_of_reach_are_answered_alike(registry: Registry) -> None:
    far = Person(number=id_number(9), dwelling=dwelling(OTHER_COUNTY_GRID))
    await registry.resident(far)
    headers = officer(registry)
    answers = [
        await open_(registry, {**headers, "Idempotency-Key": f"key-{n}"}, number)
        for n, number in enumerate((id_number(9), id_number(8)))
    ]
    alike = [{**a.json(), "instance": None} for a in answers]
    assert alike[0] == alike[1]
    assert {a.status_code for a in answers} == {404}
    assert await registry.accesses(far.id) == []
    rows = await registry.rows("select county, resident_id, opened_by from emergency_accesses")
    assert rows == [{"county": COUNTY, "resident_id": None, "opened_by": "officer"}] * 2
    # Both counted: the third is the last, and the fourth is told nothing.
    await registry.resident()
    for key, status in (("third", 201), ("third", 201), ("fourth", 429)):
        answer = await open_(registry, {**headers, "Idempotency-Key": key})
        assert answer.status_code == status
    assert answer.json()["code"] == "emergency-limit-reached"
    assert 0 < int(answer.headers["Retry-After"]) <= 86_401
    assert (await open_(registry, officer(registry, sub="another"))).status_code == 201


async def test_what_was_opened_is_for_who_opened_it_and_for_a_while(registry: Registry) -> None:
    await registry.resident()
    headers = officer(registry)
    key = (await open_(registry, headers)).json()["id"]
    other = officer(registry, sub="another")
    for path, who, status in (
        (key, other, 404),
        (key, headers, 200),
        ("nonsense", headers, 404),
    ):
        read = await registry.client.get(f"{PATH}/{path}/resident", headers=who)
        assert read.status_code == status
    await expire(registry, key)
    read = await registry.client.get(f"{PATH}/{key}/resident", headers=headers)
    assert (read.status_code, read.json()["code"]) == (410, "emergency-is-over")


async def test_overseers_and_the_residents_own_community_see_it(registry: Registry) -> None:
    resident_id = await registry.resident()
    headers = officer(registry)
    await open_(registry, {**headers, "Idempotency-Key": "a"}, id_number(8))
    key = (await open_(registry, headers)).json()["id"]

    async def seen(role: str, within: str, **token: Any) -> Any:
        who = registry.headers(role, sub=role, **token)
        answer = await registry.client.get(f"{PATH}?within={within}", headers=who)
        return [i["id"] == key for i in answer.json().get("items", ())]

    assert await seen("auditor", COUNTY) == [True, False]
    assert await seen("security_admin", "2224", areas=["2224"]) == [True, False]
    assert await seen("community_officer", COMMUNITY, areas=[COMMUNITY]) == [True]
    assert await seen("community_officer", ELSEWHERE, areas=[ELSEWHERE]) == []
    assert await seen("community_officer", COMMUNITY, areas=[ELSEWHERE]) == []
    assert await seen("county_officer", COUNTY) == [True]
    (item,) = (
        await registry.client.get(
            f"{PATH}?within={COMMUNITY}&state=unreviewed",
            headers=registry.headers("community_officer", areas=[COMMUNITY]),
        )
    ).json()["items"]
    assert (item["text"], item["opened_by"], item["community"]) == (TEXT, "金明子", COMMUNITY)
    assert item["resident_id"] == str(resident_id)
    assert len(await registry.accesses(resident_id)) == 6


async def test_it_is_judged_when_it_is_over_once_and_by_somebody_else(registry: Registry) -> None:
    await registry.resident()
    chief = officer(registry, "county_officer", sub="chief")
    key = (await open_(registry, chief)).json()["id"]

    async def judge(who: dict[str, str], request: str, verdict: str = "justified") -> str:
        answer = await registry.client.post(
            f"{PATH}/{key}/review",
            json={"verdict": verdict, "comment": "核实属实"},
            headers={**who, "Idempotency-Key": request},
        )
        return str(answer.json().get("code", answer.json().get("verdict")))

    auditor = registry.headers("auditor", sub="auditor")
    assert await judge(auditor, "early") == "emergency-is-open"
    await expire(registry, key)
    assert await judge(chief, "own") == "emergency-review-not-yours"
    far = registry.headers("auditor", areas=["222401"])
    assert await judge(far, "far") == "emergency-not-found"
    assert await judge(auditor, "now", "not_justified") == "not_justified"
    assert await judge(auditor, "now", "not_justified") == "not_justified"
    assert await judge(auditor, "again") == "emergency-is-reviewed"
    page = await registry.client.get(f"{PATH}?within={COUNTY}&state=reviewed", headers=auditor)
    (item,) = page.json()["items"]
    assert (item["verdict"], item["comment"]) == ("not_justified", "核实属实")
    told = await registry.client.get("/v1/events", headers=registry.headers("auditor"))
    assert [e["type"].split(".")[2] for e in told.json()["items"]] == ["opened", "reviewed"]
    others = await registry.client.get("/v1/events", headers=registry.department("health"))
    assert others.json()["items"] == []


@pytest.mark.parametrize(
    ("role", "changes", "status"),
    [
        ("grid_worker", {}, 403),
        ("department_officer", {}, 403),
        ("department_system", {}, 403),
        ("system_admin", {}, 403),
        ("community_officer", {"minutes": 61}, 422),
        ("community_officer", {"reason": "curiosity"}, 422),
        ("community_officer", {"text": "急"}, 422),
        ("community_officer", {"number": "229999199001010012"}, 422),
        ("community_officer", {"areas": []}, 404),
    ],
)
async def test_who_and_what_is_refused(
    registry: Registry, role: str, changes: dict[str, Any], status: int
) -> None:
    await registry.resident()
    changes = {"areas": [COUNTY], "number": NUMBER, **changes}
    headers = registry.headers(role, areas=changes.pop("areas"))
    number = changes.pop("number")
    assert (await open_(registry, headers, number, **changes)).status_code == status


async def test_nobody_rewrites_what_was_entered_but_it_is_sealed_again(registry: Registry) -> None:
    await registry.resident()
    assert (await open_(registry, officer(registry))).status_code == 201
    again = "set local registry.rewriting = 'resealing';"
    for statement, is_refused in (
        ("update emergency_accesses set opened_by = 'x'", True),
        ("delete from emergency_accesses", True),
        (f"{again} update emergency_accesses set opened_by = 'x'", True),
        (f"{again} update emergency_accesses set reason_sealed = '\\x00'", False),
    ):
        refused = pytest.raises(asyncpg.RestrictViolationError) if is_refused else nullcontext()
        with refused:
            async with registry.store.transaction() as tx:
                await tx.connection.execute(statement)
    assert "emergency_accesses" in {place.table for place in PLACES}
