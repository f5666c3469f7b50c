"""A resident says that a field is wrong."""

from typing import Any
from uuid import UUID

import httpx

from tests.factories.registry import COUNTY, GRID, NUMBER, OTHER_COUNTY_GRID, Person, Registry

STATEMENT = "电话已经换了"


async def dispute(
    registry: Registry, resident_id: UUID, field: str = "phone", **token: Any
) -> httpx.Response:
    return await registry.client.post(
        f"/v1/residents/{resident_id}/disputes",
        json={"field": field, "statement": STATEMENT},
        headers=registry.headers("resident_desk", **token),
    )


async def decide(
    registry: Registry, key: str, domain: str = "public_security", **body: Any
) -> httpx.Response:
    headers = registry.headers("department_officer", domains=[domain], org=f"{COUNTY}.{domain}")
    return await registry.client.post(
        f"/v1/disputes/{key}/decide", json={"reason": "已核对", **body}, headers=headers
    )


async def seen(registry: Registry, resident_id: UUID, fields: str) -> Any:
    answer = await registry.client.get(
        f"/v1/residents/{resident_id}?fields={fields}", headers=registry.headers()
    )
    return answer.json()


async def test_a_disputed_field_is_flagged_in_every_answer(registry: Registry) -> None:
    resident_id = await registry.resident()
    opened = await dispute(registry, resident_id)
    assert opened.status_code == 201
    body = opened.json()
    assert (body["state"], body["age_days"], body["version"]) == ("open", 0, 2)
    assert STATEMENT not in opened.text
    assert (await seen(registry, resident_id, "phone,name"))["disputed"] == ["phone"]
    assert "disputed" not in await seen(registry, resident_id, "name")
    found = await registry.look_up(NUMBER, ["phone"], registry.headers())
    assert found.json()["disputed"] == ["phone"]
    search = {"within": GRID, "fields": ["phone"]}
    page = await registry.client.post(
        "/v1/residents/search", json=search, headers=registry.headers()
    )
    assert page.json()["items"][0]["disputed"] == ["phone"]


async def test_upheld_the_right_value_is_the_owners_word(registry: Registry) -> None:
    resident_id = await registry.resident()
    key = (await dispute(registry, resident_id)).json()["id"]
    done = await decide(registry, key, decision="uphold", value="15400000001")
    assert (done.status_code, done.json()["state"]) == (200, "upheld")
    shown = await seen(registry, resident_id, "phone")
    assert (shown["phone"], "disputed" in shown) == ("154****0001", False)
    (said,) = await registry.rows("select * from assertions where method <> 'baseline'")
    assert (said["method"], said["domain"]) == ("department_push", "public_security")
    events = await registry.rows("select type, data::text from events order by xact, seq")
    assert [e["type"] for e in events] == [
        "registry.dispute.opened.v1",
        "registry.resident.corrected.v1",
        "registry.dispute.decided.v1",
    ]
    assert "15400000001" not in str(events)
    again = await decide(registry, key, decision="reject")
    assert (again.status_code, again.json()["code"]) == (409, "dispute-is-decided")


async def test_rejected_everything_stays_and_the_reason_is_told(registry: Registry) -> None:
    resident_id = await registry.resident()
    key = (await dispute(registry, resident_id)).json()["id"]
    assert (await decide(registry, key, decision="reject")).json()["state"] == "rejected"
    shown = await seen(registry, resident_id, "phone")
    assert (shown["phone"], "disputed" in shown) == ("154****5678", False)
    listed = await registry.client.get(
        f"/v1/residents/{resident_id}/disputes", headers=registry.headers("resident_desk")
    )
    (told,) = listed.json()["items"]
    assert (told["statement"], told["reason"], told["state"]) == (STATEMENT, "已核对", "rejected")
    stored = await registry.rows("select * from disputes")
    assert STATEMENT not in str(stored)
    assert (await dispute(registry, resident_id)).status_code == 201


async def test_the_owner_decides_and_with_a_value_only_when_upheld(registry: Registry) -> None:
    resident_id = await registry.resident()
    key = (await dispute(registry, resident_id)).json()["id"]
    other = await decide(registry, key, "health", decision="reject")
    assert (other.status_code, other.json()["code"]) == (403, "dispute-not-yours")
    for body in (
        {"decision": "uphold"},
        {"decision": "reject", "value": "15400000001"},
        {"decision": "uphold", "value": "1"},
    ):
        wrong = await decide(registry, key, **body)
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/value")
    assert (await seen(registry, resident_id, "phone"))["disputed"] == ["phone"]
    for unknown in ("x", str(resident_id)):
        assert (await decide(registry, unknown, decision="reject")).status_code == 404


async def test_a_field_is_disputed_once_at_a_time(registry: Registry) -> None:
    resident_id = await registry.resident()
    await dispute(registry, resident_id)
    again = await dispute(registry, resident_id)
    assert (again.status_code, again.json()["code"]) == (409, "dispute-is-open")
    assert (await dispute(registry, resident_id, "name")).status_code == 201
    assert (await seen(registry, resident_id, "phone,name"))["disputed"] == ["name", "phone"]
    unknown = await dispute(registry, resident_id, "x")
    assert unknown.status_code == 422
    elsewhere = await dispute(registry, resident_id, areas=[OTHER_COUNTY_GRID])
    assert elsewhere.status_code == 404


async def test_a_department_is_shown_what_it_decides(registry: Registry) -> None:
    resident_id = await registry.resident(Person(facts={"disability": "vision"}))
    desk = {"org": f"{COUNTY}.government_office"}
    await dispute(registry, resident_id, "phone", **desk)
    await dispute(registry, resident_id, "disability", **desk)
    expected = {"health": ["disability"], "public_security": ["phone"], "social_security": []}
    for domain, fields in expected.items():
        page = await registry.client.get(
            f"/v1/disputes?within={COUNTY}", headers=registry.department(domain)
        )
        assert [item["field"] for item in page.json()["items"]] == fields, domain
    community = registry.headers("community_officer", areas=[GRID[:12]], org=GRID[:12])
    page = await registry.client.get(f"/v1/disputes?within={GRID[:12]}", headers=community)
    assert [item["field"] for item in page.json()["items"]] == ["phone"]
    # Whoever opened one for a resident may follow it.
    page = await registry.client.get(
        f"/v1/disputes?within={COUNTY}&limit=1", headers=registry.headers("resident_desk", **desk)
    )
    rest = await registry.client.get(
        f"/v1/disputes?within={COUNTY}&limit=1&after={page.json()['next']}",
        headers=registry.headers("resident_desk", **desk),
    )
    fields = [i["field"] for i in page.json()["items"] + rest.json()["items"]]
    assert (fields, rest.json()["next"]) == (["phone", "disability"], None)
    hidden = await registry.client.get(
        f"/v1/disputes?within={COUNTY}&field=disability",
        headers=registry.headers("county_officer"),
    )
    assert hidden.status_code == 403
    logged = [a["fields"] for a in await registry.accesses(resident_id)]
    assert ["disability"] in logged
