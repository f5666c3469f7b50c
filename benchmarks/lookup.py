"""Looking up a resident by identity number, beside a bare handler and the database alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks import asking, pgbench, places, rounds, tables, wrk
from benchmarks.effort import Effort
from benchmarks.places import Place, Server
from benchmarks.rounds import Figures, Row, Target

_FEW = 8
_WARM_S = 2
_FLOOR = Target(0.5)
_CEILING = Target(2.0, at_most=True)
_WHAT = "look-up by ID number"
_BARE = "bare handler"
_ONE, _SEPARATE = "one process", "separate processes"


class AccessesMissing(RuntimeError):
    """Look-ups were answered without an access record, or recorded without an answer."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One round of one server.

    Attributes:
        outcome: What wrk saw.
        processor_us: Processor time of the web processes, a request.
    """

    outcome: wrk.Outcome
    processor_us: float


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server and what it is asked."""

    server: Server
    target: wrk.Target

    def turn(self, *, connections: int, seconds: float) -> Turn:
        """Ask for some seconds."""
        before = self.server.processor_s()
        outcome = wrk.load(self.target, connections=connections, seconds=seconds)
        used_s = self.server.processor_s() - before
        return Turn(outcome, used_s * 1e6 / outcome.requests)


def measure(place: Place, effort: Effort) -> Iterator[Row]:
    """The look-up in both topologies, their latencies, and what they are compared with."""
    count = tables.make_plain(place.admin_dsn)
    with ExitStack() as stack:
        bare = stack.enter_context(places.bare(place))
        one = stack.enter_context(places.one_process(place))
        separate = stack.enter_context(places.separate(place))
        contestants = {
            _BARE: Contestant(bare, asking.bare(place, bare, count)),
            _ONE: Contestant(one, asking.suite(place, one, "one")),
            _SEPARATE: Contestant(separate, asking.suite(place, separate, "separate")),
        }
        _turns(contestants, 1, effort.connections, _WARM_S)
        written = tables.count_accesses(place.admin_dsn)
        seen = _turns(contestants, effort.rounds, effort.connections, effort.once_s)
        recorded = tables.count_accesses(place.admin_dsn) - written
        note = _checked(seen, recorded, effort.connections)
        yield from _many_rows(seen, note)
        few = _turns(contestants, effort.rounds, _FEW, effort.once_s)
        yield from _few_rows(few)
        yield from _database_rows(place, contestants[_BARE], count, effort)


def _turns(
    contestants: Mapping[str, Contestant], times: int, connections: int, seconds: float
) -> dict[str, tuple[Turn, ...]]:
    def one(contestant: Contestant) -> Callable[[], Turn]:
        return lambda: contestant.turn(connections=connections, seconds=seconds)

    return rounds.alternate({name: one(c) for name, c in contestants.items()}, times)


def _many_rows(seen: Mapping[str, Sequence[Turn]], note: str) -> Iterator[Row]:
    for name in (_ONE, _SEPARATE):
        target = _FLOOR if name == _ONE else None
        rate, bare = (_figures(seen[key], lambda turn: turn.outcome.rate) for key in (name, _BARE))
        yield Row(f"{_WHAT}, {name}", _BARE, "requests/s", rate, bare, target, note)
    for name in (_ONE, _SEPARATE):
        target = _CEILING if name == _ONE else None
        used, bare = (_figures(seen[key], lambda turn: turn.processor_us) for key in (name, _BARE))
        what = f"{_WHAT}, {name}: processor time of the web processes"
        yield Row(what, _BARE, "µs/request", used, bare, target)


def _few_rows(seen: Mapping[str, Sequence[Turn]]) -> Iterator[Row]:
    for name in (_ONE, _SEPARATE):
        what = f"{_WHAT}, {name}, {_FEW} connections"
        half, bare = (
            _figures(seen[key], lambda turn: turn.outcome.p50_ms) for key in (name, _BARE)
        )
        yield Row(f"{what}: median", _BARE, "ms", half, bare)
        most, bare = (
            _figures(seen[key], lambda turn: turn.outcome.p99_ms) for key in (name, _BARE)
        )
        yield Row(f"{what}: 99th percentile", _BARE, "ms", most, bare)


def _database_rows(place: Place, bare: Contestant, count: int, effort: Effort) -> Iterator[Row]:
    script = tables.write_plain_script(place.folder / "plain.sql", count)
    seen = rounds.alternate(
        {
            _BARE: lambda: (
                bare.turn(connections=effort.connections, seconds=effort.once_s).outcome.rate
            ),
            "pgbench": lambda: pgbench.run(
                place.admin_dsn, script, connections=effort.connections, seconds=effort.once_s
            ),
        },
        effort.rounds,
    )
    yield Row(_BARE, "pgbench", "requests/s", Figures(seen[_BARE]), Figures(seen["pgbench"]))


def _figures(turns: Sequence[Turn], of: Callable[[Turn], float]) -> Figures:
    return Figures(tuple(map(of, turns)))


def _checked(seen: Mapping[str, Sequence[Turn]], recorded: int, connections: int) -> str:
    """A sentence for the report; wrk leaves up to one request a connection unread at its end."""
    turns = [*seen[_ONE], *seen[_SEPARATE]]
    answered = sum(turn.outcome.requests for turn in turns)
    if not answered <= recorded <= answered + connections * len(turns):
        raise AccessesMissing(f"{answered} look-ups answered, {recorded} accesses recorded")
    return f"{answered:,} answers, all 200; {recorded:,} access records (some answers unread)"
