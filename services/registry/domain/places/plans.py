"""What a change comes to: which code follows which, for the areas named and all their parts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.common.errors import DomainError, Fault, Kind, ValidationFailed
from services.registry.domain import areas
from services.registry.domain.places.changes import Proposal
from services.registry.domain.places.lineage import Pair


class AreaCodesExhausted(DomainError):
    """There is no free number left for another area at this place."""

    kind = Kind.CONFLICT
    title = "No free area code is left"
    title_zh = "没有可用的区划代码"
    title_ko = "쓸 수 있는 구역코드가 없습니다"


def plan(
    proposal: Proposal, parts: Mapping[str, Sequence[str]], taken: Iterable[str]
) -> tuple[Pair, ...]:
    """The pairs a proposal comes to: its own codes, and parts that get another number.

    Args:
        proposal: Checked before.
        parts: Old code → codes of the valid areas directly in it.
        taken: Codes that may not be given: valid ones, in the new areas.

    Raises:
        ValidationFailed: A part of a split area is assigned nowhere.
        AreaCodesExhausted: A new area cannot number all its parts.
    """
    if proposal.kind == "rename":
        return ()
    numbering = _Numbering(taken)
    if proposal.kind == "merge":
        return _merged(proposal, parts, numbering)
    if proposal.kind == "split":
        return _split(proposal, parts, numbering)
    return (Pair(proposal.old[0], proposal.new[0].code, carries=True),)


def _merged(
    proposal: Proposal, parts: Mapping[str, Sequence[str]], numbering: "_Numbering"
) -> tuple[Pair, ...]:
    new = proposal.new[0].code
    pairs = [Pair(old, new, carries=True) for old in proposal.old]
    for old in proposal.old:
        if old != new:
            pairs.extend(
                Pair(part, numbering.place(part, old, new), carries=True)
                for part in parts.get(old, ())
            )
    return tuple(pairs)


def _split(
    proposal: Proposal, parts: Mapping[str, Sequence[str]], numbering: "_Numbering"
) -> tuple[Pair, ...]:
    old = proposal.old[0]
    pairs = [Pair(old, a.code, carries=a.code == proposal.main) for a in proposal.new]
    homeless = []
    for part in parts.get(old, ()):
        goes_to = proposal.assignment.get(part)
        inner = {c: to for c, to in proposal.assignment.items() if c != part and _in(c, part)}
        if goes_to is None and not inner:
            homeless.append(part)
            continue
        whole = goes_to or _most(inner, proposal)
        new = part if whole == old else numbering.place(part, old, whole)
        if new != part:
            pairs.append(Pair(part, new, carries=True))
        pairs.extend(_parted(part, (old, whole), inner, numbering))
    if homeless:
        raise ValidationFailed(
            Fault("/assignment", "assignment-missing", f"Assign {', '.join(homeless[:10])}.")
        )
    return tuple(pairs)


def _parted(
    part: str, ends: tuple[str, str], inner: Mapping[str, str], numbering: "_Numbering"
) -> Iterator[Pair]:
    """The dwellings that leave their building: it, and their unit, then stand in both grids."""
    old, whole = ends
    twins: dict[str, str] = {}
    units: set[str] = set()
    for dwelling, goes_to in sorted(inner.items()):
        if goes_to == whole:
            continue
        if goes_to not in twins:
            twins[goes_to] = numbering.place(part, old, goes_to)
            yield Pair(part, twins[goes_to], carries=False)
        twin = twins[goes_to] + dwelling[len(part) :]
        unit = dwelling[: areas.LENGTHS["unit"]]
        twin_unit = twin[: areas.LENGTHS["unit"]]
        if twin_unit not in units:
            units.add(twin_unit)
            yield Pair(unit, twin_unit, carries=False)
        yield Pair(dwelling, twin, carries=True)


def _in(dwelling: str, building: str) -> bool:
    return dwelling.startswith(building) and len(building) == areas.LENGTHS["building"]


def _most(inner: Mapping[str, str], proposal: Proposal) -> str:
    """Where a building goes of which only dwellings are assigned."""
    return proposal.main if proposal.main in inner.values() else min(inner.values())


class _Numbering:
    """Gives parts of an area a number in another: their own where it is free."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def place(self, part: str, old: str, new: str) -> str:
        """The code a part of `old` gets in `new`; taken from then on."""
        digits = len(part) - len(old)
        own = int(part[len(old) :])
        numbers = [own, *range(own + 1, 10**digits), *range(1, own)]
        for number in numbers:
            code = f"{new}{number:0{digits}d}"
            if code not in self._taken:
                self._taken.add(code)
                return code
        raise AreaCodesExhausted(area=new)
