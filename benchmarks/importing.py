"""A department's CSV file: from upload to the last row recorded."""

import csv
import io
import time
from collections.abc import Iterator
from itertools import islice

import httpx

from benchmarks import places
from benchmarks.asking import residents
from benchmarks.effort import Effort
from benchmarks.places import Place
from benchmarks.rounds import Figures, Row
from gateway import demo
from gateway.tour import actors
from gateway.tour.actors import Actor

ROWS = 20_000
_POLL_S = 0.1
_PATIENCE_S = 300.0


class ImportFailed(RuntimeError):
    """The import did not end well."""


def measure(place: Place, effort: Effort) -> Iterator[Row]:
    """Rows a second of files with known people, each file telling something new of everyone."""
    turns = min(effort.rounds, 3)
    with places.one_process(place) as server:
        http = httpx.Client(base_url=server.base_url, trust_env=False, timeout=60)
        with http:
            health = actors.system(http, places.SYSTEM, place.embedded.demo_password())
            took = [_seconds(health, file(place.scale, turn)) for turn in range(turns)]
    rows = len(file(place.scale, 0).splitlines()) - 1
    note = f"CSV of {rows:,} known people; upload, matching, assertions, versions and history"
    yield Row(
        "import of a department's file", "", "rows/s", Figures(tuple(took)).under(rows), note=note
    )


def file(scale: str, turn: int) -> bytes:
    """A file about people of the pilot county; its telephone numbers differ in every turn."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("姓名", "身份证号", "联系电话", "采集日期"))
    for number, (name, id_number) in enumerate(islice(residents(scale), ROWS)):
        writer.writerow((name, id_number, f"154{turn:02d}{number:06d}", "2026-11-20"))
    return out.getvalue().encode("utf-8-sig")


def _seconds(sender: Actor, content: bytes) -> float:
    started = time.perf_counter()
    sent = sender.send(
        "POST",
        "/registry/v1/imports",
        data={"domain": "health", "county": demo.COUNTY},
        files={"file": ("bench.csv", content)},
    )
    job = sender.expect(sent, 202)
    until = time.monotonic() + _PATIENCE_S
    while job["state"] in {"queued", "running"} and time.monotonic() < until:
        time.sleep(_POLL_S)
        job = sender.get(f"/registry/v1/imports/{job['id']}")
    progress = job["progress"]
    if job["state"] != "done" or progress["accepted"] != progress["rows_total"]:
        raise ImportFailed(f"{job['state']}: {progress}")
    return time.perf_counter() - started
