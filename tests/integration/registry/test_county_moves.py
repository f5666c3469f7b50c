"""Somebody moves to another county: the record goes along whole, and nothing is lost."""

from typing import Any
from uuid import UUID

import pytest

from services.registry.domain.life_events import rights
from tests.factories.life_events import FAR, Village, village
from tests.factories.periods import disagreements
from tests.factories.registry import COUNTY, Registry

TO = FAR[:6]
POLICE: dict[str, Any] = {"domains": [rights.OWNER], "areas": ["2224"]}
FOLLOWERS = "select f::text as name from tables_keyed_by('resident_id') f"


@pytest.fixture
async def lives(registry: Registry) -> Village:
    """The father has something in every table that keeps something of residents."""
    made = await village(registry)
    headers = registry.headers() | {"If-Match": '"1"'}
    url = f"/v1/residents/{made.father}"
    patch = {"phone": "15487654321", "usual_language": "zh"}
    answer = await registry.client.patch(url, json=patch, headers=headers)
    paper = {"kind": "passport", "number": "E12345678"}
    headers = registry.headers() | {"If-Match": answer.headers["etag"]}
    assert (
        await registry.client.post(f"{url}/documents", json=paper, headers=headers)
    ).status_code == 201
    headers = registry.headers() | {"If-Match": '"3"'}
    health = registry.department("public_security") | {"If-Match": '"3"'}
    await registry.client.patch(url, json={"relation": "0"}, headers=headers)
    await registry.client.patch(url, json={"former_name": "金一"}, headers=health)
    assert (await made.report("marriage", made.father, made.mother)).status_code == 201
    return made


async def kept_of(registry: Registry, resident: UUID) -> dict[str, list[str]]:
    """Everything that is kept of a resident but its county, by table."""
    kept = {}
    for row in await registry.rows(FOLLOWERS):
        rows = await registry.rows(
            f"select (to_jsonb(t) - 'county')::text as row from {row['name']} t"
            " where resident_id = $1 order by 1",
            resident,
        )
        kept[row["name"]] = [r["row"] for r in rows]
    return kept


async def move(lives: Village, *people: UUID, **more: Any) -> dict[str, Any]:
    headers = lives.caller("department_officer", **POLICE)
    answer = await lives.report("move_within", *people, dwelling=FAR, headers=headers, **more)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_nothing_that_is_kept_is_lost(lives: Village) -> None:
    registry = lives.registry
    before = await kept_of(registry, lives.father)
    (record,) = await registry.rows("select * from residents where id = $1", lives.father)
    filled = {name for name, rows in before.items() if rows}
    assert filled >= {
        "accesses", "assertions", "identifiers", "life_event_subjects", "memberships",
        "resident_documents", "resident_history",
    }  # fmt: skip
    await move(lives, lives.father)
    after = await kept_of(registry, lives.father)
    for name in sorted(before):
        gone = set(before[name]) - set(after[name])
        # The period that ended with the move is another row now; its former state is history.
        if name == "memberships":
            assert len(after[name]) == len(before[name]) + 1
        else:
            assert not gone, name
        assert len(after[name]) >= len(before[name])
    (moved,) = await registry.rows("select * from residents where id = $1", lives.father)
    changed = {k for k in record if record[k] != moved[k]}
    assert changed <= {
        "county", "dwelling", "grid", "household_id", "relation", "version", "updated_at",
        "changed_by", "change_reason", "facts",
    }  # fmt: skip
    assert moved["county"] == TO
    assert await disagreements(registry) == []


async def test_the_old_county_keeps_a_trace_and_no_record(lives: Village) -> None:
    registry = lives.registry
    body = await move(lives, lives.father)
    for row in await registry.rows(FOLLOWERS):
        left = await registry.rows(
            f"select 1 from {row['name']} where county = $1 and resident_id = $2",
            COUNTY,
            lives.father,
        )
        assert left == [], row["name"]
    trace = await registry.rows(
        "select from_county, to_county, resident_id, moved_on::text, event_id from county_moves"
    )
    assert trace == [
        {
            "from_county": COUNTY,
            "to_county": TO,
            "resident_id": lives.father,
            "moved_on": "2026-11-10",
            "event_id": UUID(body["id"]),
        }
    ]
    told = await registry.rows(
        "select data ->> 'county' as county from events"
        " where type = 'registry.life_event.recorded.v1' and subject = $1 order by 1",
        body["id"],
    )
    assert [e["county"] for e in told] == [TO, COUNTY]
    here, there = lives.caller(), registry.headers("county_officer", areas=[TO])
    url = f"/v1/residents/{lives.father}?fields=name,phone"
    assert (await registry.client.get(url, headers=here)).status_code == 404
    seen = await registry.client.get(url, headers=registry.department(rights.OWNER, areas=[TO]))
    assert seen.json()["phone"] == "154****4321"
    log = await registry.client.get(f"/v1/residents/{lives.father}/households", headers=there)
    assert [p["dwelling"][:6] for p in log.json()["living"]] == [COUNTY, TO]


async def test_a_household_moves_to_another_county_as_a_whole(lives: Village) -> None:
    registry = lives.registry
    before = await kept_of(registry, lives.daughter)
    await move(lives, household_id=lives.home)
    assert await lives.members(lives.home) == {
        lives.father: "0",
        lives.mother: "1",
        lives.daughter: "3",
    }
    counties = await registry.rows(
        "select distinct county from (select county from residents where household_id = $1"
        " union all select county from households where id = $1"
        " union all select county from household_dwellings where household_id = $1"
        " union all select county from household_heads where household_id = $1) t",
        lives.home,
    )
    assert counties == [{"county": TO}]
    heads = await registry.rows(
        "select valid from household_heads where household_id = $1", lives.home
    )
    assert len(heads) == 1
    after = await kept_of(registry, lives.daughter)
    assert set(before["accesses"]) <= set(after["accesses"])
    assert await disagreements(registry) == []
    grid = FAR[:15]
    listed = await registry.client.get(
        f"/v1/grids/{grid}/households", headers=registry.headers("county_officer", areas=[TO])
    )
    assert [h["id"] for h in listed.json()["items"]] == [str(lives.home)]


async def test_who_may_not_act_there_moves_nobody_there(lives: Village) -> None:
    answer = await lives.report("move_within", lives.father, dwelling=FAR)
    assert answer.status_code == 422
