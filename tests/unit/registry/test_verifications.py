"""When two sources contradict each other."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.registry.domain.assertions import Assertion
from services.registry.domain.authority import Order, Standing
from services.registry.domain.verifications import contradicts

DAY = date(2026, 11, 1)
ORDER = Order(1, {"health": Standing(1), "housing": Standing(2), "market": Standing(2)})


def said(value: str, domain: str | None, days: int = 0, method: Any = "department_push") -> Any:
    return Assertion(value, method, domain, DAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("new", "shown", "is_contradiction"),
    [
        (said("a", "housing", 5), said("a", "health"), False),  # the same value
        (said("b", "health", 5), said("a", "health"), False),  # the same source speaks again
        (said("b", "housing", 5), said("a", "health"), True),  # lower rank, seen later
        (said("b", "housing"), said("a", "health"), True),  # the same day
        (said("b", "housing", -5), said("a", "health"), False),  # merely older
        (said("b", "health", 5), said("a", "housing"), False),  # the owner knows it newer
        (said("b", "health"), said("a", "housing"), True),  # the owner, the same day
        (said("b", "health", -5), said("a", "housing"), True),  # an older word that outranks
        (said("b", "market", 5), said("a", "housing"), True),  # nobody's word comes first
        (said("b", "market", -5), said("a", "housing"), False),  # merely older
        (said("b", "health", 5, "grid_visit"), said("a", "health"), False),  # for the same domain
        (said("b", "health", 0, "grid_visit"), said("a", "health"), True),  # seen the same day
        (said("b", None, 5, "resident"), said("a", "health"), True),
    ],
)
def test_what_is_a_contradiction(new: Assertion, shown: Assertion, is_contradiction: bool) -> None:  # noqa: FBT001 — a table's column
    assert contradicts(new, shown, ORDER) is is_contradiction


def test_what_has_grown_too_old_is_not_held_against_the_new() -> None:
    order = Order(2, {"health": Standing(1, 30), "housing": Standing(2)})
    shown = said("a", "health")
    assert not contradicts(said("b", "housing", 31), shown, order)
    assert contradicts(said("b", "housing", 30), shown, order)
