"""Time does by itself what nobody remembers to do."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.admission.domain.items import IN_FORCE, State, effective_state
from services.admission.domain.money import Instalment, arrears
from services.admission.store.store import Store
from services.admission.use_cases import clockwork
from services.common.clock import local_day, utc_now
from services.common.testing import TokenMint
from services.common.timers import TimerLoop
from tests.factories.admission import ORG, Town, approval, in_days, payment, today, town, unpaid


class Days:
    """A clock that can be put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@pytest.fixture
def clock() -> Days:
    return Days()


@pytest.fixture
async def later(dsn: str, mint: TokenMint, clock: Days) -> AsyncIterator[Town]:
    async with town(dsn, mint) as running:
        running.app.state.clock = clock
        yield running


async def tick(here: Town, clock: Days, days: int) -> int:
    """Put the clock forward and let every due timer fire."""
    clock.ahead += timedelta(days=days)
    store: Store = here.app.state.store
    loop = TimerLoop(store.database, clockwork.handlers(store, clock), clock=clock)
    fired = 0
    while count := await loop.fire_due():
        fired += count
    return fired


async def read(here: Town, item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await here.finance.get(f"/v1/items/{item['id']}")).json()
    return found


async def kinds(here: Town) -> list[str]:
    feed = (await here.secretariat.get("/v1/events", limit=100)).json()
    return [event["type"].split(".")[2] for event in feed["items"]]


async def test_overdue_money_turns_an_item_amber_and_payment_clears_it(
    later: Town, clock: Days
) -> None:
    item = await later.approved()
    assert await tick(later, clock, 10) == 0
    assert (await read(later, item))["state"] == "approved"

    assert await tick(later, clock, 1) == 1
    item = await read(later, item)
    assert (item["state"], item["funding"]["arrears"]) == ("suspended", True)
    assert item["funding"]["arrears_fen"] == 5_000
    assert item["timeline"][-1]["organisation"] == "system"

    item = await later.finance.step(item, "payments", payment(4_999))
    assert item["state"] == "suspended"
    item = await later.finance.step(item, "payments", payment(1))
    assert (item["state"], item["funding"]["arrears"]) == ("active", False)
    assert await kinds(later) == ["submitted", "reviewed", "approved", "suspended", "activated"]


async def test_punctual_money_never_turns_amber(later: Town, clock: Days) -> None:
    item = await later.finance.step(await later.approved(), "payments", payment(10_000))
    assert await tick(later, clock, 101) == 2
    assert (await read(later, item))["state"] == "active"
    assert "suspended" not in await kinds(later)


async def test_a_term_ends_and_the_last_instalment_is_still_owed(later: Town, clock: Days) -> None:
    item = await later.approved(budget_fen=10_000)
    item = await later.finance.step(item, "payments", payment(5_000))
    await tick(later, clock, 301)
    item = await read(later, item)
    assert item["state"] == "expired"
    task = {
        "community": item["communities"][0],
        "organisation": ORG,
        "domain": "health",
        "title": item["title"],
    }
    refused = (await later.health.post("/v1/checks", task)).json()
    assert refused["reason"]["code"] == "EXPIRED"
    assert item["approval"]["valid_to"] in refused["reason"]["how_to"]
    assert await later.balance(f"hold:{item['id']}") == 5_000
    item = await later.finance.step(item, "payments", payment(5_000))
    assert (item["state"], item["funding"]["arrears_fen"]) == ("expired", 0)
    assert (await kinds(later))[-2:] == ["expired", "refused"]


async def test_an_item_that_was_never_paid_gives_back_what_was_not_due(
    later: Town, clock: Days
) -> None:
    valid_to = in_days(50)
    await later.fund(10_000)
    item = await later.reviewed()
    item = await later.approver.step(item, "decide", approval(valid_to=valid_to))
    await tick(later, clock, 51)
    item = await read(later, item)
    assert item["state"] == "expired"
    assert await later.balance(f"hold:{item['id']}") == 5_000
    assert await later.balance(f"budget:222406:{ORG}:{today().year}") == 5_000
    assert item["funding"]["schedule"] == [{"due_on": in_days(10), "amount_fen": 5_000}]
    entries = (await later.finance.get(f"/v1/ledger/hold:{item['id']}")).json()["items"]
    assert [entry["phase"] for entry in entries] == ["expired", "pending"]
    assert entries[0]["pending_id"] == entries[1]["transfer_id"]


async def test_the_date_counts_even_if_no_timer_has_fired(later: Town, clock: Days) -> None:
    item = await later.reviewed(funding=unpaid()["funding"])
    item = await later.approver.step(item, "decide", approval())
    paid = await later.approved(title="另一事项")
    clock.ahead = timedelta(days=11)
    assert (await read(later, paid))["state"] == "suspended"
    amber = (await later.finance.get("/v1/items", arrears=True)).json()["items"]
    assert [entry["id"] for entry in amber] == [paid["id"]]
    clock.ahead = timedelta(days=301)
    assert (await read(later, item))["state"] == "expired"
    gone = (await later.finance.get("/v1/items", state="expired")).json()["items"]
    assert {entry["id"] for entry in gone} == {item["id"], paid["id"]}
    revoke = await later.secretariat.post(
        f"/v1/items/{item['id']}/revoke", {"comment": "x"}, item["version"]
    )
    assert revoke.status_code == 409


async def test_lateness_is_measured_to_the_fen_and_the_day(later: Town, clock: Days) -> None:
    item = await later.approved()

    async def figures() -> dict[str, Any]:
        body = await later.secretariat.get("/v1/indicators", within="222406")
        return {f["code"]: (f["value"], f["numerator"]) for f in body.json()["items"]}

    clock.ahead = timedelta(days=12)
    found = await figures()
    assert found["unfunded_task_count"] == (1, 1)
    assert found["funding_arrival_rate"] == (0.0, 0)
    assert found["average_delay_days"] == (2.0, 2)
    await tick(later, clock, 0)
    item = await read(later, item)
    item = await later.finance.step(item, "payments", payment(6_000, paid_on=in_days(12)))
    clock.ahead = timedelta(days=90)
    await later.finance.step(item, "payments", payment(4_000, paid_on=in_days(90)))
    clock.ahead = timedelta(days=120)
    found = await figures()
    assert found["unfunded_task_count"] == (0, 0)
    assert found["funding_arrival_rate"] == (50.0, 5_000)
    assert found["average_delay_days"] == (1.0, 2)


async def test_timers_of_ended_items_do_nothing(later: Town, clock: Days) -> None:
    item = await later.approved()
    item = await later.secretariat.step(item, "revoke", {"comment": "依据已废止"})
    assert await tick(later, clock, 400) == 3
    assert (await read(later, item))["version"] == item["version"]


async def test_money_due_before_approval_is_due_on_its_day(later: Town, clock: Days) -> None:
    item = await later.reviewed()
    clock.ahead = timedelta(days=20)
    await later.fund(10_000)
    item = await later.approver.step(item, "decide", approval())
    day = local_day(clock()).isoformat()
    assert item["state"] == "approved"
    assert item["funding"]["schedule"][0]["due_on"] == day


async def test_the_loops_of_the_app_fire_and_stop(dsn: str, mint: TokenMint) -> None:
    async with town(dsn, mint, run_loops=True) as running:
        ready = await running.finance.client.get("/readyz")
        assert ready.json()["checks"] == {"database": "ready"}


STORED = st.tuples(
    st.sampled_from(sorted(IN_FORCE)),
    st.integers(-3, 3),
    st.lists(st.tuples(st.integers(-3, 3), st.integers(1, 9)), max_size=3),
    st.integers(0, 9),
)


async def test_sql_and_domain_agree_where_an_item_stands(here: Town, dsn: str) -> None:
    """The one rule written twice: in the view's statement and in the domain."""
    cases: list[tuple[State, int, list[tuple[int, int]], int]] = []

    @settings(max_examples=60, database=None)
    @given(STORED)
    def collect(case: tuple[State, int, list[tuple[int, int]], int]) -> None:
        cases.append(case)

    collect()
    on = datetime(2026, 11, 24, tzinfo=UTC).date()
    connection = await asyncpg.connect(dsn)
    try:
        for number, (state, ends, parts, paid) in enumerate(cases):
            item_id = await _store(connection, number, state, ends, parts, paid)
            schedule = [Instalment(on + timedelta(days=d), fen) for d, fen in parts]
            paid_fen = min(paid, sum(fen for _, fen in parts))
            expected = effective_state(
                state,
                valid_to=on + timedelta(days=ends),
                arrears_fen=arrears(schedule, paid_fen, on),
                on=on,
            )
            here.app.state.clock = lambda: datetime(2026, 11, 24, 4, tzinfo=UTC)
            found = (await here.secretariat.get(f"/v1/items/{item_id}")).json()
            assert found["state"] == expected, (state, ends, parts, paid)
    finally:
        await connection.close()


async def _store(
    connection: "asyncpg.Connection[asyncpg.Record]",
    number: int,
    state: str,
    ends: int,
    parts: list[tuple[int, int]],
    paid: int,
) -> str:
    amount = sum(fen for _, fen in parts)
    item_id = await connection.fetchval(
        """insert into items (county, state, title, title_key, class, domain, organisation, area,
             content, legal_basis, starts_on, amount_fen, paid_fen, approval_no, decided_on,
             valid_to)
           values ('222406', $1, 't', $2, 'admitted', 'health', '222406.health', '222406', 'c', 'l',
             '2026-01-01', $3, $4, '1', '2026-01-01', date '2026-11-24' + $5::int) returning id""",
        state, str(number), amount, min(paid, amount), ends,
    )  # fmt: skip
    await connection.execute(
        "insert into item_communities values ('222406', $1, '222406001001')", item_id
    )
    for line, (day, fen) in enumerate(parts, start=1):
        await connection.execute(
            "insert into instalments values ('222406', $1, $2, date '2026-11-24' + $3::int, $4)",
            item_id, line, day, fen,
        )  # fmt: skip
    return str(item_id)
