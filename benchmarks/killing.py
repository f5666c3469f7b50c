"""`python -m benchmarks.killing`: an import whose worker is killed, beside one nobody kills.

Two copies of one loaded database get the same file. In one the worker's process gets SIGKILL at
random moments and another takes over; then both are compared row by row, by a digest over what is
shown, said, told and counted.
"""

import asyncio
import os
import random
import secrets
import signal
import sys
import tempfile
import time
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import psycopg
import typer
from psycopg import sql

from benchmarks import hands, machine, people, places
from benchmarks.asking import residents
from benchmarks.hands import Hands
from benchmarks.places import Place
from gateway.cli.demo import Scale
from gateway.embedded import DATABASE
from services.common import migrating

_NAMES = {"calm": "onegrid_calm", "killed": "onegrid_killed"}
_KNOWN_MOST = 700_000
_LOOK_S = 0.2
_END_S = 7200.0
# Ids, instants and ciphertexts differ from run to run; who somebody is, the blind index says.
_FACTS = """(select coalesce(jsonb_object_agg(key, value - 'sealed'), '{}')
    from jsonb_each(r.facts))"""
DIGESTS = {
    "residents": f"""select concat_ws('|', r.document_index, r.county, r.version, r.name, r.name_ko,
        r.name_pinyin, r.name_keys, r.sex, r.born_on, r.phone_index, r.residency, r.usual_language,
        r.relation, r.dwelling, r.observed_on, {_FACTS}) as row from registry.residents r""",
    "assertions": """select concat_ws('|', r.document_index, a.field, a.value, a.value_index,
        a.observed_on, a.method, a.domain, a.organisation, a.collector) as row
        from registry.assertions a join registry.residents r
        on (r.county, r.id) = (a.county, a.resident_id)""",
    "events": """select concat_ws('|', r.document_index, e.type, e.area, e.domain,
        e.data - 'import_id') as row
        from registry.events e join registry.residents r on r.id::text = e.subject""",
    "accesses": """select concat_ws('|', r.document_index, a.reader, a.operation, a.purpose,
        a.fields) as row from registry.accesses a join registry.residents r
        on (r.county, r.id) = (a.county, a.resident_id)""",
    "history": """select concat_ws('|', r.document_index, h.version) as row
        from registry.resident_history h join registry.residents r
        on (r.county, r.id) = (h.county, h.resident_id)""",
    "identifiers": "select concat_ws('|', kind, index, county) as row from registry.identifiers",
    "row outcomes": """select concat_ws('|', last_row, row_nos, outcomes) as row
        from registry.import_packs""",
}


def main(
    rows: Annotated[int, typer.Option(min=100, help="Of the file.")] = 1_400_000,
    scale: Annotated[Scale, typer.Option(help="Demo that is loaded before.")] = Scale.prefecture,
    *,
    kills: Annotated[int, typer.Option(min=1, max=20)] = 3,
    data_dir: Annotated[Path | None, typer.Option(help="Keep or reuse this data folder.")] = None,
) -> None:
    """Compare an import whose worker is killed with one nobody kills."""
    with tempfile.TemporaryDirectory(prefix="onegrid-kill-") as made:
        folder = Path(made)
        folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
        _say(f"load average before: {machine.load_average()}")
        with places.opened(data_dir or folder / "var", folder, scale.value) as place:
            is_same = asyncio.run(_compare(place, rows, kills))
        _say(f"load average after: {machine.load_average()}")
    _say("the same" if is_same else "DIFFERENT")
    raise typer.Exit(0 if is_same else 1)


