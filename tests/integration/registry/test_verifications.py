"""Two sources contradict each other, and somebody looks."""

from typing import Any
from uuid import UUID

import httpx

from services.common.clock import local_day, utc_now
from tests.factories import authority
from tests.factories.registry import COUNTY, GRID, NUMBER, OTHER_GRID, Person, Registry, id_number


async def listed(registry: Registry, headers: Any, query: str = f"within={GRID}") -> list[Any]:
    answer = await registry.client.get(f"/v1/verifications?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def resolve(registry: Registry, key: str, headers: Any = None, **body: Any) -> httpx.Response:
    return await registry.client.post(
        f"/v1/verifications/{key}/resolve", json=body, headers=headers or registry.headers()
    )


async def contested(registry: Registry) -> tuple[UUID, str]:
    """A resident of whom housing says another telephone number than the record shows."""
    resident_id = await registry.resident()
    await authority.say(registry, "housing", "phone", (NUMBER, "15400000002", "2026-07-01"))
    (item,) = await listed(registry, registry.headers())
    return resident_id, item["id"]


async def test_a_file_that_contradicts_opens_one_verification(registry: Registry) -> None:
    resident_id, _ = await contested(registry)
    (item,) = await listed(registry, registry.headers())
    assert {k: item[k] for k in ("resident_id", "field", "state", "shown", "claimed")} == {
        "resident_id": str(resident_id),
        "field": "phone",
        "state": "open",
        "shown": {
            "value": "154****5678",
            "source": "baseline",
            "domain": "public_security",
            "observed_on": "2026-06-01",
        },
        "claimed": {
            "value": "154****0002",
            "source": "department_push",
            "domain": "housing",
            "organisation": f"{COUNTY}.housing",
            "observed_on": "2026-07-01",
        },
    }
    await authority.say(registry, "housing", "phone", (NUMBER, "15400000002", "2026-07-01"))
    await authority.say(registry, "market", "phone", (NUMBER, "15400000003", "2026-08-01"))
    assert len(await listed(registry, registry.headers())) == 1
    events = await registry.rows(
        "select area, domain, data::text from events where type = 'registry.verification.opened.v1'"
    )
    assert [(e["area"], e["domain"]) for e in events] == [(GRID, "public_security")]
    assert "154" not in events[0]["data"].replace(str(resident_id), "")


async def test_what_is_merely_older_contradicts_nothing(registry: Registry) -> None:
    await registry.resident()
    await authority.say(registry, "housing", "phone", (NUMBER, "15400000002", "2026-05-01"))
    await authority.say(registry, "public_security", "phone", (NUMBER, "15400000003", "2026-09-01"))
    assert await listed(registry, registry.headers()) == []


async def test_a_correction_opens_one_too(registry: Registry) -> None:
    resident_id = await registry.resident()
    await authority.apply(
        registry, ("phone", "public_security", 2, None), ("phone", "health", 1, None)
    )
    await authority.say(registry, "health", "phone", (NUMBER, "15400000001", "2026-07-01"))
    headers = {**registry.headers(), "If-Match": '"2"'}
    said = await registry.client.patch(
        f"/v1/residents/{resident_id}", json={"phone": "15400000004"}, headers=headers
    )
    assert said.status_code == 200
    (item,) = await listed(registry, registry.headers())
    assert (item["claimed"]["source"], item["claimed"]["value"]) == ("grid_visit", "154****0004")
    assert item["shown"]["value"] == "154****0001"


async def test_a_worker_looks_and_says_what_it_is(registry: Registry) -> None:
    resident_id, key = await contested(registry)
    done = await resolve(registry, key, value="15400000009", note="本人确认")
    assert done.status_code == 200, done.text
    assert (done.json()["outcome"], "154" in done.text.replace(str(resident_id), "")) == (
        "replaced", False
    )  # fmt: skip
    assert await authority.shown(registry, resident_id, "phone") == "154****0009"
    assert await listed(registry, registry.headers()) == []
    (over,) = await listed(registry, registry.headers(), f"within={GRID}&state=resolved")
    assert (over["outcome"], over["note"]) == ("replaced", "本人确认")
    again = await resolve(registry, key, confirm=True)
    assert (again.status_code, again.json()["code"]) == (409, "verification-is-over")
    types = [e["type"] for e in await registry.rows("select type from events order by xact, seq")]
    assert types[-2:] == ["registry.resident.corrected.v1", "registry.verification.resolved.v1"]
    # The claim was judged: it opens none when it comes again.
    today = local_day(utc_now()).isoformat()
    await authority.say(registry, "housing", "phone", (NUMBER, "15400000002", today))
    assert await listed(registry, registry.headers()) == []


async def test_what_is_shown_can_be_confirmed(registry: Registry) -> None:
    resident_id, key = await contested(registry)
    done = await resolve(registry, key, confirm=True)
    assert done.json()["outcome"] == "confirmed"
    assert await authority.shown(registry, resident_id, "phone") == "154****5678"
    (said,) = await registry.rows("select * from assertions where method = 'grid_visit'")
    assert said["domain"] == "public_security"


async def test_it_is_withdrawn_when_the_owner_speaks_or_the_claimant_agrees(
    registry: Registry,
) -> None:
    await registry.resident(Person(number=id_number(1)))
    await registry.resident(Person(number=id_number(2), phone="15411111111"))
    said = [(id_number(n), "15400000002", "2026-07-01") for n in (1, 2)]
    await authority.say(registry, "housing", "phone", *said)
    assert len(await listed(registry, registry.headers())) == 2
    await authority.say(
        registry, "public_security", "phone", (id_number(1), "15400000007", "2026-08-01")
    )
    await authority.say(registry, "housing", "phone", (id_number(2), "15411111111", "2026-09-01"))
    assert await listed(registry, registry.headers()) == []
    over = await listed(registry, registry.headers(), f"within={GRID}&state=withdrawn")
    assert len(over) == 2


async def test_sensitive_fields_are_their_owners_alone(registry: Registry) -> None:
    resident_id = await registry.resident(Person(facts={"low_income": True}))
    async with registry.store.transaction() as tx:
        await tx.connection.execute(
            "insert into verifications (county, id, resident_id, field, claim_key, claim_value,"
            " claim_method, claim_domain, claim_observed_on, opened_at) values"
            " ($1, uuidv7(), $2, 'low_income', 'false', 'false', 'department_push', 'housing',"
            " '2026-11-01', now())",
            COUNTY,
            resident_id,
        )
    query = f"within={COUNTY}"
    owner = registry.headers("department_officer", domains=["social_security"])
    (item,) = await listed(registry, owner, query)
    assert (item["shown"]["value"], item["claimed"]["value"]) == (True, False)
    assert await listed(registry, registry.headers("county_officer"), query) == []
    assert await listed(registry, registry.department("health"), query) == []
    worker = await resolve(registry, item["id"], confirm=True)
    assert worker.status_code == 404
    done = await resolve(registry, item["id"], owner, confirm=True)
    assert done.status_code == 200


async def test_who_may_look_and_what_may_be_said(registry: Registry) -> None:
    _, key = await contested(registry)
    elsewhere = registry.headers(areas=[OTHER_GRID])
    assert (await resolve(registry, key, elsewhere, confirm=True)).status_code == 404
    assert (await resolve(registry, "x", confirm=True)).status_code == 404
    stranger = registry.headers("department_officer", domains=["housing"])
    refused = await resolve(registry, key, stranger, confirm=True)
    assert (refused.status_code, refused.json()["code"]) == (403, "field-not-collectable")
    for body in ({}, {"confirm": True, "value": "1"}, {"value": "1"}, {"value": "x", "at": 1}):
        assert (await resolve(registry, key, **body)).status_code == 422
    outside = await registry.client.get(
        f"/v1/verifications?within={OTHER_GRID}", headers=registry.headers()
    )
    assert outside.status_code == 404
    hidden = await registry.client.get(
        f"/v1/verifications?within={GRID}&field=low_income", headers=registry.headers()
    )
    assert hidden.status_code == 403
    owner = registry.headers("department_officer", domains=["public_security"])
    assert (await resolve(registry, key, owner, value="15400000008")).status_code == 200
