"""The demo plan: the same for the same seed, and no state a real item could not reach."""

from datetime import UTC, date, datetime

import pytest

from services.admission.domain.demo import FATES, Entry, draw, key, plan
from services.admission.domain.items import CARRIED, Action, ItemClass, State
from services.admission.domain.money import arrears, is_funded

TODAY = date(2026, 11, 24)
COMMUNITIES = [f"2224060010{n:02d}" for n in range(1, 21)]


def entry(fate: str) -> Entry:
    yuan = 0 if fate in {"free", "expired"} else 600
    return Entry(ItemClass.ADMITTED, "health", f"事项{fate}", "内容", "依据", 8, 50, yuan, fate)


def test_the_same_seed_plans_the_same() -> None:
    catalogue = [entry(fate) for fate in FATES]
    first = list(plan(1, "222406", COMMUNITIES, catalogue, TODAY))
    assert first == list(plan(1, "222406", COMMUNITIES, catalogue, TODAY))
    other = list(plan(2, "222406", COMMUNITIES, catalogue, TODAY))
    assert [i.id for i in first] != [i.id for i in other]
    assert [i.application.communities for i in first] != [i.application.communities for i in other]


@pytest.mark.parametrize("fate", FATES)
def test_a_history_is_in_order_and_its_money_agrees(fate: str) -> None:
    (item,) = plan(1, "222406", COMMUNITIES, [entry(fate)], TODAY)
    times = [moment.at for moment in item.history]
    assert times == sorted(set(times))
    assert times[-1] < datetime(2026, 11, 25, tzinfo=UTC)
    funding = item.application.funding
    assert sum(part.amount_fen for part in funding.schedule) == funding.amount_fen
    paid = sum(amount for _, amount in item.paid)
    assert paid <= funding.amount_fen
    approved = any(moment.action is Action.APPROVE for moment in item.history)
    assert (item.decided_on is not None) == approved == (item.valid_to is not None)
    if item.state is State.ACTIVE:
        assert is_funded(funding.schedule, paid, TODAY)
    if item.state in CARRIED:
        owes = arrears(funding.schedule, paid, TODAY) > 0
        assert owes == (item.state is State.SUSPENDED)


def test_keys_are_version_seven_and_deterministic() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert key(at, 1, "a") == key(at, 1, "a") != key(at, 1, "b")
    assert key(at, 1).version == 7
    assert draw(1, "x", below=10) in range(10)


def test_a_lone_community_carries_every_item() -> None:
    items = plan(1, "222406", COMMUNITIES[:1], [entry("free")] * 3, TODAY)
    assert all(item.application.communities == (COMMUNITIES[0],) for item in items)
