"""Which of several assertions is shown."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import assertions
from services.registry.domain.assertions import Assertion, Baseline, Method
from services.registry.domain.authority import Order, Standing

OWNER = "health"
DAY = date(2026, 11, 1)
ORDER = Order(1, {OWNER: Standing(1), "housing": Standing(2), "resident": Standing(2)})
standings = st.builds(Standing, st.integers(1, 3), st.one_of(st.none(), st.integers(1, 3)))
orders = st.builds(
    Order,
    st.just(2),
    st.dictionaries(st.sampled_from([OWNER, "housing", "market", "resident"]), standings),
)

some_assertion = st.builds(
    Assertion,
    value_key=st.sampled_from(['"a"', '"b"', "null"]),
    method=st.sampled_from(get_args(Method)),
    domain=st.sampled_from([OWNER, "housing", "market", None]),
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


def place(assertion: Assertion, among: list[Assertion], order: Order) -> Any:
    return assertion.rank(order, assertions.newest_on(among))


@given(
    st.lists(some_assertion, min_size=1, max_size=6).flatmap(
        lambda said: st.tuples(st.just(said), st.permutations(said))
    ),
    orders,
)
def test_what_is_shown_does_not_depend_on_the_order_of_arrival(
    arrived: tuple[list[Assertion], list[Assertion]], order: Order
) -> None:
    first, second = arrived
    one, other = assertions.shown(first, order), assertions.shown(second, order)
    assert place(one, first, order) == place(other, first, order)


@given(st.lists(some_assertion, min_size=1, max_size=6))
def test_without_ages_folding_one_by_one_shows_the_same_as_choosing_among_all(
    arrived: list[Assertion],
) -> None:
    folded = arrived[0]
    for each in arrived[1:]:
        folded = assertions.shown([each, folded], ORDER)
    best = assertions.shown(arrived, ORDER)
    assert place(folded, arrived, ORDER) == place(best, arrived, ORDER)


@given(st.lists(some_assertion, min_size=1, max_size=6), orders)
def test_the_same_rank_means_the_same_value(arrived: list[Assertion], order: Order) -> None:
    best = place(assertions.shown(arrived, order), arrived, order)
    equals = {a.value_key for a in arrived if place(a, arrived, order) == best}
    assert equals == {assertions.shown(arrived, order).value_key}


@given(st.lists(some_assertion, min_size=1, max_size=6), orders)
def test_saying_the_same_twice_is_saying_it_once(arrived: list[Assertion], order: Order) -> None:
    assert assertions.shown(arrived * 2, order) == assertions.shown(arrived, order)


@given(st.lists(some_assertion, min_size=1, max_size=6), orders)
def test_the_newest_of_all_always_stands(arrived: list[Assertion], order: Order) -> None:
    assert place(assertions.shown(arrived, order), arrived, order)[0]


@given(st.lists(some_assertion, min_size=1, max_size=6), orders)
def test_the_shown_one_is_the_first_of_the_ranked(arrived: list[Assertion], order: Order) -> None:
    ranked = assertions.ranked(arrived, order)
    assert sorted(ranked) == list(range(len(arrived)))
    assert arrived[ranked[0]] == assertions.shown(arrived, order)


def test_beyond_its_age_the_owner_falls_behind_and_beside_another_old_one_it_does_not() -> None:
    order = Order(2, {OWNER: Standing(1, 30), "housing": Standing(2, 30), "market": Standing(3)})
    owner = said(observed_on=DAY - timedelta(days=31))
    housing = said('"b"', domain="housing", observed_on=DAY - timedelta(days=40))
    market = said('"c"', domain="market")
    assert assertions.shown([owner, housing], order) is owner
    assert assertions.shown([owner, housing, market], order) is market
    on_the_last_day = said(observed_on=DAY - timedelta(days=30))
    assert assertions.shown([on_the_last_day, market], order) is on_the_last_day


def test_who_is_not_listed_comes_last() -> None:
    stranger = said(domain="transport", observed_on=DAY + timedelta(days=300))
    assert assertions.shown([stranger, said('"b"', domain="housing")], ORDER).domain == "housing"


def test_the_owner_goes_before_a_newer_stranger() -> None:
    owner = said(observed_on=DAY - timedelta(days=300))
    stranger = said('"b"', domain="housing")
    assert assertions.shown([stranger, owner], ORDER) is owner


def test_among_the_owners_the_newest_observed_is_shown() -> None:
    older, newer = said(observed_on=DAY - timedelta(days=1)), said('"b"')
    assert assertions.shown([newer, older], ORDER) is newer


def test_an_instant_goes_before_the_beginning_of_its_day() -> None:
    morning = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
    visit = said('"b"', method="grid_visit", observed_at=morning)
    later_visit = said('"c"', method="grid_visit", observed_at=morning + timedelta(minutes=5))
    assert assertions.shown([said(), visit], ORDER) is visit
    assert assertions.shown([later_visit, visit], ORDER) is later_visit


def test_on_the_same_day_a_department_goes_before_a_visit_and_a_visit_before_a_resident() -> None:
    ranked = [said(method=m) for m in ("department_push", "grid_visit", "resident", "baseline")]
    for number, best in enumerate(ranked):
        assert assertions.shown(ranked[number:][::-1], ORDER) is best


@given(some_assertion)
def test_an_entry_gives_its_assertion_back(assertion: Assertion) -> None:
    entry = assertions.entry_of(assertion, {"value": "x"})
    assert entry["value"] == "x"
    baseline = Baseline(OWNER, date(2020, 1, 1))
    again = assertions.from_entry(entry, assertion.value_key, baseline)
    assert again.rank(ORDER, DAY) == assertion.rank(ORDER, DAY)


def test_without_an_entry_the_baseline_speaks_for_the_owner() -> None:
    found = assertions.from_entry(None, '"a"', Baseline(OWNER, DAY))
    assert found == Assertion('"a"', "baseline", OWNER, DAY)
