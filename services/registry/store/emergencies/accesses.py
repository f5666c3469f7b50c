"""Emergency accesses: opened, tried in vain, read under, reviewed; rows that nobody changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg

from services.common.database import Connection
from services.common.sealing import Sealer
from services.registry.domain.emergencies.rules import MEMBER, OPENED
from services.registry.domain.readings import Reading

Row: TypeAlias = asyncpg.Record

_REASON: Final = b"emergency:"
_COMMENT: Final = b"emergency-review:"

# Two attempts at once must not make one too many.
LOCK: Final = "select pg_advisory_xact_lock(hashtext('registry.emergencies'), hashtext($1))"
USED: Final = "select count(*) from emergency_accesses where opened_by = $1 and opened_at >= $2"
ADD: Final = """
insert into emergency_accesses (id, county, resident_id, opened_by, opened_by_name, opened_role,
    opened_organisation, reason, reason_sealed, opened_at, expires_at, request_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
ONE: Final = """
select e.id, e.county, e.resident_id, e.opened_by, e.reason, e.opened_at, e.expires_at, r.dwelling,
    v.reviewed_at
from emergency_accesses e
left join residents r on (r.county, r.id) = (e.county, e.resident_id)
left join emergency_reviews v on v.access_id = e.id
where e.id = $1
"""
# An attempt that found nobody has no place but the county of who made it.
_SEEN: Final = """
(r.id is not null and r.dwelling ^@ $9 or e.resident_id is null and $10 and e.county ^@ $9)
"""
PAGE: Final = f"""
with page as (
    select e.*, left(r.dwelling, 12) as community, v.verdict, v.comment_sealed, v.reviewed_by_name,
        v.reviewed_organisation, v.reviewed_at
    from emergency_accesses e
    left join residents r on (r.county, r.id) = (e.county, e.resident_id)
    left join emergency_reviews v on v.access_id = e.id
    where {_SEEN} and e.id < $11
        and ($12::boolean is null or (v.access_id is not null) = $12)
    order by e.id desc limit $13 + 1),
logged as (
    insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
        operation, request_id, fields)
    select county, resident_id, $1, $2, $3, $4, $5, $6, $7, $8
    from (select distinct county, resident_id
        from (select * from page order by id desc limit $13) shown
        where resident_id is not null) told)
select * from page order by id desc
"""
REVIEW: Final = """
insert into emergency_reviews (access_id, verdict, comment_sealed, reviewed_by, reviewed_by_name,
    reviewed_organisation, reviewed_at)
values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning access_id
"""
HOME: Final = """
with home as (
    select h.county, h.id, h.address, r.id as resident
    from residents r left join households h on (h.county, h.id) = (r.county, r.household_id)
    where (r.county, r.id) = ($9, $10)),
members as (
    select m.county, m.id, m.name, m.name_ko, m.relation
    from home join residents m on (m.county, m.household_id) = (home.county, home.id)
    where m.id <> home.resident and m.died_on is null),
logged as (
    insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
        operation, request_id, fields)
    select county, id, $1, $2, $3, $4, $5, $6, $7, $8 from members)
select (select address from home) as address, coalesce(json_agg(json_build_object(
    'id', id, 'name', name, 'name_ko', name_ko, 'relation', relation) order by relation, id)
    filter (where id is not null), '[]')::text as members
from members
"""


async def used(connection: Connection, subject: str, since: datetime) -> int:
    """How many accesses a person opened or tried to since an instant, one at a time from now."""
    await connection.execute(LOCK, subject)
    count: int = await connection.fetchval(USED, subject, since)
    return count


async def add(  # noqa: PLR0913 — who opens whose record, why and until when
    connection: Connection,
    sealer: Sealer,
    key: UUID,
    whose: tuple[str, UUID | None],
    reading: Reading,
    *,
    why: tuple[str, str],
    span: tuple[datetime, datetime],
) -> None:
    """Keep an access, or an attempt that found nobody (`whose` without a resident)."""
    reason, text = why
    await connection.execute(
        ADD,
        key,
        *whose,
        reading.reader,
        reading.reader_name,
        reading.role,
        reading.organisation,
        reason,
        sealer.seal(text, _REASON + key.bytes),
        *span,
        reading.request_id,
    )


async def one(connection: Connection, key: UUID) -> Row | None:
    """An access, whoever asks; the caller decides what may be told of it."""
    return await connection.fetchrow(ONE, key)


async def page(  # noqa: PLR0913 — who reads, and what is asked
    connection: Connection,
    reading: Reading,
    *,
    within: str,
    sees_attempts: bool,
    before: UUID,
    is_reviewed: bool | None,
    limit: int,
) -> Sequence[Row]:
    """Accesses of an area, newest first, one more than the limit; that they are read is kept."""
    return await connection.fetch(
        PAGE,
        *reading.columns,
        list(OPENED),
        within,
        sees_attempts,
        before,
        is_reviewed,
        limit,
    )


async def review(  # noqa: PLR0913 — who judges which access, and how
    connection: Connection,
    sealer: Sealer,
    key: UUID,
    reading: Reading,
    *,
    verdict: str,
    comment: str,
    at: datetime,
) -> bool:
    """Keep a review; False when there was one before."""
    sealed = sealer.seal(comment, _COMMENT + key.bytes)
    who = (reading.reader, reading.reader_name, reading.organisation)
    return await connection.fetchval(REVIEW, key, verdict, sealed, *who, at) is not None


async def home(
    connection: Connection, reading: Reading, county: str, resident_id: UUID
) -> tuple[str | None, str]:
    """Address of a resident's household, and its other members as JSON; their records are kept."""
    row = await connection.fetchrow(HOME, *reading.columns, list(MEMBER), county, resident_id)
    return (row["address"], row["members"]) if row else (None, "[]")


def texts(sealer: Sealer, row: Any) -> tuple[str, str | None]:
    """The opened reason of an access, and the comment of its review."""
    key = row["id"].bytes
    comment = row["comment_sealed"]
    reason = sealer.open(row["reason_sealed"], _REASON + key)
    return reason, sealer.open(comment, _COMMENT + key) if comment else None
