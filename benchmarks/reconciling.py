"""A department's whole file held against the record: from upload to the file of differences."""

import csv
import io
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import httpx

from benchmarks import places
from benchmarks.asking import scale_of
from benchmarks.effort import Effort
from benchmarks.importing import ImportFailed
from benchmarks.places import Place
from benchmarks.rounds import Figures, Row
from gateway import demo as demo_load
from gateway.tour import actors
from gateway.tour.actors import Actor
from services.registry.domain import demo
from services.registry.store import reference

ROWS: Final = 200_000
"""Rows at most; the pilot county has fewer residents."""

SYSTEM: Final = f"sys.{demo_load.COUNTY}.public_security"
_HEADINGS: Final = {
    "name": "姓名",
    "id_number": "身份证号",
    "sex": "性别",
    "born_on": "出生日期",
    "phone": "联系电话",
    "name_ko": "朝鲜文姓名",
    "residency": "居住类别",
    "usual_language": "常用语言",
    "ethnic": "民族",
    "registered_area": "户籍地",
    "relation": "与户主关系",
}
_COLUMNS: Final = 30
_EVERY: Final = 10
_POLL_S: Final = 0.2
_PATIENCE_S: Final = 900.0


def measure(place: Place, effort: Effort) -> Iterator[Row]:
    """Rows a second of one file of thirty columns about everybody of the pilot county."""
    content = file(place.scale, demo_load.COUNTY)
    rows = len(content.splitlines()) - 1
    with places.one_process(place) as server:
        http = httpx.Client(base_url=server.base_url, trust_env=False, timeout=120)
        with http:
            sender = actors.system(http, SYSTEM, place.embedded.demo_password())
            turns = 1 if rows >= ROWS else min(effort.rounds, 2)
            took = [_seconds(sender, content) for _ in range(turns)]
    note = (
        f"CSV of {rows:,} known people × {_COLUMNS} columns, {len(_HEADINGS) + 1} of them known, "
        f"every {_EVERY}th differing; with the search for the missing and the file of differences"
    )
    rate = Figures(tuple(took)).under(rows)
    yield Row("reconciliation of a department's file", "", "rows/s", rate, note=note)


def file(scale: str, county: str) -> bytes:
    """A file about the people of a county; every tenth telephone number is another."""
    plan = demo.plan(reference.divisions(), scale_of(scale), str(demo_load.SEED))
    places_ = [demo.RESIDENT_COLUMNS.index(name) for name in _HEADINGS]
    people = (r for batch in demo.batches(plan, within=county) for r in batch.residents)
    out = io.StringIO()
    writer = csv.writer(out)
    filling = [f"备注{n}" for n in range(_COLUMNS - len(_HEADINGS) - 1)]
    writer.writerow([*_HEADINGS.values(), "采集日期", *filling])
    phone = list(_HEADINGS).index("phone")
    for number, resident in enumerate(islice(people, ROWS)):
        row: list[Any] = [resident[place] for place in places_]
        if number % _EVERY == 0:
            row[phone] = f"1550{number:07d}"
        writer.writerow([*row, "2026-11-20", *[number] * len(filling)])
    return out.getvalue().encode("utf-8-sig")


def _seconds(sender: Actor, content: bytes) -> float:
    started = time.perf_counter()
    sent = sender.send(
        "POST",
        "/registry/v1/reconciliations",
        data={"domain": "public_security", "county": demo_load.COUNTY},
        files={"file": ("bench.csv", content)},
    )
    job = sender.expect(sent, 202)
    until = time.monotonic() + _PATIENCE_S
    while job["state"] in {"queued", "running"} and time.monotonic() < until:
        time.sleep(_POLL_S)
        job = sender.get(f"/registry/v1/reconciliations/{job['id']}")
    if job["state"] != "done" or job["summary"]["rows"]["rejected"]:
        raise ImportFailed(f"{job['state']}: {job['summary']}")
    return time.perf_counter() - started
