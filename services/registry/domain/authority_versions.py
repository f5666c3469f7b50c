"""Versions of the authority matrix: drafted by one person, activated by another.

AuthorityVersionNotFound   there is no such version
AuthorityNotYours          the matrix is the prefecture's
VersionIsNoDraft           only a draft can be activated
DrafterMayNotActivate      four eyes
DraftIsSuperseded          another version became active after this one was drafted
VersionIsBeingApplied      the last activation has not reached every record yet
SimulationNotFound         there is none, or none of the caller's areas
AreaTooSmall               counts of a small area would point at people
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from services.common.errors import (
    DomainError,
    Kind,
    NothingHere,
    NotPermitted,
    ValidationFailed,
    VersionIsStale,
)
from services.registry.domain import areas
from services.registry.domain.authority import Matrix

State: TypeAlias = Literal["draft", "active", "retired"]

DRAFTERS: Final = frozenset({"secretariat", "county_officer", "system_admin"})
ACTIVATORS: Final = frozenset({"secretariat", "county_officer"})
"""Administrators may prepare a version; whose word counts is decided by those who answer for it."""

PLACING: Final = frozenset({
    "dwelling", "household_id", "relation",
    "registered_household_id", "registered_relation", "registered_on",
})  # fmt: skip
"""Fields that change together, by a life event or a correction: a new version counts for what is
said of them from then on and does not move anybody by itself."""


class AuthorityVersionNotFound(NothingHere):
    """There is no such version of the authority matrix."""

    title = "Version of the authority matrix not found"
    title_zh = "未找到该权威顺序版本"
    title_ko = "해당 권위 순서 판본을 찾을 수 없습니다"


class AuthorityNotYours(NotPermitted):
    """The authority matrix holds for the whole prefecture: offices of the prefecture change it."""

    title = "The authority matrix is the prefecture's"
    title_zh = "权威顺序由州级部门制定"
    title_ko = "권위 순서는 주급 부문에서 정합니다"


class VersionIsNoDraft(DomainError):
    """Only a draft can be activated; this version was active before."""

    kind = Kind.CONFLICT
    title = "The version is no draft"
    title_zh = "该版本不是草案"
    title_ko = "이 판본은 초안이 아닙니다"


class DrafterMayNotActivate(NotPermitted):
    """Whoever drafted a version may not activate it; ask a second person to look at it."""

    title = "A second person must activate it"
    title_zh = "须由起草人以外的人启用"
    title_ko = "기안자가 아닌 사람이 시행해야 합니다"


class DraftIsSuperseded(DomainError):
    """Another version became active after this one was drafted; draft it again from that one."""

    kind = Kind.CONFLICT
    title = "The draft is superseded"
    title_zh = "草案起草后已有其他版本启用"
    title_ko = "기안 후 다른 판본이 시행되였습니다"


class VersionIsBeingApplied(DomainError):
    """The active version has not reached every record yet; wait until it has."""

    kind = Kind.CONFLICT
    title = "The last activation is still under way"
    title_zh = "上一版本仍在应用于记录"
    title_ko = "직전 판본을 기록에 적용하는 중입니다"


class SimulationNotFound(NothingHere):
    """There is no such simulation, or none you may see."""

    title = "Simulation not found"
    title_zh = "未找到该模拟"
    title_ko = "해당 모의 계산을 찾을 수 없습니다"


class AreaTooSmall(ValidationFailed):
    """Counts of an area below a community would point at people."""

    title = "The area is too small"
    title_zh = "区域过小"
    title_ko = "구역이 너무 작습니다"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a version has been carried into the records.

    Attributes:
        state: None for a draft.
        residents_seen: With assertions.
        residents_changed: Of them, who shows something else.
        values_changed: Of theirs.
        applied_at: When every record had been looked at.
    """

    state: Literal["running", "done"] | None
    residents_seen: int
    residents_changed: int
    values_changed: int
    applied_at: datetime | None


