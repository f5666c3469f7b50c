"""`onegrid up`: the whole suite in one process."""

import asyncio
import fcntl
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp

from gateway import demo as demo_load
from gateway import logs
from gateway.app import create_app
from gateway.cli.demo import Scale, progress_bar
from gateway.cli.options import DEFAULT_DATA_DIR, DataDir
from gateway.hosting import Embedded
from gateway.process import settle_in
from gateway.settings import GatewaySettings
from gateway.suite import SUITE

_console = Console(stderr=True)
KEEP_ALIVE_S = 130
"""Idle connections stay open longer than any client of ours keeps them (Caddy: two minutes).

Who asks must be who closes: a request sent into a connection that its server is just closing is
lost, and a POST is not sent again by itself.
"""


class AlreadyRunning(RuntimeError):
    """Another `onegrid up` uses this data folder."""


class PortInUse(RuntimeError):
    """Something else listens on the port."""


def up(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    scale: Annotated[Scale, typer.Option(help="Demo to load on the first start.")] = Scale.county,
    *,
    empty: Annotated[bool, typer.Option(help="Load no demo: an empty suite.")] = False,
) -> None:
    """Start everything: PostgreSQL 18, the services, the gateway and the web apps.

    The first start makes the data folder, migrates and loads the demo county (under two minutes).
    Later starts take seconds and keep the data. Stop with Ctrl-C.

    Next: open the printed addresses, or run `onegrid tour` in another terminal.
    """
    check_port(host, port)
    public_url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 — compared, not bound
    logs.configure(json_lines=not _console.is_terminal)
    with _sole_use(data_dir):
        embedded = _started(data_dir)
        try:
            settings = embedded.settings(SUITE, public_url=public_url)
            if not empty and demo_load.loaded(data_dir) is None:
                with progress_bar(_console) as progress:
                    asyncio.run(
                        demo_load.load(
                            settings,
                            data_dir,
                            scale=scale.value,
                            password=embedded.demo_password(),
                            progress=progress,
                        )
                    )
            app = create_app(GatewaySettings(public_url=public_url), settings)
            _announce(public_url, data_dir, embedded)
            run(app, host, port)
        finally:
            embedded.postgres.stop()


def check_port(host: str, port: int) -> None:
    """Raise `PortInUse` before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise PortInUse(
                f"cannot listen on {host}:{port} ({exc.strerror}); "
                "stop what uses it, or choose another with --port"
            ) from exc


def run(app: ASGIApp, host: str, port: int) -> None:
    """Serve until a signal asks to stop; requests under way are finished first."""
    settle_in()
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        loop="uvloop",
        http="httptools",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    # uvicorn raises the signal again once all is served; its default would end the process before
    # our own clean-up, and leave the embedded PostgreSQL running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.Server(config).run()


def _started(data_dir: Path) -> Embedded:
    with _console.status("PostgreSQL 18 …"):
        embedded = Embedded.start(data_dir)
    try:
        with _console.status("Migrations …"):
            embedded.migrate(SUITE)
    except BaseException:
        embedded.postgres.stop()
        raise
    return embedded


@contextmanager
def _sole_use(data_dir: Path) -> Iterator[None]:
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "up.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            lock.seek(0)
            raise AlreadyRunning(
                f"the suite already runs in {data_dir} (process {lock.read().strip()}); "
                "stop it first, or choose another folder with --data-dir"
            ) from exc
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _announce(public_url: str, data_dir: Path, embedded: Embedded) -> None:
    table = Table(title="OneGrid 一网", title_justify="left", show_header=False)
    table.add_row("网格员手机端 phone", f"{public_url}/field/")
    table.add_row("办公桌面端 desk", f"{public_url}/desk/")
    table.add_row("接口文档 API", f"{public_url}/api/")
    present = demo_load.loaded(data_dir)
    if present is not None:
        county = present["county"]
        table.add_section()
        table.add_row("网格员 grid worker", f"grid.{county}001001001")
        table.add_row("社区 community", f"community.{county}001001")
        table.add_row("街道 street", f"street.{county}001")
        table.add_row("部门 department", f"dept.{county}.health")
        table.add_row("民政 secretariat", f"secretariat.{county}")
        table.add_row("联席会议 approver", f"approver.{county}")
        table.add_row("财政 finance", f"finance.{county}")
        table.add_row("居民窗口 resident desk", f"desk.{county}")
        table.add_row("密码 password (all)", embedded.demo_password())
    _console.print(table)
    _console.print("走一遍 next: [bold]onegrid tour[/bold] (make tour) · 停止 stop: Ctrl-C")
