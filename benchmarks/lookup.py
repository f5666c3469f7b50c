"""Looking up a resident by identity number, beside a bare handler and the database alone."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from random import Random

import orjson

from benchmarks import pgbench, places, rounds, tables, wrk
from benchmarks.effort import Effort
from benchmarks.places import Place
from benchmarks.rounds import Figures, Row, Target
from gateway import demo as demo_load
from services.registry.domain import demo
from services.registry.store import reference

PATH = "/registry/v1/residents/lookup"
FIELDS = ("name", "sex", "born_on", "document", "phone", "residency", "dwelling")
PURPOSE = "public_service"
_PREPARED = 20_000
_FEW = 8
_WARM_S = 2
_FLOOR = 0.5
_WHAT = "look-up by ID number"
_BARE = "bare handler"
_RATE = "requests/s"


class AccessesMissing(RuntimeError):
    """Look-ups were answered without an access record, or recorded without an answer."""


def measure(place: Place, effort: Effort) -> Iterator[Row]:
    """The look-up in both topologies, their latencies, and what they are compared with."""
    rows = tables.make_plain(place.admin_dsn)
    script = tables.write_plain_script(place.folder / "plain.sql", rows)
    with ExitStack() as stack:
        bare = _plain_target(place, stack.enter_context(places.bare(place)), rows)
        suite = _target(place, stack.enter_context(places.one_process(place)), "one")
        apart = _target(place, stack.enter_context(places.separate(place)), "separate")
        servers = {"bare": bare, "one process": suite, "separate": apart}
        for target in servers.values():
            wrk.load(target, connections=effort.connections, seconds=_WARM_S)
        written = tables.count_accesses(place.admin_dsn)
        answered: list[int] = []
        seen = rounds.alternate(
            {
                **{name: _rate(target, effort, answered) for name, target in servers.items()},
                "pgbench": lambda: pgbench.run(
                    place.admin_dsn, script, connections=effort.connections, seconds=effort.once_s
                ),
            },
            effort.rounds,
        )
        recorded = tables.count_accesses(place.admin_dsn) - written
        note = _checked(sum(answered), recorded, effort)
        yield from _rate_rows(seen, note)
        yield from _latency_rows(servers, effort)


def _rate_rows(seen: dict[str, Figures], note: str) -> Iterator[Row]:
    one, bare = seen["one process"], seen["bare"]
    yield Row(f"{_WHAT}, one process", _BARE, _RATE, one, bare, Target(_FLOOR), note)
    yield Row(f"{_WHAT}, one process", "pgbench", _RATE, one, seen["pgbench"])
    yield Row(f"{_WHAT}, separate processes", _BARE, _RATE, seen["separate"], bare)
    yield Row(_BARE, "pgbench", _RATE, bare, seen["pgbench"])


def _latency_rows(servers: dict[str, wrk.Target], effort: Effort) -> Iterator[Row]:
    seen: dict[str, list[wrk.Outcome]] = {name: [] for name in servers}
    for _ in range(effort.rounds):
        for name, target in servers.items():
            seen[name].append(wrk.load(target, connections=_FEW, seconds=effort.once_s))
    for name in ("one process", "separate"):
        what = f"{_WHAT}, {_FEW} connections, {name}"
        medians, bare = ([o.p50_ms for o in seen[key]] for key in (name, "bare"))
        yield Row(f"{what}: median", _BARE, "ms", Figures(tuple(medians)), Figures(tuple(bare)))
        lasts, bare = ([o.p99_ms for o in seen[key]] for key in (name, "bare"))
        yield Row(f"{what}: p99", _BARE, "ms", Figures(tuple(lasts)), Figures(tuple(bare)))


def _rate(target: wrk.Target, effort: Effort, answered: list[int]) -> rounds.Contestant:
    def run() -> float:
        outcome = wrk.load(target, connections=effort.connections, seconds=effort.once_s)
        if target.requests.name.startswith("lookup"):
            answered.append(outcome.requests)
        return outcome.rate

    return run


def _checked(answered: int, recorded: int, effort: Effort) -> str:
    """A sentence for the report; wrk leaves up to one request a connection unread at its end."""
    unread = effort.connections * effort.rounds * 2
    if not answered <= recorded <= answered + unread:
        raise AccessesMissing(f"{answered} look-ups answered, {recorded} accesses recorded")
    return f"{answered:,} answers, all 200; {recorded:,} access records (some answers unread)"


def _target(place: Place, base_url: str, name: str) -> wrk.Target:
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {place.token(base_url)}",
        "OneGrid-Purpose": PURPOSE,
    }
    lines = ((PATH, body) for body in bodies(place.scale))
    file = wrk.write_requests(place.folder / f"lookup-{name}.txt", "POST", headers, lines)
    return wrk.Target(base_url, file)


def bodies(scale: str) -> Iterator[str]:
    """Look-ups of random residents of the pilot county, known from the demo's seed."""
    numbers = [number for _, number in residents(scale)]
    Random(1).shuffle(numbers)  # noqa: S311 — a repeatable order, not a secret
    for number in islice(numbers, _PREPARED):
        document = {"kind": "resident_id", "number": number}
        yield orjson.dumps({"document": document, "fields": FIELDS}).decode()


def residents(scale: str) -> Iterator[tuple[str, str]]:
    """Name and identity number of each resident of the pilot county, known from the seed."""
    plan = demo.plan(reference.divisions(), _scale(scale), str(demo_load.SEED))
    name, number = map(demo.RESIDENT_COLUMNS.index, ("name", "id_number"))
    for batch in demo.batches(plan, within=demo_load.COUNTY):
        for resident in batch.residents:
            yield str(resident[name]), str(resident[number])


def _scale(name: str) -> demo.Scale:
    return next(scale for scale in demo.SCALES if scale == name)


def _plain_target(place: Place, base_url: str, rows: int) -> wrk.Target:
    draw = Random(1)  # noqa: S311 — a repeatable order, not a secret
    lines = ((f"/plain/{draw.randint(1, rows)}", "") for _ in range(_PREPARED))
    return wrk.Target(base_url, wrk.write_requests(place.folder / "plain.txt", "GET", {}, lines))
