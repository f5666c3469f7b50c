"""Versions of the authority matrix, and simulations of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.database import Connection
from services.registry.domain.authority import Matrix
from services.registry.domain.authority_versions import Progress, Simulation, Version
from services.registry.store.authority import matrices

_COLUMNS: Final = """
number, version, state, base, former, note, made_by, made_by_name, organisation, made_at,
activated_by, activated_by_name, activated_at, retired_at, fields
"""
_PROGRESS: Final = "progress, residents_seen, residents_changed, values_changed, applied_at"
_SIMULATION: Final = """
id, number, against, within, requested_by, state, at_county, at_resident, residents_seen,
residents_changed, moves::text as moves
"""

# Alone: every writer that asked for the active version in its transaction has ended.
LOCK: Final = "select pg_advisory_xact_lock(hashtext('registry.authority'))"
BY_NUMBER: Final = f"select {_COLUMNS}, {_PROGRESS} from authority_versions where number = $1"
ACTIVE: Final = f"select {_COLUMNS}, {_PROGRESS} from authority_versions where state = 'active'"
# Of a past instant; the first version has counted since before anything was written.
AT: Final = """
select number from authority_versions
where activated_at <= $1 and (retired_at is null or retired_at > $1)
union all
select min(number) from authority_versions
order by number desc limit 1
"""
PAGE: Final = f"""
select {_COLUMNS}, {_PROGRESS} from authority_versions where number < $1
order by number desc limit $2
"""
ADD: Final = f"""
insert into authority_versions (number, base, note, made_by, made_by_name, organisation)
select max(number) + 1, $1, $2, $3, $4, $5 from authority_versions
returning {_COLUMNS}, {_PROGRESS}
"""
RETIRE: Final = """
update authority_versions set state = 'retired', retired_at = $1, version = version + 1
where state = 'active'
"""
ACTIVATE: Final = f"""
update authority_versions set state = 'active', version = version + 1, former = $2,
    fields = $3, activated_by = $4, activated_by_name = $5, activated_at = $6, progress = 'running'
where number = $1 returning {_COLUMNS}, {_PROGRESS}
"""
TURN: Final = """
select at_county, at_resident from authority_versions
where number = $1 and progress = 'running' for update
"""
ADVANCE: Final = """
update authority_versions set at_county = $2, at_resident = $3,
    residents_seen = residents_seen + $4, residents_changed = residents_changed + $5,
    values_changed = values_changed + $6
where number = $1
"""
APPLIED: Final = """
update authority_versions set progress = 'done', applied_at = now() where number = $1
"""
ADD_SIMULATION: Final = f"""
insert into authority_simulations (id, number, against, within, requested_by, state, at_county,
    at_resident, residents_seen, residents_changed, moves, finished_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, case when $6 = 'done' then now() end)
on conflict (id) do update set state = excluded.state, at_county = excluded.at_county,
    at_resident = excluded.at_resident, residents_seen = excluded.residents_seen,
    residents_changed = excluded.residents_changed, moves = excluded.moves,
    finished_at = excluded.finished_at
returning {_SIMULATION}
"""
SIMULATION: Final = f"select {_SIMULATION} from authority_simulations where id = $1"


async def by_number(connection: Connection, number: int) -> Version | None:
    """A version, or None."""
    row = await connection.fetchrow(BY_NUMBER, number)
    return _version(row) if row else None


async def active(connection: Connection) -> Version:
    """The active version."""
    return _version(await connection.fetchrow(ACTIVE))


async def number_at(connection: Connection, instant: Any) -> int:
    """Which version counted at an instant."""
    number: int = await connection.fetchval(AT, instant)
    return number


async def page(connection: Connection, before: int, limit: int) -> list[Version]:
    """Versions, newest first."""
    return [_version(row) for row in await connection.fetch(PAGE, before, limit)]


async def lock(connection: Connection) -> None:
    """Wait until nobody writes by the active version, and keep others from beginning to."""
    await connection.execute(LOCK)


async def add(
    connection: Connection, base: int, note: str, maker: tuple[str, str, str], cells: Matrix
) -> Version:
    """Write a draft; the caller holds the lock.

    Args:
        connection: In a transaction.
        base: Number of the active version.
        note: Why.
        maker: Subject, name and organisation.
        cells: Of any version.
    """
    version = _version(await connection.fetchrow(ADD, base, note, *maker))
    await matrices.add_ranks(connection, Matrix(version.number, cells.cells))
    return version


async def activate(
    connection: Connection,
    number: int,
    former: int,
    fields: Sequence[str],
    by: tuple[str, str],
    at: Any,
) -> Version:
    """Retire the active version and put another in its place; the caller holds the lock."""
    await connection.execute(RETIRE, at)
    row = await connection.fetchrow(ACTIVATE, number, former, list(fields), *by, at)
    return _version(row)


async def turn(connection: Connection, number: int) -> tuple[str, UUID] | None:
    """Up to whom a version has been applied, locked; None when it need not be any more."""
    row = await connection.fetchrow(TURN, number)
    return (row["at_county"], row["at_resident"]) if row else None


async def advance(
    connection: Connection, number: int, at: tuple[str, UUID], counts: tuple[int, int, int]
) -> None:
    """Write up to whom it has been applied; residents seen and changed, and values changed."""
    await connection.execute(ADVANCE, number, *at, *counts)


async def applied(connection: Connection, number: int) -> None:
    """Write that every record has been looked at."""
    await connection.execute(APPLIED, number)


async def keep(connection: Connection, simulation: Simulation) -> Simulation:
    """Write how a simulation stands."""
    row = await connection.fetchrow(
        ADD_SIMULATION,
        simulation.id,
        simulation.number,
        simulation.against,
        simulation.within,
        simulation.requested_by,
        simulation.state,
        *simulation.at,
        simulation.residents_seen,
        simulation.residents_changed,
        orjson.dumps(simulation.moves).decode(),
    )
    return _simulation(row)


async def simulation(connection: Connection, simulation_id: UUID) -> Simulation | None:
    """A simulation, or None."""
    row = await connection.fetchrow(SIMULATION, simulation_id)
    return _simulation(row) if row else None


def _version(row: Any) -> Version:
    plain: Mapping[str, Any] = dict(row)
    progress = Progress(
        plain["progress"],
        plain["residents_seen"],
        plain["residents_changed"],
        plain["values_changed"],
        plain["applied_at"],
    )
    names = [name.strip() for name in _COLUMNS.split(",")]
    return Version(**{name: plain[name] for name in names}, progress=progress)


def _simulation(row: Any) -> Simulation:
    return Simulation(
        row["id"],
        row["number"],
        row["against"],
        row["within"],
        row["requested_by"],
        row["state"],
        (row["at_county"], row["at_resident"]),
        row["residents_seen"],
        row["residents_changed"],
        orjson.loads(row["moves"]),
    )
