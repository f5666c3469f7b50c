"""What must be true of periods, whatever happened; for tests that look at a whole database."""

from typing import Any

from tests.factories.registry import Registry

# Present state and open periods, each way round.
MEMBERS_DIFFER = """
with present as (
    select county, id, household_id, relation, dwelling from residents
    where household_id is not null and died_on is null),
open as (
    select county, resident_id, household_id, relation, dwelling from memberships
    where basis = 'living' and upper_inf(valid))
(select * from present except select * from open)
union all (select * from open except select * from present)
"""
HOUSEHOLDS_DIFFER = """
with present as (select county, id, dwelling from households where valid_to is null),
open as (
    select county, household_id, dwelling from household_dwellings
    where use = 'main' and upper_inf(valid))
(select * from present except select * from open)
union all (select * from open except select * from present)
"""
HEADS_DIFFER = """
with present as (
    select county, id, head_id from households where valid_to is null and head_id is not null),
open as (select county, household_id, head_id from household_heads where upper_inf(valid))
(select * from present except select * from open)
union all (select * from open except select * from present)
"""


async def disagreements(registry: Registry) -> list[dict[str, Any]]:
    """Where the present state and the periods differ."""
    found: list[dict[str, Any]] = []
    for query in (MEMBERS_DIFFER, HOUSEHOLDS_DIFFER, HEADS_DIFFER):
        found += await registry.rows(query)
    return found
