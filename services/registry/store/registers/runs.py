"""What retention deleted."""

from typing import Any, Final

from services.common.database import Connection

NEWEST: Final = """
select table_name as "table", deleted, rows, rule, ran_at from retention_runs
order by ran_at desc, id desc limit 100
"""


async def newest(connection: Connection) -> list[dict[str, Any]]:
    """The newest hundred deletions."""
    return [dict(row) for row in await connection.fetch(NEWEST)]
