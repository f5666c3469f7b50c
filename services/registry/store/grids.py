"""The households of a grid with their members, as the grid worker's list needs them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from services.common.database import Connection
from services.registry.domain import scopes
from services.registry.domain.readings import Reading

FIELDS: Final = (
    "name", "name_ko", "relation", "sex", "born_on", "phone", "usual_language",
)  # fmt: skip
"""What is read of each member, as its access record says."""

# A page and one household more, whose members are not read. Facts come with it for their dates.
HOUSEHOLDS = """
with page as (
    select county, id, dwelling, address, head_id from households
    where county = left($9, 6) and dwelling >= $9 and dwelling < $10
        and (dwelling, id) > ($11, $12) and valid_to is null
    order by dwelling, id limit $13 + 1),
shown as (select * from page order by dwelling, id limit $13),
found as (
    select r.* from shown s
    join residents r on (r.county, r.household_id) = (s.county, s.id)
    where r.died_on is null),
logged as (
    insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
        operation, request_id, fields)
    select county, id, $1, $2, $3, $4, $5, $6, $7, $8 from found)
select p.id as household_id, p.dwelling, p.address, p.head_id, f.id, f.version, f.name, f.name_ko,
    f.relation, f.sex, f.born_on, f.phone_sealed, f.usual_language, f.residency, f.observed_on,
    f.facts::text as facts
from page p left join found f on (f.county, f.household_id) = (p.county, p.id)
order by p.dwelling, p.id, f.relation, f.born_on, f.id
"""


async def households(
    connection: Connection, reading: Reading, grid: str, after: tuple[str, UUID], limit: int
) -> Sequence[asyncpg.Record]:
    """A row for each member, and one for each household without any; the accesses are recorded.

    The household that follows the page comes last, without its members.
    """
    # Both bounds at once: PostgreSQL begins at the last and would walk there from the county's.
    start = max(after, (grid, UUID(int=0)))
    return await connection.fetch(
        HOUSEHOLDS, *reading.columns, list(FIELDS), *scopes.range_of(grid), *start, limit
    )
