"""Boundaries, in time, and what drawing them found out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from services.common.database import Connection

CURRENT = """
select version, lower(valid) as valid_from from area_boundaries
where code = $1 and upper(valid) is null for update
"""
_VALUES: Final = """
geometry = $2, vertices = $3, west = $4, south = $5, east = $6, north = $7, centre_lon = $8,
centre_lat = $9, area_m2 = $10, source = $11, drawn_by = $12, drawn_at = now()
"""
REDRAW = f"""
update area_boundaries set version = version + 1, {_VALUES}
where code = $1 and upper(valid) is null returning version
"""
CLOSE = """
update area_boundaries set valid = daterange(lower(valid), $2)
where code = $1 and upper(valid) is null
"""
DRAW = """
insert into area_boundaries (code, valid, version, geometry, vertices, west, south, east, north,
    centre_lon, centre_lat, area_m2, source, drawn_by)
values ($1, daterange($13, null), $14, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
# Around an area: its parent, the siblings whose boxes meet its own, and what lies in it.
AROUND = """
select a.code, b.geometry::text as geometry,
    case when a.code = $2 then 'parent' when a.code ^@ $1 then 'child' else 'sibling' end as place
from areas a join area_boundaries b on b.code = a.code and upper(b.valid) is null
where a.valid_to is null and a.code <> $1 and (
    a.code = $2
    or (a.code > $1 and a.code < $1 || ':' and length(a.code) = $3)
    or (a.code > $2 and a.code < $2 || ':' and length(a.code) = length($1)
        and b.west <= $6 and b.east >= $4 and b.south <= $7 and b.north >= $5))
"""
FORGET_FAULTS = """
delete from boundary_faults
where code = $1 or other = $1 and (kind = 'boundary_overlaps' or code ^@ $1)
"""
ADD_FAULTS = """
insert into boundary_faults (code, other, kind, share)
select * from unnest($1::text[], $2::text[], $3::text[], $4::double precision[])
"""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A boundary to be written.

    Attributes:
        code: Of the area.
        geometry: GeoJSON.
        vertices: How many.
        bbox: West, south, east, north.
        centre: Longitude and latitude.
        area_m2: Of the area.
        source: Who surveyed it, or from which map it comes.
        drawn_by: Subject.
    """

    code: str
    geometry: Mapping[str, Any]
    vertices: int
    bbox: tuple[float, float, float, float]
    centre: tuple[float, float]
    area_m2: float
    source: str
    drawn_by: str

    @property
    def columns(self) -> tuple[Any, ...]:
        """Values in the order of the statements."""
        return (
            self.code,
            orjson.dumps(self.geometry).decode(),
            self.vertices,
            *self.bbox,
            *self.centre,
            self.area_m2,
            self.source,
            self.drawn_by,
        )


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A boundary beside, around or inside another."""

    code: str
    place: str
    geometry: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BoundaryFault:
    """Two boundaries that do not fit."""

    code: str
    other: str
    kind: str
    share: float


async def current(connection: Connection, code: str) -> tuple[int, date] | None:
    """Version and first day of the boundary an area has, locked; None where it has none."""
    row = await connection.fetchrow(CURRENT, code)
    return None if row is None else (row["version"], row["valid_from"])


async def write(
    connection: Connection, boundary: Boundary, held: tuple[int, date] | None, day: date
) -> int:
    """Write a boundary from a day on; one drawn the same day is drawn over. The new version."""
    if held is not None and held[1] >= day:
        redrawn: int = await connection.fetchval(REDRAW, *boundary.columns)
        return redrawn
    if held is not None:
        await connection.execute(CLOSE, boundary.code, day)
    number = 1 if held is None else held[0] + 1
    await connection.execute(DRAW, *boundary.columns, day, number)
    return number


async def around(
    connection: Connection, boundary: Boundary, parent: str, child_length: int
) -> list[Neighbour]:
    """The boundaries that have to fit to this one."""
    rows = await connection.fetch(AROUND, boundary.code, parent, child_length, *boundary.bbox)
    return [Neighbour(row["code"], row["place"], orjson.loads(row["geometry"])) for row in rows]


async def keep_faults(connection: Connection, code: str, faults: Sequence[BoundaryFault]) -> None:
    """Replace what is known not to fit to an area."""
    await connection.execute(FORGET_FAULTS, code)
    await connection.execute(
        ADD_FAULTS,
        [f.code for f in faults],
        [f.other for f in faults],
        [f.kind for f in faults],
        [f.share for f in faults],
    )
