"""Counts for leaders that tell of groups and of nobody: small cells are hidden.

A count of one to four would tell of somebody. It is hidden; and because the total is told, hiding
one cell alone would let anybody subtract the others from it. So further cells are hidden, smallest
first, until two are and until they hold five residents together. Two questions about overlapping
groups can still be subtracted from each other; that is why name, telephone and address are no
filter here, and why groups are made by closed sets of values only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from services.common.errors import DomainError, Fault, Kind, ValidationFailed
from services.registry.domain import areas
from services.registry.domain.areas import Level
from services.registry.domain.askers import Asker
from services.registry.domain.catalogue import Catalogue, Field
from services.registry.domain.filters import NEVER, Asked

LEAST: Final = 5
"""Residents of a cell that is told, at least."""
MOST_FIELDS: Final = 3
MOST_CELLS: Final = 5000

Key: TypeAlias = tuple[str | None, ...]
_HIDDEN_AT_LEAST: Final = 2
_GROUPED: Final = frozenset({"code", "boolean"})


class FieldNotGroupable(DomainError):
    """Groups are made by codes and yes-or-no fields that are not sensitive."""

    kind = Kind.FORBIDDEN
    title = "Nothing is grouped by this field"
    title_zh = "不能按该字段汇总"
    title_ko = "이 항목으로는 집계할 수 없습니다"


class AggregateTooFine(DomainError):
    """There would be thousands of groups; ask for fewer fields or a wider level of area."""

    title = "There are too many groups"
    title_zh = "分组过多，请减少字段或放宽区域级别"
    title_ko = "집단이 너무 많습니다. 항목을 줄이십시오"


@dataclass(frozen=True, slots=True)
class Counted:
    """What is told.

    Attributes:
        cells: Residents by key; None where it is hidden.
        total: Of all cells; None where it is too small itself.
    """

    cells: Mapping[Key, int | None]
    total: int | None


def groups(
    codes: Sequence[str], catalogue: Catalogue, asked: Asked, asker: Asker
) -> tuple[Field, ...]:
    """The fields to group by, in the order asked.

    Raises:
        ValidationFailed: Too many, unknown, or a filter that points at somebody.
        FieldNotReadable, FieldNotGroupable: Not for this caller, or for nobody.
    """
    pointing = [key for key in ("name", "phone", "address") if getattr(asked, key) is not None]
    if pointing:
        raise ValidationFailed(
            *(
                Fault(f"/filter/{k}", "filter-points", "Counts are not made about somebody.")
                for k in pointing
            )
        )
    if len(set(codes)) > MOST_FIELDS:
        raise ValidationFailed(Fault("/group_by", "too-long", f"At most {MOST_FIELDS} fields."))
    if not codes:
        return ()
    fields = {field.code: field for field in catalogue.named(codes, "/group_by/*")}
    never = [f.code for f in fields.values() if not _is_groupable(f)]
    if never:
        raise FieldNotGroupable(f"Nothing is grouped by: {', '.join(never)}.", fields=never)
    catalogue.readable(list(fields.values()), asker.roles, asker.domains)
    return tuple(fields[code] for code in dict.fromkeys(codes))


def level_length(level: Level | None, within: str) -> int | None:
    """Digits of the areas to group by; None for no grouping by area.

    Raises:
        ValidationFailed: The level is wider than the area asked about.
    """
    if level is None:
        return None
    length = areas.LENGTHS[level]
    if length < len(within):
        raise ValidationFailed(
            Fault("/area_level", "wider-than-area", "The level lies above the area asked about.")
        )
    return length


def suppressed(cells: Mapping[Key, int], least: int = LEAST) -> Counted:
    """The counts with small cells hidden, and others with them where they would give them away.

    Args:
        cells: Residents by key, one at least each.
        least: Residents of a told cell.
    """
    total = sum(cells.values())
    if total < least:
        return Counted(dict.fromkeys(cells), None)
    hidden: set[Key] = {key for key, count in cells.items() if count < least}
    if hidden:
        others = sorted((count, str(key), key) for key, count in cells.items() if key not in hidden)
        together = sum(cells[key] for key in hidden)
        for count, _, key in others:
            if len(hidden) >= _HIDDEN_AT_LEAST and together >= least:
                break
            hidden.add(key)
            together += count
    return Counted({k: None if k in hidden else count for k, count in cells.items()}, total)


def _is_groupable(field: Field) -> bool:
    return field.type in _GROUPED and field.sensitivity != "sensitive" and field.code not in NEVER
