"""Rules of changing areas: what may be asked, by whom, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from services.common.errors import DomainError, Fault, Kind, NotPermitted, ValidationFailed
from services.registry.domain import areas

ChangeKind: TypeAlias = Literal["rename", "recode", "merge", "split", "reparent"]

LATEST_DAYS_BACK: Final = 31
"""How long ago a change may have taken effect when it is told; documents travel that long."""
FARTHEST_DAYS_AHEAD: Final = 366

_FEWEST: Final[Mapping[ChangeKind, tuple[int, int]]] = {
    "rename": (1, 1),
    "recode": (1, 1),
    "reparent": (1, 1),
    "merge": (2, 1),
    "split": (1, 2),
}
"""Kind → how many old and new areas at least; where it is one, also at most."""
_HIGH: Final = frozenset({"prefecture", "county"})
_CHANGEABLE: Final = frozenset({"county", "street", "community", "grid", "building"})
_SPLITTABLE: Final = frozenset({"county", "street", "community", "grid"})


class AreaChangePending(DomainError):
    """Another change of this area, of one in it or around it, has not ended yet."""

    kind = Kind.CONFLICT
    title = "Another change of this area is pending"
    title_zh = "该区域另有变更尚未完成"
    title_ko = "이 구역의 다른 변경이 아직 끝나지 않았습니다"


class AreaNotValid(DomainError):
    """An area that is to change is not valid, or not since before the day of the change."""

    kind = Kind.CONFLICT
    title = "The area is not valid on that day"
    title_zh = "该区域在该日无效"
    title_ko = "이 구역은 그날 유효하지 않습니다"


class AreaCodeInUse(DomainError):
    """The code belongs to an area that is valid; a code is given again only after its end."""

    kind = Kind.CONFLICT
    title = "The area code is in use"
    title_zh = "区划代码正在使用"
    title_ko = "구역코드가 사용 중입니다"


@dataclass(frozen=True, slots=True)
class NewArea:
    """An area after a change; names left out stay as they were."""

    code: str
    name: str | None = None
    name_ko: str | None = None
    name_en: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that is asked for.

    Attributes:
        kind: Of the change.
        effective_on: First day of the new codes.
        document: The legal document that orders it.
        old: Codes that change.
        new: What they become.
        assignment: For a split: part of the old area → new area it goes to.
    """

    kind: ChangeKind
    effective_on: date
    document: str
    old: tuple[str, ...]
    new: tuple[NewArea, ...]
    assignment: Mapping[str, str] = field(default_factory=dict)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every old and new code."""
        return (*self.old, *(area.code for area in self.new))

    @property
    def main(self) -> str:
        """The new area to which everything goes that nobody assigned."""
        news = [area.code for area in self.new]
        return next((code for code in news if code in self.old), news[0])


def check(proposal: Proposal, today: date) -> None:
    """Pass when a proposal is one that can be asked for; the areas themselves are not looked at.

    Raises:
        ValidationFailed: With every fault.
    """
    bad = [code for code in proposal.codes if not areas.is_area_code(code)]
    if bad:
        raise ValidationFailed(Fault("/old", "area-code", "Old and new are area codes."))
    faults = [
        *_count_faults(proposal),
        *_day_faults(proposal, today),
        *_level_faults(proposal),
        *_name_faults(proposal),
    ]
    if not faults:
        faults = [*_code_faults(proposal), *_assignment_faults(proposal)]
    if faults:
        raise ValidationFailed(*faults)


def may_ask(proposal: Proposal, roles: frozenset[str]) -> None:
    """Pass when these roles may ask for it: counties change by the prefecture's administrator.

    Raises:
        NotPermitted: They may not.
    """
    levels = {areas.level_of(code) for code in proposal.codes}
    counties = {code[: areas.LENGTHS["county"]] for code in proposal.codes}
    is_high = bool(levels & _HIGH) or len(counties) > 1
    if "system_admin" in roles or ("secretariat" in roles and not is_high):
        return
    raise NotPermitted("Counties, and areas of two counties, are changed by the system_admin.")


def _count_faults(proposal: Proposal) -> list[Fault]:
    faults = []
    for name, given, fewest in (
        ("old", proposal.old, _FEWEST[proposal.kind][0]),
        ("new", tuple(a.code for a in proposal.new), _FEWEST[proposal.kind][1]),
    ):
        wrong = len(given) < fewest or (fewest == 1 and len(given) > 1)
        if wrong or len(set(given)) != len(given):
            least = "one" if fewest == 1 else f"at least {fewest} different ones"
            detail = f"A {proposal.kind} has {least} under {name}."
            faults.append(Fault(f"/{name}", "area-count", detail))
    return faults


def _day_faults(proposal: Proposal, today: date) -> list[Fault]:
    earliest = today - timedelta(days=LATEST_DAYS_BACK)
    latest = today + timedelta(days=FARTHEST_DAYS_AHEAD)
    if earliest <= proposal.effective_on <= latest:
        return []
    detail = f"A day from {earliest} to {latest} is expected."
    return [Fault("/effective_on", "effective-day", detail)]


def _level_faults(proposal: Proposal) -> list[Fault]:
    levels = {areas.level_of(code) for code in proposal.codes}
    if len(levels) > 1:
        return [Fault("/new", "area-level", "Old and new areas are of one level.")]
    (level,) = levels
    allowed = _SPLITTABLE if proposal.kind == "split" else _CHANGEABLE
    if proposal.kind == "rename" or level in allowed:
        return []
    return [Fault("/old", "area-level", f"A {level} cannot have a {proposal.kind}.")]


def _name_faults(proposal: Proposal) -> list[Fault]:
    if proposal.kind in {"recode", "reparent"}:
        return []
    keeps = frozenset(() if proposal.kind == "rename" else proposal.old)
    return [
        Fault(f"/new/{place}/name", "missing", "The new area needs a name.")
        for place, area in enumerate(proposal.new)
        if not area.name and area.code not in keeps
    ]


def _code_faults(proposal: Proposal) -> list[Fault]:
    if proposal.kind == "rename":
        stays = proposal.old[0] == proposal.new[0].code
        return [] if stays else [Fault("/new/0/code", "code-changes", "A rename keeps the code.")]
    if proposal.kind in {"merge", "split"}:
        return []
    old, new = proposal.old[0], proposal.new[0].code
    if old == new:
        return [Fault("/new/0/code", "code-stays", f"A {proposal.kind} changes the code.")]
    is_same = areas.parent_of(old) == areas.parent_of(new)
    if is_same == (proposal.kind == "recode"):
        return []
    other = "reparent" if proposal.kind == "recode" else "recode"
    detail = f"The new code makes this a {other}: a code begins with that of its parent."
    return [Fault("/new/0/code", "parent", detail)]


def _assignment_faults(proposal: Proposal) -> list[Fault]:
    if proposal.kind != "split":
        if not proposal.assignment:
            return []
        return [Fault("/assignment", "extra-forbidden", "Only a split assigns parts.")]
    news = {area.code for area in proposal.new}
    old = proposal.old[0]
    lengths = {_part_length(old)}
    if areas.level_of(old) == "grid":
        lengths.add(areas.LENGTHS["dwelling"])
    faults = [
        Fault("/assignment", "assignment", f"{part} → {to}: a part of {old}, to a new area.")
        for part, to in proposal.assignment.items()
        if not part.startswith(old) or len(part) not in lengths or to not in news
    ]
    empty = news - set(proposal.assignment.values())
    if not faults and empty:
        detail = f"Nothing is assigned to {', '.join(sorted(empty))}."
        faults.append(Fault("/assignment", "assignment-empty", detail))
    return faults


def _part_length(code: str) -> int:
    lengths = list(areas.LENGTHS.values())
    return lengths[lengths.index(len(code)) + 1]
