"""Which values fit a field."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.registry.domain import values
from services.registry.domain.values import ValueNotAccepted
from tests.factories.registry import catalogue_field

TODAY = date(2026, 11, 24)
SETS = {"sex": frozenset("0129")}
FIELD = catalogue_field()


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  a b ", "a b"),
        ("date", "2026-02-28", "2026-02-28"),
        ("integer", 0, 0),
        ("decimal", 58.5, 58.5),
        ("decimal", 58, 58),
        ("boolean", False, False),
        ("phone", "+86 154-1234 5678", "15412345678"),
        ("phone", "0433-2512345", "04332512345"),
        ("area", "222406001001", "222406001001"),
        ("id", "0192B3F0-0000-7000-8000-000000000001", "0192b3f0-0000-7000-8000-000000000001"),
        ("text", None, None),
    ],
)
def test_a_value_is_kept_in_one_form(kind: str, given: Any, kept: Any) -> None:
    assert values.accept(replace(FIELD, type=kind), given, SETS, TODAY) == kept


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text", ""),
        ("text", "   "),
        ("text", "x" * 201),
        ("text", "a\nb"),
        ("text", 5),
        ("date", "2026-02-30"),
        ("date", "24.11.2026"),
        ("date", "1700-01-01"),
        ("date", "2101-01-01"),
        ("integer", 1.0),
        ("integer", True),
        ("integer", -1),
        ("integer", 10**10),
        ("decimal", float("nan")),
        ("decimal", float("inf")),
        ("decimal", True),
        ("decimal", "5"),
        ("boolean", 1),
        ("boolean", "yes"),
        ("phone", "110"),
        ("phone", "25412345678"),
        ("area", "2224"),
        ("area", "22240x"),
        ("id", "1"),
        ("document", "229999199001010018"),
    ],
)
def test_what_does_not_fit_is_refused_without_repeating_it(kind: str, given: Any) -> None:
    with pytest.raises(ValueNotAccepted) as caught:
        values.accept(replace(FIELD, type=kind), given, SETS, TODAY)
    assert caught.value.fault.pointer == "/x"
    assert len(str(given)) < 4 or str(given) not in caught.value.fault.detail


def test_a_code_must_be_one_of_its_set() -> None:
    sex = replace(FIELD, code="sex", type="code", code_set="sex")
    assert values.accept(sex, "1", SETS, TODAY) == "1"
    with pytest.raises(ValueNotAccepted):
        values.accept(sex, "7", SETS, TODAY)
    with pytest.raises(ValueNotAccepted):
        values.accept(replace(sex, code_set="unknown"), "1", SETS, TODAY)


def test_nobody_is_born_tomorrow() -> None:
    born = replace(FIELD, code="born_on", type="date")
    assert values.accept(born, "2026-11-24", SETS, TODAY) == "2026-11-24"
    with pytest.raises(ValueNotAccepted):
        values.accept(born, "2026-11-25", SETS, TODAY)


def test_names_are_kept_as_they_are_compared() -> None:
    assert values.accept(replace(FIELD, code="name_ko"), "김 철 수", SETS, TODAY) == "김철수"


def test_what_every_record_has_cannot_be_taken_away() -> None:
    with pytest.raises(ValueNotAccepted):
        values.accept(replace(FIELD, code="residency"), None, SETS, TODAY)
