"""The ledger on PostgreSQL: limits hold under haste, and nothing is ever rewritten."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.admission.domain import ledger, money
from services.admission.domain.ledger import Phase, Posting
from services.admission.store.ledger import Account, AccountOverdrawn, Transfer
from services.admission.store.store import Store
from tests.factories.admission import (
    COMMUNITIES,
    COUNTY,
    ORG,
    Town,
    approval,
    in_days,
    payment,
    today,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TREASURY, BUDGET = ledger.treasury(COUNTY), ledger.budget(COUNTY, ORG, 2026)
TARGETS = [ledger.community(code) for code in COMMUNITIES]


async def book(store: Store, lines: tuple[Posting, ...]) -> bool:
    """Whether the database kept a transfer."""
    transfer = Transfer(
        county=COUNTY,
        phase=Phase.POSTED,
        postings=lines,
        booked_on=NOW.date(),
        memo="测试",
        by="tests",
        at=NOW,
    )
    try:
        async with store.transaction() as tx:
            await tx.books.book(transfer)
    except AccountOverdrawn:
        return False
    return True


async def open_accounts(store: Store, *holds: str) -> None:
    accounts = [
        Account(TREASURY, "treasury", "财政"),
        Account(BUDGET, "budget", "预算", ORG, 2026),
        *(Account(hold, "hold", "预留") for hold in holds),
        *(Account(code, "community", "社区") for code in TARGETS),
    ]
    async with store.transaction() as tx:
        await tx.books.open(COUNTY, accounts)


async def balances(store: Store) -> dict[str, int]:
    async with store.read() as reads:
        oversees = True
        rows = await reads.ledger.accounts("", [COUNTY], oversees, None, None, None, 100)
    async with store.transaction() as tx:
        return {code: await tx.books.balance(COUNTY, code) for code, _ in rows}


async def test_two_payments_at_once_cannot_exceed_what_was_approved(here: Town) -> None:
    item = await here.approved()
    path = f"/v1/items/{item['id']}/payments"
    answers = await asyncio.gather(
        *(here.finance.post(path, payment(6_000), item["version"]) for _ in range(4))
    )
    assert sorted(a.status_code for a in answers) == [200, 412, 412, 412]
    assert await here.balance(f"hold:{item['id']}") == 4_000
    item = (await here.finance.get(f"/v1/items/{item['id']}")).json()
    over = await here.finance.post(path, payment(4_001), item["version"])
    assert (over.status_code, over.json()["code"]) == (409, "payment-exceeds-approved")
    assert over.json()["left_fen"] == 4_000
    item = await here.finance.step(item, "payments", payment(4_000))
    assert item["funding"]["paid_fen"] == 10_000
    shares = [await here.balance(f"community:{code}") for code in COMMUNITIES]
    assert shares == [3_334, 3_333, 3_333]


async def test_two_approvals_at_once_cannot_promise_the_same_money(here: Town) -> None:
    first = await here.reviewed()
    second = await here.reviewed(title="另一事项")
    await here.fund(15_000)
    answers = await asyncio.gather(
        *(
            here.approver.post(f"/v1/items/{item['id']}/decide", approval(), item["version"])
            for item in (first, second)
        )
    )
    assert sorted(a.status_code for a in answers) == [200, 409]
    refused = next(a for a in answers if a.status_code == 409)
    assert refused.json()["code"] == "budget-not-sufficient"
    assert await here.balance(f"budget:{COUNTY}:{ORG}:{today().year}") == 5_000
    states = [(await here.approver.get(f"/v1/items/{i['id']}")).json() for i in (first, second)]
    assert sorted(item["state"] for item in states) == ["approved", "reviewed"]


async def test_without_a_budget_nothing_is_approved(here: Town) -> None:
    item = await here.reviewed()
    answer = await here.approver.post(f"/v1/items/{item['id']}/decide", approval(), item["version"])
    assert (answer.status_code, answer.json()["code"]) == (409, "budget-not-sufficient")


async def test_bookings_without_any_item_lock_still_hold_the_limit(here: Town) -> None:
    store: Store = here.app.state.store
    hold = ledger.hold("x")
    await open_accounts(store, hold)
    assert await book(store, ledger.move(TREASURY, {hold: 100}))
    kept = await asyncio.gather(
        *(
            book(store, ledger.move(hold, dict.fromkeys(order, 10)))
            for order in (TARGETS, TARGETS[::-1]) * 4
        )
    )
    assert sum(kept) == 3
    assert (await balances(store))[hold] == 10


async def test_a_voucher_is_recorded_once_and_a_payment_reversed_once(here: Town) -> None:
    item = await here.approved()
    item = await here.finance.step(item, "payments", payment(5_000, reference="凭证1"))
    path = f"/v1/items/{item['id']}/payments"
    twice = await here.finance.post(path, payment(10, reference="凭证1"), item["version"])
    assert (twice.status_code, twice.json()["code"]) == (409, "payment-already-recorded")

    paid = item["payments"][0]["id"]
    item = await here.finance.step(item, f"payments/{paid}/reversal", {"comment": "户名有误"})
    assert (item["state"], item["funding"]["paid_fen"]) == ("suspended", 0)
    assert item["payments"][0]["reversed"] is True
    assert [await here.balance(f"community:{code}") for code in COMMUNITIES] == [0, 0, 0]
    assert await here.balance(f"hold:{item['id']}") == 10_000
    again = await here.finance.post(f"{path}/{paid}/reversal", {"comment": "再次"}, item["version"])
    assert (again.status_code, again.json()["code"]) == (409, "payment-already-reversed")

    item = await here.finance.step(item, "payments", payment(5_000, reference="凭证1"))
    assert item["state"] == "active"
    entries = (await here.finance.get(f"/v1/ledger/hold:{item['id']}")).json()["items"]
    assert [(e["side"], e["amount_fen"]) for e in entries] == [
        ("debit", 5_000),
        ("credit", 5_000),
        ("debit", 5_000),
        ("credit", 10_000),
    ]
    assert entries[1]["contra_of"] == entries[2]["transfer_id"]


async def test_money_leaves_neither_tomorrow_nor_before_the_approval(here: Town) -> None:
    item = await here.approved()
    path = f"/v1/items/{item['id']}/payments"
    for days, code in ((1, "in-future"), (-1, "before-approval")):
        body = payment(1, paid_on=in_days(days))
        answer = await here.finance.post(path, body, item["version"])
        assert answer.status_code == 422
        errors = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
        assert errors == [("/paid_on", code)]


REWRITES = [
    "update postings set amount_fen = 1",
    "delete from postings",
    "truncate postings",
    "update transfers set memo = 'x'",
    "delete from transfers",
    "delete from accounts",
    "update accounts set credits_fen = credits_fen + 1",
    "update accounts set limited = false where kind = 'budget'",
    """insert into accounts (county, code, kind, name_zh, credits_fen)
       values ('222406', 'budget:x', 'budget', 'x', 5)""",
    """insert into accounts (county, code, kind, name_zh, limited)
       values ('222406', 'budget:x', 'budget', 'x', false)""",
    """insert into transfers (county, phase, amount_fen, booked_on, memo, recorded_by)
       values ('222406', 'posted', 5, now(), 'x', 'x')""",
    """insert into postings (county, transfer_id, line, account, side, amount_fen)
       select county, id, 99, 'treasury:222406', 'debit', 5 from transfers""",
]


async def test_the_database_refuses_to_rewrite_or_unbalance(here: Town, dsn: str) -> None:
    await here.fund(100)
    connection = await asyncpg.connect(dsn)
    refused = (asyncpg.RestrictViolationError, asyncpg.CheckViolationError)
    try:
        for statement in REWRITES:
            with pytest.raises(refused):
                await connection.execute(statement)
    finally:
        await connection.close()
    assert await here.balance(f"budget:{COUNTY}:{ORG}:{today().year}") == 100


STEPS = st.lists(
    st.tuples(st.sampled_from(["reserve", "post", "void"]), st.integers(0, 2), st.integers(1, 400)),
    min_size=5,
    max_size=25,
)


async def test_the_database_agrees_with_the_model_on_any_sequence(here: Town) -> None:
    store: Store = here.app.state.store
    holds = [ledger.hold(n) for n in range(3)]
    await open_accounts(store, *holds)
    expected = dict.fromkeys([TREASURY, BUDGET, *holds, *TARGETS], 0)
    loop = asyncio.get_running_loop()

    async def play(granted: int, steps: list[tuple[str, int, int]]) -> None:
        moves = [ledger.move(TREASURY, {BUDGET: granted})]
        for kind, place, amount in steps:
            shares = money.equal_shares(amount, len(TARGETS))
            moves.append(
                {
                    "reserve": ledger.move(BUDGET, {holds[place]: amount}),
                    "void": ledger.move(holds[place], {BUDGET: amount}),
                    "post": ledger.move(holds[place], dict(zip(TARGETS, shares, strict=True))),
                }[kind]
            )
        for lines in moves:
            after = dict(expected)
            for line in lines:
                after[line.account] += line.signed_fen
            possible = all(fen >= 0 for code, fen in after.items() if code != TREASURY)
            assert await book(store, lines) == possible
            if possible:
                expected.update(after)
        found = await balances(store)
        assert found == expected
        assert sum(found.values()) == 0

    @settings(
        max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(st.integers(0, 1_000), STEPS)
    def examples(granted: int, steps: list[tuple[str, int, int]]) -> None:
        asyncio.run_coroutine_threadsafe(play(granted + 1, steps), loop).result()

    await asyncio.to_thread(examples)
