"""A real worker process that gets SIGKILL in the middle of an import."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from services.common.testing import TokenMint
from services.registry.service import SERVICE
from tests.factories.imports import Office, csv_file, record
from tests.factories.registry import Person, id_number, running

HEADINGS = ["姓名", "身份证号", "联系电话", "房屋性质", "登记日期"]
ROWS = 160
WORKER = """
import asyncio, sys
from services.common.testing import TokenMint
from services.common.timers import TimerLoop
from services.registry.use_cases.imports import run as imports_run
from tests.factories.registry import running

async def work(dsn, folder):
    async with running(dsn, TokenMint(), data_dir=folder, import_chunk_rows=5) as registry:
        env = registry.app.state.importing
        await TimerLoop(env.store.database, imports_run.handlers(env), batch=1, idle_s=0.05).run()

asyncio.run(work(sys.argv[1], sys.argv[2]))
"""


def table() -> bytes:
    rows = [HEADINGS]
    for n in range(ROWS):
        kind = "小产权" if n % 50 == 7 else "商品房"
        rows.append(["金明", id_number(n), f"154{n:08d}", kind, "2026-07-01"])
    return csv_file(rows)


async def test_a_killed_workers_import_ends_as_any_other(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> None:
    dsns = [service_database("registry", SERVICE.migrations) for _ in range(2)]
    outcomes = []
    for dsn, is_killed in zip(dsns, (False, True), strict=True):
        folder = tmp_path / str(is_killed)
        async with running(dsn, mint, data_dir=folder, import_chunk_rows=5) as registry:
            await registry.resident(Person(number=id_number(3), facts={"property_kind": "reform"}))
            office = Office(registry, "housing")
            sent = await office.send(table(), "表.csv")
            if is_killed:
                await killed_half_way(office, dsn, folder, sent.json()["id"])
                await registry.rows("update timers set leased_until = now() where fired_at is null")
            assert await office.work() == 1
            job = await office.job(sent.json()["id"])
            assert (job["state"], job["progress"]["rows_done"]) == ("done", ROWS)
            errors = await office.errors(job["id"])
            outcomes.append((job["progress"], await record(registry), errors.content))
    assert outcomes[0] == outcomes[1]


async def killed_half_way(office: Office, dsn: str, folder: Path, import_id: str) -> None:
    command = (sys.executable, "-c", WORKER, dsn, str(folder))
    worker = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    try:
        done = 0
        while done < ROWS // 4:
            await asyncio.sleep(0.02)
            assert worker.returncode is None
            done = (await office.job(import_id))["progress"]["created"]
    finally:
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
    assert (await office.job(import_id))["state"] == "running"
