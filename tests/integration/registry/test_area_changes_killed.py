"""A change of areas whose worker dies in the middle ends as any other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.common.testing import TokenMint
from services.registry.service import SERVICE
from services.registry.store.places import rekeying as records
from services.registry.use_cases import upkeep
from tests.factories.periods import disagreements
from tests.factories.places import RECORD, ask, carried_out, number_of, peopled
from tests.factories.registry import Registry, dwelling, running

TABLES = (
    "residents", "households", "identifiers", "assertions", "resident_history", "accesses",
    "grid_counts", "memberships", "household_dwellings", "household_heads", "membership_history",
    "household_history",
)  # fmt: skip
REGISTERED = """
insert into memberships (county, resident_id, basis, household_id, dwelling, valid, changed_by,
    change_reason)
select county, id, 'registered', household_id, $2, daterange('2024-01-01', null), 'x', 'x'
from residents where id = $1
"""
SECOND = """
insert into household_dwellings (county, household_id, dwelling, use, valid, changed_by,
    change_reason)
select county, id, $1, 'second', daterange('2024-01-01', null), 'x', 'x'
from households where dwelling <> $1 order by dwelling limit 1
"""
FIRST = number_of("222401105001001", 0)


class Killed(BaseException):
    """The process died here."""


async def county_case(registry: Registry) -> None:
    """People of two counties, with documents, assertions and history."""
    people = await peopled(registry, "222401105001001", 4)
    await peopled(registry, "222401105001002", 3)
    headers = registry.headers("grid_worker", areas=["222401105001001"])
    patched = await registry.client.patch(
        f"/v1/residents/{people[0]}",
        json={"usual_language": "zh"},
        headers={**headers, "If-Match": '"1"'},
    )
    assert patched.status_code == 200
    await registry.rows(REGISTERED, people[1], dwelling("222401105001001", 102))
    await registry.rows(SECOND, dwelling("222401105001001", 102))
    wish = {"kind": "recode", "old": ["222401"], "new": [{"code": "222411", "name": "新延吉市"}]}
    asked = await ask(registry, "system_admin", "2224", **wish)
    assert asked.status_code == 202


@pytest.mark.parametrize("steps", [1, 4, 9, 14, 20])
async def test_a_killed_change_of_county_ends_as_any_other(
    service_database: Callable[[str, Path], str],
    mint: TokenMint,
    steps: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outcomes = []
    for is_killed in (False, True):
        dsn = service_database("registry", SERVICE.migrations)
        async with running(dsn, mint) as registry:
            await county_case(registry)
            if is_killed:
                await killed_after(registry, steps, monkeypatch)
            await carried_out(registry, chunk=2)
            outcomes.append(await registry.rows(RECORD))
            await nothing_is_left(registry)
            (told,) = await registry.rows("select rows_total, rows_done from area_changes")
            assert told["rows_done"] == told["rows_total"] > 0
            assert "222411" in registry.store.counties
            assert "222401" not in registry.store.counties
    assert outcomes[0] == outcomes[1]
    assert "222411" in outcomes[0][0]["assertions"]


async def killed_after(registry: Registry, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0
    advance = records.advance

    async def dying(*arguments: Any) -> None:
        nonlocal taken
        await advance(*arguments)
        taken += 1
        if taken == steps:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(records, "advance", dying)
        with pytest.raises(Killed):
            await carried_out(registry, chunk=2)
    states = await registry.rows("select state from area_changes")
    assert states == [{"state": "rekeying"}]
    await registry.rows("update timers set leased_until = now() where fired_at is null")


async def nothing_is_left(registry: Registry) -> None:
    assert await disagreements(registry) == []
    registered = await registry.rows(
        "select left(dwelling, 6) as at from memberships where basis = 'registered'"
        " union all select left(dwelling, 6) from household_dwellings where use = 'second'"
    )
    assert registered == [{"at": "222411"}] * 2
    await upkeep.count_all(registry.store)
    for table in TABLES:
        query = f"select count(*)::int as n from {table} where county = '222401'"
        assert await registry.rows(query) == [{"n": 0}]
    answer = await registry.look_up(
        FIRST, ["name", "dwelling"], registry.headers("county_officer", areas=["222411"])
    )
    assert answer.status_code == 200
    assert answer.json()["dwelling"].startswith("222411105001001")
