"""Dropping what is kept no longer: whole months of partitioned tables, and old events."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from services.common.database import Connection
from services.registry.domain import retention
from services.registry.domain.retention import Rule

PARTITIONS: Final = """
select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = to_regclass($1) order by c.relname
"""
COUNT_ROWS: Final = "select count(*) from {partition}"
# Readers wait while a month is taken off; rather than make them wait, it is tried again next day.
SHORT_WAIT: Final = "set local lock_timeout = '2s'"
PATIENCE: Final = "set local statement_timeout = '600s'"
DETACH: Final = "alter table {table} detach partition {partition}"
DROP: Final = "drop table {partition}"
REMEMBER: Final = """
insert into retention_runs (table_name, deleted, rows, rule) values ($1, $2, $3, $4)
"""
# Oldest first by key, which no index over the time is needed for.
FORGET_EVENTS: Final = """
with oldest as (select xact, seq, occurred_at from events order by xact, seq limit $2),
gone as (
    delete from events e using oldest o
    where (e.xact, e.seq) = (o.xact, o.seq) and o.occurred_at < $1 returning 1)
select count(*) from gone
"""
_WAIT_S: Final = 600
_EVENTS_AT_ONCE: Final = 10_000


async def overdue(connection: Connection, rule: Rule, today: date) -> Sequence[str]:
    """The partitions of a table that are kept no longer, oldest first."""
    if rule.keep_months is None:
        return []
    first_kept = retention.first_kept_month(today, rule.keep_months)
    months = [
        (row["relname"], retention.month_of(row["relname"]))
        for row in await connection.fetch(PARTITIONS, rule.table)
    ]
    return [name for name, month in months if month is not None and month < first_kept]


async def drop(connection: Connection, rule: Rule, partition: str) -> int:
    """Drop a partition and leave a record of it; how many rows it had."""
    names = {"table": rule.table, "partition": partition}
    await connection.execute(PATIENCE)
    rows: int = await connection.fetchval(COUNT_ROWS.format(**names), timeout=_WAIT_S)
    await connection.execute(SHORT_WAIT)
    await connection.execute(DETACH.format(**names))
    await connection.execute(DROP.format(**names))
    await connection.execute(REMEMBER, rule.table, partition, rows, rule.text)
    return rows


async def forget_events(connection: Connection, before: datetime, rule: str) -> bool:
    """Delete some of the oldest events; whether there may be more."""
    gone: int = await connection.fetchval(FORGET_EVENTS, before, _EVENTS_AT_ONCE)
    if gone:
        until = f"before {before.date().isoformat()}"
        await connection.execute(REMEMBER, "events", until, gone, rule)
    return gone == _EVENTS_AT_ONCE
