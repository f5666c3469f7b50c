"""`onegrid worker`: timers and jobs, apart from the processes that answer requests."""

import asyncio
import signal

import uvloop

from gateway import logs
from gateway.assembly import assemble
from gateway.hosting import from_environment
from gateway.process import settle_in
from gateway.settings import GatewaySettings
from gateway.suite import SUITE
from services.common import settings


def worker() -> None:
    """Run the timers and import jobs of all services, until a signal asks to stop.

    Start as many as you like: each timer is leased to one worker and fires once. Services that
    answer requests then run with REGISTRY_RUN_LOOPS=false, TASKS_RUN_LOOPS=false and so on.
    """
    host_settings = settings.read(GatewaySettings)
    logs.configure(json_lines=host_settings.json_logs)
    uvloop.run(_work())


async def _work() -> None:
    own = {
        name: made.model_copy(update={"run_loops": True})
        for name, made in from_environment(SUITE).items()
    }
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with assemble(SUITE, own, {}).running():
        settle_in()
        await stop.wait()
