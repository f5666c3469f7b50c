"""A change comes into effect: new codes open, old ones end, what hangs on them follows.

Everything down to the grids changes in one transaction, because people see it at once; buildings
and what is in them follow in chunks (`rekeying`).
"""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from services.common.database import Connection
from services.registry.domain.organisations import Organisation
from services.registry.domain.places.changes import NewArea

PAIRS: Final = """
pairs as (
    select old_code, new_code from area_lineage
    where change_id = $1 and carries and old_code <> new_code),
tops as (
    select p.old_code from pairs p where not exists (
        select from pairs q where q.old_code <> p.old_code and p.old_code ^@ q.old_code))
"""
"""What moves, and the widest areas among it."""
BECOMES: Final = """
lateral (
    select way.new_code || substr({code}, length(way.old_code) + 1) as becomes from pairs way
    where {code} ^@ way.old_code order by length(way.old_code) desc limit 1) m
"""
_AREAS_MOVED: Final = f"""
select a.*, m.becomes from tops t
join areas a on a.code >= t.old_code and a.code < t.old_code || ':' and a.valid_to is null
cross join {BECOMES.format(code="a.code")}
"""
_OPEN: Final = """
insert into areas (code, county, level, name, name_ko, name_en, urban, address, valid_from,
    change_id)
select distinct on (becomes) becomes, left(becomes, 6), level, name, name_ko, name_en, urban,
    address, $2::date, $1::uuid
from moved order by becomes, code
on conflict (code) do update set level = excluded.level, name = excluded.name,
    name_ko = excluded.name_ko, name_en = excluded.name_en, urban = excluded.urban,
    address = excluded.address, valid_from = excluded.valid_from, valid_to = null,
    change_id = excluded.change_id
where areas.valid_to is not null
"""
_END: Final = """
update areas a set valid_to = greatest($2, a.valid_from) from moved where a.code = moved.code
"""
OPEN_HIGH = f"""
with {PAIRS}, moved as ({_AREAS_MOVED}
    where a.level in ('county', 'street', 'community', 'grid') or a.code = any ($3::text[])),
opened as ({_OPEN})
{_END}
"""
OPEN_LOW = f"""
with {PAIRS}, moved as materialized ({_AREAS_MOVED} limit $3),
opened as ({_OPEN}),
ended as ({_END} returning true)
select count(*) from ended
"""
COPY = """
insert into areas (code, county, level, name, name_ko, name_en, urban, address, valid_from,
    change_id)
select l.new_code, left(l.new_code, 6), a.level, a.name, a.name_ko, a.name_en, a.urban, a.address,
    $2, $1
from area_lineage l join areas a on a.code = l.old_code
where l.change_id = $1 and not l.carries
on conflict (code) do update set level = excluded.level, name = excluded.name,
    name_ko = excluded.name_ko, name_en = excluded.name_en, urban = excluded.urban,
    address = excluded.address, valid_from = excluded.valid_from, valid_to = null,
    change_id = excluded.change_id
where areas.valid_to is not null
"""
NAME = """
update areas a set name = coalesce(g.name, a.name), name_ko = coalesce(g.name_ko, a.name_ko),
    name_en = coalesce(g.name_en, a.name_en), valid_from = $2, change_id = $1
from unnest($3::text[], $4::text[], $5::text[], $6::text[]) as g (code, name, name_ko, name_en)
where a.code = g.code and num_nonnulls(g.name, g.name_ko, g.name_en) > 0
"""
END_POSTS = """
with gone as (
    delete from area_posts where area = any ($1) and lower(valid) >= $2)
update area_posts set valid = daterange(lower(valid), $2), version = version + 1, changed_at = now()
where area = any ($1) and lower(valid) < $2 and (upper(valid) is null or upper(valid) > $2)
"""
CARRY_POSTS = f"""
with {PAIRS}
update area_posts a set area = m.becomes, version = a.version + 1, changed_at = now()
from tops t, area_posts o cross join {BECOMES.format(code="o.area")}
where o.area >= t.old_code and o.area < t.old_code || ':' and a.id = o.id
    and not o.area = any ($2) and (upper(o.valid) is null or upper(o.valid) > $3)
"""
CARRY_BOUNDARIES = f"""
with {PAIRS}
insert into area_boundaries (code, valid, version, geometry, vertices, west, south, east, north,
    centre_lon, centre_lat, area_m2, source, drawn_by)
select m.becomes, daterange(greatest($3, lower(b.valid)), null), b.version, b.geometry, b.vertices,
    b.west, b.south, b.east, b.north, b.centre_lon, b.centre_lat, b.area_m2, b.source, b.drawn_by
from tops t join area_boundaries b on b.code >= t.old_code and b.code < t.old_code || ':'
cross join {BECOMES.format(code="b.code")}
where upper(b.valid) is null and not b.code = any ($2)
"""
END_BOUNDARIES = f"""
with {PAIRS}, ended as (
    select b.code from tops t
    join area_boundaries b on b.code >= t.old_code and b.code < t.old_code || ':'
    where upper(b.valid) is null
    union select unnest($2::text[])),
gone as (
    delete from area_boundaries b using ended e
    where b.code = e.code and upper(b.valid) is null and lower(b.valid) >= $3),
faults as (delete from boundary_faults f using ended e where f.code = e.code or f.other = e.code)
update area_boundaries b set valid = daterange(lower(b.valid), $3) from ended e
where b.code = e.code and upper(b.valid) is null and lower(b.valid) < $3
"""
ORGANISATIONS_FOLLOW = f"""
with {PAIRS}
update organisations o set area = m.becomes
from tops t, organisations p cross join {BECOMES.format(code="p.area")}
where p.area >= t.old_code and p.area < t.old_code || ':' and o.code = p.code
"""
OPENED_OFFICES = """
select code, level, name, coalesce(name_ko, '') as name_ko, coalesce(name_en, '') as name_en, urban
from areas
where change_id = $1 and valid_to is null
    and level in ('prefecture', 'county', 'street', 'community')
"""
OFFICES = """
insert into organisations (code, name_zh, name_ko, name_en, kind, area, domain)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[])
on conflict (code) do update set
    name_zh = excluded.name_zh, name_ko = excluded.name_ko, name_en = excluded.name_en,
    kind = excluded.kind, area = excluded.area, domain = excluded.domain
"""
BEGIN = f"""
with {PAIRS}
update area_changes set state = 'rekeying', phase = 'areas', effective_at = now(), rows_total = (
    select coalesce(sum((select count(*) from areas a
            where a.code >= t.old_code and a.code < t.old_code || ':' and a.valid_to is null)
        + (select count(*) from households h where h.county = left(t.old_code, 6)
            and h.dwelling >= t.old_code and h.dwelling < t.old_code || ':')
        + (select count(*) from residents r where r.county = left(t.old_code, 6)
            and r.dwelling >= t.old_code and r.dwelling < t.old_code || ':')), 0) from tops t)
where id = $1
"""


