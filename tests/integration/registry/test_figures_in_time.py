"""Figures of a former day, by the codes of today."""

from datetime import timedelta
from typing import Any

from services.registry.store import upkeep as kept
from services.registry.use_cases import upkeep
from tests.factories.places import ask, carried_out, peopled, today
from tests.factories.registry import COUNTY, Registry

FIRST, SECOND, NEW = "222406001001", "222406001003", "222406001090"
LAST_WEEK = today() - timedelta(7)


async def figures(registry: Registry, within: str, on: str = "") -> dict[str, Any]:
    query = f"within={within}" + (f"&on={on}" if on else "")
    answer = await registry.client.get(
        f"/v1/indicators?{query}", headers=registry.headers("county_officer", areas=["2224"])
    )
    assert answer.status_code == 200, answer.json()
    return {item["code"]: item["value"] for item in answer.json()["items"]}


async def counted_last_week(registry: Registry) -> None:
    await upkeep.count_all(registry.store)
    await registry.rows("update grid_count_days set counted_on = $1", LAST_WEEK)
    await registry.rows("delete from county_counts")


async def test_a_merged_community_has_the_past_of_both(registry: Registry) -> None:
    await peopled(registry, f"{FIRST}001", 2)
    await peopled(registry, f"{SECOND}001", 4)
    await counted_last_week(registry)
    wish = {"kind": "merge", "old": [FIRST, SECOND], "new": [{"code": NEW, "name": "合并社区"}]}
    assert (await ask(registry, "secretariat", COUNTY, **wish)).status_code == 202
    await carried_out(registry)
    await upkeep.count_all(registry.store)
    now = await figures(registry, NEW)
    then = await figures(registry, NEW, LAST_WEEK.isoformat())
    assert (now["grids"], now["urban_communities"]) == (2, 1)
    assert (then["grids"], then["urban_communities"]) == (2, 2)
    assert now["residents_per_grid"] == then["residents_per_grid"] == 4.0
    assert now["households_per_grid"] == then["households_per_grid"] == 3.0
    assert "domains_reading" not in then
    old = await figures(registry, FIRST, LAST_WEEK.isoformat())
    assert (old["grids"], old["residents_per_grid"]) == (1, 3.0)
    whole = await figures(registry, COUNTY, LAST_WEEK.isoformat())
    assert whole["residents_per_grid"] == 4.0


async def test_a_county_keeps_its_past_under_another_code(registry: Registry) -> None:
    await peopled(registry, "222401105001001", 3)
    await counted_last_week(registry)
    wish = {"kind": "recode", "old": ["222401"], "new": [{"code": "222411"}]}
    assert (await ask(registry, "system_admin", "2224", **wish)).status_code == 202
    await carried_out(registry)
    then = await figures(registry, "222411105", LAST_WEEK.isoformat())
    assert (then["grids"], then["residents_per_grid"]) == (1, 4.0)


async def test_only_changed_counts_are_kept_and_old_ones_thinned(registry: Registry) -> None:
    await peopled(registry, f"{FIRST}001", 1)
    await counted_last_week(registry)
    await upkeep.count_all(registry.store)
    assert len(await registry.rows("select 1 from grid_count_days")) == 1
    await registry.rows("delete from county_counts")
    await registry.rows("update residents set died_on = now()")
    await upkeep.count_all(registry.store)
    rows = await registry.rows("select residents from grid_count_days order by counted_on")
    assert [row["residents"] for row in rows] == [2, 0]
    await registry.rows(
        "insert into grid_count_days select '222406', 'x', d::date, 1, 1, 1, 1"
        " from generate_series(date '2020-01-01', date '2020-02-29', '1 day') d"
    )
    async with registry.store.transaction() as tx:
        await kept.sweep(tx.connection)
    days = await registry.rows("select counted_on::text from grid_count_days where grid = 'x'")
    assert [row["counted_on"] for row in days] == ["2020-01-31", "2020-02-29"]


async def test_before_the_first_count_there_is_nothing(registry: Registry) -> None:
    answer = await registry.client.get(
        f"/v1/indicators?within={COUNTY}&on=2001-01-01",
        headers=registry.headers("county_officer"),
    )
    assert answer.status_code == 404
    assert answer.json()["code"] == "nothing-counted-then"
