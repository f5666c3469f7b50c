"""Real worker processes that get SIGKILL in the middle of a reconciliation and of an export."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from services.common.testing import TokenMint
from services.registry.service import SERVICE
from tests.factories.exports import Exporter
from tests.factories.imports import csv_file
from tests.factories.reconciliations import Reconciler
from tests.factories.registry import Person, Registry, dwelling, id_number, running

PEOPLE = 120
WORKER = """
import asyncio, sys
from services.common.testing import TokenMint
from services.common.timers import TimerLoop
from services.registry.use_cases.exports import run as exports_run
from services.registry.use_cases.reconciliations import run as reconciliations_run
from tests.factories.registry import running

async def work(dsn, folder):
    small = {"import_chunk_rows": 3, "export_chunk_rows": 1}
    async with running(dsn, TokenMint(), data_dir=folder, **small) as registry:
        state = registry.app.state
        handlers = {
            **reconciliations_run.handlers(state.importing),
            **exports_run.handlers(state.exporting),
        }
        await TimerLoop(state.store.database, handlers, batch=1, idle_s=0.05).run()

asyncio.run(work(sys.argv[1], sys.argv[2]))
"""


def table() -> bytes:
    rows = [["姓名", "身份证号", "房屋性质", "登记日期"]]
    for n in range(PEOPLE):
        kind = "小产权" if n % 50 == 7 else "商品房"
        rows.append(["金明", id_number(n), kind, "2026-07-01"])
    return csv_file(rows)


async def test_a_killed_reconciliation_ends_as_any_other(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> None:
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint, data_dir=tmp_path, import_chunk_rows=3) as registry:
        await filled(registry, 10)
        housing = Reconciler(registry, "housing")
        whole = await housing.reconcile(table(), "表.csv")
        sent = (await housing.hold(table(), "表.csv")).json()

        async def is_half_way() -> bool:
            progress = (await housing.reconciliation(sent["id"]))["progress"]
            return int(progress["compared_to"]) > PEOPLE // 4

        await killed(dsn, tmp_path, is_half_way)
        assert (await housing.reconciliation(sent["id"]))["state"] == "running"
        await registry.rows("update timers set leased_until = now() where fired_at is null")
        assert await housing.compare() == 1
        job = await housing.reconciliation(sent["id"])
        assert (job["state"], job["summary"]) == ("done", whole["summary"])
        files = [await housing.get(one["id"], "/file") for one in (whole, job)]
        assert files[0].content == files[1].content


async def test_a_killed_export_is_begun_again_and_recorded_once(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> None:
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint, data_dir=tmp_path) as registry:
        await filled(registry, PEOPLE)
        exporter = Exporter(registry, registry.department("housing"))
        asked = (await exporter.ask(["name"])).json()

        async def is_half_way() -> bool:
            done = (await exporter.job(asked["id"]))["progress"]["residents_done"]
            return int(done) > PEOPLE // 4

        await killed(dsn, tmp_path, is_half_way)
        assert await registry.rows("select * from accesses") == []
        await registry.rows("update timers set leased_until = now() where fired_at is null")
        assert await exporter.work() == 1
        assert (await exporter.job(asked["id"]))["state"] == "done"
        content = (await exporter.get(f"/{asked['id']}/file")).text
        assert len(content.splitlines()) == PEOPLE + 1
        recorded = "select count(*) as times from accesses group by resident_id"
        assert await registry.rows(recorded) == [{"times": 1}] * PEOPLE
        assert [path.name for path in (tmp_path / "exports").iterdir()] == [
            asked["id"].replace("-", "")
        ]


async def filled(registry: Registry, people: int) -> None:
    for n in range(people):
        facts: dict[str, Any] = {"property_kind": "reform"}
        home = dwelling(room=100 + n)
        await registry.resident(Person(number=id_number(n), facts=facts, dwelling=home))


async def killed(dsn: str, folder: Path, is_half_way: Callable[[], Awaitable[bool]]) -> None:
    command = (sys.executable, "-c", WORKER, dsn, str(folder))
    worker = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    try:
        while not await is_half_way():
            await asyncio.sleep(0.02)
            assert worker.returncode is None
    finally:
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
