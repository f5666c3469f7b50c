"""Where things run: the data folder, both topologies on it, and the bare handler beside them."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from gateway import demo
from gateway.hosting import Embedded
from gateway.suite import SUITE
from gateway.tour import actors
from tests import suites

SYSTEM = f"sys.{demo.COUNTY}.health"
"""The department's system that asks."""


_UNLIMITED = {
    f"GATEWAY_{caller}_REQUESTS_PER_MINUTE": "1000000000" for caller in ("SYSTEM", "ADDRESS")
}
"""One system asks what hundreds would: the door's limit is on, and lets it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A data folder with a loaded demo, and its running server.

    Attributes:
        folder: For logs and request files of this run.
        embedded: The suite's PostgreSQL and secrets.
        scale: Of the demo.
    """

    folder: Path
    embedded: Embedded
    scale: str

    @property
    def admin_dsn(self) -> str:
        """Libpq URI of the administrator on the suite's database."""
        return self.embedded.postgres.admin_dsn

    def token(self, base_url: str) -> str:
        """An access token of a department's system, got as any system gets it."""
        with httpx.Client(base_url=base_url, trust_env=False, timeout=30) as http:
            return actors.system(http, SYSTEM, self.embedded.demo_password()).token


@dataclass(frozen=True, slots=True)
class Server:
    """Something that answers.

    Attributes:
        base_url: Without trailing slash.
        pids: The processes that work on an answer; the database is not among them.
    """

    base_url: str
    pids: tuple[int, ...]

    def processor_s(self) -> float:
        """Seconds of processor time used so far."""
        times = [psutil.Process(pid).cpu_times() for pid in self.pids]
        return sum(time.user + time.system for time in times)


@contextmanager
def opened(data_dir: Path, folder: Path, scale: str) -> Iterator[Place]:
    """Start the database of a data folder and load the demo where it is missing."""
    embedded = Embedded.start(data_dir)
    try:
        embedded.migrate(SUITE)
        settings = embedded.settings(SUITE, public_url="http://127.0.0.1:8000")
        password = embedded.demo_password()
        asyncio.run(demo.load(settings, data_dir, scale=scale, password=password, progress=_quiet))
        yield Place(folder, embedded, scale)
    finally:
        embedded.postgres.stop()


def _quiet(_what: str, _done: int, _total: int) -> None:
    """The benchmarks print one table and nothing else."""


@contextmanager
def one_process(place: Place) -> Iterator[Server]:
    """`onegrid up` on the place."""
    port = suites.free_port()
    base_url, log = f"http://127.0.0.1:{port}", place.folder / "up.log"
    words = ["up", "--port", str(port), "--data-dir", str(place.embedded.data_dir)]
    words += ["--scale", place.scale]
    with suites.process(log, suites.command(*words), _UNLIMITED) as pid:
        suites.wait_ready(base_url, log)
        yield Server(base_url, (pid,))


@contextmanager
def separate(place: Place) -> Iterator[Server]:
    """Gateway and services in processes of their own on the place."""
    ports = {name: suites.free_port() for name in ("gateway", *suites.SERVICES)}
    base_url, log = f"http://127.0.0.1:{ports['gateway']}", place.folder / "separate.log"
    env = suites.environment(place.embedded, base_url, ports) | _UNLIMITED
    with ExitStack() as stack:
        pids = {}
        for name, port in ports.items():
            words = suites.command("serve", name, "--port", str(port))
            pids[name] = stack.enter_context(suites.process(log, words, env))
        suites.wait_ready(base_url, log)
        yield Server(base_url, (pids["gateway"], pids["registry"]))


@contextmanager
def bare(place: Place) -> Iterator[Server]:
    """The bare handler on the place."""
    port = suites.free_port()
    base_url, log = f"http://127.0.0.1:{port}", place.folder / "bare.log"
    words = [sys.executable, "-m", "benchmarks.bare", str(port)]
    with suites.process(log, words, {"BARE_DATABASE_URL": place.admin_dsn}) as pid:
        suites.wait_ready(base_url, log)
        yield Server(base_url, (pid,))
