"""Deadlines by kind of whistle, which a county may change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.common.database import Connection
from services.common.errors import NothingHere
from services.tasks.domain.deadlines import Limits

COLUMNS = """
kind, county, version, sign_within_s, arrive_within_s, close_within_s, rework_within_s,
escalate_every_s
"""
IN_FORCE = f"""
select distinct on (kind) {COLUMNS} from whistle_defaults
where county in ($1, '') and ($2::text is null or kind = $2) order by kind, county desc
"""
SHOWN = f"select coalesce(json_agg(d order by kind), '[]')::text from ({IN_FORCE}) d"
SET = """
insert into whistle_defaults (county, kind, version, sign_within_s, arrive_within_s,
    close_within_s, rework_within_s, escalate_every_s, updated_by, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (county, kind) do update set version = excluded.version,
    sign_within_s = excluded.sign_within_s, arrive_within_s = excluded.arrive_within_s,
    close_within_s = excluded.close_within_s, rework_within_s = excluded.rework_within_s,
    escalate_every_s = excluded.escalate_every_s, updated_by = excluded.updated_by,
    updated_at = excluded.updated_at
"""
# Two officers who change the same kind at once must not both believe they did.
LOCK = "select pg_advisory_xact_lock(hashtext('whistle_defaults.' || $1))"


async def shown(connection: Connection, county: str) -> bytes:
    """The kinds and their limits in force in a county, as a JSON array."""
    body: str = await connection.fetchval(SHOWN, county, None)
    return body.encode()


async def of(connection: Connection, county: str, kind: str) -> Limits:
    """The limits in force for a kind: the county's own, or the suggestion."""
    limits, _ = await versioned(connection, county, kind)
    return limits


async def versioned(connection: Connection, county: str, kind: str) -> tuple[Limits, int]:
    """The limits in force and their version; raises `NothingHere` for an unknown kind."""
    row = await connection.fetchrow(IN_FORCE, county, kind)
    if row is None:
        raise NothingHere
    return Limits(**{name: row[name] for name in Limits.__dataclass_fields__}), row["version"]


async def lock(connection: Connection, county: str) -> None:
    """Let one officer of a county change its limits at a time."""
    await connection.execute(LOCK, county)


async def put(  # noqa: PLR0913 — the columns of one row
    connection: Connection,
    county: str,
    kind: str,
    limits: Limits,
    *,
    version: int,
    by: str,
    now: datetime,
) -> Mapping[str, Any]:
    """Write a county's own limits for a kind; gives the row as it is shown."""
    values = {name: getattr(limits, name) for name in Limits.__dataclass_fields__}
    await connection.execute(SET, county, kind, version, *values.values(), by, now)
    return {"kind": kind, "county": county, "version": version, **values}
