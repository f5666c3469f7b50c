"""Reads at the scale of the demo: look-ups and searches for residents from everywhere."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack

import orjson

from benchmarks import asking, everybody, places, rounds, tables, wrk
from benchmarks.effort import Effort
from benchmarks.everybody import Somebody
from benchmarks.places import Place, Server
from benchmarks.rounds import Figures, Row, Target
from benchmarks.wrk import Outcome

FEW = 8
_PREPARED = 20_000
_WARM_S = 3
_BARE = "bare handler"
_LOOK_UP, _GET = "look-up by document", "reading by id"
_COMMUNITY, _PREFECTURE = "name of two characters, community", "the same, prefecture"
_FLOOR = Target(0.5)
_MOST_MS = {_LOOK_UP: 40.0, _GET: 40.0, _COMMUNITY: 60.0, _PREFECTURE: 200.0}


def measure(place: Place, effort: Effort) -> Iterator[Row]:
    """Rates beside the bare handler, and latencies with eight clients, accesses recorded."""
    count = tables.make_plain(place.admin_dsn)
    somebody = everybody.sample(place, _PREPARED)
    with ExitStack() as stack:
        bare = stack.enter_context(places.bare(place))
        suite = stack.enter_context(places.one_process(place))
        asked = {_BARE: asking.bare(place, bare, count), **_targets(place, suite, somebody)}
        _turns(asked, 1, effort.connections, _WARM_S)
        written = tables.count_accesses(place.admin_dsn)
        many = {name: asked[name] for name in (_BARE, _LOOK_UP, _GET)}
        seen = _turns(many, effort.rounds, effort.connections, effort.once_s)
        recorded = tables.count_accesses(place.admin_dsn) - written
        answered = sum(o.requests for name in (_LOOK_UP, _GET) for o in seen[name])
        note = f"{answered:,} answers, {recorded:,} access records"
        for name in (_LOOK_UP, _GET):
            rate, bare_rate = (_figures(seen[key], lambda o: o.rate) for key in (name, _BARE))
            what = f"{name}, {effort.connections} clients"
            yield Row(what, _BARE, "requests/s", rate, bare_rate, _FLOOR, note)
        few = _turns(asked, effort.rounds, FEW, effort.once_s)
        for name in (_LOOK_UP, _GET, _COMMUNITY, _PREFECTURE):
            yield from _latencies(name, few[name])


def _targets(place: Place, suite: Server, asked: Sequence[Somebody]) -> dict[str, wrk.Target]:
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {everybody.token(place, suite)}",
        "OneGrid-Purpose": asking.PURPOSE,
    }
    fields = list(asking.FIELDS)

    def post(name: str, path: str, bodies: Iterable[object]) -> wrk.Target:
        lines = ((path, orjson.dumps(body).decode()) for body in bodies)
        file = place.folder / f"reads-{name}.txt"
        return wrk.Target(suite.base_url, wrk.write_requests(file, "POST", headers, lines))

    gets = ((f"/registry/v1/residents/{s.id}?fields={','.join(fields)}", "") for s in asked)
    got = wrk.write_requests(place.folder / "reads-get.txt", "GET", headers, gets)
    search = "/registry/v1/residents/search"
    return {
        _LOOK_UP: post(
            "document",
            asking.PATH,
            ({"document": {"number": s.number}, "fields": fields} for s in asked),
        ),
        _GET: wrk.Target(suite.base_url, got),
        _COMMUNITY: post("community", search, _searches(asked, fields, "")),
        _PREFECTURE: post("prefecture", search, _searches(asked, fields, "2224")),
    }


def _searches(
    asked: Sequence[Somebody], fields: list[str], within: str
) -> Iterator[dict[str, object]]:
    """Two characters of each name, in an area or in its own community."""
    for number, somebody in enumerate(asked):
        name = _two(number, somebody)
        yield {"within": within or somebody.community, "name": name, "fields": fields}


def _two(number: int, somebody: Somebody) -> str:
    """The first two characters of a name, or its last two, in turn."""
    return somebody.name[:2] if number % 2 else somebody.name[-2:]


def _turns(
    asked: dict[str, wrk.Target], times: int, connections: int, seconds: float
) -> dict[str, tuple[Outcome, ...]]:
    def one(target: wrk.Target) -> Callable[[], Outcome]:
        return lambda: wrk.load(target, connections=connections, seconds=seconds)

    return rounds.alternate({name: one(target) for name, target in asked.items()}, times)


def _latencies(name: str, seen: Sequence[Outcome]) -> Iterator[Row]:
    what, most = f"{name}, {FEW} clients", Target(_MOST_MS[name], at_most=True)
    bounded = "p99" if name in {_LOOK_UP, _GET} else "p95"
    for part, of in (
        ("p50", lambda o: o.p50_ms),
        ("p95", lambda o: o.p95_ms),
        ("p99", lambda o: o.p99_ms),
    ):
        target = most if part == bounded else None
        yield Row(f"{what}: {part}", "", "ms", _figures(seen, of), target=target)


def _figures(seen: Sequence[Outcome], of: Callable[[Outcome], float]) -> Figures:
    return Figures(tuple(map(of, seen)))
