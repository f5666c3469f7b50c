"""The households of a grid."""

from datetime import date
from uuid import UUID

import pytest

from tests.factories.registry import (
    COMMUNITY,
    COUNTY,
    GRID,
    OTHER_GRID,
    Person,
    Registry,
    dwelling,
    id_number,
)

PATH = f"/v1/grids/{GRID}/households"


@pytest.fixture
async def family(registry: Registry) -> tuple[UUID, UUID, UUID]:
    household = await registry.household()
    head = await registry.resident(Person(household_id=household))
    await registry.head(household, head)
    child = await registry.resident(
        Person(
            name="金小花",
            name_ko=None,
            name_pinyin="jin xiao hua",
            sex="2",
            born_on=date(2020, 5, 1),
            number=id_number(2),
            phone=None,
            relation="3",
            usual_language=None,
            household_id=household,
            observed_on=date(2020, 6, 1),
            facts={"volunteer": True},
        )
    )
    return household, head, child


async def test_a_grid_lists_its_households_with_their_members(
    registry: Registry, family: tuple[UUID, UUID, UUID]
) -> None:
    household, head, child = family
    answer = await registry.client.get(PATH, headers=registry.headers())
    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {
                "id": str(household),
                "dwelling": dwelling(),
                "address": "爱民社区1号楼1单元101室",
                "head_name": "金哲洙",
                "members": [
                    {
                        "id": str(head),
                        "version": 1,
                        "name": "金哲洙",
                        "name_ko": "김철수",
                        "relation": "0",
                        "sex": "1",
                        "born_on": "1990-01-01",
                        "phone": "154****5678",
                        "usual_language": "ko",
                        "stale": [],
                    },
                    {
                        "id": str(child),
                        "version": 1,
                        "name": "金小花",
                        "name_ko": None,
                        "relation": "3",
                        "sex": "2",
                        "born_on": "2020-05-01",
                        "phone": None,
                        "usual_language": None,
                        "stale": ["residency", "household_id", "relation", "dwelling", "volunteer"],
                    },
                ],
            }
        ],
        "next": None,
    }


async def test_every_member_shown_is_recorded_as_read(
    registry: Registry, family: tuple[UUID, UUID, UUID]
) -> None:
    _, head, child = family
    await registry.client.get(PATH, headers=registry.headers(sub="worker-1"))
    for member in (head, child):
        (access,) = await registry.accesses(member)
        assert access["operation"] == "registry.grids.households"
        assert access["reader"] == "worker-1"
        assert "phone" in access["fields"]


async def test_pages_follow_one_another_and_read_no_further(registry: Registry) -> None:
    homes = [await registry.household(dwelling(room=101 + n)) for n in range(5)]
    for number, home in enumerate(homes):
        await registry.resident(Person(household_id=home, number=id_number(number + 10)))
    seen: list[str] = []
    path = f"{PATH}?limit=2"
    for shown in (2, 4, 5):
        answer = await registry.client.get(path, headers=registry.headers())
        seen += [item["id"] for item in answer.json()["items"]]
        assert len(await registry.rows("select 1 from accesses")) == len(seen) == shown
        path = f"{PATH}?limit=2&after={answer.json()['next']}"
    assert answer.json()["next"] is None
    assert seen == [str(home) for home in homes]


async def test_former_households_and_the_dead_are_not_listed(registry: Registry) -> None:
    await registry.household(valid_to=date(2025, 1, 1))
    home = await registry.household(dwelling(room=102))
    await registry.resident(Person(household_id=home, died_on=date(2026, 1, 1)))
    answer = await registry.client.get(PATH, headers=registry.headers())
    assert [(i["id"], i["members"]) for i in answer.json()["items"]] == [(str(home), [])]


async def test_only_those_who_work_for_the_grid_see_it(registry: Registry) -> None:
    cases: list[tuple[str, list[str], int]] = [
        ("grid_worker", [GRID], 200),
        ("community_officer", [COMMUNITY], 200),
        ("street_officer", ["222406001"], 200),
        ("county_officer", [COUNTY], 200),
        ("grid_worker", [OTHER_GRID], 404),
        ("county_officer", ["222401"], 404),
        ("department_officer", [COUNTY], 403),
        ("auditor", ["2224"], 403),
    ]
    for role, areas, status in cases:
        answer = await registry.client.get(PATH, headers=registry.headers(role, areas=areas))
        assert answer.status_code == status


async def test_only_a_grid_has_a_list(registry: Registry) -> None:
    headers = registry.headers("county_officer")
    for code in (COMMUNITY, COUNTY, "abc"):
        answer = await registry.client.get(f"/v1/grids/{code}/households", headers=headers)
        assert answer.status_code == 404


async def test_a_purpose_must_be_stated(registry: Registry) -> None:
    headers = registry.headers(purpose=None)
    answer = await registry.client.get(PATH, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "purpose-required")
