"""Shares to the fen, arrears to the day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.admission.domain import money
from services.admission.domain.money import Instalment

TODAY = date(2026, 11, 24)
FEN = st.integers(min_value=0, max_value=10**12)
COUNTS = st.integers(min_value=1, max_value=400)
SCHEDULES = st.lists(
    st.builds(
        Instalment,
        st.dates(TODAY - timedelta(days=400), TODAY + timedelta(days=400)),
        st.integers(min_value=1, max_value=10**9),
    ),
    max_size=6,
)


@given(FEN, COUNTS)
def test_equal_shares_add_up_and_differ_by_one_fen_at_most(total: int, count: int) -> None:
    shares = money.equal_shares(total, count)
    assert sum(shares) == total
    assert max(shares) - min(shares) <= 1
    assert shares == sorted(shares, reverse=True)


@given(st.lists(FEN, max_size=12), COUNTS)
def test_all_payments_together_stay_equal_to_the_fen(payments: list[int], count: int) -> None:
    sums, paid = [0] * count, 0
    for amount in payments:
        shares = money.next_shares(paid, amount, count)
        assert min(shares) >= 0
        assert sum(shares) == amount
        sums = [old + new for old, new in zip(sums, shares, strict=True)]
        paid += amount
    assert sums == money.equal_shares(paid, count)


def test_the_odd_fen_does_not_go_to_the_same_community_every_time() -> None:
    assert money.next_shares(0, 1, 3) == [1, 0, 0]
    assert money.next_shares(1, 1, 3) == [0, 1, 0]
    assert money.next_shares(2, 1, 3) == [0, 0, 1]


@given(SCHEDULES, FEN, st.dates(TODAY - timedelta(days=500), TODAY + timedelta(days=500)))
def test_arrears_are_what_was_due_before_the_day_and_not_paid(
    schedule: list[Instalment], paid: int, on: date
) -> None:
    due = sum(part.amount_fen for part in schedule if part.due_on < on)
    assert money.arrears(schedule, paid, on) == max(0, due - paid)
    assert money.arrears(schedule, due, on) == 0


def test_the_due_day_itself_is_punctual() -> None:
    schedule = [Instalment(TODAY, 100)]
    assert money.arrears(schedule, 0, TODAY) == 0
    assert money.arrears(schedule, 0, TODAY + timedelta(days=1)) == 100


def test_an_item_is_funded_by_its_first_instalment_and_no_arrears() -> None:
    schedule = [Instalment(TODAY, 60), Instalment(TODAY + timedelta(days=30), 40)]
    assert money.is_funded([], 0, TODAY)
    assert not money.is_funded(schedule, 59, TODAY)
    assert money.is_funded(schedule, 60, TODAY)
    assert not money.is_funded(schedule, 60, TODAY + timedelta(days=31))


@given(SCHEDULES, st.data())
def test_a_release_never_touches_debts_nor_exceeds_the_hold(
    schedule: list[Instalment], data: st.DataObject
) -> None:
    promised = sum(part.amount_fen for part in schedule)
    paid = data.draw(st.integers(min_value=0, max_value=promised))
    held = promised - paid
    free = money.releasable(schedule, paid, held, TODAY)
    assert 0 <= free <= held
    assert held - free == money.arrears(schedule, paid, TODAY)
    kept = money.owed(schedule, TODAY)
    assert sum(part.amount_fen for part in kept) == money.due_before(schedule, TODAY)


def test_nothing_is_due_before_it_is_approved() -> None:
    early, late = TODAY - timedelta(days=9), TODAY + timedelta(days=9)
    moved = money.not_before([Instalment(early, 1), Instalment(late, 2)], TODAY)
    assert moved == (Instalment(TODAY, 1), Instalment(late, 2))
