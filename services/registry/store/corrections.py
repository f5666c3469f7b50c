"""Correcting one resident: hold the row, keep every assertion, write what is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.database import Connection
from services.registry.domain.assertions import Assertion
from services.registry.domain.readings import Reading

COLUMNS: Final = (
    "name", "name_ko", "name_pinyin", "sex", "born_on", "residency", "usual_language",
    "household_id", "relation", "dwelling",
)  # fmt: skip
"""Columns of the record that hold the value of the field of the same name in the clear."""

_WRITABLE: Final = (*COLUMNS, "name_keys", "phone_sealed", "phone_index")

HOLD = f"""
select county, id, version, observed_on, phone_sealed, phone_index, facts::text as facts,
    {", ".join(COLUMNS)}
from residents
where county = any ($1) and id = $2 and dwelling ^@ any ($3)
for no key update
"""
COUNTY = "select county from residents where county = any ($1) and id = $2 and dwelling ^@ any ($3)"
HOUSEHOLD = "select dwelling from households where county = $1 and id = $2 and valid_to is null"
# The record has known what it was made from since it was made.
BASELINE = """
insert into assertions (county, resident_id, field, value, value_sealed, value_index, method,
    domain, observed_on, observed_at, recorded_at)
select $1, $2, given.*, r.recorded_at
from residents r, unnest($3::text[], $4::jsonb[], $5::bytea[], $6::bytea[], $7::text[],
    $8::text[], $9::date[], $10::timestamptz[])
    as given (field, value, value_sealed, value_index, method, domain, observed_on, observed_at)
where (r.county, r.id) = ($1, $2) and not exists (
    select from assertions a
    where (a.county, a.resident_id) = ($1, $2) and a.field = given.field)
"""
ASSERT = """
insert into assertions (county, resident_id, field, value, value_sealed, value_index, method,
    domain, observed_on, observed_at, organisation, collector)
select $1, $2, given.*, $11, $12
from unnest($3::text[], $4::jsonb[], $5::bytea[], $6::bytea[], $7::text[], $8::text[],
    $9::date[], $10::timestamptz[]) as given
"""
ACCESS = """
insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
    operation, request_id, fields)
values ($9, $10, $1, $2, $3, $4, $5, $6, $7, $8)
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A resident whose row this transaction holds.

    Attributes:
        county: First part of its key.
        id: Second part.
        version: As it stands.
        observed_on: Day of the columns nobody asserted since.
        columns: Values by column; dates and ids as Python has them.
        facts: Entries by field.
        phone_sealed: As stored.
        phone_index: As stored.
    """

    county: str
    id: UUID
    version: int
    observed_on: date
    columns: Mapping[str, Any]
    facts: Mapping[str, Any]
    phone_sealed: bytes | None
    phone_index: bytes | None


@dataclass(frozen=True, slots=True)
class AssertionRow:
    """A row of `assertions` to be.

    Attributes:
        field: Code.
        assertion: Who said it, and when.
        value: JSON text; None where it is sealed.
        sealed: Sealed JSON; None where it is not.
        index: Blind index, where it is sealed.
    """

    field: str
    assertion: Assertion
    value: str | None
    sealed: bytes | None
    index: bytes | None


async def hold(
    connection: Connection, resident_id: UUID, counties: Sequence[str], areas: Sequence[str]
) -> Held | None:
    """The resident, locked until the transaction ends; None when it is not in these areas."""
    row = await connection.fetchrow(HOLD, counties, resident_id, areas)
    if row is None:
        return None
    return held_of(row)


def held_of(row: Any) -> Held:
    """The resident of a row that `HOLD` or its like selected."""
    return Held(
        county=row["county"],
        id=row["id"],
        version=row["version"],
        observed_on=row["observed_on"],
        columns={name: row[name] for name in COLUMNS},
        facts=orjson.loads(row["facts"]),
        phone_sealed=row["phone_sealed"],
        phone_index=row["phone_index"],
    )


async def county_of(
    connection: Connection, resident_id: UUID, counties: Sequence[str], areas: Sequence[str]
) -> str | None:
    """The county that keeps a resident's record; None when it is not in these areas."""
    county: str | None = await connection.fetchval(COUNTY, counties, resident_id, areas)
    return county


async def household_dwelling(connection: Connection, county: str, household_id: UUID) -> str | None:
    """Where a household lives; None when the county has no such household."""
    dwelling: str | None = await connection.fetchval(HOUSEHOLD, county, household_id)
    return dwelling


async def record(
    connection: Connection,
    held: Held,
    before: Sequence[AssertionRow],
    said: Sequence[AssertionRow],
    reading: Reading,
) -> None:
    """Keep what was said, and first, where nobody said anything yet, what was shown before."""
    await connection.execute(BASELINE, held.county, held.id, *_arrays(before))
    await connection.execute(
        ASSERT, held.county, held.id, *_arrays(said), reading.organisation, reading.reader
    )


async def write(
    connection: Connection,
    held: Held,
    columns: Mapping[str, Any],
    facts: Mapping[str, Any],
    reading: Reading,
) -> int:
    """Write the columns and facts that are shown from now on; the new version."""
    names = [name for name in _WRITABLE if name in columns]
    assignments = "".join(f"{name} = ${position}, " for position, name in enumerate(names, 6))
    statement = f"""
        update residents set {assignments} facts = $3, version = version + 1,
            updated_at = clock_timestamp(), changed_by = $4, change_reason = $5
        where county = $1 and id = $2 returning version
    """
    version: int = await connection.fetchval(
        statement,
        held.county,
        held.id,
        orjson.dumps(facts).decode(),
        reading.reader,
        f"{reading.operation} {reading.purpose} {reading.request_id}",
        *(columns[name] for name in names),
    )
    return version


async def log_access(
    connection: Connection, held: Held, reading: Reading, fields: Sequence[str]
) -> None:
    """Record that somebody wrote, and so saw, these fields."""
    await connection.execute(ACCESS, *reading.columns, list(fields), held.county, held.id)


def _arrays(rows: Sequence[AssertionRow]) -> tuple[list[Any], ...]:
    said = [row.assertion for row in rows]
    return (
        [row.field for row in rows],
        [row.value for row in rows],
        [row.sealed for row in rows],
        [row.index for row in rows],
        [a.method for a in said],
        [a.domain for a in said],
        [a.observed_on for a in said],
        [a.observed_at for a in said],
    )
