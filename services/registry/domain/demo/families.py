"""Who lives together: members of a household, head first, with ages that fit one another.

Relations are GB/T 4761-2008, one digit: 0 head, 1 spouse, 2 son or son-in-law, 3 daughter or
daughter-in-law, 4 grandchild, 5 parent or parent-in-law, 8 other.
"""

from bisect import bisect
from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

from services.registry.domain.demo import name_pools, profile
from services.registry.domain.demo.name_pools import Pool, Reading

HEAD, SPOUSE, SON, DAUGHTER, GRANDCHILD, PARENT, OTHER = "0", "1", "2", "3", "4", "5", "8"
MALE, FEMALE = 1, 2

Line: TypeAlias = tuple[str, Pool, Reading]
"""A family line: ethnic code, its pool of given names, its surname."""

Member: TypeAlias = tuple[str, int, float, Line]
"""Relation to the head, sex, age in years, family line."""

Draw: TypeAlias = Callable[[], float]
_Compose: TypeAlias = Callable[[Draw, Line, Line], list[Member]]


# Shares of the draws below; each says what part of such households is so.
_MEN_ALONE: Final = 0.58
_MAN_HEADS: Final = 0.78
_BOYS: Final = 0.52
_STAYS_AT_HOME_TO: Final = 27
_BOTH_ELDERS: Final = 0.45
_MIDDLE_HEADS: Final = 0.5
_MOTHER_ALONE: Final = 0.75
_FATHERS_NAME: Final = 0.7
_MEN_SHARING: Final = 0.5
_ONE_GRANDPARENT: Final = 0.35


class Lines:
    """Draws family lines for one grid.

    Args:
        random: The grid's stream.
        korean_share: Share of Korean lines.
    """

    __slots__ = ("_draw", "_hui", "_korean", "_manchu")

    def __init__(self, random: Random, korean_share: float) -> None:
        self._draw = random.random
        self._korean = korean_share
        self._manchu = korean_share + (1 - korean_share) * profile.MANCHU_SHARE
        self._hui = self._manchu + (1 - korean_share) * profile.HUI_SHARE

    def any(self) -> Line:
        """A line of whatever people the draw gives."""
        draw = self._draw()
        if draw < self._korean:
            return self._of(profile.KOREAN, name_pools.KOREAN)
        if draw < self._manchu:
            return self._of(profile.MANCHU, name_pools.MANCHU)
        if draw < self._hui:
            return self._of(profile.HUI, name_pools.HUI)
        return self._of(profile.HAN, name_pools.HAN)

    def partner(self, line: Line) -> Line:
        """The line a spouse comes from: mostly one's own people, never the same table entry."""
        if self._draw() < profile.MIXED_MARRIAGE_SHARE:
            return self.any()
        return self._of(line[0], line[1])

    def _of(self, ethnic: str, pool: Pool) -> Line:
        surnames = pool.surnames
        return ethnic, pool, surnames[int(self._draw() * len(surnames))]


def _sex(draw: Draw, men: float) -> int:
    return MALE if draw() < men else FEMALE


def _single_elder(draw: Draw, own: Line, _other: Line) -> list[Member]:
    age = 60 + 38 * draw() ** 1.5
    return [(HEAD, _sex(draw, 0.6 - (age - 60) / 90), age, own)]


def _single_adult(draw: Draw, own: Line, _other: Line) -> list[Member]:
    return [(HEAD, _sex(draw, _MEN_ALONE), 23 + 37 * draw(), own)]


def _pair(draw: Draw, age: float, own: Line, other: Line) -> list[Member]:
    """A couple whose head is `age` years old; `own` is the head's line."""
    if draw() < _MAN_HEADS:
        return [(HEAD, MALE, age, own), (SPOUSE, FEMALE, age - 4 + 6 * draw(), other)]
    return [(HEAD, FEMALE, age, own), (SPOUSE, MALE, age - 2 + 6 * draw(), other)]


def _father_line(couple: list[Member]) -> Line:
    return couple[0][3] if couple[0][1] == MALE else couple[1][3]


def _mother_age(couple: list[Member]) -> float:
    return couple[0][2] if couple[0][1] == FEMALE else couple[1][2]


def _child(draw: Draw, age: float, line: Line) -> Member:
    sex = _sex(draw, _BOYS)
    return (SON if sex == MALE else DAUGHTER, sex, age, line)


def _child_age(draw: Draw, mother: float) -> float:
    age = mother - 23 - 9 * draw()
    if age < 0:
        return 3 * draw()
    return age if age < _STAYS_AT_HOME_TO else 17 + 9 * draw()


def _elder_couple(draw: Draw, own: Line, other: Line) -> list[Member]:
    return _pair(draw, 60 + 31 * draw() ** 1.3, own, other)


def _middle_couple(draw: Draw, own: Line, other: Line) -> list[Member]:
    return _pair(draw, 46 + 15 * draw(), own, other)


def _young_couple(draw: Draw, own: Line, other: Line) -> list[Member]:
    return _pair(draw, 25 + 12 * draw(), own, other)


