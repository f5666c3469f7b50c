"""What became of a code: pairs of an old code and a new one, the longest prefix counts.

A pair says that what lay at `old` lies at `new`, and so does everything inside it, its place within
kept: 222401105 → 222401103 carries 222401105201 to 222401103201. Where a longer pair names a
part of it, that one counts. An old code may have several successors (a split); one of them carries
what no longer pair names.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from services.registry.domain import areas


class Pair(NamedTuple):
    """An old code and one of the codes that followed it.

    Attributes:
        old: Code before the change.
        new: Code after it; the same where the area stays.
        carries: Whether records at the old code go to the new one.
    """

    old: str
    new: str
    carries: bool

    @property
    def moves(self) -> bool:
        """Whether records change their code by this pair."""
        return self.carries and self.old != self.new


class Step(NamedTuple):
    """A pair of one change, on the day it took effect."""

    effective_on: date
    change_id: str
    kind: str
    pair: Pair


def mapped(code: str, pairs: Iterable[Pair]) -> str:
    """The code that follows a code by the pairs of one change; itself where none concerns it."""
    carrying = {pair.old: pair.new for pair in pairs if pair.carries}
    for length in range(len(code), 0, -1):
        new = carrying.get(code[:length])
        if new is not None:
            return new + code[length:]
    return code


def successors(code: str, pairs: Sequence[Pair]) -> tuple[str, ...]:
    """The codes that followed a code by one change; none where the change does not concern it."""
    direct = tuple(sorted(p.new for p in pairs if p.old == code and p.new != code))
    if direct:
        return direct
    new = mapped(code, pairs)
    return () if new == code else (new,)


def predecessors(code: str, pairs: Sequence[Pair]) -> tuple[str, ...]:
    """The codes that a code followed by one change; none where the change does not concern it."""
    direct = tuple(sorted(p.old for p in pairs if p.new == code and p.old != code))
    if direct:
        return direct
    around = [p for p in pairs if p.moves and code.startswith(p.new) and code != p.new]
    longest = max((len(p.new) for p in around), default=0)
    candidates = (p.old + code[len(p.new) :] for p in around if len(p.new) == longest)
    return tuple(sorted(old for old in candidates if mapped(old, pairs) == code))


def today_of(code: str, changes: Sequence[Sequence[Pair]]) -> str:
    """The code of today for a code of former days.

    Args:
        code: As it was then.
        changes: The pairs of each change that took effect since, oldest first.
    """
    for pairs in changes:
        code = mapped(code, pairs)
    return code


def inside(within: str, codes: Iterable[str], changes: Sequence[Sequence[Pair]]) -> frozenset[str]:
    """Those codes of former days whose code of today lies in an area."""
    return frozenset(code for code in codes if today_of(code, changes).startswith(within))


def in_order(steps: Iterable[Step]) -> list[list[Pair]]:
    """The pairs of each change, in the order in which the changes took effect."""
    by_change: dict[tuple[date, str], list[Pair]] = {}
    for step in steps:
        by_change.setdefault((step.effective_on, step.change_id), []).append(step.pair)
    return [by_change[key] for key in sorted(by_change)]


def by_change(steps: Iterable[Step]) -> Mapping[tuple[date, str, str], list[Pair]]:
    """The pairs of each change, by day, id and kind, oldest first."""
    grouped: dict[tuple[date, str, str], list[Pair]] = {}
    for step in sorted(steps):
        key = (step.effective_on, step.change_id, step.kind)
        grouped.setdefault(key, []).append(step.pair)
    return grouped


def reach(codes: Iterable[str]) -> str:
    """The smallest area that holds all these; the prefecture where nothing smaller does.

    Raises:
        AreaCodeInvalid: A code is none.
        AreaLevelUnfit: They lie in different prefectures.
    """
    given = list(codes)
    shared = [
        wide
        for wide in areas.ancestors(min(given, key=len))
        if all(code.startswith(wide) for code in given)
    ]
    if not shared:
        raise areas.AreaLevelUnfit("The areas lie in different prefectures.")
    return shared[-1]
