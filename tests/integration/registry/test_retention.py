"""Months that are over their time are dropped, and the database says so."""

from datetime import UTC, datetime
from typing import Any

from services.common.timers import TimerLoop
from services.registry.domain.retention import Rule
from services.registry.use_cases import retention
from services.registry.use_cases.audit import exporting, sealing
from services.registry.use_cases.retention import Rules
from tests.factories.registry import Registry

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
OLD = datetime(2023, 10, 31, 15, 59, 59, tzinfo=UTC)
YOUNG = datetime(2023, 10, 31, 16, 0, tzinfo=UTC)
"""Midnight of 1 November in the prefecture."""


def rules(history: int | None = None) -> Rules:
    return Rules(
        (
            Rule("accesses", 36, "REGISTRY_ACCESS_KEEP_MONTHS"),
            Rule("resident_history", history, "REGISTRY_HISTORY_KEEP_MONTHS"),
        ),
        event_days=365,
    )


async def fill(registry: Registry) -> None:
    resident_id = await registry.resident()
    async with registry.store.transaction() as tx:
        await tx.connection.execute("select make_partitions('2023-10-01', 1)")
        await tx.connection.execute("update access_sealing set began_at = '2023-10-01'")
        for at in (OLD, YOUNG):
            await tx.connection.execute(
                "insert into accesses (county, resident_id, read_at, reader, reader_name, role, "
                "organisation, purpose, operation, fields) "
                "values ('222406', $1, $2, 'r', 'r', 'r', 'o', 'audit', 'o', '{name}')",
                resident_id,
                at,
            )
            await tx.connection.execute(
                "insert into resident_history values ('222406', $1, 1, '{}', $2, $2, 'x', 'x')",
                resident_id,
                at,
            )
        await tx.connection.execute(
            "insert into events (id, type, subject, area, domain, occurred_at, data) "
            "select uuidv7(), 'registry.resident.corrected.v1', $2, '222406001001001', null, t, "
            '\'{"county": "222406", "version": 2, "fields": ["name"], '
            '"method": "grid_visit"}\' from unnest($1::timestamptz[]) t',
            [datetime(2025, 11, 1, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC)],
            str(resident_id),
        )

    await sealing.seal_all(registry.store.database)


async def runs(registry: Registry) -> list[dict[str, Any]]:
    return await registry.rows(
        "select table_name, deleted, rows, rule from retention_runs order by id"
    )


async def times(registry: Registry, table: str, column: str) -> list[datetime]:
    rows = await registry.rows(f"select {column} as at from {table} order by 1")
    return [row["at"] for row in rows]


async def test_a_month_goes_when_all_of_it_is_over_its_time(registry: Registry) -> None:
    await fill(registry)
    await retention.apply(registry.store, rules(), NOW)
    assert await times(registry, "accesses", "read_at") == [YOUNG]
    assert await times(registry, "resident_history", "known_to") == [OLD, YOUNG]
    assert await times(registry, "events", "occurred_at") == [datetime(2025, 12, 1, tzinfo=UTC)]
    expected = [
        {
            "table_name": "accesses",
            "deleted": "accesses_202310",
            "rows": 1,
            "rule": "REGISTRY_ACCESS_KEEP_MONTHS=36",
        },
        {
            "table_name": "events",
            "deleted": "before 2025-11-24",
            "rows": 1,
            "rule": "REGISTRY_EVENT_KEEP_DAYS=365",
        },
    ]
    assert await runs(registry) == expected
    await retention.apply(registry.store, rules(), NOW)
    assert await runs(registry) == expected


async def test_the_chains_say_which_month_is_gone(registry: Registry) -> None:
    await fill(registry)
    await retention.apply(registry.store, rules(), NOW)
    settings = registry.app.state.settings
    report = await exporting.verify(registry.store.database, settings, [], None)
    assert (report.faults, report.records, report.dropped) == ([], 1, 1)
    (block,) = await registry.rows("select month, rule from access_blocks where kind = 'retention'")
    assert block == {"month": "202310", "rule": "REGISTRY_ACCESS_KEEP_MONTHS=36"}


async def test_a_month_that_somebody_changed_is_evidence_and_stays(registry: Registry) -> None:
    await fill(registry)
    async with registry.store.transaction() as tx:
        await tx.connection.execute("alter table accesses disable trigger user")
        await tx.connection.execute("delete from accesses where read_at = $1", OLD)
        await tx.connection.execute("alter table accesses enable trigger user")
    await retention.apply(registry.store, rules(), NOW)
    assert await registry.rows("select from pg_class where relname = 'accesses_202310'")
    assert [run["table_name"] for run in await runs(registry)] == ["events"]


async def test_former_states_go_only_when_told(registry: Registry) -> None:
    await fill(registry)
    await retention.apply(registry.store, rules(history=36), NOW)
    assert await times(registry, "resident_history", "known_to") == [YOUNG]


async def test_it_happens_every_night(registry: Registry) -> None:
    await fill(registry)
    store = registry.store
    now = NOW

    def clock() -> datetime:
        return now

    await retention.begin(store, clock)
    await retention.begin(store, clock)
    due = "select due_at from timers where fired_at is null"
    at = datetime(2026, 11, 24, 19, 30, tzinfo=UTC)
    assert await registry.rows(due) == [{"due_at": at}]
    now = at
    loop = TimerLoop(store.database, retention.handlers(store, rules(), clock), clock=clock)
    assert await loop.fire_due() == 1
    assert len(await runs(registry)) == 2
    assert await registry.rows(due) == [{"due_at": datetime(2026, 11, 25, 19, 30, tzinfo=UTC)}]
