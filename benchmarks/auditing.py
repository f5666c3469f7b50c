"""A million access records: chained by the registry itself, exported, verified, tampered with.

Beside it the cost of the number and its index to whoever writes an access record.
"""

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import psutil
import psycopg

from benchmarks import rounds
from benchmarks.effort import Effort
from benchmarks.places import Place
from benchmarks.rounds import Figures, Row, Target
from gateway.suite import SUITE
from services.common.database import Database
from services.registry.domain.audit import offline
from services.registry.domain.audit.verifying import Verifier
from services.registry.settings import RegistrySettings
from services.registry.use_cases.audit import checkpoints, exporting, sealing
from services.registry.use_cases.audit.checkpoints import Witness

RECORDS: Final = 1_000_000
MUTATIONS: Final = 500
ONE: Final = "222406.o07"
_AT_ONCE: Final = 5000
_AT_A_TURN: Final = 50_000
_ORGANISATIONS: Final = 40
_CEILING: Final = Target(60, at_most=True)
_ALL: Final = Target(MUTATIONS)
_WRITE: Final = """
insert into {schema}.accesses (county, resident_id, reader, reader_name, role, organisation,
    purpose, operation, request_id, fields)
select '222406', uuidv7(), 'u' || n %% 900, '网格员' || n %% 900, 'grid_worker',
    '222406.o' || lpad((n %% 40)::text, 2, '0'), 'public_service', 'registry.residents.lookup',
    'r' || n, array['name', 'document', 'phone', 'residency']
from generate_series(%s::integer, %s::integer) n
"""
_PLAIN: Final = """
create table benchmark.accesses (like registry.accesses including defaults)
    partition by range (read_at);
alter table benchmark.accesses drop column xact;
create table benchmark.accesses_now partition of benchmark.accesses default;
create index on benchmark.accesses (county, resident_id, id);
create index on benchmark.accesses (organisation, read_at)
"""
Lines = list[bytes]


def measure(place: Place, effort: Effort) -> Iterator[Row]:
    """Sealing, exporting and verifying; what is found of what was changed; the cost of writing."""
    yield from _cost(place, effort)
    _write(place)
    settings = _settings(place)
    whole, one = place.folder / "whole.ndjson", place.folder / "one.ndjson"
    seconds = asyncio.run(_sealed(settings, whole, one))
    sealed, exported = seconds
    public_key = exporting.public_key(settings)
    assert public_key is not None  # noqa: S101 — the place has one
    started, used = time.perf_counter(), time.process_time()
    report = offline.verify_file(whole, None, [public_key])
    took, used = time.perf_counter() - started, time.process_time() - used
    if report.found or report.records < RECORDS:
        raise RuntimeError("\n".join(report.lines))
    note = f"{report.records:,} records, {report.blocks:,} blocks, {report.organisations} chains"
    yield Row("access records sealed", "", "records/s", Figures((report.records / sealed,)))
    yield Row("access records exported", "", "records/s", Figures((report.records / exported,)))
    size = whole.stat().st_size / (1 << 20)
    yield Row(
        "verifying an export",
        "",
        "s",
        Figures((took,)),
        None,
        _CEILING,
        f"{note}; {size:,.0f} MiB; {took:,.0f} s passed",
    )
    found = _mutated(one, public_key)
    note = f"of {MUTATIONS}, each alone in an export of one chain; by kind: {found}"
    total = sum(found.values())
    yield Row("changes of an export that were found", "", "", Figures((total,)), None, _ALL, note)


def _settings(place: Place) -> RegistrySettings:
    made = place.embedded.settings(SUITE, public_url="http://127.0.0.1:8000")["registry"]
    assert isinstance(made, RegistrySettings)  # noqa: S101 — it is the registry's
    return made


def _write(place: Place) -> None:
    with psycopg.connect(place.admin_dsn, autocommit=True) as connection:
        write = _WRITE.format(schema="registry").encode()
        for first in range(0, RECORDS, _AT_ONCE):
            connection.execute(write, [first, first + _AT_ONCE - 1])
        connection.execute("vacuum analyze registry.accesses")


async def _sealed(settings: RegistrySettings, whole: Path, one: Path) -> tuple[float, float]:
    """Seconds of sealing and of exporting everything; a checkpoint after every 20 rounds."""
    database = Database(
        settings.database_url.get_secret_value(), application="benchmark", pool_size=2
    )
    await database.open()
    witness = Witness.of(settings)
    assert witness is not None  # noqa: S101 — the place has a key
    try:
        started, signing, number = time.perf_counter(), 0.0, 0
        while await sealing.seal(database):
            number += 1
            if number % 20 == 0:
                began = time.perf_counter()
                async with database.read() as connection:
                    await checkpoints.write(connection, witness)
                signing += time.perf_counter() - began
        sealed = time.perf_counter() - started - signing
        started = time.perf_counter()
        await exporting.export(database, settings, whole, None)
        exported = time.perf_counter() - started
        await exporting.export(database, settings, one, ONE)
    finally:
        await database.close()
    return sealed, exported


