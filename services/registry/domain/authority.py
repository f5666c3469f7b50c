"""Whose word counts for a field: the authority matrix.

A matrix gives each field, for each domain that may speak of it, a rank (1 is best) and perhaps a
maximum age. Beyond that age, measured against the newest day anybody spoke of the field, an
assertion of the domain falls behind all that still stand. What a matrix does not list comes last.
Versions of the matrix are drafted, simulated and activated; exactly one is active.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from services.common.errors import Fault, ValidationFailed
from services.registry.domain.catalogue import Catalogue, Field
from services.registry.domain.organisations import DOMAINS

RESIDENT: Final = "resident"
"""Stands where a domain stands, for what a resident says of itself."""
SPEAKERS: Final = (*DOMAINS, RESIDENT)
WORST_RANK: Final = 99
LONGEST_AGE_DAYS: Final = 36_500
FIRST: Final = 1
"""Number of the version that a new registry writes for itself."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a domain's word about a field is worth.

    Attributes:
        rank: 1 is best.
        max_age_days: How much older than the newest assertion one of this domain may be.
    """

    rank: int
    max_age_days: int | None = None

    def bears(self, observed_on: date, newest_on: date) -> bool:
        """Whether what was observed on a day still stands beside the newest observation."""
        if self.max_age_days is None:
            return True
        return newest_on - observed_on <= timedelta(days=self.max_age_days)


UNLISTED: Final = Standing(WORST_RANK + 1)


@dataclass(frozen=True)
class Order:
    """The standings for one field.

    Attributes:
        version: Of the matrix.
        standings: By domain, or `RESIDENT`.
    """

    version: int
    standings: Mapping[str, Standing]

    def of(self, speaker: str) -> Standing:
        """The standing of a domain; the last one where the matrix does not list it."""
        return self.standings.get(speaker, UNLISTED)

    @cached_property
    def ages(self) -> bool:
        """Whether an assertion can grow too old, so that all must be known to choose one."""
        return any(s.max_age_days is not None for s in self.standings.values())


@dataclass(frozen=True, slots=True)
class Row:
    """One cell of a matrix.

    Attributes:
        field: Code.
        domain: Or `RESIDENT`.
        rank: None takes the cell out of a draft's base.
        max_age_days: See `Standing`.
    """

    field: str
    domain: str
    rank: int | None
    max_age_days: int | None = None


@dataclass(frozen=True)
class Matrix:
    """One version of the matrix.

    Attributes:
        version: Its number.
        cells: Field → domain → standing.
    """

    version: int
    cells: Mapping[str, Mapping[str, Standing]]
    _orders: dict[str, Order] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, version: int, rows: Iterable[Row]) -> "Matrix":
        """The matrix with these cells."""
        cells: dict[str, dict[str, Standing]] = {}
        for row in rows:
            if row.rank is not None:
                cells.setdefault(row.field, {})[row.domain] = Standing(row.rank, row.max_age_days)
        return cls(version, cells)

    @classmethod
    def first(cls, catalogue: Catalogue) -> "Matrix":
        """The version a new registry has: the owner before everybody else, whatever the age."""
        return cls(FIRST, {code: _owners(field_) for code, field_ in catalogue.items()})

    @property
    def rows(self) -> Sequence[Row]:
        """Its cells, by field as the catalogue has them and best rank first."""
        return [
            Row(code, domain, standing.rank, standing.max_age_days)
            for code, standings in self.cells.items()
            for domain, standing in sorted(standings.items(), key=lambda s: (s[1].rank, s[0]))
        ]

    def order(self, field_: Field) -> Order:
        """The standings for a field; of one that is newer than the matrix, the owner is first."""
        made = self._orders.get(field_.code)
        if made is None:
            standings = self.cells.get(field_.code) or _owners(field_)
            made = self._orders[field_.code] = Order(self.version, standings)
        return made

    def aging(self, fields: Iterable[Field]) -> tuple[str, ...]:
        """Codes of those fields whose assertions can grow too old."""
        return tuple(f.code for f in fields if self.order(f).ages)

    def differing(self, other: "Matrix", catalogue: Catalogue) -> tuple[str, ...]:
        """Codes of the fields that two versions order differently."""
        return tuple(
            code
            for code, field_ in catalogue.items()
            if self.order(field_).standings != other.order(field_).standings
        )

    def changed(self, rows: Iterable[Row]) -> Sequence[Row]:
        """The cells of a draft that takes this version and these changes of it."""
        kept = {(row.field, row.domain): row for row in self.rows}
        kept.update({(row.field, row.domain): row for row in rows})
        return [row for row in kept.values() if row.rank is not None]


def _owners(field_: Field) -> dict[str, Standing]:
    return {domain: Standing(1 if domain == field_.owner else 2) for domain in SPEAKERS}


def check(rows: Sequence[Row], catalogue: Catalogue, pointer: str) -> None:
    """Pass when rows can be cells of a matrix: known fields and domains, each named once.

    Args:
        rows: As a caller sent them.
        catalogue: Of all fields.
        pointer: Of the list in the request.

    Raises:
        ValidationFailed: Points at each row that cannot.
    """
    faults: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    for place, row in enumerate(rows):
        at = f"{pointer}/{place}"
        if row.field not in catalogue:
            faults.append(Fault(f"{at}/field", "unknown-field", "There is no such field."))
        if row.domain not in SPEAKERS:
            faults.append(Fault(f"{at}/domain", "unknown-domain", "There is no such domain."))
        if (row.field, row.domain) in seen:
            faults.append(Fault(at, "named-twice", "This field and domain were named before."))
        seen.add((row.field, row.domain))
    if faults:
        raise ValidationFailed(*faults)


def complete(rows: Sequence[Row], catalogue: Catalogue, pointer: str) -> None:
    """Pass when every field of the catalogue has somebody whose word comes first.

    Raises:
        ValidationFailed: Names the fields that nobody speaks for.
    """
    ranked = {row.field for row in rows if row.rank == 1}
    silent = [code for code in catalogue if code not in ranked]
    if silent:
        detail = f"No domain has rank 1 for: {', '.join(silent)}."
        raise ValidationFailed(Fault(pointer, "nobody-first", detail))
