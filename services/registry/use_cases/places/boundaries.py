"""Drawing the boundary of an area."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from shapely.geometry.base import BaseGeometry

from services.common.clock import Clock, local_day, utc_now
from services.common.errors import DomainError, Fault, Kind, ValidationFailed, VersionIsStale
from services.common.idempotency import Answer, Once
from services.registry.domain import areas
from services.registry.domain.officers import Officer
from services.registry.domain.places import boundaries as rules
from services.registry.domain.places.changes import AreaNotValid
from services.registry.store.places import areas as places
from services.registry.store.places import boundaries, changes
from services.registry.store.places.boundaries import Boundary, BoundaryFault, Neighbour
from services.registry.store.store import Store
from services.registry.use_cases.places import shapes, telling
from services.registry.use_cases.places.areas import AreaNotFound


class BoundaryIsThere(DomainError):
    """The area has a boundary: read it, and send its ETag as If-Match."""

    kind = Kind.PRECONDITION_REQUIRED
    title = "The area has a boundary already"
    title_zh = "该区域已有边界"
    title_ko = "이 구역에는 이미 경계가 있습니다"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A boundary somebody draws.

    Attributes:
        code: Of the area.
        geometry: GeoJSON as parsed, unchecked.
        source: Who surveyed it.
        version: That was read; None where the caller read that there is none.
    """

    code: str
    geometry: Any
    source: str
    version: int | None


async def draw(
    store: Store, asker: Officer, drawing: Drawing, once: Once, clock: Clock = utc_now
) -> Answer:
    """Write a boundary from today on, and what does not fit to its neighbours.

    Raises:
        AreaNotFound: The area lies outside the caller's.
        ValidationFailed: The geometry is not a boundary, or leaves the parent.
        AreaNotValid: There is no such valid area.
        BoundaryIsThere, VersionIsStale: Another boundary is there than the caller read.
    """
    code = drawing.code
    if not areas.is_area_code(code) or not areas.within_any(code, asker.areas):
        raise AreaNotFound
    level = areas.level_of(code)
    rules.may_draw(level, asker.roles)
    polygons, vertices = rules.checked(drawing.geometry)
    made = shapes.drawn(rules.geojson(polygons))
    sizes = shapes.measures(made)
    fault = rules.size_fault(level, sizes.area_m2)
    if fault is not None:
        raise ValidationFailed(fault)
    boundary = Boundary(
        code=code,
        geometry=shapes.oriented(made),
        vertices=vertices,
        bbox=sizes.bbox,
        centre=sizes.centre,
        area_m2=sizes.area_m2,
        source=drawing.source,
        drawn_by=asker.by,
    )
    return await _record(store, boundary, made, drawing.version, once, clock())


async def _record(
    store: Store,
    boundary: Boundary,
    made: BaseGeometry,
    version: int | None,
    once: Once,
    now: datetime,
) -> Answer:
    code, day = boundary.code, local_day(now)
    async with store.transaction(once) as tx:
        await changes.lock(tx.connection)  # neighbours drawn at once would not see each other
        if not await places.is_valid(tx.connection, code):
            raise AreaNotValid(area=code)
        held = await boundaries.current(tx.connection, code)
        _check_version(held, version)
        parent = areas.parent_of(code) or ""
        around = await boundaries.around(tx.connection, boundary, parent, _child_length(code))
        faults = _faults(code, made, around)
        number = await boundaries.write(tx.connection, boundary, held, day)
        await boundaries.keep_faults(tx.connection, code, faults)
        told = {"version": number, "valid_from": day.isoformat()}
        await telling.of_area(tx, telling.BOUNDARY_DRAWN, code, told, now)
        body: dict[str, Any] = {
            "code": code,
            "version": number,
            "valid_from": day,
            "vertices": boundary.vertices,
            "bbox": boundary.bbox,
            "centre": boundary.centre,
            "area_m2": boundary.area_m2,
            "source": boundary.source,
            "faults": [
                {"area": f.code, "kind": f.kind, "other": f.other, "share": f.share} for f in faults
            ],
        }
        return await tx.answer(Answer(orjson.dumps(body), headers=(("ETag", f'"{number}"'),)))


def _check_version(held: tuple[int, date] | None, version: int | None) -> None:
    if held is None:
        if version is not None:
            raise VersionIsStale(version=None)
    elif version is None:
        raise BoundaryIsThere
    elif version != held[0]:
        raise VersionIsStale(version=held[0])


def _faults(code: str, made: BaseGeometry, around: list[Neighbour]) -> list[BoundaryFault]:
    """What does not fit: siblings that overlap, parts that are left outside.

    Raises:
        ValidationFailed: The area itself leaves its parent.
    """
    faults = []
    for neighbour in around:
        other = shapes.drawn(neighbour.geometry)
        if neighbour.place == "parent":
            outside = shapes.share_outside(made, other)
            if outside > rules.OUTSIDE_TOLERATED:
                detail = f"{outside:.1%} of the area lie outside {neighbour.code}."
                raise ValidationFailed(Fault("/coordinates", "outside-parent", detail))
        elif neighbour.place == "child":
            outside = shapes.share_outside(other, made)
            if outside > rules.OUTSIDE_TOLERATED:
                kind = "boundary_outside_parent"
                faults.append(BoundaryFault(neighbour.code, code, kind, round(outside, 4)))
        else:
            shared = shapes.share_shared(made, other)
            if shared > rules.OVERLAP_TOLERATED:
                kind = "boundary_overlaps"
                faults.append(BoundaryFault(code, neighbour.code, kind, round(shared, 4)))
    return faults


def _child_length(code: str) -> int:
    lengths = list(areas.LENGTHS.values())
    return lengths[lengths.index(len(code)) + 1]
