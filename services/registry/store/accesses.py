"""Who read what of a resident; looking at that is an access too."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.common.database import Connection
from services.registry.domain.readings import Reading

NEWEST: Final = UUID(int=(1 << 128) - 1)
"""Behind every id, where the first page begins."""

FIELDS: Final = ("access_log",)
"""What an access record says was read when somebody looked at the records themselves."""

LOG = """
with found as (
    select county, id from residents
    where county = any ($10) and id = $9 and dwelling ^@ any ($11)),
logged as (
    insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
        operation, request_id, fields)
    select county, id, $1, $2, $3, $4, $5, $6, $7, $8 from found)
select f.id as resident, a.id, a.view
from found f left join lateral (
    select a.id, json_build_object(
        'read_at', to_char(a.read_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'organisation', a.organisation, 'organisation_name', o.name_zh, 'reader', a.reader_name,
        'role', a.role, 'purpose', a.purpose, 'fields', a.fields, 'operation', a.operation,
        'request_id', a.request_id)::text as view
    from accesses a left join organisations o on o.code = a.organisation
    where (a.county, a.resident_id) = (f.county, f.id) and a.id < $12
    order by a.id desc limit $13) a on true
order by a.id desc
"""


async def log(
    connection: Connection,
    reading: Reading,
    resident_id: UUID,
    counties: Sequence[str],
    *,
    before: UUID,
    limit: int,
) -> list[tuple[UUID, str]] | None:
    """Id and JSON text of accesses to a resident, newest first; None when it is not found."""
    rows = await connection.fetch(
        LOG,
        *reading.columns,
        list(FIELDS),
        resident_id,
        counties,
        reading.areas,
        before,
        limit,
    )
    if not rows:
        return None
    return [(row["id"], row["view"]) for row in rows if row["id"] is not None]