@dataclass(frozen=True, slots=True)
class Version:
    """A version without its cells.

    Attributes:
        number: In the order of drafting.
        version: For If-Match.
        state: Exactly one is active.
        base: Active when it was drafted.
        former: Active before it was.
        note: Why.
        made_by: Subject of the drafter.
        made_by_name: What people call the drafter.
        organisation: Of the drafter.
        made_at: When.
        activated_by: Subject.
        activated_by_name: Name.
        activated_at: Since when it counts.
        retired_at: Until when it counted.
        fields: That it orders differently from the former.
        progress: How far it has been carried into the records.
    """

    number: int
    version: int
    state: State
    base: int | None
    former: int | None
    note: str
    made_by: str
    made_by_name: str
    organisation: str
    made_at: datetime
    activated_by: str | None
    activated_by_name: str | None
    activated_at: datetime | None
    retired_at: datetime | None
    fields: Sequence[str]
    progress: Progress

    def require_activable(self, version: int, by: str, active: "Version") -> None:
        """Pass when somebody may activate it now.

        Args:
            version: That the caller read.
            by: The caller.
            active: The version that is active now.
        """
        if self.version != version:
            raise VersionIsStale(version=self.version)
        if self.state != "draft":
            raise VersionIsNoDraft
        if self.made_by == by:
            raise DrafterMayNotActivate
        if self.base != active.number:
            raise DraftIsSuperseded(active=active.number)
        if active.progress.state == "running":
            raise VersionIsBeingApplied(active=active.number)


@dataclass(frozen=True, slots=True)
class Simulation:
    """What activating a version would change, counted.

    Attributes:
        id: Its own.
        number: The version.
        against: The version that was active.
        within: Area code.
        requested_by: Subject.
        state: Whether all were counted.
        at: County and resident it has come to.
        residents_seen: With assertions.
        residents_changed: Of them, whose shown values would change.
        moves: Field → "from>to", two domains → residents.
    """

    id: UUID
    number: int
    against: int
    within: str
    requested_by: str
    state: Literal["running", "done"]
    at: tuple[str, UUID]
    residents_seen: int
    residents_changed: int
    moves: Mapping[str, Mapping[str, int]]


def require_governing(own_areas: Sequence[str], counties: Sequence[str]) -> None:
    """Pass when somebody acts for the whole prefecture.

    Raises:
        AuthorityNotYours: Its areas leave out a county.
    """
    if not counties or not all(areas.within_any(county, own_areas) for county in counties):
        raise AuthorityNotYours


def as_json(version: Version, matrix: Matrix | None = None) -> dict[str, Any]:
    """A version as it is told; with its cells where the matrix is given."""
    told: dict[str, Any] = {
        "number": version.number,
        "version": version.version,
        "state": version.state,
        "base": version.base,
        "former": version.former,
        "note": version.note,
        "made_by": version.made_by_name,
        "organisation": version.organisation,
        "made_at": version.made_at,
        "activated_by": version.activated_by_name,
        "activated_at": version.activated_at,
        "retired_at": version.retired_at,
        "fields": list(version.fields),
        "progress": {
            "state": version.progress.state,
            "residents_seen": version.progress.residents_seen,
            "residents_changed": version.progress.residents_changed,
            "values_changed": version.progress.values_changed,
            "applied_at": version.progress.applied_at,
        },
    }
    if matrix is not None:
        told["ranks"] = [
            {"field": r.field, "domain": r.domain, "rank": r.rank, "max_age_days": r.max_age_days}
            for r in matrix.rows
        ]
    return told


def simulation_as_json(simulation: Simulation) -> dict[str, Any]:
    """A simulation as it is told: counts by field and by pair of domains, nobody's name."""
    fields = []
    for code, moves in sorted(simulation.moves.items()):
        pairs = [
            {"from": pair.partition(">")[0], "to": pair.partition(">")[2], "residents": count}
            for pair, count in sorted(moves.items())
        ]
        fields.append({"field": code, "residents": sum(moves.values()), "moves": pairs})
    return {
        "id": str(simulation.id),
        "number": simulation.number,
        "against": simulation.against,
        "within": simulation.within,
        "state": simulation.state,
        "residents_seen": simulation.residents_seen,
        "residents_changed": simulation.residents_changed,
        "fields": fields,
    }
