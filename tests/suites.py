"""Running suites for the end-to-end and browser tests: the same product in both topologies."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from gateway.hosting import Embedded, demo_password
from gateway.suite import SUITE

START_S = 120.0
SERVICES = ("registry", "admission", "tasks")


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite that answers.

    Attributes:
        base_url: Of its gateway.
        data_dir: Its data folder.
        password: Of its demo accounts.
    """

    base_url: str
    data_dir: Path
    password: str


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(*words: str) -> list[str]:
    """The `onegrid` command of this environment."""
    return [sys.executable, "-m", "gateway", *words]


@contextmanager
def process(log: Path, words: list[str], env: Mapping[str, str] | None = None) -> Iterator[int]:
    """A background process; ended politely, then not."""
    with log.open("ab") as out:
        started = subprocess.Popen(
            words,
            stdout=out,
            stderr=out,
            env={**os.environ, **(env or {})},  # noqa: TID251 — a child inherits
        )
    try:
        yield started.pid
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait(5)


def wait_ready(base_url: str, log: Path) -> None:
    """Until `/readyz` says ready; fails with the log's end."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            if httpx.get(f"{base_url}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"not ready after {START_S} s:\n{log.read_text()[-4000:]}")


@contextmanager
def one_process(folder: Path, env: Mapping[str, str] | None = None) -> Iterator[Suite]:
    """`onegrid up`, as a newcomer starts it."""
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    data_dir, log = folder / "var", folder / "up.log"
    words = command("up", "--port", str(port), "--data-dir", str(data_dir), "--scale", "tiny")
    with process(log, words, env):
        wait_ready(base_url, log)
        yield Suite(base_url, data_dir, demo_password(data_dir))


@contextmanager
def separate(folder: Path) -> Iterator[Suite]:
    """A gateway, three services and a worker, each in its own process, told by the environment."""
    data_dir, log = folder / "var", folder / "separate.log"
    ports = {name: free_port() for name in ("gateway", *SERVICES)}
    base_url = f"http://127.0.0.1:{ports['gateway']}"
    embedded = Embedded.start(data_dir)
    with ExitStack() as stack:
        stack.callback(embedded.postgres.stop)
        env = environment(embedded, base_url, ports)
        admin = {"ONEGRID_ADMIN_DATABASE_URL": embedded.postgres.admin_dsn}
        for words in (
            command("migrate"),
            command(
                "demo", "load", "--environment", "--scale", "tiny", "--data-dir", str(data_dir)
            ),
        ):
            subprocess.run(words, check=True, env={**os.environ, **env, **admin})  # noqa: TID251 — a child inherits
        for name, port in ports.items():
            stack.enter_context(process(log, command("serve", name, "--port", str(port)), env))
        loops = {f"{service.name.upper()}_RUN_LOOPS": "true" for service in SUITE}
        stack.enter_context(process(log, command("worker"), {**env, **loops}))
        wait_ready(base_url, log)
        yield Suite(base_url, data_dir, demo_password(data_dir))


def environment(embedded: Embedded, base_url: str, ports: Mapping[str, int]) -> dict[str, str]:
    """What the processes of the separate topology are told."""
    env = {"GATEWAY_PUBLIC_URL": base_url, "GATEWAY_REMOTE_IDENTITY": f"{base_url}/identity"}
    for name in SERVICES:
        env[f"GATEWAY_REMOTE_{name.upper()}"] = f"http://127.0.0.1:{ports[name]}"
    for service in SUITE:
        prefix = service.name.upper()
        env |= {
            f"{prefix}_DATABASE_URL": embedded.postgres.service_dsn(service.name),
            f"{prefix}_KEY_ENCRYPTION_KEY": embedded.key(service.name),
            f"{prefix}_ISSUER": base_url,
            f"{prefix}_DATA_DIR": str(embedded.data_dir),
            f"{prefix}_RUN_LOOPS": "false",
        }
    return env