async def _compare(place: Place, rows: int, kills: int) -> bool:
    file = place.folder / "people.csv"
    known = islice(residents(place.scale), min(rows // 2, _KNOWN_MOST))
    written = people.write(file, islice(chain(known, people.named(0, rows)), rows), 1)
    _say(f"file: {written:,} rows, {file.stat().st_size:,} bytes")
    outcomes = []
    for name, database in _NAMES.items():
        dsn = _copied(place, database)
        key, uploads = place.embedded.key("registry"), place.folder / name
        async with hands.opened(dsn, key, uploads) as own:
            import_id = await own.send(file)
            args = (sys.executable, "-m", "benchmarks.hands", dsn, key, str(uploads))
            started = time.perf_counter()
            await _carried_out(own, import_id, args, kills if name == "killed" else 0)
            took = time.perf_counter() - started
            job = await own.job(import_id)
        _say(f"{name}: {job.state} in {took:.1f} s, {written / took:,.0f} rows/s; {job.progress()}")
        outcomes.append(
            (job.state, job.progress(), await asyncio.to_thread(_digests, place, database))
        )
        for what, (count, digest) in outcomes[-1][2].items():
            _say(f"  {what}: {count:,} rows, digest {digest}")
        _drop(place, database)
    return outcomes[0] == outcomes[1] and outcomes[0][0] == "done"


async def _carried_out(own: Hands, import_id: UUID, args: tuple[str, ...], kills: int) -> None:
    """Let a worker's process work, and kill it so many times at random moments."""
    chance = random.Random(secrets.randbits(64))  # noqa: S311 — moments, not secrets
    moments = sorted(chance.uniform(0.05, 0.95) for _ in range(kills))
    until = time.monotonic() + _END_S
    worker = await asyncio.create_subprocess_exec(*args, stdout=asyncio.subprocess.DEVNULL)
    try:
        while (job := await own.job(import_id)).is_open and time.monotonic() < until:
            if moments and _share(job.progress(), job.phase) >= moments[0]:
                await asyncio.sleep(chance.uniform(0, 0.5))
                worker.send_signal(signal.SIGKILL)
                await worker.wait()
                stood = await own.job(import_id)
                _say(f"killed: {stood.phase}, read to {stood.staged_to}, at {stood.applied_to}")
                moments.pop(0)
                await _lease_runs_out(own)
                worker = await asyncio.create_subprocess_exec(
                    *args, stdout=asyncio.subprocess.DEVNULL
                )
            await asyncio.sleep(_LOOK_S)
    finally:
        worker.send_signal(signal.SIGKILL)
        await worker.wait()


def _share(progress: dict[str, int], phase: str) -> float:
    """How far an import came: reading is the first fifth."""
    if phase == "staging":
        return 0.1
    return 0.2 + 0.8 * progress["rows_done"] / max(progress["rows_total"], 1)


async def _lease_runs_out(own: Hands) -> None:
    """What a minute of waiting does."""
    async with own.database.transaction() as connection:
        await connection.execute(
            "update timers set leased_until = now() - interval '1s'"
            " where kind = 'registry.import' and fired_at is null"
        )


def _copied(place: Place, name: str) -> str:
    """A copy of the loaded database, and how the registry reaches it."""
    _drop(place, name)
    with psycopg.connect(_admin(place, "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(DATABASE)
            )
        )
    password = place.embedded.postgres.service_password("registry")
    migrating.provision(_admin(place, name), "registry", password)
    return place.embedded.postgres.service_dsn("registry").replace(f"/{DATABASE}?", f"/{name}?")


def _drop(place: Place, name: str) -> None:
    with psycopg.connect(_admin(place, "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )


def _digests(place: Place, name: str) -> dict[str, tuple[int, str]]:
    """For each table how many rows it has, and a sum over them that knows no order."""
    found: dict[str, tuple[int, str]] = {}
    with psycopg.connect(_admin(place, name), autocommit=True) as connection:
        for what, rows in DIGESTS.items():
            row: Any = connection.execute(
                "select count(*), md5(coalesce(sum(hashtextextended(row, 0)::numeric), 0)::text"
                " || coalesce(sum(hashtextextended(row, 1)::numeric), 0)::text)"
                f" from ({rows}) rows".encode()
            ).fetchone()
            found[what] = (row[0], row[1])
    return found


def _admin(place: Place, name: str) -> str:
    return place.admin_dsn.replace(f"/{DATABASE}?", f"/{name}?")


def _say(text: str) -> None:
    typer.echo(text)


if __name__ == "__main__":
    os.umask(0o022)
    typer.run(main)