def _one_child(draw: Draw, own: Line, other: Line) -> list[Member]:
    couple = _pair(draw, 29 + 25 * draw() ** 0.7, own, other)
    age = _child_age(draw, _mother_age(couple))
    return [*couple, _child(draw, age, _father_line(couple))]


def _two_children(draw: Draw, own: Line, other: Line) -> list[Member]:
    couple = _pair(draw, 30 + 16 * draw(), own, other)
    line = _father_line(couple)
    age = min(3 + _child_age(draw, _mother_age(couple)), 22)
    younger = max(age - 1.2 - 6 * draw(), 0.1)
    return [*couple, _child(draw, age, line), _child(draw, younger, line)]


def _grown_child(draw: Draw, own: Line, other: Line) -> list[Member]:
    couple = _pair(draw, 50 + 18 * draw(), own, other)
    age = max(_mother_age(couple) - 23 - 7 * draw(), 19.0)
    return [*couple, _child(draw, age, _father_line(couple))]


def _three_generations(draw: Draw, own: Line, other: Line) -> list[Member]:
    """Parents, child and one or two grandparents; the elder or the middle generation heads."""
    father = 31 + 18 * draw()
    mother = father - 4 + 5 * draw()
    child = _child_age(draw, mother)
    elder = father + 23 + 6 * draw()
    both = draw() < _BOTH_ELDERS
    # The elders are the husband's parents: his father passes `own` on, his mother came in.
    if draw() < _MIDDLE_HEADS:
        elders: list[Member] = [(PARENT, FEMALE, elder - 2, other)]
        if both:
            elders.append((PARENT, MALE, elder + 1, own))
        couple: list[Member] = [(HEAD, MALE, father, own), (SPOUSE, FEMALE, mother, other)]
        return [*couple, _child(draw, child, own), *elders]
    head: list[Member] = [(HEAD, MALE, elder + 1, own)]
    if both:
        head.append((SPOUSE, FEMALE, elder - 2, other))
    grandchild = (GRANDCHILD, _sex(draw, _BOYS), child, own)
    return [*head, (SON, MALE, father, own), (DAUGHTER, FEMALE, mother, other), grandchild]


def _single_parent(draw: Draw, own: Line, other: Line) -> list[Member]:
    age = 29 + 20 * draw()
    mother = draw() < _MOTHER_ALONE
    head: Member = (HEAD, FEMALE if mother else MALE, age, own)
    line = other if mother and draw() < _FATHERS_NAME else own
    return [head, _child(draw, _child_age(draw, age), line)]


def _flat_share(draw: Draw, own: Line, other: Line) -> list[Member]:
    count = 2 + int(draw() * 3)
    lines = (own, other, own, other)
    return [
        (OTHER if i else HEAD, _sex(draw, _MEN_SHARING), 19 + 18 * draw(), lines[i])
        for i in range(count)
    ]


def _grandparents(draw: Draw, own: Line, other: Line) -> list[Member]:
    """Grandparents with a child whose parents work elsewhere."""
    couple = _pair(draw, 56 + 14 * draw(), own, other)
    if draw() < _ONE_GRANDPARENT:
        del couple[1]
    return [*couple, (GRANDCHILD, _sex(draw, _BOYS), 1 + 15 * draw(), own)]


SINGLE_ELDER: Final = "single_elder"
FLAT_SHARE: Final = "flat_share"

# Kind of household, its weight, and how it is composed.
_KINDS: Final[tuple[tuple[str, float, _Compose], ...]] = (
    (SINGLE_ELDER, 11.0, _single_elder),
    ("single_adult", 8.5, _single_adult),
    ("elder_couple", 15.0, _elder_couple),
    ("middle_couple", 10.0, _middle_couple),
    ("young_couple", 3.0, _young_couple),
    ("couple_one_child", 20.0, _one_child),
    ("couple_two_children", 5.0, _two_children),
    ("couple_grown_child", 12.0, _grown_child),
    ("three_generations", 10.0, _three_generations),
    ("single_parent", 3.0, _single_parent),
    (FLAT_SHARE, 1.8, _flat_share),
    ("grandparents", 1.2, _grandparents),
)
COUPLES: Final = frozenset(
    {
        "elder_couple",
        "middle_couple",
        "young_couple",
        "couple_one_child",
        "couple_two_children",
        "couple_grown_child",
    }
)
"""Kinds whose head is married to a member of the household."""
KINDS: Final = tuple(kind for kind, _, _ in _KINDS)


def _sums() -> tuple[float, ...]:
    passed, sums = 0.0, []
    for _, weight, _ in _KINDS:
        passed += weight
        sums.append(passed)
    return tuple(value / passed for value in sums)


_SUMS: Final = _sums()


def compose(draw: Draw, own: Line, other: Line) -> tuple[str, list[Member]]:
    """The kind and the members of one household, head first.

    Args:
        draw: Source of numbers in [0, 1).
        own: Line of the head.
        other: Line of the spouse.
    """
    kind, _, composer = _KINDS[bisect(_SUMS, draw())]
    return kind, composer(draw, own, other)
