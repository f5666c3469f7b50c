"""What the figures were measured on."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg

_SHOWN = ("server_version", "fsync", "synchronous_commit", "shared_buffers", "wal_sync_method")


def facts(admin_dsn: str, *, scale: str, command: str) -> dict[str, str]:
    """Machine, database and state, for the record.

    Args:
        admin_dsn: Of the server that was measured.
        scale: Of the demo it holds.
        command: What was typed.
    """
    with psycopg.connect(admin_dsn) as connection:
        settings = {name: _show(connection, name) for name in _SHOWN}
        size = connection.execute(
            "select pg_size_pretty(pg_database_size(current_database()))"
        ).fetchone()
        residents = connection.execute("select count(*) from registry.residents").fetchone()
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "command": f"`{command}`",
        "processor": f"{os.cpu_count()} × {_processor()}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "PostgreSQL": ", ".join(f"{name} {value}" for name, value in settings.items()),
        "state": f"scale {scale}, {_first(residents):,} residents, database {_first(size)}",
    }


def load_average() -> str:
    """How busy the machine is, over one, five and fifteen minutes."""
    return " · ".join(f"{value:.1f}" for value in os.getloadavg())


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def _show(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> str:
    return str(_first(connection.execute(f"show {name}".encode()).fetchone()))


def _first(row: "tuple[object, ...] | None") -> object:
    return row[0] if row else None
