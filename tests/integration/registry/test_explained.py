"""Why a record shows what it shows."""

from datetime import date
from typing import Any
from uuid import UUID

from tests.factories import authority
from tests.factories.registry import NUMBER, Person, Registry


async def explained(registry: Registry, resident_id: UUID, fields: str, headers: Any) -> Any:
    answer = await registry.client.get(
        f"/v1/residents/{resident_id}?fields={fields}&explain=true", headers=headers
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def losers(explanation: Any) -> list[tuple[str, str]]:
    return [(one["domain"], one["reason"]) for one in explanation["others"]]


async def test_who_won_and_why_the_others_lost(registry: Registry) -> None:
    resident_id = await registry.resident(Person(observed_on=date(2026, 1, 1)))
    said = [
        ("market", "15400000005", "2026-01-02"),
        ("housing", "15400000002", "2026-05-01"),
        ("public_security", "15400000003", "2026-03-01"),
    ]
    for domain, value, day in said:
        await authority.say(registry, domain, "phone", (NUMBER, value, day))
    desk = registry.headers("resident_desk")
    body = await explained(registry, resident_id, "phone", desk)
    told = body["explanation"]["phone"]
    assert told["authority"] == 1
    shown = told["shown"]
    assert shown.pop("recorded_at")
    assert shown == {
        "value": "154****0003",
        "source": "department_push",
        "domain": "public_security",
        "organisation": "222406.public_security",
        "observed_on": "2026-03-01",
        "rank": 1,
        "max_age_days": None,
    }
    assert body["phone"] == "154****0003"
    assert losers(told) == [("public_security", "older"), ("housing", "rank"), ("market", "rank")]
    assert told["others"][0]["source"] == "baseline"
    assert [one["value"] for one in told["others"]][1:] == ["154****0002", "154****0005"]
    assert "1540000" not in str(body)
    await authority.apply(
        registry, ("phone", "public_security", 1, 30), ("phone", "housing", 2, None)
    )
    told = (await explained(registry, resident_id, "phone", desk))["explanation"]["phone"]
    assert (told["authority"], told["shown"]["domain"]) == (2, "housing")
    assert losers(told) == [
        ("market", "older") if d == "market" else (d, "beyond-maximum-age")
        for d in ("market", "public_security", "public_security")
    ]


async def test_until_a_version_is_carried_into_it_a_record_follows_the_former(
    registry: Registry,
) -> None:
    resident_id = await registry.resident(Person(phone=None))
    for domain, value, day in (
        ("health", "15400000001", "2026-03-01"),
        ("housing", "15400000002", "2026-05-01"),
    ):
        await authority.say(registry, domain, "phone", (NUMBER, value, day))
    number = await authority.draft(registry, ("phone", "health", 1, None))
    await authority.activate(registry, number)
    desk = registry.headers("resident_desk")
    body = await explained(registry, resident_id, "phone", desk)
    assert (body["phone"], body["explanation"]["phone"]["authority"]) == ("154****0002", 1)
    await authority.work(registry)
    body = await explained(registry, resident_id, "phone", desk)
    assert (body["phone"], body["explanation"]["phone"]["authority"]) == ("154****0001", 2)


async def test_what_nobody_asserted_is_the_records_own(registry: Registry) -> None:
    resident_id = await registry.resident(Person(facts={"low_income": True}))
    body = await registry.client.post(
        "/v1/residents/lookup",
        json={
            "document": {"number": NUMBER},
            "fields": ["name", "document", "low_income", "disability"],
            "explain": True,
        },
        headers=registry.department("social_security"),
    )
    told = body.json()["explanation"]
    assert (told["name"]["shown"]["source"], told["name"]["others"]) == ("baseline", [])
    assert told["low_income"]["shown"]["value"] is True
    assert told["document"]["shown"] is None
    assert told["disability"]["shown"] is None
    assert len(await registry.accesses(resident_id)) == 1


async def test_a_field_that_may_not_be_read_is_not_explained(registry: Registry) -> None:
    resident_id = await registry.resident(Person(facts={"low_income": True}))
    path = f"/v1/residents/{resident_id}?fields=low_income&explain=true"
    refused = await registry.client.get(path, headers=registry.headers())
    assert (refused.status_code, refused.json()["code"]) == (403, "field-not-readable")


async def test_a_sight_that_makes_no_sense_is_refused(registry: Registry) -> None:
    resident_id = await registry.resident()
    for query, pointer in (
        ("explain=yes", "#query/explain"),
        ("explain=true&valid_on=2026-01-01", "#query/explain"),
        ("valid_on=2026-13-01", "#query/valid_on"),
        ("known_at=2026-01-01", "#query/known_at"),
        ("at=2026-01-01", "#query/at"),
    ):
        answer = await registry.client.get(
            f"/v1/residents/{resident_id}?fields=name&{query}", headers=registry.headers()
        )
        assert answer.status_code == 422
        assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]
    plain = await registry.client.get(
        f"/v1/residents/{resident_id}?fields=name&explain=false", headers=registry.headers()
    )
    assert "explanation" not in plain.json()
