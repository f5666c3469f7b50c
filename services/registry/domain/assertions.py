"""Which of several values for one field is shown.

Every value that reaches the registry is an assertion and is kept. Which one is shown is a function
of the set of them and of the authority matrix (`domain.authority`): those that still stand go
before those that are beyond their domain's maximum age; then the rank of the domain counts, then
who observed last, then the method, then the value itself. A function of a set does not know in
which order its elements arrived, so a late file and an early one give the same record.

How old an assertion may be is measured against the newest of the set. Where no domain of a field
has a maximum age, the shown one is the greatest under a total order, and a newcomer need only be
compared with what is shown; where one has, all assertions of the field are read again.

What is shown stands in the record itself: as a column, or among the `facts`:

    {"employment_status": {"value": "employed", "source": "grid_visit",
                           "domain": "social_security", "observed_on": "2026-11-20"}}

A sensitive value is sealed: `"sealed"` (base64) and `"index"` (hex, the blind index, which stands
for the value when two are compared) take the place of `"value"`. A field that is a column has an
entry without value once somebody asserted it; until then it was observed on the record's
`observed_on`, on behalf of the owner (method `baseline`). `observed_at` is there where the instant
is known, as on a visit, so that the second of two corrections on one day wins.

A grid worker who collects a field does so on behalf of its owner: such an assertion carries the
owner's domain.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from services.common.clock import LOCAL
from services.registry.domain.authority import RESIDENT, Order
from services.registry.domain.catalogue import COLLECTING_ROLES

Method: TypeAlias = Literal["department_push", "grid_visit", "resident", "baseline"]

_METHOD_RANK: Final[Mapping[str, int]] = {
    "baseline": 0,
    "resident": 1,
    "grid_visit": 2,
    "department_push": 3,
}

Rank: TypeAlias = tuple[bool, int, datetime, int, str, str]


class Assertion(NamedTuple):
    """Somebody says that a field has a value.

    A tuple, since an import makes several of every row, and a frozen class takes thrice as long.

    Attributes:
        value_key: Text that equal values share: the value's JSON, or its blind index.
        method: How it was learnt.
        domain: Domain it was said for; None when a resident said it.
        observed_on: Day on which it was true.
        observed_at: The instant, where it is known.
    """

    value_key: str
    method: Method
    domain: str | None
    observed_on: date
    observed_at: datetime | None = None

    @property
    def speaker(self) -> str:
        """Under which name the authority matrix lists who said it."""
        return self.domain or RESIDENT

    @property
    def seen_at(self) -> datetime:
        """When it was observed: the instant, or the beginning of the day."""
        if self.observed_at is not None:
            return self.observed_at.astimezone(UTC)
        return _beginning(self.observed_on)

    def rank(self, order: Order, newest_on: date) -> Rank:
        """Its place among all assertions of a field; the greatest is shown.

        Args:
            order: Of the field.
            newest_on: Newest day on which one of them was observed.
        """
        standing = order.of(self.speaker)
        return (
            standing.bears(self.observed_on, newest_on),
            -standing.rank,
            self.seen_at,
            _METHOD_RANK[self.method],
            self.value_key,
            self.domain or "",
        )


@dataclass(frozen=True, slots=True)
class Baseline:
    """Where the values of a record come from that nobody asserted since it was made.

    Attributes:
        owner: Owner domain of the field.
        observed_on: The record's `observed_on`.
    """

    owner: str
    observed_on: date


def _by_day(assertion: Assertion) -> tuple[date, int, str, str]:
    """Its place among those whose speakers have one rank and whose instants are not known."""
    return (
        assertion.observed_on,
        _METHOD_RANK[assertion.method],
        assertion.value_key,
        assertion.domain or "",
    )


@lru_cache(maxsize=4096)
def _beginning(day: date) -> datetime:
    """When a day begins; remembered, because an import ranks hundreds of thousands of values."""
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


def newest_on(assertions: Iterable[Assertion]) -> date:
    """The newest day on which one of them was observed."""
    return max(assertion.observed_on for assertion in assertions)


def method_of(roles: frozenset[str]) -> Method:
    """How somebody with these roles learns what they say: on a visit, or in their department."""
    return "grid_visit" if roles & COLLECTING_ROLES else "department_push"


def shown(assertions: Sequence[Assertion], order: Order) -> Assertion:
    """The assertion whose value the record shows, whatever the order they are given in.

    Args:
        assertions: All of the field, at least one; or, when the order has no maximum age, the one
            that is shown and those that arrived since.
        order: Of the field.
    """
    if len(assertions) == 2 and not order.ages:  # noqa: PLR2004 — a newcomer and what is shown
        # An import asks this for every value: the same order in fewer comparisons.
        one, other = assertions
        ours, theirs = order.of(one.speaker).rank, order.of(other.speaker).rank
        if ours != theirs:
            return one if ours < theirs else other
        if one.observed_at is None and other.observed_at is None:
            return max(one, other, key=_by_day)
    newest = newest_on(assertions)
    return max(assertions, key=lambda assertion: assertion.rank(order, newest))


def ranked(assertions: Sequence[Assertion], order: Order) -> list[int]:
    """Places of the assertions in the sequence, the shown one first and then as they follow."""
    newest = newest_on(assertions)
    places = range(len(assertions))
    return sorted(places, key=lambda at: assertions[at].rank(order, newest), reverse=True)


_REASONS: Final = ("beyond-maximum-age", "rank", "older", "method", "value", "domain")


def reason(loser: Assertion, best: Assertion, order: Order, newest: date) -> str:
    """What decided between the shown assertion and another.

    Args:
        loser: The other.
        best: The shown one.
        order: Of the field.
        newest: Newest day on which one of all was observed.

    Returns:
        The first of what counts in which they differ; `repeated` when they say the same.
    """
    pairs = zip(loser.rank(order, newest), best.rank(order, newest), _REASONS, strict=True)
    return next((name for one, other, name in pairs if one != other), "repeated")


def entry_of(assertion: Assertion, value: Mapping[str, Any]) -> dict[str, Any]:
    """The entry among the facts for the assertion that is shown.

    Args:
        assertion: The shown one.
        value: `{"value": …}`, `{"sealed": …, "index": …}`, or empty for a column.
    """
    entry = {
        **value,
        "source": assertion.method,
        "domain": assertion.domain,
        "observed_on": assertion.observed_on.isoformat(),
    }
    if assertion.observed_at is not None:
        entry["observed_at"] = assertion.observed_at.astimezone(UTC).isoformat()
    return entry


def from_entry(entry: Mapping[str, Any] | None, value_key: str, baseline: Baseline) -> Assertion:
    """The assertion an entry among the facts came from.

    Args:
        entry: None when nobody asserted the field after the baseline.
        value_key: Of the value that is shown now.
        baseline: Where the value comes from when there is no entry.
    """
    if entry is None:
        return Assertion(value_key, "baseline", baseline.owner, baseline.observed_on)
    at = entry.get("observed_at")
    return Assertion(
        value_key,
        entry["source"],
        entry["domain"],
        date.fromisoformat(entry["observed_on"]),
        datetime.fromisoformat(at) if at else None,
    )
