"""Tables of the reference contestants, in a schema of their own beside the suite's."""

from pathlib import Path

import psycopg

SCHEMA = "create schema if not exists benchmark"
PLAIN = """
create table benchmark.plain as
select row_number() over () as n, json_build_object(
    'id', id, 'county', county, 'version', version, 'name', name, 'sex', sex, 'born_on', born_on,
    'residency', residency, 'dwelling', dwelling,
    'document', json_build_object('kind', document_kind, 'number', '229999********1160'),
    'phone', '154****1234')::text as body
from registry.residents
"""
PLAIN_KEY = "alter table benchmark.plain add primary key (n)"
DROP = "drop schema if exists benchmark cascade"

PLAIN_SCRIPT = """\\set n random(1, {rows})
select body from benchmark.plain where n = :n;
"""


def make_plain(admin_dsn: str) -> int:
    """A row of ready JSON text for each resident, as long as a look-up's answer; how many."""
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        for statement in (DROP, SCHEMA, PLAIN, PLAIN_KEY, "vacuum analyze benchmark.plain"):
            connection.execute(statement.encode())
        rows = connection.execute("select count(*) from benchmark.plain").fetchone()
    return int(rows[0]) if rows else 0


def drop(admin_dsn: str) -> None:
    """Leave the data folder as it was found."""
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        connection.execute(DROP)


def write_plain_script(file: Path, rows: int) -> Path:
    """The pgbench script that asks what the bare handler asks."""
    file.write_text(PLAIN_SCRIPT.format(rows=rows), encoding="ascii")
    return file


def count_accesses(admin_dsn: str) -> int:
    """Access records written so far."""
    with psycopg.connect(admin_dsn) as connection:
        row = connection.execute("select count(*) from registry.accesses").fetchone()
    return int(row[0]) if row else 0
