"""Sealing again: a chunk of a table in each transaction, with no version and no former state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import structlog

from services.common.database import Connection
from services.common.sealing import SealBroken, Sealer
from services.registry.store.keys.places import Place, newest

_log = structlog.get_logger()

# The triggers look at this: no former state is kept, and kept ones may be sealed again.
_QUIETLY: Final = "set local registry.rewriting = 'resealing'"
PATIENCE: Final = "set local statement_timeout = '600s'"
_WAIT_S: Final = 600


@dataclass(frozen=True, slots=True)
class Done:
    """How far a step came.

    Attributes:
        after: Key of the last row, as text; None when no row is left.
        rows: How many rows were sealed again.
    """

    after: Sequence[str] | None
    rows: int


async def step(
    connection: Connection, sealer: Sealer, place: Place, after: Sequence[str] | None, limit: int
) -> Done:
    """Seal the next rows of a table again.

    Args:
        connection: In a transaction.
        sealer: With the newest key.
        place: The table.
        after: Key of the last row, as text; None at the beginning.
        limit: Rows at most.

    Returns:
        How far it came.
    """
    await connection.execute(_QUIETLY)
    await connection.execute(PATIENCE)
    rows = await connection.fetch(
        _select(place, first=after is None), newest(sealer), limit, *(after or ()), timeout=_WAIT_S
    )
    written = []
    for row in rows:
        try:
            again = place.again(sealer, dict(row))
            if again:
                written.append([*_key(place, row), *again.values()])
        except SealBroken:
            # It stays as it is, and its key with it: what does not open is not thrown away.
            _log.error("keys.value_does_not_open", table=place.table, key=row["place_key"])
    if written:
        await connection.executemany(_update(place), written)
    return Done(list(rows[-1]["place_key"]) if rows else None, len(written))


def _select(place: Place, *, first: bool) -> str:
    keys = ", ".join(place.keys)
    texts = ", ".join(f"{key}::text" for key in place.keys)
    read = ", ".join(
        dict.fromkeys([*place.keys, *place.read, *(_out(c, t) for c, t in place.columns.items())])
    )
    places = ", ".join(f"${n}::text::{type_}" for n, type_ in enumerate(place.keys.values(), 3))
    beyond = "" if first else f"({keys}) > ({places}) and "
    return f"""
        select {read}, array[{texts}] as place_key from {place.table}
        where {beyond}({place.is_old}) order by {keys} limit $2 for update
    """


def _out(column: str, type_: str) -> str:
    return f"{column}::text" if type_ == "jsonb" else column


def _update(place: Place) -> str:
    count = len(place.keys)
    same = " and ".join(
        f"{key} = ${n}::{type_}" for n, (key, type_) in enumerate(place.keys.items(), 1)
    )
    written = ", ".join(
        f"{column} = ${n}::{type_}"
        for n, (column, type_) in enumerate(place.columns.items(), count + 1)
    )
    return f"update {place.table} set {written} where {same}"


def _key(place: Place, row: Any) -> list[Any]:
    return [row[key] for key in place.keys]


def dumped(after: Sequence[str] | None) -> str | None:
    """A place in a table as the rotation remembers it."""
    return None if after is None else orjson.dumps(list(after)).decode()
