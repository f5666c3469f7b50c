"""Areas as geographic features (OGC API – Features)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import orjson

from services.common.database import Connection

_FEATURE: Final = """
json_build_object('type', 'Feature', 'id', s.code, 'geometry', b.geometry,
    'bbox', case when b.code is not null then json_build_array(b.west, b.south, b.east, b.north)
        end,
    'properties', json_build_object('code', s.code, 'level', s.level, 'name', s.name,
        'name_ko', s.name_ko, 'name_en', s.name_en, 'parent', left(s.code, case s.level
            when 'county' then 4 when 'street' then 6 when 'community' then 9
            when 'grid' then 12 end),
        'urban', s.urban, 'valid_from', s.valid_from, 'valid_to', s.valid_to,
        'centre', case when b.code is not null then json_build_array(b.centre_lon, b.centre_lat)
            end,
        'area_m2', b.area_m2, 'boundary_version', b.version, 'boundary_source', b.source))
"""
# Of several states or boundaries that an interval meets, the latest counts.
_STATES: Final = """
select distinct on (a.code) a.* from area_states a
where a.level = $1 and a.code ^@ any ($2) and a.code ^@ $3
    and a.valid_from <= $5 and (a.valid_to is null or a.valid_to > $4)
    and (a.valid_to is null or a.valid_to > a.valid_from)
order by a.code, a.valid_from desc
"""
_BOUNDARY: Final = """
left join lateral (
    select b.* from area_boundaries b
    where b.code = s.code and b.valid && daterange($4, $5, '[]')
    order by b.valid desc limit 1) b on true
"""
MATCHED = f"""
select s.code, b.geometry::text as geometry from ({_STATES}) s {_BOUNDARY}
where b.code is null or (b.south <= $9::double precision and b.north >= $7::double precision
    and case when $6::double precision <= $8::double precision
        then b.west <= $8 and b.east >= $6 else b.east >= $6 or b.west <= $8 end)
order by s.code
"""
COUNTED = f"select count(*)::integer from ({_STATES}) s"
PAGE = f"""
select s.code, {_FEATURE}::text as view from ({_STATES}) s {_BOUNDARY}
where s.code > $6 and ($7::text[] is null or s.code = any ($7)) order by s.code limit $8
"""
EXTENT = """
select min(west) as west, min(south) as south, max(east) as east, max(north) as north,
    (select min(valid_from) from areas where level = $1 and code ^@ any ($2)) as since
from area_boundaries b join areas a using (code)
where a.level = $1 and a.code ^@ any ($2) and upper(b.valid) is null
"""


class Which(NamedTuple):
    """Which features.

    Attributes:
        level: Of the areas: the collection.
        areas: Prefixes the reader may see.
        within: Inside this area.
        first: First day of the interval asked about.
        last: Last day.
    """

    level: str
    areas: Sequence[str]
    within: str
    first: date
    last: date


async def matched(
    connection: Connection, which: Which, bbox: tuple[float, float, float, float]
) -> list[tuple[str, Any]]:
    """Codes whose boundary's box meets a box, with the geometry; and those without a boundary."""
    rows = await connection.fetch(MATCHED, *which, *bbox)
    return [(row["code"], row["geometry"] and orjson.loads(row["geometry"])) for row in rows]


async def count(connection: Connection, which: Which) -> int:
    """How many there are."""
    number: int = await connection.fetchval(COUNTED, *which)
    return number


async def page(
    connection: Connection, which: Which, after: str, codes: Sequence[str] | None, limit: int
) -> list[tuple[str, str]]:
    """Code and GeoJSON text of features, in code order."""
    rows = await connection.fetch(PAGE, *which, after, codes, limit)
    return [(row["code"], row["view"]) for row in rows]


async def extent(
    connection: Connection, level: str, areas: Sequence[str]
) -> tuple[list[float] | None, date | None]:
    """The box around all features of a level, and since when there are any."""
    row = await connection.fetchrow(EXTENT, level, list(areas))
    assert row is not None  # noqa: S101 — an aggregate has always one row
    if row["west"] is None:
        return None, row["since"]
    return [row["west"], row["south"], row["east"], row["north"]], row["since"]
