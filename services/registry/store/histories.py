"""Records as they were: the rows a trigger kept, and the present one, in one shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.database import Connection
from services.registry.store import corrections
from services.registry.store.corrections import Held

_VERSIONS: Final = """
(select r.version, r.updated_at as known_from, to_jsonb(r) - 'name_keys' - 'grid' as state
from residents r where r.county = any ($1) and r.id = $2
union all
select h.version, h.known_from, h.old
from resident_history h where h.county = any ($1) and h.resident_id = $2) v
"""
# Of two versions that begin at the same instant the later one was there when it was over.
AT: Final = f"""
select version, known_from, state::text as state from {_VERSIONS}
where known_from <= $3 order by version desc limit 1
"""
PAGE: Final = f"""
select version, known_from, state::text as state from {_VERSIONS}
where version <= $3 order by version desc limit $4
"""
WHO: Final = """
select distinct on (request_id) request_id, reader_name, role, organisation
from accesses
where county = any ($1) and resident_id = $2 and request_id = any ($3) and operation = any ($4)
order by request_id, id
"""


@dataclass(frozen=True, slots=True)
class Past:
    """A version of a record.

    Attributes:
        held: What it held.
        known_from: Since when the registry showed it.
        recorded_at: When the record was made.
        document: Kind and sealed number.
        disputed: Fields under dispute then.
        changed_by: Who made this version.
        reason: Operation, purpose and request that made it.
    """

    held: Held
    known_from: datetime
    recorded_at: datetime
    document: tuple[str, bytes] | None
    disputed: Sequence[str]
    changed_by: str
    reason: str


async def at(
    connection: Connection, counties: Sequence[str], resident_id: UUID, instant: datetime
) -> Past | None:
    """The record as it was shown at an instant; None when it was not there yet."""
    row = await connection.fetchrow(AT, counties, resident_id, instant)
    return _past(row) if row else None


async def page(
    connection: Connection, counties: Sequence[str], resident_id: UUID, last: int, limit: int
) -> list[Past]:
    """Versions of a record from one on, newest first."""
    rows = await connection.fetch(PAGE, counties, resident_id, last, limit)
    return [_past(row) for row in rows]


async def who(
    connection: Connection,
    counties: Sequence[str],
    resident_id: UUID,
    requests: Sequence[str],
    operations: Sequence[str],
) -> Mapping[str, Mapping[str, Any]]:
    """Name, role and organisation behind requests that wrote to a record."""
    rows = await connection.fetch(WHO, counties, resident_id, requests, operations)
    return {row["request_id"]: dict(row) for row in rows}


def _past(row: Any) -> Past:
    state = orjson.loads(row["state"])
    sealed = _bytes(state["document_sealed"])
    held = Held(
        county=state["county"],
        id=UUID(state["id"]),
        version=state["version"],
        observed_on=date.fromisoformat(state["observed_on"]),
        columns={name: state.get(name) for name in corrections.COLUMNS},
        facts=state["facts"],
        phone_sealed=_bytes(state["phone_sealed"]),
        phone_index=_bytes(state["phone_index"]),
    )
    return Past(
        held,
        row["known_from"],
        datetime.fromisoformat(state["recorded_at"]),
        (state["document_kind"], sealed) if sealed is not None else None,
        state.get("disputed") or (),
        state["changed_by"],
        state["change_reason"],
    )


def _bytes(text: str | None) -> bytes | None:
    """What PostgreSQL wrote as hexadecimal digits behind two characters."""
    return None if text is None else bytes.fromhex(text[2:])
