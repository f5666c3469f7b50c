"""A worker that is killed, slow, or told to stop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextvars import Context
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.common.testing import TokenMint
from services.common.timers import Leased, LeaseLost, TimerLoop
from services.registry.service import SERVICE
from services.registry.store.imports import faults, packs
from services.registry.store.imports import jobs as imports
from services.registry.store.imports import writes as import_writes
from services.registry.use_cases.imports import run as imports_run
from services.registry.use_cases.imports.jobs import RUN
from tests.factories.imports import Office, counts, csv_file, read_csv, record
from tests.factories.registry import Person, Registry, id_number, running

HEADINGS = ["姓名", "身份证号", "联系电话", "房屋性质", "登记日期"]
NAMES = "金李朴崔王张刘陈赵孙"


class Killed(BaseException):
    """The process is gone: nothing of ours runs any more."""


def table(size: int = 29) -> bytes:
    """Known and new people, repeats, bad rows and doubtful ones, so that every counter moves."""
    rows = [HEADINGS]
    for n in range(size):
        number = id_number(n if n % 5 else 0)
        name = f"{NAMES[n % 10]}明" if n else "全错"
        kind = "小产权" if n % 7 == 6 else ["商品房", "房改房"][n % 2]
        rows.append([name, number, f"154{n:08d}", kind, f"2026-07-{n + 1:02d}"])
    return csv_file(rows)


@pytest.fixture
def databases(
    service_database: Callable[[str, Path], str],
) -> Callable[[], str]:
    return lambda: service_database("registry", SERVICE.migrations)


@pytest.fixture
async def office(
    databases: Callable[[], str], mint: TokenMint, tmp_path: Path
) -> AsyncIterator[Office]:
    settings = {"data_dir": tmp_path, "import_chunk_rows": 3}
    async with running(databases(), mint, **settings) as registry:
        await people(registry)
        yield Office(registry, "housing")


async def people(registry: Registry) -> None:
    for n in (0, 2, 4):
        number = id_number(n)
        await registry.resident(Person(number=number, facts={"property_kind": "reform"}))


async def outcome(office: Office, import_id: str) -> tuple[Any, ...]:
    job = await office.job(import_id)
    errors = await office.errors(import_id)
    tables = await counts(office.registry)
    return job["progress"], await record(office.registry), tables, read_csv(errors.content, "utf-8")


async def undisturbed(
    databases: Callable[[], str], mint: TokenMint, folder: Path
) -> tuple[Any, ...]:
    """What a worker nobody kills makes of the table."""
    async with running(databases(), mint, data_dir=folder, import_chunk_rows=3) as registry:
        await people(registry)
        office = Office(registry, "housing")
        job = await office.take(table(), "表.csv")
        assert job["state"] == "done"
        return await outcome(office, job["id"])


async def lease_runs_out(registry: Registry) -> None:
    await registry.rows(
        "update timers set leased_until = now() - interval '1s' where kind = $1", RUN
    )


STEPS = (
    (packs, "add", 1),
    (packs, "add", 2),
    (faults, "keep", 2),
    (imports, "advance", 2),
    (packs, "mark_duplicates", 1),
    (import_writes, "find", 1),
    (import_writes, "find", 2),
    (import_writes, "register", 2),
    (import_writes, "change", 1),
    (import_writes, "log_accesses", 1),
    (imports, "advance", 1),
    (packs, "applied", 1),
    (imports, "end", 1),
)


async def test_killed_anywhere_and_taken_over_the_outcome_is_the_same(
    databases: Callable[[], str],
    mint: TokenMint,
    tmp_path: Path,
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = await undisturbed(databases, mint, tmp_path / "other")
    sent = await office.send(table(), "表.csv")
    for module, name, turn in STEPS:
        for when in ("before", "after"):
            with monkeypatch.context() as patch:
                patch.setattr(module, name, _killing(getattr(module, name), when, turn))
                with pytest.raises(Killed):
                    await office.work()
            await lease_runs_out(office.registry)
    assert await office.work() == 1
    assert await outcome(office, sent.json()["id"]) == expected


def _killing(step: Callable[..., Any], when: str, turn: int) -> Callable[..., Any]:
    """The step, but the process dies before or after it the n-th time."""
    calls = 0

    async def dying(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        is_last = calls == turn  # steps overlap: the next call may begin before this one ends
        if is_last and when == "before":
            raise Killed
        result = await step(*arguments, **named)
        if is_last:
            raise Killed
        return result

    return dying


async def test_a_job_that_always_fails_ends_as_failed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await office.send(table(), "表.csv")
    await office.registry.rows("update timers set attempts = 12 where kind = $1", RUN)
    assert await office.work() == 1
    job = await office.job(sent.json()["id"])
    assert (job["state"], job["error"]["code"]) == ("failed", "import-failed")
    assert await office.work() == 0


async def test_a_slow_worker_finds_its_lease_lost_and_changes_nothing(office: Office) -> None:
    await office.send(table(), "表.csv")
    before = await record(office.registry)
    stale = await _lease(office)
    await lease_runs_out(office.registry)
    fresh = await _lease(office)
    with pytest.raises(LeaseLost):
        await imports_run.run(office.env, stale)
    assert await record(office.registry) == before
    await imports_run.run(office.env, fresh)
    with pytest.raises(LeaseLost):
        await imports_run.run(office.env, fresh)


async def _lease(office: Office) -> Leased:
    taken: list[Leased] = []

    async def keep(leased: Leased) -> None:
        taken.append(leased)

    await TimerLoop(office.env.store.database, {RUN: keep}, batch=1).fire_due()
    return taken[0]


async def test_cancelled_before_it_began(office: Office) -> None:
    before = await record(office.registry)
    import_id = (await office.send(table(), "表.csv")).json()["id"]
    cancelled = await office.cancel(import_id)
    assert cancelled.status_code == 200
    assert cancelled.json()["state"] == "cancelled"
    assert cancelled.json()["links"]["cancel"] is None
    assert await office.work() == 0
    assert await record(office.registry) == before
    again = await office.cancel(import_id)
    assert (again.status_code, again.json()["code"]) == (409, "import-is-over")


async def test_cancelled_half_way_what_was_recorded_stays(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = (await office.send(table(), "表.csv")).json()["id"]
    original, calls = import_writes.log_accesses, 0

    async def cancelling(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        await original(*arguments)
        if calls == 2:
            waiting.append(apart(office.cancel(import_id)))
            await asyncio.sleep(0.5)

    waiting: list[asyncio.Task[Any]] = []
    monkeypatch.setattr(import_writes, "log_accesses", cancelling)
    await office.work()
    assert (await waiting[0]).status_code == 200
    job = await office.job(import_id)
    assert job["state"] == "cancelled"
    assert 0 < job["progress"]["rows_done"] < job["progress"]["rows_total"]
    said = await office.registry.rows(
        "select count(*) as n from assertions where import_id is not null"
    )
    assert said[0]["n"] > 0
    kept = await office.registry.rows("select sealed, persons, outcomes from import_packs")
    assert {(row["sealed"], len(row["persons"])) for row in kept} == {(None, 0)}
    assert all(row["outcomes"] for row in kept)


@pytest.mark.parametrize("turn", [1, 2])
async def test_somebody_registered_meanwhile_is_matched(
    office: Office, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    sent = await office.send(
        csv_file([HEADINGS, ["许明", id_number(9), "", "商品房", ""]]), "表.csv"
    )
    original, calls = import_writes.find, 0

    async def overtaken(connection: Any, persons: Any) -> Any:
        nonlocal calls
        calls += 1
        found = await original(connection, persons)
        if calls == turn:
            await apart(office.registry.resident(Person(number=id_number(9), name="许明")))
        return found

    monkeypatch.setattr(import_writes, "find", overtaken)
    assert await office.work() == 1
    job = await office.job(sent.json()["id"])
    assert (job["state"], job["progress"]["matched"], job["progress"]["created"]) == ("done", 1, 0)


async def test_two_imports_of_a_county_at_once_take_turns(office: Office) -> None:
    for turn in (1, 2):
        rows = [
            [f"{NAMES[n % 10]}明", id_number(n), "", "商品房", f"2026-07-0{turn}"]
            for n in range(20)
        ]
        order = rows if turn == 1 else rows[::-1]
        await office.send(csv_file([HEADINGS, *order]), f"{turn}.csv")
    assert sorted(await asyncio.gather(office.work(), office.work())) == [1, 1]
    shown = await office.registry.rows(
        "select distinct facts #>> '{property_kind,observed_on}' as day, count(*) over () as n "
        "from residents"
    )
    assert [row["day"] for row in shown] == ["2026-07-02"]


async def test_a_file_that_is_gone_fails_the_import(office: Office) -> None:
    sent = await office.send(table(), "表.csv")
    for path in (office.env.uploads.path(_job_id(sent.json()))).parent.iterdir():
        path.unlink()
    await office.work()
    job = await office.job(sent.json()["id"])
    assert (job["state"], job["error"]) == (
        "failed",
        {
            "code": "file-not-readable",
            "title": "文件无法读取",
            "detail": "上传的文件已不在服务器上,请重新上传。",
        },
    )


async def test_too_many_rows_fail_the_import_before_anything_is_recorded(office: Office) -> None:
    before = await record(office.registry)
    sent = await office.send(table(), "表.csv")
    env = replace(office.env, limits=replace(office.env.limits, rows=10))
    await office.work(env)
    job = await office.job(sent.json()["id"])
    assert (job["state"], job["error"]["code"], job["error"]["limit"]) == (
        "failed", "file-too-large", "rows",
    )  # fmt: skip
    assert await record(office.registry) == before


def apart(work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    """Somebody else's work: it knows nothing of the transaction that is open here."""
    return asyncio.create_task(work, context=Context())


def _job_id(body: Mapping[str, Any]) -> UUID:
    return UUID(body["id"])
