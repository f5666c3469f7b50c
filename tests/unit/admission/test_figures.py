"""Figures are shaped from counts, and divide only by something."""

from typing import Any

from services.admission.domain.indicators import FIGURES, shape


def counts(**changes: Any) -> dict[str, Any]:
    names = {n for f in FIGURES for n in (f.top, f.bottom, f.where) if n}
    return {**dict.fromkeys(names, 0), **changes}


def by_code(**changes: Any) -> dict[str, dict[str, Any]]:
    figures = shape(counts(**changes), within="222406", as_of="2026-11-24T00:00:00Z")
    return {figure["code"]: figure for figure in figures}


def test_every_owned_figure_is_there_once() -> None:
    rows = [f.figure for f in FIGURES]
    expected = [
        "10",
        "11",
        "12",
        "13",
        "14",
        "15",
        "16",
        "17",
        "97",
        "98",
        "99",
        "100",
        "101",
        "102",
    ]
    assert rows == [*expected, "103", "121", "121", "121"]
    assert len({f.code for f in FIGURES}) == len(FIGURES)


def test_a_ratio_shows_its_parts() -> None:
    figure = by_code(items=7, communities=3)["items_avg"]
    assert (figure["value"], figure["numerator"], figure["denominator"]) == (2.33, 7, 3)
    assert by_code(items=8, administrative=5)["administrative_share"]["value"] == 62.5
    assert by_code(items=200, administrative=1)["administrative_share"]["value"] == 0.5


def test_nothing_to_divide_is_not_zero() -> None:
    assert by_code()["items_avg"]["value"] is None
    assert by_code(due_fen=None)["funding_arrival_rate"]["value"] is None


def test_an_extreme_names_its_community() -> None:
    figure = by_code(items_max=9, items_max_in="222406001001")["items_max"]
    assert (figure["value"], figure["community"]) == (9, "222406001001")
    assert figure["denominator"] is None