def _mutated(file: Path, key: str) -> dict[str, int]:
    """How many changes of each kind were found, each made to the export alone."""
    lines = file.read_bytes().splitlines(keepends=True)
    draw = random.Random(1)  # noqa: S311 — the same changes in every run
    found = dict.fromkeys(_KINDS, 0)
    names = list(_KINDS)
    for n in range(MUTATIONS):
        name = names[n % len(names)]
        verifier = Verifier(None, [key], ONE)
        for line in _KINDS[name](list(lines), draw):
            verifier.take(line)
        found[name] += verifier.finish().found > 0
    return found


def _of(lines: Lines, *kinds: str) -> list[int]:
    begins = tuple(f'{{"{kind}"'.encode() for kind in kinds)
    return [n for n, line in enumerate(lines) if line.startswith(begins)]


def _bit(lines: Lines, draw: random.Random) -> Lines:
    n = draw.choice(_of(lines, "record", "block", "checkpoint"))
    line = bytearray(lines[n])
    line[draw.randrange(len(line) - 1)] ^= 1 << draw.randrange(8)
    lines[n] = bytes(line)
    return lines


def _changed(lines: Lines, draw: random.Random) -> Lines:
    n = draw.choice(_of(lines, "record"))
    value = json.loads(lines[n])
    member = draw.choice(sorted(value["record"]))
    value["record"][member] = ["address"] if member == "fields" else "222406.o08"
    lines[n] = json.dumps(value, ensure_ascii=False).encode() + b"\n"
    return lines


def _removed(lines: Lines, draw: random.Random) -> Lines:
    del lines[draw.choice(_of(lines, "record"))]
    return _counted(lines)


def _inserted(lines: Lines, draw: random.Random) -> Lines:
    n = draw.choice(_of(lines, "record"))
    value = json.loads(lines[n])
    value["record"]["id"] = value["record"]["id"][:-4] + "ffff"
    lines.insert(n + 1, json.dumps(value, ensure_ascii=False).encode() + b"\n")
    return _counted(lines)


def _reordered(lines: Lines, draw: random.Random) -> Lines:
    one, other = draw.sample(_of(lines, draw.choice(["record", "block"])), 2)
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def _cut(lines: Lines, draw: random.Random) -> Lines:
    """The end is cut off where a block begins, and the counts are written anew."""
    n = draw.choice(_of(lines, "block"))
    return _counted([*lines[:n], lines[-1]])


def _checkpoint(lines: Lines, draw: random.Random) -> Lines:
    places = _of(lines, "checkpoint")
    del lines[draw.choice(places[1:-1])]
    return lines


def _counted(lines: Lines) -> Lines:
    end = json.loads(lines[-1])
    end["end"]["records"], end["end"]["blocks"] = (
        len(_of(lines, "record")),
        len(_of(lines, "block")),
    )
    lines[-1] = json.dumps(end).encode() + b"\n"
    return lines


_KINDS: Final[dict[str, Callable[[Lines, random.Random], Lines]]] = {
    "bit turned": _bit,
    "record changed": _changed,
    "record removed": _removed,
    "record inserted": _inserted,
    "reordered": _reordered,
    "end cut off": _cut,
    "checkpoint removed": _checkpoint,
}


def _cost(place: Place, effort: Effort) -> Iterator[Row]:
    """A backend's processor time for an access record, with number and index and without.

    Many records a statement, so that commits and the network do not hide what is asked about.
    """
    with psycopg.connect(place.admin_dsn, autocommit=True) as connection:
        connection.execute("create schema if not exists benchmark")
        connection.execute(_PLAIN.encode())
        backend = psutil.Process(connection.info.backend_pid)

        def turn(schema: str) -> float:
            before = sum(backend.cpu_times()[:2])
            connection.execute(_WRITE.format(schema=schema).encode(), [1, _AT_A_TURN])
            return (sum(backend.cpu_times()[:2]) - before) * 1e6 / _AT_A_TURN

        seen = rounds.alternate(
            {schema: partial(turn, schema) for schema in ("registry", "benchmark")}, effort.rounds
        )
        connection.execute("drop table benchmark.accesses")
    what, beside = "access record with number and index", "without"
    mine, other = Figures(seen["registry"]), Figures(seen["benchmark"])
    yield Row(what, beside, "µs of a backend/record", mine, other)
