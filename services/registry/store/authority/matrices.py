"""The active authority matrix, as every writer must know it."""

from typing import Final

from services.common.database import Connection
from services.registry.domain.authority import FIRST, Matrix, Row
from services.registry.domain.catalogue import Catalogue

# Takes the shared lock before it looks, see the migration: whoever asks inside a transaction keeps
# the next activation waiting until it has written.
ACTIVE: Final = "select active_authority()"
RANKS: Final = """
select field, domain, rank, max_age_days from authority_ranks where version = $1
order by field, rank, domain
"""
IS_WRITTEN: Final = "select exists (select from authority_versions)"
WRITE_FIRST: Final = """
insert into authority_versions (number, state, note, made_by, made_by_name, organisation,
    activated_by, activated_by_name, activated_at)
values ($1, 'active', $2, 'onegrid', 'OneGrid', '', 'onegrid', 'OneGrid', now())
"""
ADD_RANKS: Final = """
insert into authority_ranks (version, field, domain, rank, max_age_days)
select $1, g.* from unnest($2::text[], $3::text[], $4::smallint[], $5::integer[]) as g
"""
_NOTE: Final = "数据项的主管部门优先,其他来源次之。"


class Matrices:
    """Keeps the matrix that was read last; a version never changes once it is active."""

    def __init__(self) -> None:
        self._kept: Matrix | None = None

    async def active(self, connection: Connection) -> Matrix:
        """The active matrix: one round trip, and two when another became active."""
        number: int = await connection.fetchval(ACTIVE)
        if self._kept is None or self._kept.version != number:
            self._kept = await of_version(connection, number)
        return self._kept


async def of_version(connection: Connection, number: int) -> Matrix:
    """A version of the matrix; one that does not exist has no cells."""
    rows = await connection.fetch(RANKS, number)
    return Matrix.of(number, (Row(*row) for row in rows))


async def add_ranks(connection: Connection, matrix: Matrix) -> None:
    """Write the cells of a new version."""
    columns = zip(*((r.field, r.domain, r.rank, r.max_age_days) for r in matrix.rows), strict=True)
    await connection.execute(ADD_RANKS, matrix.version, *map(list, columns))


async def ensure(connection: Connection, catalogue: Catalogue) -> None:
    """Write version 1 where there is none; the caller holds the lock of the reference data."""
    if await connection.fetchval(IS_WRITTEN):
        return
    await connection.execute(WRITE_FIRST, FIRST, _NOTE)
    await add_ranks(connection, Matrix.first(catalogue))
