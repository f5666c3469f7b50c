"""Records whose assertions are chosen among anew: found in order, held, written by chunks."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.database import Connection
from services.registry.domain import areas, scopes
from services.registry.store import corrections
from services.registry.store.corrections import Held

# By the key of `assertions`: each chunk reads on where the last one ended.
FOLLOWING: Final = """
select distinct county, resident_id from assertions
where (county, resident_id) > ($1, $2) and county >= $3 and county < $4
order by county, resident_id limit $5
"""
FOLLOWING_IN_COUNTY: Final = """
select r.county, r.id as resident_id from residents r
where r.county = left($3, 6) and r.dwelling >= $3 and r.dwelling < $4
    and (r.county, r.id) > ($1, $2)
    and exists (select from assertions a where (a.county, a.resident_id) = (r.county, r.id))
order by r.id limit $5
"""
CONTESTED: Final = """
select distinct resident_id from assertions
where county = $1 and resident_id = any ($2) and field = any ($3)
group by resident_id, field having count(distinct coalesce(domain, 'resident')) > 1
"""
HOLD: Final = f"""
select county, id, version, observed_on, phone_sealed, phone_index, facts::text as facts,
    {", ".join(corrections.COLUMNS)}
from residents where county = $1 and id = any ($2)
order by id for no key update
"""
READ: Final = f"""
select county, id, version, observed_on, phone_sealed, phone_index, facts::text as facts,
    recorded_at, {", ".join(corrections.COLUMNS)}
from residents where county = $1 and id = $2
"""
_TEXTS: Final = ("name", "name_ko", "name_pinyin", "sex", "residency", "usual_language")
_BYTES: Final = ("phone_sealed", "phone_index")


def _chosen(column: str, value: str) -> str:
    return f"{column} = case when g.columns ? '{column}' then {value} else r.{column} end"


_ASSIGNED: Final = ",\n    ".join(
    [
        *(_chosen(name, f"g.columns ->> '{name}'") for name in _TEXTS),
        *(_chosen(name, f"decode(g.columns ->> '{name}', 'base64')") for name in _BYTES),
        _chosen("born_on", "(g.columns ->> 'born_on')::date"),
        _chosen("name_keys", "array(select jsonb_array_elements_text(g.columns -> 'name_keys'))"),
    ]
)
WRITE: Final = f"""
update residents r set version = r.version + 1, facts = g.facts,
    {_ASSIGNED},
    updated_at = clock_timestamp(), changed_by = $2, change_reason = $3
from unnest($4::uuid[], $5::jsonb[], $6::jsonb[]) as g (id, facts, columns)
where r.county = $1 and r.id = g.id
returning r.id, r.version
"""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A record that shows something else.

    Attributes:
        held: As it stood.
        columns: To write.
        facts: All entries from now on.
        fields: Codes of what shows something else.
    """

    held: Held
    columns: Mapping[str, Any]
    facts: Mapping[str, Any]
    fields: Sequence[str]


async def following(
    connection: Connection, at: tuple[str, UUID], within: str, limit: int
) -> list[tuple[str, UUID]]:
    """The next residents of an area of whom anything was asserted, by county and id."""
    first, end = scopes.range_of(within)
    narrow = len(within) > areas.LENGTHS["county"]
    statement = FOLLOWING_IN_COUNTY if narrow else FOLLOWING
    rows = await connection.fetch(statement, *at, first, end, limit)
    return [(row["county"], row["resident_id"]) for row in rows]


async def contested(
    connection: Connection, county: str, ids: Sequence[UUID], fields: Sequence[str]
) -> list[UUID]:
    """Those of whom more than one domain asserted one of these fields."""
    rows = await connection.fetch(CONTESTED, county, ids, fields)
    return [row["resident_id"] for row in rows]


async def hold(connection: Connection, county: str, ids: Sequence[UUID]) -> list[Held]:
    """Residents of a county, locked until the transaction ends."""
    return [corrections.held_of(row) for row in await connection.fetch(HOLD, county, ids)]


async def read(connection: Connection, county: str, resident_id: UUID) -> tuple[Held, datetime]:
    """A resident that is there, and when its record was made."""
    (row,) = await connection.fetch(READ, county, resident_id)
    return corrections.held_of(row), row["recorded_at"]


async def write(
    connection: Connection, county: str, people: Sequence[Rewritten], by: str, reason: str
) -> Mapping[UUID, int]:
    """Write what is shown from now on; the new versions."""
    rows = await connection.fetch(
        WRITE,
        county,
        by,
        reason,
        [p.held.id for p in people],
        [orjson.dumps(p.facts).decode() for p in people],
        [orjson.dumps(p.columns, default=_plain).decode() for p in people],
    )
    return {row["id"]: row["version"] for row in rows}


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError
