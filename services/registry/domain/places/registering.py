"""Who registers new areas: one set of grids, drawn by the county's secretariat alone."""

from typing import Final

from services.common.errors import DomainError, Fault, Kind, NotPermitted, ValidationFailed
from services.registry.domain import areas
from services.registry.domain.areas import Level

_DEPARTMENTS: Final = frozenset({"department_officer", "department_system"})
_REGISTRARS: Final[dict[Level, frozenset[str]]] = {
    "grid": frozenset({"secretariat"}),
    "building": frozenset({"secretariat", "street_officer", "community_officer"}),
    "unit": frozenset({"secretariat", "street_officer", "community_officer"}),
    "dwelling": frozenset({"secretariat", "street_officer", "community_officer"}),
}
HOW_TO_ASK: Final = (
    "一张网：各部门使用同一套网格，不得另划网格或上报自有网格编码。"
    "需要调整网格的，请向县(市)民政局(秘书处)书面提出，由其通过区划变更(area-changes)办理。"
)
"""What a department is told that comes with grids of its own."""


class OwnGridLayerRefused(DomainError):
    """All departments use the one set of grids; ask the county's secretariat to change it."""

    kind = Kind.FORBIDDEN
    title = "A department's own grid layer is refused"
    title_zh = "不接受部门自建网格"
    title_ko = "부서별 격자는 받지 않습니다"


def level_in(parent: str) -> Level:
    """The level of what is registered in an area.

    Raises:
        ValidationFailed: Nothing is registered in such an area.
    """
    levels = areas.LEVELS
    place = levels.index(areas.level_of(parent)) + 1
    if place < len(levels) and levels[place] in _REGISTRARS:
        return levels[place]
    raise ValidationFailed(
        Fault("/parent", "area-level", "A community, grid, building or unit is expected.")
    )


def may_register(level: Level, roles: frozenset[str]) -> None:
    """Pass when these roles may register an area of a level.

    Raises:
        OwnGridLayerRefused: A department draws no grids.
        NotPermitted: They may not.
    """
    if roles & _REGISTRARS[level]:
        return
    if roles & _DEPARTMENTS:
        raise OwnGridLayerRefused(how_to_ask=HOW_TO_ASK)
    raise NotPermitted
