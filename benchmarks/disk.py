"""What a resident takes on the disk: the record, its indexes, and what is kept beside it."""

from collections.abc import Iterator

import psycopg

from benchmarks import tables
from benchmarks.effort import Effort
from benchmarks.places import Place
from benchmarks.rounds import Figures, Row

_TABLES = "'registry.residents', 'registry.households', 'registry.identifiers'"
_RECORD = f"""
select sum(pg_table_size(t::regclass)), sum(pg_indexes_size(t::regclass))
from unnest(array[{_TABLES}]) t
"""
_RESIDENTS = "select count(*) from registry.residents"
_ACCESSES = """
select sum(pg_total_relation_size(inhrelid)) from pg_inherits
where inhparent = 'registry.accesses'::regclass
"""
_COPIED = 50_000
_COPY_TABLES = """
create table benchmark.assertions (like registry.assertions including all);
create table benchmark.resident_history (like registry.resident_history including all);
"""
# A telephone that somebody said, and the state a correction leaves: as large as those are.
_COPY_ASSERTIONS = """
insert into benchmark.assertions (county, resident_id, field, value_sealed, value_index, method,
    domain, organisation, collector, observed_on)
select county, id, 'phone', phone_sealed, phone_index, 'grid_visit', 'public_security',
    left(dwelling, 12), id::text, observed_on
from registry.residents where phone_sealed is not null limit %s
"""
_COPY_HISTORY = """
insert into benchmark.resident_history
    (county, resident_id, version, old, known_from, known_to, changed_by, change_reason)
select county, id, version, to_jsonb(r) - 'name_keys' - 'grid', updated_at, clock_timestamp(),
    changed_by, change_reason
from registry.residents r limit %s
"""


def measure(place: Place, _: Effort) -> Iterator[Row]:
    """Bytes of each part; after look-ups, or there are no access records to weigh."""
    with psycopg.connect(place.admin_dsn, autocommit=True) as connection:
        residents = _number(connection, _RESIDENTS)
        record = connection.execute(_RECORD.encode()).fetchone()
        table, indexes = map(int, record or (0, 0))
        yield _row("record of a resident (resident, household, identifier)", table / residents)
        yield _row("its indexes", indexes / residents)
        accesses = tables.count_accesses(place.admin_dsn)
        if accesses:
            yield _row(
                "an access record, with indexes",
                _number(connection, _ACCESSES) / accesses,
                f"{accesses:,} records",
            )
        connection.execute(tables.SCHEMA.encode())
        connection.execute(b"drop table if exists benchmark.assertions, benchmark.resident_history")
        connection.execute(_COPY_TABLES.encode())
        for what, name, copy in (
            ("an assertion, with indexes", "assertions", _COPY_ASSERTIONS),
            ("a former state, with index", "resident_history", _COPY_HISTORY),
        ):
            written = connection.execute(copy.encode(), (_COPIED,)).rowcount
            size = connection.execute(
                b"select pg_total_relation_size(%s::regclass)", (f"benchmark.{name}",)
            ).fetchone()
            yield _row(what, int(size[0] if size else 0) / written, f"{written:,} rows")


def _row(what: str, size: float, note: str = "") -> Row:
    return Row(what, "", "bytes", Figures((size,)), note=note)


def _number(connection: "psycopg.Connection[tuple[object, ...]]", query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return int(str(row[0])) if row and row[0] is not None else 0
