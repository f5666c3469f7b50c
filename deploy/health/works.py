"""Exit 0 when the worker in this container has asked the database for due timers lately, else 1.

The worker answers no requests, so its health is what it does: its loops look for work every half
second. PostgreSQL knows when each connection from this container's address last did something.
"""

# ruff: noqa: INP001 — a script of the image, run by path and never imported

import asyncio
import sys
from pathlib import Path

import asyncpg

_SILENT_S = 120
_DATABASE_URL = Path("/run/secrets/tasks_database_url")

_LAST_DONE = """
select extract(epoch from now() - max(state_change))::float8
from pg_stat_activity
where usename = current_user and client_addr = inet_client_addr() and pid <> pg_backend_pid()
"""


async def main(database_url: str) -> int:
    """Ask once."""
    try:
        connection = await asyncpg.connect(database_url, timeout=4)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return 1
    try:
        silent_s = await connection.fetchval(_LAST_DONE, timeout=4)
    finally:
        await connection.close(timeout=2)
    return 0 if silent_s is not None and silent_s < _SILENT_S else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(_DATABASE_URL.read_text().strip())))
