"""What each reader of the feed is told: only what concerns its areas and its domains.

That a field of somebody changed is itself a fact about that person. So an event names only the
fields its reader may read, one that names none of them is not told at all, and what kind of event
concerns whom is a closed list: an event that fits none of it is told to nobody.

    FeedCursorTooOld     events after the reader's place are no longer kept
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from services.common.errors import DomainError, Kind
from services.registry.domain.catalogue import AREA_ROLES, DEPARTMENT_ROLES, Catalogue, Field

REGISTERED: Final = "registry.resident.registered.v1"
"""Told of everybody who is new here, through whatever door they came."""

AREA_WIDE: Final = frozenset({
    "registry.area.changed.v1", "registry.area.rekeyed.v1", "registry.area.registered.v1",
    "registry.authority.activated.v1", "registry.boundary.drawn.v1", "registry.post.filled.v1",
    "registry.post.corrected.v1", "registry.post.ended.v1",
})  # fmt: skip
"""Types about an area itself, which everybody in it may know."""

EMERGENCY_OPENED: Final = "registry.emergency.opened.v1"
EMERGENCY_REVIEWED: Final = "registry.emergency.reviewed.v1"
OVERSIGHT: Final = frozenset({EMERGENCY_OPENED, EMERGENCY_REVIEWED})
"""Types told to those who oversee an area, and to nobody else."""

_OVERSEERS: Final = frozenset({"auditor"})
_TOLD_OVERSIGHT: Final = frozenset({"auditor", "security_admin", "county_officer"})


class FeedCursorTooOld(DomainError):
    """Events after this cursor are no longer kept: read what you need anew, then start without."""

    kind = Kind.GONE
    title = "The cursor is older than the feed"
    title_zh = "事件流标记已过期，之后的部分事件已不再保存"
    title_ko = "이벤트 표시가 너무 오래되여 이후 일부 이벤트가 보존되여 있지 않습니다"

    @classmethod
    def code(cls) -> str:
        """A word that other feeds may use too."""
        return "cursor-too-old"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the feed; the next event is the first one after it.

    Attributes:
        xact: Transaction that wrote the event here.
        seq: Its number.
    """

    xact: int = 0
    seq: int = 0


BEGINNING: Final = Place()


@dataclass(frozen=True, slots=True)
class FeedReader:
    """Who reads, as far as the feed cares.

    Attributes:
        areas: Prefixes of the areas it may see.
        domains: It works for.
        fields: Codes of the fields whose changes it may learn of.
        types: Of events that are told whatever fields they name.
    """

    areas: tuple[str, ...]
    domains: tuple[str, ...]
    fields: tuple[str, ...]
    types: tuple[str, ...] = tuple(sorted(AREA_WIDE))


def reader_of(
    catalogue: Catalogue, roles: frozenset[str], areas: Iterable[str], domains: frozenset[str]
) -> FeedReader:
    """What somebody with these roles, areas and domains is told.

    Args:
        catalogue: All fields.
        roles: Of the reader.
        areas: Prefixes of the reader.
        domains: Of the reader.
    """
    told = tuple(f.code for f in catalogue.values() if _told(f, roles, domains))
    types = AREA_WIDE | OVERSIGHT if roles & _TOLD_OVERSIGHT else AREA_WIDE
    return FeedReader(tuple(areas), tuple(sorted(domains)), told, tuple(sorted(types)))


def common_areas(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """The prefixes of what lies in both sets of areas."""
    both = [a for a in one if any(a.startswith(b) for b in other)]
    return tuple(dict.fromkeys(both + [b for b in other if any(b.startswith(a) for a in one)]))


def _told(field: Field, roles: frozenset[str], domains: frozenset[str]) -> bool:
    """Sensitive fields to their owner alone: "pregnancy service changed" tells enough."""
    if roles & DEPARTMENT_ROLES and field.readable_by(roles & DEPARTMENT_ROLES, domains):
        return field.sensitivity != "sensitive" or field.owner in domains
    return bool(roles & (AREA_ROLES | _OVERSEERS)) and field.sensitivity != "sensitive"
