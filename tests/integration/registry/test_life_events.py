"""Life events: each updates all it touches, or nothing."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from tests.factories.life_events import DAY, FAR, Village, village
from tests.factories.periods import disagreements
from tests.factories.registry import COUNTY, GRID, OTHER_GRID, Registry, dwelling, id_number


@pytest.fixture
async def lives(registry: Registry) -> AsyncIterator[Village]:
    made = await village(registry)
    yield made
    assert await disagreements(registry) == []


def ok(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_birth_makes_a_resident_without_document(lives: Village) -> None:
    answer = await lives.report(
        "birth",
        lives.mother,
        lives.father,
        newcomers=[{"name": "金明浩", "name_ko": "김명호", "sex": "1"}],
        registered=True,
        evidence="出生医学证明",
        legal_basis="户口登记条例第七条",
    )
    body = ok(answer)
    (newborn,) = (s["id"] for s in body["subjects"] if s["role"] == "newborn")
    assert answer.headers["location"] == f"/v1/life-events/{body['id']}"
    row = await lives.registry.rows(
        "select name, name_pinyin, born_on::text, document_kind, relation, household_id, residency,"
        " observed_on::text from residents where id = $1",
        UUID(newborn),
    )
    assert row == [
        {
            "name": "金明浩",
            "name_pinyin": "jin ming hao",
            "born_on": DAY,
            "document_kind": None,
            "relation": "2",
            "household_id": lives.home,
            "residency": "registered",
            "observed_on": DAY,
        }
    ]
    seen = await lives.registry.client.get(
        f"/v1/households/{lives.home}?on={DAY}", headers=lives.caller()
    )
    assert newborn in {m["id"] for m in seen.json()["registered"]}
    found = await lives.registry.client.post(
        "/v1/residents/search",
        json={"within": GRID, "name": "ㄱㅁㅎ", "fields": ["name"]},
        headers=lives.caller(),
    )
    assert [i["id"] for i in found.json()["items"]] == [newborn]


async def test_a_death_ends_membership_and_gives_a_head(lives: Village) -> None:
    body = ok(await lives.report("death", lives.father, spouse_id=lives.mother))
    assert await lives.members(lives.home) == {lives.mother: "0", lives.daughter: "3"}
    died = await lives.registry.rows(
        "select died_on::text, household_id from residents where id = $1", lives.father
    )
    assert died == [{"died_on": DAY, "household_id": None}]
    seen = await lives.registry.client.get(
        f"/v1/residents/{lives.mother}?fields=marital_status,relation", headers=lives.caller()
    )
    assert seen.json()["facts"]["marital_status"]["value"] == "30"
    assert seen.json()["facts"]["marital_status"]["domain"] == "family_planning"
    assert body["residents"][str(lives.mother)] == seen.json()["version"]
    events = await lives.registry.rows("select type, area, data from events")
    assert [(e["type"], e["area"]) for e in events] == [("registry.life_event.recorded.v1", GRID)]


async def test_the_last_death_ends_the_household(lives: Village) -> None:
    ok(await lives.report("death", lives.widow))
    over = await lives.registry.rows(
        "select valid_to::text, head_id from households where id = $1", lives.next_door
    )
    assert over == [{"valid_to": DAY, "head_id": None}]


async def test_marriage_and_divorce_move_people_and_are_the_owners_facts(lives: Village) -> None:
    police = lives.registry.department("public_security")
    ok(
        await lives.report(
            "marriage",
            lives.daughter,
            lives.widow,
            dwelling=dwelling(room=103),
            head_id=lives.daughter,
            headers=police,
        )
    )
    (home,) = {
        row["household_id"]
        for row in await lives.registry.rows(
            "select household_id from residents where id = any ($1)",
            [lives.daughter, lives.widow],
        )
    }
    assert await lives.members(home) == {lives.daughter: "0", lives.widow: "1"}
    planning = lives.registry.department("family_planning")
    ok(await lives.report("divorce", lives.daughter, lives.widow, headers=planning))
    said = await lives.registry.rows(
        "select distinct value #>> '{}' as value, domain from assertions"
        " where field = 'marital_status' and method = 'department_push' order by value"
    )
    assert said == [
        {"value": "20", "domain": "family_planning"},
        {"value": "40", "domain": "family_planning"},
    ]


async def test_moves_in_out_and_within(lives: Village) -> None:
    newcomer = {"name": "王强", "sex": "1", "document": {"kind": "resident_id"}}
    newcomer["document"] = {"kind": "resident_id", "number": id_number(77, "19850505")}
    ok(
        await lives.report(
            "move_in", household_id=lives.next_door, newcomers=[{**newcomer, "relation": "8"}]
        )
    )
    members = await lives.members(lives.next_door)
    assert sorted(members.values(), key=str) == ["0", "8"]
    again = await lives.report("move_in", household_id=lives.next_door, newcomers=[newcomer])
    assert (again.status_code, again.json()["code"]) == (409, "document-already-known")
    ok(await lives.report("move_out", lives.daughter))
    gone = await lives.registry.rows(
        "select dwelling, left_on::text, household_id from residents where id = $1",
        lives.daughter,
    )
    assert gone == [{"dwelling": COUNTY, "left_on": DAY, "household_id": None}]
    back = await lives.report(
        "move_in", lives.daughter, dwelling=dwelling(room=104), head_id=lives.daughter
    )
    ok(back)
    moved = await lives.report("move_within", household_id=lives.home, dwelling=dwelling(room=103))
    ok(moved)
    places = await lives.registry.rows(
        "select dwelling from residents where household_id = $1", lives.home
    )
    assert {row["dwelling"] for row in places} == {dwelling(room=103)}


async def test_split_merge_and_change_of_head(lives: Village) -> None:
    split = ok(await lives.report("split", lives.daughter))
    (new,) = set(split["households"]) - {str(lives.home)}
    assert await lives.members(UUID(new)) == {lives.daughter: "0"}
    merged = await lives.report(
        "merge",
        household_id=lives.home,
        other_id=UUID(new),
        relations={str(lives.daughter): "3"},
    )
    ok(merged)
    ok(await lives.report("head_change", lives.daughter, household_id=lives.home))
    assert await lives.members(lives.home) == {
        lives.daughter: "0",
        lives.father: "5",
        lives.mother: "5",
    }


async def test_a_refused_event_changes_nothing(lives: Village) -> None:
    before = await lives.dump()
    counts = "select count(*) as n from life_events"
    stale = await lives.registry.client.post(
        "/v1/life-events",
        json={
            "kind": "death",
            "occurred_on": DAY,
            "people": [str(lives.father)],
            "versions": {str(lives.father): 9},
        },
        headers=lives.caller(),
    )
    assert stale.status_code == 412
    cases = {
        "validation-failed": [
            await lives.report("death", lives.father, occurred_on="2099-01-01"),
            await lives.report("death", lives.father, occurred_on="1950-01-01"),
            await lives.report("death", lives.father, versions={}),
            await lives.report("move_within", lives.father, dwelling=dwelling(room=999)),
            await lives.report("move_within", lives.father, dwelling=FAR),
        ],
        "life-event-not-possible": [
            await lives.report("split", lives.father, lives.mother, lives.daughter),
        ],
        "resident-not-found": [
            await lives.report(
                "death", lives.father, headers=lives.caller("grid_worker", areas=[OTHER_GRID])
            ),
        ],
        "not-permitted": [
            await lives.report(
                "death", lives.father, headers=lives.registry.department("family_planning")
            ),
            await lives.report("birth", lives.father, headers=lives.registry.department("health")),
        ],
    }
    for code, answers in cases.items():
        assert {a.json()["code"] for a in answers} == {code}
    assert await lives.dump() == before
    assert await lives.registry.rows(counts) == [{"n": 0}]


async def test_what_happened_before_a_recorded_event_is_refused_unless_it_amends(
    lives: Village,
) -> None:
    first = ok(await lives.report("split", lives.daughter))
    early = await lives.report("move_out", lives.daughter, occurred_on="2026-11-09")
    assert early.json()["code"] == "later-event-recorded"
    amended = await lives.report(
        "split", lives.daughter, occurred_on="2026-11-09", amends=first["id"]
    )
    ok(amended)
    periods = await lives.registry.rows(
        "select lower(valid)::text as since, upper(valid)::text as until from memberships"
        " where resident_id = $1 order by valid",
        lives.daughter,
    )
    assert periods == [
        {"since": "2026-06-01", "until": "2026-11-09"},
        {"since": "2026-11-09", "until": None},
    ]
    again = await lives.reverse(first["id"])
    assert again.json()["code"] == "life-event-reversed"


@pytest.mark.parametrize(
    "kind", ["birth", "death", "marriage", "divorce", "move_in", "move_out", "move_within",
             "move_whole", "split", "merge", "head_change", "move_abroad"]
)  # fmt: skip
async def test_every_kind_can_be_taken_back(lives: Village, kind: str) -> None:
    before = await lives.dump()
    police: dict[str, Any] = {
        "role": "department_officer",
        "domains": ["public_security"],
        "areas": ["2224"],
    }
    people, more = {
        "birth": ((lives.mother,), {"newcomers": [{"name": "金明浩"}], "registered": True}),
        "death": ((lives.father,), {"spouse_id": lives.mother}),
        "marriage": ((lives.daughter, lives.widow), {"household_id": lives.next_door}),
        "divorce": ((lives.mother, lives.father), {"household_id": lives.next_door}),
        "move_in": ((), {"newcomers": [{"name": "王强"}], "dwelling": dwelling(room=104)}),
        "move_out": ((lives.father,), {"registered": True}),
        "move_within": ((lives.father,), {"household_id": lives.next_door}),
        "move_whole": ((), {"household_id": lives.home, "dwelling": dwelling(room=104)}),
        "split": ((lives.daughter,), {"dwelling": dwelling(room=104)}),
        "merge": ((), {"household_id": lives.home, "other_id": lives.next_door}),
        "head_change": ((lives.mother,), {"household_id": lives.home}),
        "move_abroad": ((lives.father,), {"dwelling": FAR}),
    }[kind]
    assert isinstance(more, dict)
    name = {"move_whole": "move_within", "move_abroad": "move_within"}.get(kind, kind)
    recorded = ok(await lives.report(name, *people, **more, headers=lives.caller(**police)))
    if kind != "divorce":
        assert await lives.dump() != before
    answer = await lives.reverse(recorded["id"], **police)
    assert answer.status_code == 200, answer.text
    assert await lives.dump() == before
    shown = await lives.registry.client.get(
        f"/v1/life-events/{recorded['id']}", headers=lives.caller(**police)
    )
    assert shown.json()["reversal"]["reason"] == "重复登记"


async def test_what_something_builds_on_cannot_be_taken_back(lives: Village) -> None:
    split = ok(await lives.report("split", lives.daughter, dwelling=dwelling(room=104)))
    out = ok(await lives.report("move_out", lives.daughter, occurred_on="2026-11-12"))
    refused = await lives.reverse(split["id"])
    assert refused.status_code == 409
    assert refused.json()["code"] == "life-event-built-upon"
    assert refused.json()["event"] == out["id"]
    assert (await lives.reverse(out["id"])).status_code == 200
    assert (await lives.reverse(split["id"])).status_code == 200


async def test_events_are_listed_with_accesses_and_kinds_by_department(lives: Village) -> None:
    ok(await lives.report("death", lives.widow, evidence="死亡医学证明"))
    ok(await lives.report("marriage", lives.mother, lives.father))
    client, path = lives.registry.client, "/v1/life-events"
    query = {"within": GRID, "from": "2026-11-01", "to": "2026-11-30"}
    listed = await client.get(path, params=query, headers=lives.caller())
    items = listed.json()["items"]
    assert [i["kind"] for i in items] == ["marriage", "death"]
    assert items[1]["evidence"] == "死亡医学证明"
    assert items[1]["subjects"] == [{"id": str(lives.widow), "name": "金哲洙", "role": "deceased"}]
    planning = await client.get(
        path, params=query, headers=lives.registry.department("family_planning")
    )
    assert [i["kind"] for i in planning.json()["items"]] == ["marriage"]
    health = await client.get(path, params=query, headers=lives.registry.department("health"))
    assert health.status_code == 403
    page = await client.get(path, params={**query, "limit": 1}, headers=lives.caller())
    following = {**query, "limit": 1, "after": page.json()["next"]}
    second = await client.get(path, params=following, headers=lives.caller())
    assert [i["kind"] for i in second.json()["items"]] == ["death"]
    own = await client.get(f"/v1/residents/{lives.father}/life-events", headers=lives.caller())
    assert [i["kind"] for i in own.json()["items"]] == ["marriage"]
    accesses = await lives.registry.accesses(lives.father)
    assert "registry.residents.life_events" in {a["operation"] for a in accesses}
    typo = await client.get(path, params={**query, "kin": "x"}, headers=lives.caller())
    assert typo.status_code == 422


async def test_a_repeated_report_is_recorded_once(lives: Village) -> None:
    headers = lives.caller()
    first = await lives.report(
        "death", lives.widow, headers=headers, versions={str(lives.widow): 1}
    )
    second = await lives.report(
        "death", lives.widow, headers=headers, versions={str(lives.widow): 1}
    )
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert len(await lives.registry.rows("select 1 from life_events")) == 1
