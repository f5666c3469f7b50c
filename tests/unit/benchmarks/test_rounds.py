from itertools import count

import pytest

from benchmarks import report, rounds
from benchmarks.effort import Effort
from benchmarks.rounds import Figures, Row, Target


def test_contestants_take_turns() -> None:
    clock = count(1)
    seen = rounds.alternate({"a": lambda: next(clock), "b": lambda: next(clock)}, 3)
    assert seen == {"a": (1, 3, 5), "b": (2, 4, 6)}


def test_figures_know_their_middle_and_their_spread() -> None:
    figures = Figures((3.0, 1.0, 9.0))
    assert (figures.median, figures.low, figures.high) == (3.0, 1.0, 9.0)


def test_a_ratio_compares_within_a_round() -> None:
    """The second round was slow for both, so it says the same as the first."""
    assert Figures((50.0, 5.0)).over(Figures((100.0, 10.0))).values == (0.5, 0.5)


def test_seconds_become_a_rate() -> None:
    assert Figures((2.0, 4.0)).under(100).values == (50.0, 25.0)


@pytest.mark.parametrize(
    ("target", "ratio", "met"),
    [
        (Target(0.5), 0.5, True),
        (Target(0.5), 0.49, False),
        (Target(3, at_most=True), 3.0, True),
        (Target(3, at_most=True), 3.1, False),
    ],
)
def test_a_target_is_met_by_the_median(target: Target, ratio: float, met: bool) -> None:  # noqa: FBT001 — a table's column
    row = Row("x", "y", "s", Figures((ratio,)), Figures((1.0,)), target)
    assert row.met is met
    assert (rounds.unmet([row]) == [row]) is not met


def test_without_a_reference_nothing_is_judged() -> None:
    row = Row("x", "", "s", Figures((1.0,)))
    assert row.ratio is None
    assert row.met is None
    assert rounds.unmet([row]) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [(12345.6, "12,346"), (1000, "1,000"), (999.9, "1,000"), (56.78, "56.8"), (0.4567, "0.46")],
)
def test_numbers_have_the_digits_they_deserve(value: float, text: str) -> None:
    assert report.number(value) == text


def test_the_report_shows_medians_with_their_spread() -> None:
    row = Row("a", "b", "s", Figures((1.0, 2.0, 3.0)), Figures((2.0, 2.0, 2.0)), Target(0.5))
    assert report.cells(row) == (
        "a", "b", "s", "2.00 (1.00–3.00)", "2.00 (2.00–2.00)", "1.00 (0.50–1.50)", "≥ 0.5", "yes",
    )  # fmt: skip


def test_the_record_begins_with_the_machine() -> None:
    text = report.markdown([Row("a", "", "s", Figures((1.0,)), note="why")], {"memory": "24 GiB"})
    assert text.splitlines() == [
        "- memory: 24 GiB",
        "",
        "| measured | beside | unit | suite | reference | ratio | target | met |",
        "|---|---|---|---|---|---|---|---|",
        "| a<br>why |  | s | 1.00 |  |  |  |  |",
    ]


def test_a_round_lasts_a_second_at_least() -> None:
    assert Effort(rounds=5, seconds=10, connections=8).once_s == 2
    assert Effort(rounds=20, seconds=10, connections=8).once_s == 1
