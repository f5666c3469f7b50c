"""Whatever a file says and whenever its worker dies: resumed, the record is that of a calm one."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.common.testing import TokenMint
from services.registry.service import SERVICE
from services.registry.use_cases.imports.jobs import RUN
from tests.factories.imports import Office, csv_file, read_csv, record
from tests.factories.registry import Person, Registry, id_number, running

HEADINGS = ["姓名", "身份证号", "联系电话", "房屋性质", "登记日期"]
KILL = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
"""
_families = count(0)

rows = st.tuples(
    st.sampled_from(["金一", "金二", "", "错1"]),
    st.integers(0, 4),
    st.sampled_from(["", "15411112222", "15433334444", "12"]),
    st.sampled_from(["商品房", "房改房", "", "小产权"]),
    st.sampled_from(["2026-07-01", "2026-07-02", ""]),
)
crashes = st.lists(
    st.tuples(st.sampled_from(["stopped", "disconnected"]), st.floats(0, 1)), min_size=1, max_size=3
)


@dataclass(frozen=True)
class Pair:
    """Two registries that get the same files: in one nobody dies."""

    calm: Office
    crashed: Office


@pytest.fixture
async def pair(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        offices = []
        for name in ("calm", "crashed"):
            dsn = service_database("registry", SERVICE.migrations)
            registry = running(dsn, mint, data_dir=tmp_path / name, import_chunk_rows=2)
            offices.append(Office(await stack.enter_async_context(registry), "housing"))
        yield Pair(*offices)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(rows, min_size=1, max_size=9), st.sets(st.integers(0, 4)), crashes)
async def test_a_worker_may_die_at_any_moment(
    pair: Pair,
    said: list[tuple[str, int, str, str, str]],
    known: set[int],
    deaths: list[tuple[str, float]],
) -> None:
    born_on = (date(1950, 1, 1) + timedelta(days=next(_families))).strftime("%Y%m%d")
    content = csv_file(
        [HEADINGS, *([name, id_number(n + 1, born_on), *rest] for name, n, *rest in said)]
    )
    for office in (pair.calm, pair.crashed):
        for n in sorted(known):
            await office.registry.resident(Person(number=id_number(n + 1, born_on)))
    started = time.monotonic()
    expected = await outcome(pair.calm, (await pair.calm.take(content, "表.csv"))["id"], born_on)
    took = time.monotonic() - started

    sent = await pair.crashed.send(content, "表.csv")
    import_id = sent.json()["id"]
    for how, moment in deaths:
        await die(pair.crashed, how, moment * took)
    for _ in range(5):
        await lease_runs_out(pair.crashed.registry)
        await pair.crashed.work()
    assert await outcome(pair.crashed, import_id, born_on) == expected


async def die(office: Office, how: str, after_s: float) -> None:
    """Let a worker work for a while; then it is no more, or the database is away."""
    await lease_runs_out(office.registry)
    worker = asyncio.create_task(office.work())
    await asyncio.sleep(after_s)
    if how == "disconnected":
        await office.registry.rows(KILL)
    else:
        worker.cancel()
    with suppress(Exception, asyncio.CancelledError):
        await worker


async def lease_runs_out(registry: Registry) -> None:
    await registry.rows(
        "update timers set leased_until = now() - interval '1s', due_at = least(due_at, now())"
        " where kind = $1 and fired_at is null",
        RUN,
    )


async def outcome(office: Office, import_id: str, born_on: str) -> tuple[Any, ...]:
    job = await office.job(import_id)
    found = await office.errors(import_id)
    told = read_csv(found.content, "utf-8") if found.status_code == 200 else None
    shown = [row for row in await record(office.registry) if row["document"][6:14] == born_on]
    return job["state"], job["progress"], told, shown
