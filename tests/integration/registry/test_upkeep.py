"""What the registry does by itself."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.common.testing import TokenMint
from services.common.timers import TimerLoop
from services.registry.api.policy import POLICY
from services.registry.service import SERVICE
from services.registry.use_cases import upkeep
from tests.factories.registry import Registry, running

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


async def test_timers_fire_and_set_their_successors(registry: Registry) -> None:
    store = registry.store
    now = NOW

    def clock() -> datetime:
        return now

    await upkeep.begin(store, every_s=600, clock=clock)
    await upkeep.begin(store, every_s=600, clock=clock)
    due = "select kind, due_at from timers where fired_at is null order by kind"
    assert await registry.rows(due) == [
        {"kind": "registry.count", "due_at": NOW + timedelta(minutes=10)},
        {"kind": "registry.partitions", "due_at": datetime(2026, 11, 30, 19, 0, tzinfo=UTC)},
    ]
    now = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    loop = TimerLoop(store.database, upkeep.handlers(store, every_s=600, clock=clock), clock=clock)
    assert await loop.fire_due() == 2
    assert await registry.rows(due) == [
        {"kind": "registry.count", "due_at": now + timedelta(minutes=10)},
        {"kind": "registry.partitions", "due_at": datetime(2026, 12, 31, 19, 0, tzinfo=UTC)},
    ]
    assert len(await registry.rows("select 1 from county_counts")) == 8


async def test_the_app_runs_its_loops_and_ends_them(
    service_database: Callable[[str, Path], str], mint: TokenMint
) -> None:
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint, run_loops=True) as registry:
        assert len(await registry.rows("select 1 from timers")) >= 2
        answer = await registry.client.get("/readyz")
        assert answer.json()["checks"]["database"] == "ready"


async def test_every_operation_has_a_policy_row(registry: Registry) -> None:
    document = registry.app.openapi()
    operations = {
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert operations == set(POLICY)
