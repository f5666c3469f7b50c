"""The posts of the five-chiefs system (五长制) and grid workers: where each stands, who appoints.

Only what a notice board shows is kept: name, office telephone, and from when to when.
"""

import re
from typing import Final, Literal, TypeAlias

from services.common.errors import DomainError, Fault, Kind, NotPermitted, ValidationFailed
from services.registry.domain import areas
from services.registry.domain.areas import Level

PostKind: TypeAlias = Literal[
    "street_chief", "road_chief", "grid_head", "grid_worker", "building_chief", "unit_chief"
]

LEVELS: Final[dict[str, Level]] = {
    "street_chief": "street",
    "road_chief": "street",
    "grid_head": "grid",
    "grid_worker": "grid",
    "building_chief": "building",
    "unit_chief": "unit",
}
"""Post → level of the area it stands in. A road has no code: its name is the seat."""

_NEEDS_SEAT: Final = frozenset({"road_chief"})
_APPOINTING: Final[dict[str, frozenset[str]]] = {
    "street_chief": frozenset({"secretariat"}),
    "road_chief": frozenset({"secretariat", "street_officer"}),
    "grid_head": frozenset({"secretariat", "street_officer", "community_officer"}),
    "grid_worker": frozenset({"secretariat", "street_officer", "community_officer"}),
    "building_chief": frozenset({"secretariat", "street_officer", "community_officer"}),
    "unit_chief": frozenset({"secretariat", "street_officer", "community_officer"}),
}
_PHONE: Final = re.compile(r"(1[0-9]{10}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,5})?)\Z")


class PostTaken(DomainError):
    """Somebody holds this post in this area at that time; end that first."""

    kind = Kind.CONFLICT
    title = "The post is taken"
    title_zh = "该岗位已有人担任"
    title_ko = "이미 맡은 사람이 있습니다"


def check(post: str, area: str, seat: str, phone: str | None) -> None:
    """Pass when a post can stand in an area.

    Raises:
        ValidationFailed: With every fault.
    """
    faults = []
    if not areas.is_area_code(area) or areas.level_of(area) != LEVELS[post]:
        detail = f"A {post} stands in a {LEVELS[post]}."
        faults.append(Fault("/area", "area-level", detail))
    if post in _NEEDS_SEAT and not seat:
        faults.append(Fault("/seat", "missing", "Name the road."))
    if phone is not None and not _PHONE.match(phone):
        faults.append(Fault("/phone", "phone", "A telephone number of the mainland is expected."))
    if faults:
        raise ValidationFailed(*faults)


def may_appoint(post: str, roles: frozenset[str]) -> None:
    """Pass when these roles may fill or end a post.

    Raises:
        NotPermitted: They may not.
    """
    if not roles & _APPOINTING[post]:
        raise NotPermitted
