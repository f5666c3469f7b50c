"""`python -m benchmarks.upserting`: rows sent as JSON, beside a bare insert of as many rows."""

import asyncio
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import httpx
import typer

from benchmarks import machine, people, places
from benchmarks.hands import DOMAIN
from benchmarks.places import Place
from gateway import demo
from gateway.tour import actors

_TABLE = """
create table benchmark.facts (number text, name text, kind text, area numeric, observed_on text,
    id uuid primary key default gen_random_uuid())
"""
_INSERT = """
insert into benchmark.facts (number, name, kind, area, observed_on)
select * from unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::text[])
"""
_KINDS = ("商品房", "房改房")


def main(
    *,
    rows: Annotated[int, typer.Option(min=1, max=1000, help="Of each body.")] = 100,
    bodies: Annotated[int, typer.Option(min=1, help="Of each client and turn.")] = 50,
    turns: Annotated[int, typer.Option(min=1)] = 3,
    data_dir: Annotated[Path | None, typer.Option(help="Keep or reuse this data folder.")] = None,
) -> None:
    """Send new people, then the same with other values, from 1 and from 4 clients."""
    with tempfile.TemporaryDirectory(prefix="onegrid-upsert-") as made:
        folder = Path(made)
        folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
        typer.echo(f"load average before: {machine.load_average()}")
        with (
            places.opened(data_dir or folder / "var", folder, "tiny") as place,
            places.one_process(place) as server,
        ):
            for turn in range(turns):
                for clients in (1, 4):
                    _turn(place, server.base_url, (turn, clients, bodies, rows))
        typer.echo(f"load average after: {machine.load_average()}")


def _turn(place: Place, base_url: str, how: tuple[int, int, int, int]) -> None:
    turn, clients, bodies, rows = how
    first = (turn * 5 + clients) * clients * bodies * rows * 4
    told = []
    for what in (0, 1):
        started = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            size = bodies * rows
            starts = [first + client * size for client in range(clients)]
            jobs = [
                pool.submit(_client, place, base_url, start, (bodies, rows, what))
                for start in starts
            ]
            waiting = [job.result() for job in jobs]
        took = time.perf_counter() - started - min(waiting)
        told.append(clients * size / took)
    bare = clients * bodies * rows / asyncio.run(_bare(place.admin_dsn, clients, bodies, rows))
    typer.echo(
        f"{clients} client(s): new {told[0]:,.0f} rows/s, known {told[1]:,.0f} rows/s, "
        f"bare insert {bare:,.0f} rows/s, known / bare {told[1] / bare:.3f}"
    )


def _client(place: Place, base_url: str, first: int, how: tuple[int, int, int]) -> float:
    """Send bodies; the seconds it took to sign in before."""
    bodies, rows, what = how
    began = time.perf_counter()
    system = f"sys.{demo.COUNTY}.{DOMAIN}"
    with httpx.Client(base_url=base_url, trust_env=False, timeout=60) as http:
        sender = actors.system(http, system, place.embedded.demo_password())
        signed_in = time.perf_counter() - began
        for body in range(bodies):
            chosen = people.named(first + body * rows, rows)
            items = [_item(name, number, what) for name, number in chosen]
            told = {"domain": DOMAIN, "county": demo.COUNTY, "items": items}
            sent = sender.send("POST", "/registry/v1/residents/upserts", json=told)
            counts = sender.expect(sent, 200)["counts"]
            if counts[("created", "changed")[what]] != rows:
                raise RuntimeError(counts)
    return signed_in


def _item(name: str, number: str, what: int) -> dict[str, Any]:
    return {
        "document": {"kind": "resident_id", "number": number},
        "name": name,
        "observed_on": f"2026-11-{10 + what:02d}",
        "fields": {"property_kind": _KINDS[what], "floor_area_m2": 60 + what},
    }


async def _bare(dsn: str, clients: int, bodies: int, rows: int) -> float:
    """Seconds to insert as many rows, as many at once, without HTTP and without a question."""
    pool = await asyncpg.create_pool(dsn, min_size=clients, max_size=clients)
    await pool.execute("create schema if not exists benchmark")
    await pool.execute("drop table if exists benchmark.facts")
    await pool.execute(_TABLE)

    async def one(client: int) -> None:
        for body in range(bodies):
            first = (client * bodies + body) * rows
            names, numbers = zip(*((n, i) for n, i in people.named(first, rows)), strict=True)
            values = [list(numbers), list(names), ["商品房"] * rows, [60] * rows]
            await pool.execute(_INSERT, *values, ["2026-11-10"] * rows)

    started = time.perf_counter()
    await asyncio.gather(*(one(client) for client in range(clients)))
    took = time.perf_counter() - started
    await pool.execute("drop schema benchmark cascade")
    await pool.close()
    return took


if __name__ == "__main__":
    os.umask(0o022)
    typer.run(main)
