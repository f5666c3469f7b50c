"""Disputes of residents, and the flag that travels with the record."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg

from services.common.database import Connection
from services.registry.domain import scopes
from services.registry.domain.readings import Reading

Row: TypeAlias = asyncpg.Record

_COLUMNS: Final = """
d.county, d.id, d.resident_id, d.field, d.state, d.statement_sealed, d.opened_by_name,
d.opened_organisation, d.opened_at, d.decided_by_name, d.decided_organisation, d.decided_at,
d.reason_sealed
"""
ADD: Final = """
insert into disputes (county, id, resident_id, field, statement_sealed, opened_by, opened_by_name,
    opened_role, opened_organisation, opened_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
IS_OPEN: Final = """
select exists (
    select from disputes
    where county = $1 and resident_id = $2 and field = $3 and state = 'open')
"""
_FLAGGED: Final = """
version = version + 1, updated_at = clock_timestamp(), changed_by = $4, change_reason = $5
where county = $1 and id = $2 returning version
"""
FLAG: Final = f"update residents set disputed = array_append(disputed, $3), {_FLAGGED}"
UNFLAG: Final = f"""
update residents set disputed = nullif(array_remove(disputed, $3), '{{}}'), {_FLAGGED}
"""
ONE: Final = f"""
select {_COLUMNS}
from disputes d join residents r on (r.county, r.id) = (d.county, d.resident_id)
where d.county = any ($1) and d.id = $2 and r.dwelling ^@ any ($3)
"""
DECIDE: Final = """
update disputes set state = $3, decided_by = $4, decided_by_name = $5, decided_organisation = $6,
    decided_at = $7, reason_sealed = $8
where (county, id) = ($1, $2) and state = 'open' returning id
"""
_LOGGED: Final = """
logged as (
    insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
        operation, request_id, fields)
    select county, resident_id, $1, $2, $3, $4, $5, $6, $7, array_agg(distinct field)
    from shown group by county, resident_id)
select * from found order by id
"""
# Who opened one for a resident may follow it, whatever the field.
_TOLD: Final = "(d.field = any ($8) or d.opened_organisation = $9)"
OF_RESIDENT: Final = f"""
with found as (
    select {_COLUMNS}
    from disputes d where d.county = $10 and d.resident_id = $11 and {_TOLD}),
shown as (select * from found), {_LOGGED}
"""
PAGE: Final = f"""
with found as (
    select {_COLUMNS}
    from disputes d join residents r on (r.county, r.id) = (d.county, d.resident_id)
    where d.county >= left($10, 6) and d.county < $11 and r.dwelling >= $10 and r.dwelling < $11
        and d.state = $12 and {_TOLD} and d.id > $13
    order by d.id limit $14),
shown as (select * from found order by id limit $14 - 1), {_LOGGED}
"""


async def add(  # noqa: PLR0913 — what is said of whom, by whom, when
    connection: Connection,
    key: tuple[str, UUID],
    resident_id: UUID,
    reading: Reading,
    *,
    field: str,
    statement: bytes,
    at: datetime,
) -> bool:
    """Keep a dispute; False when the field is disputed already. The caller holds the resident."""
    if await connection.fetchval(IS_OPEN, key[0], resident_id, field):
        return False
    await connection.execute(
        ADD,
        *key,
        resident_id,
        field,
        statement,
        reading.reader,
        reading.reader_name,
        reading.role,
        reading.organisation,
        at,
    )
    return True


async def flag(
    connection: Connection,
    county: str,
    resident_id: UUID,
    field: str,
    reading: Reading,
    *,
    is_disputed: bool,
) -> int:
    """Set or take away the flag of a field; the record's new version."""
    reason = f"{reading.operation} {reading.purpose} {reading.request_id}"
    statement = FLAG if is_disputed else UNFLAG
    version: int = await connection.fetchval(
        statement, county, resident_id, field, reading.reader, reason
    )
    return version


async def one(
    connection: Connection, counties: Sequence[str], dispute_id: UUID, areas: Sequence[str]
) -> Row | None:
    """A dispute about a resident of these areas, or None."""
    return await connection.fetchrow(ONE, counties, dispute_id, areas)


async def decide(
    connection: Connection,
    key: tuple[str, UUID],
    reading: Reading,
    *,
    state: str,
    at: datetime,
    reason: bytes,
) -> bool:
    """Write the decision; False when there was one before."""
    who = (reading.reader, reading.reader_name, reading.organisation)
    return await connection.fetchval(DECIDE, *key, state, *who, at, reason) is not None


async def of_resident(
    connection: Connection,
    reading: Reading,
    fields: Sequence[str],
    county: str,
    resident_id: UUID,
) -> list[Row]:
    """Disputes of a resident in the order of opening; the access is recorded."""
    told: tuple[Any, ...] = (fields, reading.organisation)
    return await connection.fetch(OF_RESIDENT, *reading.columns, *told, county, resident_id)


async def page(  # noqa: PLR0913 — who reads, and what is asked
    connection: Connection,
    reading: Reading,
    *,
    within: str,
    state: str,
    fields: Sequence[str],
    after: UUID,
    limit: int,
) -> list[Row]:
    """Disputes of an area in the order of opening, one more than the limit."""
    return await connection.fetch(
        PAGE,
        *reading.columns,
        fields,
        reading.organisation,
        *scopes.range_of(within),
        state,
        after,
        limit + 1,
    )