async def carry(
    connection: Connection,
    change_id: UUID,
    effective_on: date,
    *,
    named: Sequence[NewArea],
    reshaped: Sequence[str],
    roots: Sequence[str],
) -> None:
    """Give the new codes to areas down to the grid, and to posts, boundaries and offices.

    Args:
        connection: In the transaction of the effect, lineage recorded before.
        change_id: Of the change.
        effective_on: Its first day.
        named: The new areas.
        reshaped: Old codes of a merge or a split: their boundaries are no longer true.
        roots: Old codes.
    """
    ended = [code for code in reshaped if code not in {area.code for area in named}]
    await connection.execute(END_POSTS, ended, effective_on)
    await connection.execute(CARRY_POSTS, change_id, list(reshaped), effective_on)
    await connection.execute(CARRY_BOUNDARIES, change_id, list(reshaped), effective_on)
    await connection.execute(END_BOUNDARIES, change_id, list(reshaped), effective_on)
    await connection.execute(COPY, change_id, effective_on)
    await connection.execute(OPEN_HIGH, change_id, effective_on, list(roots))
    columns = [[getattr(a, n) for a in named] for n in ("code", "name", "name_ko", "name_en")]
    await connection.execute(NAME, change_id, effective_on, *columns)
    await connection.execute(ORGANISATIONS_FOLLOW, change_id)


async def opened_offices(connection: Connection, change_id: UUID) -> list[dict[str, object]]:
    """The divisions that a change opened or renamed."""
    return [dict(row) for row in await connection.fetch(OPENED_OFFICES, change_id)]


async def add_offices(connection: Connection, offices: Sequence[Organisation]) -> None:
    """Write the organisations of divisions, under their present names."""
    columns = [list(column) for column in zip(*offices, strict=True)] or [[] for _ in range(7)]
    await connection.execute(OFFICES, *columns)


async def begin(connection: Connection, change_id: UUID) -> None:
    """From now on the new codes are in effect; how much there is to re-key is counted."""
    await connection.execute(BEGIN, change_id)
