"""Where somebody is registered is put right by public security; others may contradict."""

from typing import Any
from uuid import UUID

import httpx

from services.common.clock import local_day, utc_now
from tests.factories.registry import OTHER_GRID, Person, Registry, dwelling, id_number

FIELDS = "registered_household_id,registered_relation,registered_on,registered_area"


async def register(
    registry: Registry, resident: UUID, version: int, domain: str = "public_security", **patch: Any
) -> httpx.Response:
    headers = {**registry.department(domain), "If-Match": f'"{version}"'}
    return await registry.client.patch(f"/v1/residents/{resident}", json=patch, headers=headers)


async def shown(registry: Registry, resident: UUID, query: str = "") -> dict[str, Any]:
    answer = await registry.client.get(
        f"/v1/residents/{resident}?fields={FIELDS}{query}",
        headers=registry.department("public_security"),
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def values(body: dict[str, Any]) -> list[Any]:
    return [(body["facts"][code] or {}).get("value") for code in FIELDS.split(",")[:3]]


async def periods(registry: Registry, resident: UUID) -> list[tuple[Any, ...]]:
    rows = await registry.rows(
        "select household_id::text, relation, lower(valid)::text, upper(valid)::text"
        " from memberships where resident_id = $1 and basis = 'registered' order by lower(valid)",
        resident,
    )
    return [tuple(row.values()) for row in rows]


async def pair(registry: Registry) -> tuple[UUID, UUID, UUID]:
    """A resident who lives in one household; another household a grid further."""
    home = await registry.household()
    other = await registry.household(dwelling(OTHER_GRID))
    return home, other, await registry.resident(Person(household_id=home))


async def test_registered_and_lived_in_are_two_things(registry: Registry) -> None:
    home, other, person = await pair(registry)
    answer = await register(
        registry, person, 1, registered_household_id=str(other), registered_on="2024-05-01",
        registered_relation="3", registered_area=OTHER_GRID,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    body = await shown(registry, person)
    assert values(body) == [str(other), "3", "2024-05-01"]
    assert body["facts"]["registered_area"]["value"] == OTHER_GRID
    assert await periods(registry, person) == [(str(other), "3", "2024-05-01", None)]
    home_now = await registry.client.get(f"/v1/households/{home}", headers=registry.headers())
    assert [m["id"] for m in home_now.json()["members"]] == [str(person)]
    there = await registry.client.get(
        f"/v1/households/{other}", headers=registry.department("public_security")
    )
    assert [m["id"] for m in there.json()["registered"]] == [str(person)]
    assert there.json()["members"] == []
    (event,) = await registry.rows("select data from events where type like '%corrected%'")
    assert str(other) not in event["data"]
    assert "registered_household_id" in event["data"]


async def test_a_move_of_the_registration_closes_the_period_and_is_history(
    registry: Registry,
) -> None:
    home, other, person = await pair(registry)
    first = {"registered_household_id": str(home), "registered_on": "2020-01-01"}
    assert (await register(registry, person, 1, **first)).status_code == 200
    second = {"registered_household_id": str(other), "registered_on": "2025-01-01"}
    assert (await register(registry, person, 2, **second)).status_code == 200
    assert await periods(registry, person) == [
        (str(home), None, "2020-01-01", "2025-01-01"),
        (str(other), None, "2025-01-01", None),
    ]
    history = await registry.client.get(
        f"/v1/residents/{person}/history?fields={FIELDS}",
        headers=registry.department("public_security"),
    )
    changed = {c["field"]: (c["old"], c["new"]) for c in history.json()["items"][0]["fields"]}
    assert changed["registered_household_id"] == (str(home), str(other))
    # The day alone was wrong: the open period begins anew, the relation stays.
    assert (await register(registry, person, 3, registered_on="2025-03-01")).status_code == 200
    assert (await periods(registry, person))[-1] == (str(other), None, "2025-03-01", None)
    gone = await register(registry, person, 4, registered_household_id=None)
    assert gone.status_code == 200
    today = local_day(utc_now()).isoformat()
    assert (await periods(registry, person))[-1] == (str(other), None, "2025-03-01", today)
    assert values(await shown(registry, person)) == [None, None, None]


async def test_what_a_life_event_registered_is_shown_and_explained(registry: Registry) -> None:
    home, other, person = await pair(registry)
    async with registry.store.transaction() as tx:  # as in a database from before
        await tx.connection.execute(
            "select settle_membership('222406', $1, 'registered', $2, '1', null, '2021-02-03',"
            " 'tests', 'tests')",
            person,
            home,
        )
    assert values(await shown(registry, person)) == [str(home), "1", "2021-02-03"]
    assert (
        await register(registry, person, 1, registered_household_id=str(other))
    ).status_code == 200
    told = await shown(registry, person, "&explain=true")
    explained = told["explanation"]["registered_household_id"]
    assert explained["shown"]["value"] == str(other)
    assert [(o["value"], o["source"]) for o in explained["others"]] == [(str(home), "baseline")]


async def test_others_contradict_and_public_security_decides(registry: Registry) -> None:
    home, other, person = await pair(registry)
    mine = {"registered_household_id": str(home), "registered_on": "2020-01-01"}
    assert (await register(registry, person, 1, **mine)).status_code == 200
    theirs = await register(registry, person, 2, "housing", registered_household_id=str(other))
    assert theirs.status_code == 200
    assert values(await shown(registry, person))[0] == str(home)
    assert len(await periods(registry, person)) == 1
    explained = (await shown(registry, person, "&explain=true"))["explanation"]
    (lost,) = explained["registered_household_id"]["others"]
    assert (lost["domain"], lost["reason"]) == ("housing", "rank")
    stranger = await register(registry, person, 3, "culture", registered_household_id=str(other))
    assert stranger.json()["code"] == "field-not-collectable"
    worker = await registry.client.patch(
        f"/v1/residents/{person}",
        json={"registered_household_id": str(other)},
        headers={**registry.headers(), "If-Match": '"3"'},
    )
    assert worker.json()["code"] == "field-not-collectable"


async def test_a_dispute_that_is_upheld_moves_the_registration(registry: Registry) -> None:
    home, other, person = await pair(registry)
    await register(registry, person, 1, registered_household_id=str(home))
    opened = await registry.client.post(
        f"/v1/residents/{person}/disputes",
        json={"field": "registered_household_id", "statement": "户口不在这里"},
        headers=registry.headers("resident_desk"),
    )
    assert opened.status_code == 201, opened.text
    assert (await shown(registry, person))["disputed"] == ["registered_household_id"]
    decided = await registry.client.post(
        f"/v1/disputes/{opened.json()['id']}/decide",
        json={"decision": "uphold", "reason": "户口簿", "value": str(other)},
        headers=registry.headers("department_officer", domains=["public_security"]),
    )
    assert decided.status_code == 200, decided.text
    assert (await periods(registry, person))[-1][0] == str(other)


async def test_what_cannot_be_is_refused(registry: Registry) -> None:
    home, _, person = await pair(registry)
    far = await registry.household("2224010010010010000101010101"[:26])
    for patch, pointer in (
        ({"registered_relation": "3"}, "/registered_relation"),
        ({"registered_household_id": str(far)}, "/registered_household_id"),
        (
            {"registered_household_id": str(home), "registered_on": "2090-01-01"},
            "/registered_on",
        ),
    ):
        answer = await register(registry, person, 1, **patch)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await register(registry, person, 9, registered_area=OTHER_GRID)).status_code == 412
    hidden = await registry.client.patch(
        f"/v1/residents/{person}",
        json={"registered_area": OTHER_GRID},
        headers={
            **registry.department("public_security", areas=["222401"]),
            "If-Match": '"1"',
        },
    )
    assert hidden.status_code == 404


async def test_public_security_says_who_lives_where_they_are_registered(
    registry: Registry,
) -> None:
    _, _, person = await pair(registry)
    answer = await register(registry, person, 1, residency="absent")
    assert answer.status_code == 200
    number = id_number(1)
    found = await registry.look_up(number, ["residency"], registry.headers())
    assert found.json()["residency"] == "absent"
