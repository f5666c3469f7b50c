"""A real worker process that gets SIGKILL while it carries a matrix into the records."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.common.testing import TokenMint
from services.registry.service import SERVICE
from tests.factories import authority
from tests.factories.registry import Person, Registry, id_number, running

PEOPLE = 120
# Its clock stops in the middle of a chunk, so that it is still there to be killed on any machine.
WORKER = """
import asyncio, itertools, sys, threading
from services.common.clock import utc_now
from services.common.testing import TokenMint
from services.common.timers import TimerLoop
from services.registry.use_cases.authority import applying
from tests.factories.registry import running

ticks = itertools.count()

def clock():
    if next(ticks) > int(sys.argv[2]):
        threading.Event().wait()
    return utc_now()

async def work(dsn):
    async with running(dsn, TokenMint()) as registry:
        handlers = applying.handlers(registry.store, chunk=2, clock=clock)
        await TimerLoop(registry.store.database, handlers, batch=1, idle_s=0.05).run()

asyncio.run(work(sys.argv[1]))
"""


async def test_a_killed_workers_activation_ends_as_any_other(
    service_database: Callable[[str, Path], str], mint: TokenMint
) -> None:
    outcomes = []
    for is_killed in (False, True):
        dsn = service_database("registry", SERVICE.migrations)
        async with running(dsn, mint) as registry:
            numbers = [id_number(n) for n in range(PEOPLE)]
            for number in numbers:
                await registry.resident(Person(number=number, phone="15499999999"))
            said = [(n, f"154{at:08d}", "2026-07-01") for at, n in enumerate(numbers)]
            await authority.say(registry, "housing", "phone", *said)
            version = await authority.draft(registry, ("phone", "housing", 1, None))
            assert (await authority.activate(registry, version)).status_code == 200
            if is_killed:
                await killed_half_way(registry, dsn, version)
                await registry.rows("update timers set leased_until = now() where fired_at is null")
            assert await authority.work(registry) == 1
            outcomes.append(await outcome(registry, version))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0]["residents_changed"] == PEOPLE


async def outcome(registry: Registry, version: int) -> Any:
    progress = (await authority.version(registry, version))["progress"]
    progress.pop("applied_at")
    people = await registry.rows(
        "select version, facts, phone_index = (select value_index from assertions a"
        " where a.resident_id = r.id and a.domain = 'housing') as is_housings from residents r"
    )
    events = await registry.rows("select count(*) from events where type like '%recomputed%'")
    history = await registry.rows("select count(*) from resident_history")
    return progress, people, events, history


async def killed_half_way(registry: Registry, dsn: str, version: int) -> None:
    command = (sys.executable, "-c", WORKER, dsn, str(PEOPLE // 2))
    worker = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    try:
        seen = 0
        while seen < PEOPLE // 4:
            await asyncio.sleep(0.02)
            assert worker.returncode is None
            seen = (await authority.version(registry, version))["progress"]["residents_seen"]
    finally:
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
    assert (await authority.version(registry, version))["progress"]["state"] == "running"
