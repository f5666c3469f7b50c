"""Changes of areas: what is asked, what it looks at, and how it comes into effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from services.common.database import Connection
from services.registry.domain.places.changes import Proposal
from services.registry.domain.places.lineage import Pair, Step

LOCK = "select pg_advisory_xact_lock(hashtext('registry.area_changes'))"
KNOWN = """
select code, name, valid_from, valid_to from areas where code = any ($1) order by code for update
"""
PARTS = """
select o.code as old, array_agg(a.code order by a.code) as parts
from unnest($1::text[], $2::integer[]) as o (code, length)
join areas a on a.code > o.code and a.code < o.code || ':' and length(a.code) = o.length
where a.valid_to is null group by 1
"""
PENDING = """
select id from area_changes
where state in ('scheduled', 'rekeying') and exists (
    select from unnest(codes) c, unnest($1::text[]) g where c ^@ g or g ^@ c)
limit 1
"""
ADD = """
insert into area_changes (id, kind, effective_on, reach, codes, document, note, request, asked_by,
    asked_by_name, organisation)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_VIEW = """
json_build_object('id', id, 'kind', kind, 'effective_on', effective_on, 'state', state,
    'reach', reach, 'document', document, 'note', note, 'old', request -> 'old',
    'new', request -> 'new', 'assignment', request -> 'assignment',
    'asked_by', asked_by_name, 'organisation', organisation, 'asked_at', asked_at,
    'effective_at', effective_at, 'finished_at', finished_at, 'error', error,
    'progress', json_build_object('phase', phase, 'rows_total', rows_total, 'rows_done', rows_done))
"""
_CONCERNS = """
exists (select from unnest(codes) c, unnest({given}::text[]) g where c ^@ g or g ^@ c)
"""
ONE = f"""
select {_VIEW}::text as view, coalesce((
    select json_agg(json_build_object('old', old_code, 'new', new_code) order by old_code, new_code)
    from (select old_code, new_code from area_lineage where change_id = $1
        order by length(old_code), old_code limit 1000) l), '[]')::text as lineage
from area_changes where id = $1 and {_CONCERNS.format(given="$2")}
"""
PAGE = f"""
select id, {_VIEW}::text as view from area_changes
where id > $1 and {_CONCERNS.format(given="array[$2]")} order by id limit $3
"""
HOLD = """
select id, kind, effective_on, request::text as request, state, phase, asked_by
from area_changes where id = $1 for update
"""
LINEAGE = """
insert into area_lineage (change_id, old_code, new_code, carries)
select $1, * from unnest($2::text[], $3::text[], $4::boolean[])
"""
STEPS = """
select c.effective_on, c.id::text as change_id, c.kind, l.old_code, l.new_code, l.carries
from area_lineage l join area_changes c on c.id = l.change_id
where c.id = any (
    select change_id from area_lineage where old_code = any ($1)
    union select change_id from area_lineage where new_code = any ($1))
"""
SINCE = """
select c.effective_on, c.id::text as change_id, c.kind, l.old_code, l.new_code, l.carries
from area_lineage l join area_changes c on c.id = l.change_id where c.effective_on > $1
"""
FOLLOWED = """
select change_id::text as change, json_agg(
    json_build_object('old', old_code, 'new', new_code, 'carries', carries)
    order by old_code, new_code)::text as lineage
from area_lineage where change_id = any ($1::text[]::uuid[]) and length(old_code) <= 15 group by 1
"""
VERSIONS = """
select coalesce(json_agg(json_build_object('name', name, 'name_ko', name_ko, 'name_en', name_en,
    'urban', urban, 'address', address, 'change_id', change_id, 'valid_from', valid_from,
    'valid_to', valid_to) order by valid_from), '[]')::text
from area_states where code = $1
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A change whose row this transaction holds."""

    id: UUID
    kind: str
    effective_on: date
    request: Mapping[str, Any]
    state: str
    phase: str | None
    asked_by: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a change, and why."""

    by: str
    by_name: str
    organisation: str
    note: str | None


async def lock(connection: Connection) -> None:
    """One change is looked at at a time; two at once could give one code twice."""
    await connection.execute(LOCK)


async def known(
    connection: Connection, codes: Sequence[str]
) -> Mapping[str, tuple[date, date | None]]:
    """Validity of the areas there are, locked until the transaction ends."""
    rows = await connection.fetch(KNOWN, list(codes))
    return {row["code"]: (row["valid_from"], row["valid_to"]) for row in rows}


async def parts(connection: Connection, codes: Mapping[str, int]) -> Mapping[str, tuple[str, ...]]:
    """The valid areas of these lengths directly inside each area."""
    rows = await connection.fetch(PARTS, list(codes), list(codes.values()))
    return {row["old"]: tuple(row["parts"]) for row in rows}


async def pending(connection: Connection, codes: Sequence[str]) -> UUID | None:
    """A change that has not ended and touches one of these areas."""
    found: UUID | None = await connection.fetchval(PENDING, list(codes))
    return found


async def add(
    connection: Connection, change_id: UUID, proposal: Proposal, reach: str, asked: Asked
) -> None:
    """Keep what is asked for."""
    request = {
        "old": proposal.old,
        "new": [
            {"code": a.code, "name": a.name, "name_ko": a.name_ko, "name_en": a.name_en}
            for a in proposal.new
        ],
        "assignment": proposal.assignment,
    }
    await connection.execute(
        ADD,
        change_id,
        proposal.kind,
        proposal.effective_on,
        reach,
        sorted(set(proposal.codes)),
        proposal.document,
        asked.note,
        orjson.dumps(request).decode(),
        asked.by,
        asked.by_name,
        asked.organisation,
    )


async def one(connection: Connection, change_id: UUID, areas: Sequence[str]) -> bytes | None:
    """A change as JSON, with the codes it gave; None where it concerns none of these areas."""
    row = await connection.fetchrow(ONE, change_id, list(areas))
    if row is None:
        return None
    view: str = row["view"]
    return f'{view[:-1]},"lineage":{row["lineage"]}}}'.encode()


async def page(
    connection: Connection, within: str, after: UUID, limit: int
) -> list[tuple[str, str]]:
    """Id and JSON text of the changes that concern an area, oldest first."""
    rows = await connection.fetch(PAGE, after, within, limit)
    return [(str(row["id"]), row["view"]) for row in rows]


async def hold(connection: Connection, change_id: UUID) -> Held:
    """A change, locked until the transaction ends."""
    row = await connection.fetchrow(HOLD, change_id)
    assert row is not None  # noqa: S101 — changes are never deleted
    values = {**dict(row), "request": orjson.loads(row["request"])}
    return Held(**values)


async def record_lineage(connection: Connection, change_id: UUID, pairs: Sequence[Pair]) -> None:
    """Keep which code follows which."""
    columns = [list(column) for column in zip(*pairs, strict=True)] or [[], [], []]
    await connection.execute(LINEAGE, change_id, *columns)


async def steps(connection: Connection, codes: Sequence[str]) -> list[Step]:
    """All pairs of the changes in which one of these codes is named."""
    return _steps(await connection.fetch(STEPS, list(codes)))


async def since(connection: Connection, day: date) -> list[Step]:
    """All pairs of the changes that took effect after a day."""
    return _steps(await connection.fetch(SINCE, day))


async def followed(connection: Connection, change_ids: Sequence[str]) -> Mapping[str, str]:
    """By change, which code followed which down to the grids, as the JSON text of an array."""
    rows = await connection.fetch(FOLLOWED, list(change_ids))
    return {row["change"]: row["lineage"] for row in rows}


async def versions(connection: Connection, code: str) -> str:
    """Every state an area had, oldest first, as the JSON text of an array."""
    text: str = await connection.fetchval(VERSIONS, code)
    return text


def _steps(rows: Sequence[Any]) -> list[Step]:
    return [
        Step(
            row["effective_on"],
            row["change_id"],
            row["kind"],
            Pair(row["old_code"], row["new_code"], row["carries"]),
        )
        for row in rows
    ]
