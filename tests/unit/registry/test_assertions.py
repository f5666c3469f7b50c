"""Which of several assertions is shown."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import assertions
from services.registry.domain.assertions import Assertion, Baseline, Method

OWNER = "health"
DAY = date(2026, 11, 1)

some_assertion = st.builds(
    Assertion,
    value_key=st.sampled_from(['"a"', '"b"', "null"]),
    method=st.sampled_from(get_args(Method)),
    domain=st.sampled_from([OWNER, "housing", None]),
    observed_on=st.dates(date(2026, 10, 30), date(2026, 11, 2)),
    observed_at=st.one_of(
        st.none(),
        st.datetimes(datetime(2026, 10, 31), datetime(2026, 11, 2)).map(  # noqa: DTZ001 — made aware
            lambda at: at.replace(tzinfo=UTC)
        ),
    ),
)


def said(value: str = '"a"', **changes: Any) -> Assertion:
    values = {"method": "department_push", "domain": OWNER, "observed_on": DAY, **changes}
    return Assertion(value, **values)


@given(st.lists(some_assertion, min_size=1, max_size=6), st.randoms())
def test_what_is_shown_does_not_depend_on_the_order_of_arrival(
    arrived: list[Assertion], random: Random
) -> None:
    shuffled = list(arrived)
    random.shuffle(shuffled)
    assert assertions.shown(arrived, OWNER).rank(OWNER) == assertions.shown(shuffled, OWNER).rank(
        OWNER
    )


@given(st.lists(some_assertion, min_size=1, max_size=6))
def test_folding_one_by_one_shows_the_same_as_choosing_among_all(
    arrived: list[Assertion],
) -> None:
    folded = arrived[0]
    for each in arrived[1:]:
        folded = assertions.shown([each, folded], OWNER)
    assert folded.rank(OWNER) == assertions.shown(arrived, OWNER).rank(OWNER)


@given(st.lists(some_assertion, min_size=1, max_size=6))
def test_the_same_rank_means_the_same_value(arrived: list[Assertion]) -> None:
    best = assertions.shown(arrived, OWNER)
    equals = {a.value_key for a in arrived if a.rank(OWNER) == best.rank(OWNER)}
    assert equals == {best.value_key}


def test_the_owner_goes_before_a_newer_stranger() -> None:
    owner = said(observed_on=DAY - timedelta(days=300))
    stranger = said('"b"', domain="housing")
    assert assertions.shown([stranger, owner], OWNER) is owner


def test_among_the_owners_the_newest_observed_is_shown() -> None:
    older, newer = said(observed_on=DAY - timedelta(days=1)), said('"b"')
    assert assertions.shown([newer, older], OWNER) is newer


def test_an_instant_goes_before_the_beginning_of_its_day() -> None:
    morning = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
    visit = said('"b"', method="grid_visit", observed_at=morning)
    later_visit = said('"c"', method="grid_visit", observed_at=morning + timedelta(minutes=5))
    assert assertions.shown([said(), visit], OWNER) is visit
    assert assertions.shown([later_visit, visit], OWNER) is later_visit


def test_on_the_same_day_a_department_goes_before_a_visit_and_a_visit_before_a_resident() -> None:
    ranked = [said(method=m) for m in ("department_push", "grid_visit", "resident", "baseline")]
    for number, best in enumerate(ranked):
        assert assertions.shown(reversed(ranked[number:]), OWNER) is best


@given(some_assertion)
def test_an_entry_gives_its_assertion_back(assertion: Assertion) -> None:
    entry = assertions.entry_of(assertion, {"value": "x"})
    assert entry["value"] == "x"
    baseline = Baseline(OWNER, date(2020, 1, 1))
    again = assertions.from_entry(entry, assertion.value_key, baseline)
    assert again.rank(OWNER) == assertion.rank(OWNER)


def test_without_an_entry_the_baseline_speaks_for_the_owner() -> None:
    found = assertions.from_entry(None, '"a"', Baseline(OWNER, DAY))
    assert found == Assertion('"a"', "baseline", OWNER, DAY)
