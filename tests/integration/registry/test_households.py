"""Households in time: periods agree with the present state, whoever changes it."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.common.ids import new_id
from services.common.timers import TimerLoop
from services.registry.store.households import filling as fills
from services.registry.use_cases.households import filling
from tests.factories.periods import disagreements
from tests.factories.registry import GRID, Person, Registry, dwelling, id_number

BEGAN = date(2026, 6, 1)


async def family(registry: Registry) -> tuple[UUID, UUID, UUID]:
    """A household with a head and a daughter."""
    home = await registry.household()
    head = await registry.resident(Person(household_id=home))
    await registry.head(home, head)
    child = await registry.resident(
        Person(household_id=home, number=id_number(2), name="金明子", relation="3", sex="2")
    )
    return home, head, child


async def periods(registry: Registry, resident: UUID, basis: str = "living") -> list[Any]:
    rows = await registry.rows(
        "select household_id, relation, dwelling, lower(valid) as since, upper(valid) as until"
        " from memberships where resident_id = $1 and basis = $2 order by lower(valid)",
        resident,
        basis,
    )
    return [tuple(row.values()) for row in rows]


async def correct(registry: Registry, resident: UUID, version: int, **patch: Any) -> int:
    answer = await registry.client.patch(
        f"/v1/residents/{resident}",
        json=patch,
        headers={**registry.headers(), "If-Match": f'"{version}"'},
    )
    return answer.status_code


async def test_a_household_is_shown_with_head_members_dwellings(registry: Registry) -> None:
    home, head, child = await family(registry)
    answer = await registry.client.get(f"/v1/households/{home}", headers=registry.headers())
    body = answer.json()
    assert answer.status_code == 200
    assert [m["id"] for m in body["members"]] == [str(head), str(child)]
    assert body["members"][0]["phone"] == "154****5678"
    assert body["members"][0]["from"] == "2026-06-01"
    assert body["heads"] == [{"head_id": str(head), "from": body["heads"][0]["from"], "to": None}]
    assert body["dwellings"] == [
        {"dwelling": dwelling(), "use": "main", "from": "2020-01-01", "to": None}
    ]
    assert answer.headers["etag"] == '"1"'
    for resident in (head, child):
        (access,) = await registry.accesses(resident)
        assert access["operation"] == "registry.households.get"


async def test_outside_the_areas_and_without_ground_nothing_is_shown(registry: Registry) -> None:
    home, head, _ = await family(registry)
    far = registry.headers(areas=["222401"])
    for path in (f"/v1/households/{home}", f"/v1/residents/{head}/households"):
        assert (await registry.client.get(path, headers=far)).status_code == 404
    culture = registry.department("culture")
    answer = await registry.client.get(f"/v1/households/{home}", headers=culture)
    assert answer.json()["code"] == "field-not-readable"
    wrong = await registry.client.get("/v1/households/x", headers=registry.headers())
    assert wrong.json()["code"] == "household-not-found"
    assert await registry.accesses(head) == []


async def test_a_correction_closes_a_period_and_opens_the_next(registry: Registry) -> None:
    home, _, child = await family(registry)
    assert await correct(registry, child, 1, relation="8") == 200
    (first, second) = await periods(registry, child)
    assert first[:4] == (home, "3", dwelling(), BEGAN)
    assert first[4] == second[3]
    assert second[1:3] == ("8", dwelling())
    assert second[4] is None
    assert await correct(registry, child, 2, dwelling=dwelling(room=102)) == 200
    assert [p[1:3] for p in await periods(registry, child)] == [
        ("3", dwelling()),
        ("8", dwelling(room=102)),
    ]
    assert await correct(registry, child, 3, household_id=None) == 200
    assert [p[4] for p in await periods(registry, child)] == [first[4]]
    assert await disagreements(registry) == []
    known = await registry.rows(
        "select relation, dwelling, known_from < known_to as past, changed_by"
        " from membership_history order by known_to"
    )
    assert known == [
        {"relation": "3", "dwelling": dwelling(), "past": True, "changed_by": "person-1"},
        {"relation": "8", "dwelling": dwelling(), "past": True, "changed_by": "person-1"},
        {
            "relation": "8",
            "dwelling": dwelling(room=102),
            "past": True,
            "changed_by": "person-1",
        },
    ]


async def test_where_somebody_lived_and_was_registered(registry: Registry) -> None:
    home, _, child = await family(registry)
    elsewhere = await registry.household(dwelling(room=303))
    async with registry.store.transaction() as tx:
        await tx.connection.execute(
            "select settle_membership('222406', $1, 'registered', $2, '3', null, $3, 'x', 'x')",
            child,
            elsewhere,
            date(2020, 1, 1),
        )
    answer = await registry.client.get(
        f"/v1/residents/{child}/households", headers=registry.headers()
    )
    body = answer.json()
    assert [p["household_id"] for p in body["living"]] == [str(home)]
    assert body["registered"] == [
        {
            "household_id": str(elsewhere),
            "relation": "3",
            "dwelling": None,
            "from": "2020-01-01",
            "to": None,
        }
    ]
    other = await registry.client.get(f"/v1/households/{elsewhere}", headers=registry.headers())
    assert [m["id"] for m in other.json()["registered"]] == [str(child)]
    before = await registry.client.get(
        f"/v1/households/{home}?on=2026-05-31", headers=registry.headers()
    )
    assert before.json()["members"] == []
    accesses = await registry.accesses(child)
    assert [a["operation"] for a in accesses] == [
        "registry.residents.households",
        "registry.households.get",
    ]


async def test_periods_cannot_overlap_nor_two_dwellings_be_the_main_one(
    registry: Registry,
) -> None:
    home, head, _ = await family(registry)
    with pytest.raises(asyncpg.ExclusionViolationError):
        async with registry.store.transaction() as tx:
            await tx.connection.execute(
                "insert into memberships values ('222406', $1, 'living', $2, '8', null,"
                " '[2026-07-01,2026-08-01)', now(), 'x', 'x')",
                head,
                home,
            )
    with pytest.raises(asyncpg.ExclusionViolationError):
        async with registry.store.transaction() as tx:
            await tx.connection.execute(
                "insert into household_dwellings values ('222406', $1, $2, 'main',"
                " '[2026-07-01,)', now(), 'x', 'x')",
                home,
                dwelling(room=909),
            )


async def test_a_household_has_further_dwellings(registry: Registry) -> None:
    home, _, _ = await family(registry)
    async with registry.store.transaction() as tx:
        await tx.connection.execute(
            "insert into areas (code, county, level, name)"
            " values ($1, left($1, 6), 'dwelling', '202')",
            dwelling(room=202),
        )

    async def say(use: str, on: str, version: int, room: int = 202) -> tuple[int, str | None]:
        answer = await registry.client.post(
            f"/v1/households/{home}/dwellings",
            json={"dwelling": dwelling(room=room), "use": use, "on": on},
            headers=registry.headers() | {"If-Match": f'"{version}"'},
        )
        return answer.status_code, answer.json().get("code")

    assert await say("second", "2026-01-01", 1) == (200, None)
    assert await say("second", "2026-01-01", 1) == (412, "version-is-stale")
    assert await say("other", "2026-02-01", 2) == (409, "later-event-recorded")
    assert await say("second", "2026-01-01", 2, room=999) == (422, "validation-failed")
    assert await say("ended", "2026-03-01", 2) == (200, None)
    assert await say("ended", "2026-03-01", 3) == (422, "validation-failed")
    seen = await registry.client.get(f"/v1/households/{home}", headers=registry.headers())
    assert seen.json()["dwellings"] == [
        {"dwelling": dwelling(), "use": "main", "from": "2020-01-01", "to": None},
        {
            "dwelling": dwelling(room=202),
            "use": "second",
            "from": "2026-01-01",
            "to": "2026-03-01",
        },
    ]
    assert await disagreements(registry) == []


async def test_a_household_that_moves_or_ends_leaves_its_periods(registry: Registry) -> None:
    home, head, child = await family(registry)
    for change in (
        f"update households set dwelling = '{dwelling(room=202)}', head_id = '{child}'",
        f"update households set head_id = '{head}'",
        "update households set valid_to = '2026-11-20', head_id = null",
    ):
        async with registry.store.transaction() as tx:
            await tx.connection.execute(
                "select set_config('registry.effective_on', $1, true)", "2026-11-20"
            )
            await tx.connection.execute(f"{change} where id = '{home}'")
        assert await disagreements(registry) == []
    kept = await registry.rows(
        "select dwelling, upper(valid) as until from household_dwellings where household_id = $1",
        home,
    )
    assert kept == [{"dwelling": dwelling(), "until": date(2026, 11, 20)}]
    known = await registry.rows("select what from household_history order by known_to")
    assert {row["what"] for row in known} == {"dwelling", "head"}


async def test_older_records_get_their_periods_and_a_killed_job_goes_on(
    registry: Registry,
) -> None:
    families = [await family_of(registry, n) for n in range(1, 6)]
    async with registry.store.transaction() as tx:
        for table in ("memberships", "household_dwellings", "household_heads"):
            await tx.connection.execute(f"delete from {table}")
    assert len(await disagreements(registry)) == 15
    await filling.begin(registry.store)
    async with registry.store.transaction() as tx:
        await fills.begin(tx.connection)
        at = await fills.place(tx.connection, "households")
        assert at is not None
        assert await fills.chunk(tx.connection, "households", at, 2) == 2
    loop = TimerLoop(registry.store.database, filling.handlers(registry.store, chunk=2))
    assert await loop.fire_due() == 1
    assert await disagreements(registry) == []
    assert await registry.rows("select name from period_fills where finished_at is null") == []
    (home, resident) = families[0]
    assert [p[0] for p in await periods(registry, resident)] == [home]
    assert [p[0] for p in await periods(registry, resident, "registered")] == [home]
    assert await loop.fire_due() == 0
    await filling.begin(registry.store)
    assert await loop.fire_due() == 0


async def family_of(registry: Registry, number: int) -> tuple[UUID, UUID]:
    home = await registry.household(dwelling(room=100 + number))
    head = await registry.resident(
        Person(household_id=home, number=id_number(number), dwelling=dwelling(room=100 + number))
    )
    await registry.head(home, head)
    return home, head


def settled(rows: list[tuple[int, int | None, Any]], day: int, value: Any) -> list[Any]:
    """The rule of `settle_membership`, told in Python: periods as (since, until, value)."""
    past = [r for r in rows if r[1] is not None]
    present = next((r for r in rows if r[1] is None), None)
    if present is not None and present[2] == value:
        return rows
    since = day
    if present is not None and present[0] < day:
        past.append((present[0], day, present[2]))
    elif present is not None:
        since = present[0]
    if value is None:
        return past
    before = next((r for r in past if r[1] == day and r[2] == value), None)
    if before is not None:
        return [*(r for r in past if r is not before), (before[0], None, value)]
    return [*past, (since, None, value)]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc-")), min_size=1, max_size=7))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_the_database_settles_periods_by_the_rule(
    registry: Registry, steps: list[tuple[int, str]]
) -> None:
    resident = await registry.resident(Person(number=None))
    homes = {"a": new_id(), "b": new_id(), "c": new_id(), "-": None}
    day = 1
    expected: list[Any] = []
    for ahead, letter in steps:
        day += ahead
        value = (homes[letter], "8") if homes[letter] else None
        expected = settled(expected, day, value)
        async with registry.store.transaction() as tx:
            await tx.connection.execute(
                "select settle_membership($1, $2, 'living', $3, $4, null, $5, 'x', 'x')",
                GRID[:6],
                resident,
                homes[letter],
                "8" if homes[letter] else None,
                date(2026, 1, day),
            )
    found = [
        (since.day, until.day if until else None, (home, relation))
        for home, relation, _, since, until in await periods(registry, resident)
    ]
    assert found == sorted(expected, key=lambda r: r[0])
