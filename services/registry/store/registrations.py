"""The household in which somebody is registered: the open period of basis `registered`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.common.database import Connection
from services.registry.domain.catalogue import Catalogue
from services.registry.domain.life_events.errors import LaterEventRecorded
from services.registry.domain.readings import Reading
from services.registry.domain.registrations import FIELDS, HOUSEHOLD, RELATION, SINCE
from services.registry.store.corrections import Held

_OPEN: Final = """
from memberships m where m.resident_id = {id} and m.county = {county}
    and m.basis = 'registered' and upper_inf(m.valid)
"""
PRESENT: Final = f"""
select m.household_id, m.relation, lower(m.valid) as since {_OPEN.format(id="$2", county="$1")}
"""
SETTLE: Final = "select settle_membership($1, $2, 'registered', $3, $4, null, $5, $6, $7)"
BEGIN: Final = """
update memberships m set valid = daterange($3, null), recorded_at = clock_timestamp(),
    changed_by = $4, change_reason = $5
where m.resident_id = $2 and m.county = $1 and m.basis = 'registered' and upper_inf(m.valid)
    and lower(m.valid) <> $3
"""
_COLUMNS: Final[Mapping[str, str]] = {
    HOUSEHOLD: "m.household_id",
    RELATION: "m.relation",
    SINCE: "lower(m.valid)",
}


def entry(code: str) -> str:
    """SQL for the entry of one of `FIELDS` of a resident `r`: asserted, or as its period says."""
    period = _OPEN.format(id="r.id", county="r.county")
    return f"""coalesce(r.facts->'{code}', (
        select jsonb_build_object('value', {_COLUMNS[code]}, 'source', 'baseline',
            'domain', 'public_security', 'observed_on', lower(m.valid)) {period}))"""


@contextmanager
def periods_apart() -> Iterator[None]:
    """Turn the refusal of the database to let periods overlap into one a caller understands.

    Raises:
        LaterEventRecorded: A period would overlap another.
    """
    try:
        yield
    except asyncpg.ExclusionViolationError as exc:
        raise LaterEventRecorded from exc


async def present(connection: Connection, county: str, resident_id: UUID) -> dict[str, Any]:
    """Household, relation and first day as they stand, by field; empty for nobody's household."""
    row = await connection.fetchrow(PRESENT, county, resident_id)
    if row is None:
        return {}
    values = (str(row["household_id"]), row["relation"], row["since"].isoformat())
    return dict(zip(FIELDS, values, strict=True))


async def known(connection: Connection, catalogue: Catalogue, held: Held) -> Held:
    """The record with an entry for what its period alone says of the registration."""
    values = await present(connection, held.county, held.id)
    said = {
        code: {
            "value": value,
            "source": "baseline",
            "domain": catalogue[code].owner,
            "observed_on": values[SINCE],
        }
        for code, value in values.items()
    }
    return replace(held, facts={**said, **held.facts})


async def settle(
    connection: Connection, held: Held, values: Mapping[str, Any], day: date, reading: Reading
) -> None:
    """Let the period follow what the record shows.

    Args:
        connection: Holds the record.
        held: The record.
        values: Household, relation and first day, by field.
        day: From which somebody is registered nowhere, when no household is given.
        reading: Who says so.

    Raises:
        LaterEventRecorded: A period would overlap another.
    """
    household, since = values.get(HOUSEHOLD), values.get(SINCE)
    first = date.fromisoformat(since) if household and since else day
    by = (reading.reader, f"{reading.operation} {reading.purpose} {reading.request_id}")
    key = (held.county, held.id)
    wanted = UUID(household) if household else None
    with periods_apart():
        await connection.execute(SETTLE, *key, wanted, values.get(RELATION), first, *by)
        if wanted is not None:
            await connection.execute(BEGIN, *key, first, *by)
