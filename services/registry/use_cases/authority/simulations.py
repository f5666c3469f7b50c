"""What activating a version would change: counted, without touching a record or naming anybody.

A small area is counted while the caller waits, for two seconds at most; what is left then, and an
area wider than a county, is counted by a job.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final
from uuid import UUID

import orjson

from services.common import timers
from services.common.clock import Clock, utc_now
from services.common.database import Connection
from services.common.errors import Fault
from services.common.idempotency import Answer, Once
from services.common.ids import new_id
from services.common.timers import Handler, Leased
from services.registry.domain import areas, assertions, scopes
from services.registry.domain import authority_versions as domain
from services.registry.domain.authority import Matrix
from services.registry.domain.authority_versions import (
    PLACING,
    AreaTooSmall,
    AuthorityVersionNotFound,
    Simulation,
    SimulationNotFound,
)
from services.registry.domain.catalogue import Field
from services.registry.domain.officers import Officer
from services.registry.store import assertions as kept_assertions
from services.registry.store.assertions import Kept
from services.registry.store.authority import matrices, records, versions
from services.registry.store.store import Store

SIMULATE: Final = "registry.authority.simulate"
PATIENCE_S: Final = 2.0
CHUNK: Final = 1000
_LEASE_S: Final = 60.0
_BEGINNING: Final = ("", UUID(int=0))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two versions and the fields they order differently."""

    present: Matrix
    wanted: Matrix
    fields: Sequence[Field]


async def simulate(  # noqa: PLR0913 — who asks what, of which area, how patiently
    store: Store,
    asker: Officer,
    number: int,
    within: str,
    once: Once,
    base: str,
    *,
    patience_s: float = PATIENCE_S,
    clock: Clock = utc_now,
) -> Answer:
    """Count what activating a version would change in an area, or set a job going that does.

    Raises:
        AuthorityVersionNotFound: There is no such version.
        NothingHere: The area lies outside the caller's.
        AreaTooSmall: It is smaller than a community.
    """
    scopes.require_within(within, asker.areas, "/within")
    if len(within) > areas.LENGTHS["community"]:
        raise AreaTooSmall(Fault("/within", "area-too-small", "A community or wider is needed."))
    async with store.read() as connection:
        await once.recall(connection)
        if await versions.by_number(connection, number) is None:
            raise AuthorityVersionNotFound
        against = (await versions.active(connection)).number
    simulation = Simulation(
        new_id(), number, against, within, asker.by, "running", _BEGINNING, 0, 0, {}
    )
    until = time.monotonic() + patience_s
    is_wide = len(within) < areas.LENGTHS["county"]
    while not is_wide and simulation.state == "running" and time.monotonic() < until:
        simulation = await _counted(store, simulation)
    async with store.transaction(once) as tx:
        await versions.keep(tx.connection, simulation)
        if simulation.state == "running":
            key = f"{SIMULATE}:{simulation.id}"
            payload = {"id": str(simulation.id)}
            await timers.schedule(tx.connection, key, SIMULATE, clock(), payload)
        return await tx.answer(_answer(simulation, f"{base}/{simulation.id}"))


async def one(store: Store, asker: Officer, text: str) -> Answer:
    """How a simulation stands.

    Raises:
        SimulationNotFound: There is none, or none of the caller's areas.
    """
    try:
        simulation_id = UUID(text)
    except ValueError as exc:
        raise SimulationNotFound from exc
    async with store.read() as connection:
        simulation = await versions.simulation(connection, simulation_id)
    if simulation is None or not areas.within_any(simulation.within, asker.areas):
        raise SimulationNotFound
    body = orjson.dumps(domain.simulation_as_json(simulation))
    return Answer(body, headers=(("Cache-Control", "no-store"),))


def handlers(store: Store, *, chunk: int = CHUNK) -> Mapping[str, Handler]:
    """The handler of simulations that take longer than a caller waits."""

    async def handle(leased: Leased) -> None:
        await run(store, leased, chunk=chunk)

    return {SIMULATE: handle}


async def run(store: Store, leased: Leased, *, chunk: int = CHUNK) -> None:
    """Count the rest of a simulation, a chunk at a time.

    Raises:
        LeaseLost: Another worker has it.
    """
    async with store.read() as connection:
        simulation = await versions.simulation(connection, UUID(leased.payload["id"]))
    while simulation is not None and simulation.state == "running":
        simulation = await _counted(store, simulation, chunk)
        async with store.transaction() as tx:
            await timers.extend(tx.connection, leased, _LEASE_S)
            await versions.keep(tx.connection, simulation)
    async with store.transaction() as tx:
        await timers.finish(tx.connection, leased)


async def _counted(store: Store, simulation: Simulation, chunk: int = CHUNK) -> Simulation:
    """The same, a chunk further."""
    async with store.read() as connection:
        comparison = await _comparison(store, connection, simulation)
        found = []
        if comparison.fields:
            at, within = simulation.at, simulation.within
            found = await records.following(connection, at, within, chunk)
        kept: list[Kept] = []
        codes = [field.code for field in comparison.fields]
        for county, keys in groupby(found, key=lambda key: key[0]):
            ids = await records.contested(connection, county, [key[1] for key in keys], codes)
            if ids:
                kept += await kept_assertions.kept(connection, store.sealer, county, ids, codes)
    moved = await asyncio.to_thread(lambda: list(_moved(comparison, kept)))
    return replace(
        simulation,
        state="running" if len(found) == chunk else "done",
        at=found[-1] if found else simulation.at,
        residents_seen=simulation.residents_seen + len(found),
        residents_changed=simulation.residents_changed + len({who for who, _, _ in moved}),
        moves=_added(simulation.moves, moved),
    )


async def _comparison(store: Store, connection: Connection, simulation: Simulation) -> _Comparison:
    present = await matrices.of_version(connection, simulation.against)
    wanted = await matrices.of_version(connection, simulation.number)
    differing = wanted.differing(present, store.catalogue)
    fields = [store.catalogue[code] for code in differing if code not in PLACING]
    return _Comparison(present, wanted, fields)


def _moved(comparison: _Comparison, kept: Sequence[Kept]) -> Iterator[tuple[UUID, str, str]]:
    """Whose shown value would change: resident, field, and from which domain to which."""
    by_code = {field.code: field for field in comparison.fields}
    for resident_id, fields in kept_assertions.by_resident(kept).items():
        for code, rows in fields.items():
            said = [row.assertion for row in rows]
            old = assertions.shown(said, comparison.present.order(by_code[code]))
            new = assertions.shown(said, comparison.wanted.order(by_code[code]))
            if old.value_key != new.value_key:
                yield resident_id, code, f"{old.speaker}>{new.speaker}"


def _added(
    moves: Mapping[str, Mapping[str, int]], moved: Sequence[tuple[UUID, str, str]]
) -> dict[str, dict[str, int]]:
    counts = {code: Counter(pairs) for code, pairs in moves.items()}
    for _, code, pair in moved:
        counts.setdefault(code, Counter())[pair] += 1
    return {code: dict(pairs) for code, pairs in counts.items()}


def _answer(simulation: Simulation, location: str) -> Answer:
    status = 200 if simulation.state == "done" else 202
    headers = (("Location", location), ("Cache-Control", "no-store"))
    return Answer(orjson.dumps(domain.simulation_as_json(simulation)), status, headers)
