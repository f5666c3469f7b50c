"""`onegrid doctor`: what an operator would check before calling somebody."""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import httpx
import psycopg
import typer
from rich.console import Console
from rich.table import Table

from gateway import demo as demo_load
from gateway import secret_files
from gateway.cli.options import DEFAULT_DATA_DIR, DataDir
from gateway.hosting import Embedded
from gateway.settings import GatewaySettings
from gateway.suite import SUITE
from services.common import migrating

_GIB = 1 << 30
_LEAST_FREE_BYTES = 5 * _GIB
_POSTGRES_MAJOR = 18
_SECRET_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes:
        what: Its name.
        ok: Whether it is as it should be.
        found: What was seen.
        advice: What to do when it is not.
    """

    what: str
    ok: bool
    found: str
    advice: str = ""


def doctor(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    port: Annotated[int, typer.Option(help="Port the gateway will listen on.")] = 8000,
) -> None:
    """Check this machine, the data folder and the database, and say what to do.

    Exits with 1 when something needs doing. A port on which OneGrid itself answers counts as fine.
    """
    findings = list(
        _checked([*_machine(data_dir, port), lambda: _secrets(data_dir), lambda: _demo(data_dir)])
    )
    findings += _database(data_dir)
    table = Table("", "检查 check", "结果 found", "建议 advice")
    for finding in findings:
        mark = "[green]✓[/green]" if finding.ok else "[red]✗[/red]"
        table.add_row(mark, finding.what, finding.found, "" if finding.ok else finding.advice)
    Console().print(table)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _checked(checks: list[Callable[[], Finding]]) -> Iterator[Finding]:
    for check in checks:
        try:
            yield check()
        except OSError as exc:
            yield Finding(check.__name__.strip("_"), ok=False, found=str(exc), advice="see above")


def _machine(data_dir: Path, port: int) -> list[Callable[[], Finding]]:
    return [
        _python,
        lambda: _disk(data_dir),
        lambda: _port(port),
        _system_user,
        lambda: _web(GatewaySettings().web_dir),
    ]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= (3, 11)
    return Finding("Python ≥ 3.11", ok, version, "install Python 3.11 or newer")


def _disk(data_dir: Path) -> Finding:
    folder = data_dir if data_dir.exists() else Path()
    free = shutil.disk_usage(folder).free
    advice = "the prefecture needs about 5 GiB: free some, or use another --data-dir"
    return Finding("disk", free >= _LEAST_FREE_BYTES, f"{free / _GIB:.1f} GiB free", advice)


def _port(port: int) -> Finding:
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/livez", timeout=3, trust_env=False)
        ours = answer.text == '{"status":"alive"}'
    except httpx.ConnectError:
        return Finding("port", ok=True, found=f"{port} is free")
    except httpx.TransportError:
        ours = False
    found = f"{port}: OneGrid answers" if ours else f"{port} is used by another program"
    return Finding("port", ours, found, "stop that program, or use --port")


def _system_user() -> Finding:
    if os.geteuid() != 0:
        return Finding("user", ok=True, found="not root")
    # PostgreSQL refuses to run as root. The wheel then makes a system user and opens the path to
    # the data folder (read and enter) for it; the folder itself stays that user's alone.
    found = "root: PostgreSQL runs as system user embedded_postgres, which may enter this path"
    return Finding("user", ok=True, found=found)


def _web(folder: Path) -> Finding:
    built = (folder / "field" / "index.html").exists()
    return Finding("web apps", built, str(folder), "build them: make web")


def _secrets(data_dir: Path) -> Finding:
    folder = data_dir / "secrets"
    if not folder.exists():
        return Finding("secrets", ok=True, found="none yet; made on the first start")
    loose = [
        path.name
        for path in folder.iterdir()
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    short = [
        path.name
        for path in folder.iterdir()
        if len(path.read_text().strip()) < _SECRET_LENGTH
        and path.name != secret_files.DEMO_PASSWORD
    ]
    found = "own-readable only, all random" if not loose + short else ", ".join(loose + short)
    advice = "chmod 600 them; replace short ones (docs/how-to/deploy.md)"
    return Finding("secrets", not loose + short, found, advice)


def _demo(data_dir: Path) -> Finding:
    present = demo_load.loaded(data_dir)
    if present is None:
        return Finding("demo", ok=True, found="no demo accounts")
    # Not wrong in itself: it must only never stand beside real people.
    return Finding("demo", ok=True, found=f"demo '{present['scale']}': not a place for real data")


def _database(data_dir: Path) -> list[Finding]:
    if not (data_dir / "postgres.ready").exists():
        return [Finding("database", ok=True, found="none yet; made on the first start")]
    embedded = Embedded.start(data_dir)
    try:
        return [_version(embedded), *(_migrations(embedded, s.name, s.migrations) for s in SUITE)]
    finally:
        embedded.postgres.stop()


def _version(embedded: Embedded) -> Finding:
    with psycopg.connect(embedded.postgres.admin_dsn) as connection:
        number = connection.info.server_version
    ok = number // 10000 == _POSTGRES_MAJOR
    return Finding("PostgreSQL 18", ok, f"{number // 10000}.{number % 10000}", "use PostgreSQL 18")


def _migrations(embedded: Embedded, name: str, versions: Path) -> Finding:
    try:
        state = migrating.state(embedded.postgres.service_dsn(name), name, versions)
    except psycopg.OperationalError:
        return Finding(f"schema {name}", ok=False, found="no role yet", advice="onegrid migrate")
    if not state.known:
        advice = "this database is from a newer release: start that one"
        return Finding(f"schema {name}", ok=False, found=str(state.current), advice=advice)
    found = "pending" if state.pending else "up to date"
    return Finding(f"schema {name}", not state.pending, found, "onegrid migrate")
