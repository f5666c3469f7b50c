"""Writing a chunk of an import into the record: a statement for each table, never one for a row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.database import Connection
from services.registry.domain.assertions import Assertion
from services.registry.domain.imports import Job
from services.registry.store.sealed import RESIDENT_ID

OPERATION: Final = "registry.imports.start"
PURPOSE: Final = "statutory_registration"

_COLUMNS: Final = (
    "name", "name_ko", "name_pinyin", "sex", "born_on", "residency", "usual_language", "relation",
    "dwelling",
)  # fmt: skip
_KEYS_APART: Final = "\x1f"  # no name has it; arrays of arrays must be rectangular in PostgreSQL

# Imports of one county take turns, so that two of them never wait for each other's residents.
LOCK = "select pg_advisory_xact_lock(hashtext('registry.import.' || $1))"
FIND = "select index, county, resident_id from identifiers where kind = $1 and index = any ($2)"
HOLD = f"""
select id, version, observed_on, phone_sealed, facts::text as facts, {", ".join(_COLUMNS)}
from residents where county = $1 and id = any ($2)
order by id for no key update
"""
REGISTER = """
insert into residents (county, id, name, name_ko, name_pinyin, name_keys, sex, born_on,
    document_kind, document_sealed, document_index, phone_sealed, phone_index, residency,
    usual_language, relation, dwelling, facts, observed_on, changed_by, change_reason)
select $1, g.id, g.name, g.name_ko, g.name_pinyin, string_to_array(g.name_keys, E'\\x1f'), g.sex,
    g.born_on, $2, g.document_sealed, g.document_index, g.phone_sealed, g.phone_index,
    g.residency, g.usual_language, g.relation, $1, g.facts, g.observed_on, $3, $4
from unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::date[],
    $12::bytea[], $13::bytea[], $14::text[], $15::text[], $16::text[], $17::jsonb[],
    $18::bytea[], $19::bytea[], $20::date[])
    as g (id, name, name_ko, name_pinyin, name_keys, sex, born_on, phone_sealed, phone_index,
        residency, usual_language, relation, facts, document_sealed, document_index, observed_on)
"""
IDENTIFY = """
insert into identifiers (kind, index, county, resident_id)
select $1, g.index, $2, g.id from unnest($3::bytea[], $4::uuid[]) as g (index, id)
on conflict (kind, index) do nothing returning 1
"""
CHANGE = """
update residents r set version = r.version + 1, facts = r.facts || g.facts,
    name = coalesce(g.name, r.name), name_ko = coalesce(g.name_ko, r.name_ko),
    name_pinyin = coalesce(g.name_pinyin, r.name_pinyin),
    name_keys = coalesce(string_to_array(g.name_keys, E'\\x1f'), r.name_keys),
    sex = coalesce(g.sex, r.sex), born_on = coalesce(g.born_on, r.born_on),
    phone_sealed = coalesce(g.phone_sealed, r.phone_sealed),
    phone_index = coalesce(g.phone_index, r.phone_index),
    residency = coalesce(g.residency, r.residency),
    usual_language = coalesce(g.usual_language, r.usual_language),
    relation = coalesce(g.relation, r.relation),
    updated_at = clock_timestamp(), changed_by = $2, change_reason = $3
from unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::date[],
    $11::bytea[], $12::bytea[], $13::text[], $14::text[], $15::text[], $16::jsonb[])
    as g (id, name, name_ko, name_pinyin, name_keys, sex, born_on, phone_sealed, phone_index,
        residency, usual_language, relation, facts)
where r.county = $1 and r.id = g.id
"""
# What was shown before is kept once, where nobody asserted that field yet.
BASELINE = """
insert into assertions (county, resident_id, field, value, value_sealed, value_index, method,
    domain, observed_on, observed_at)
select $1, g.* from unnest($2::uuid[], $3::text[], $4::jsonb[], $5::bytea[], $6::bytea[],
    $7::text[], $8::text[], $9::date[], $10::timestamptz[])
    as g (resident_id, field, value, value_sealed, value_index, method, domain, observed_on,
        observed_at)
where not exists (
    select from assertions a
    where a.county = $1 and a.resident_id = g.resident_id and a.field = g.field)
"""
# The same statement sent again is the same statement.
ASSERT = """
insert into assertions (county, resident_id, field, value, value_sealed, value_index, method,
    domain, observed_on, observed_at, organisation, collector, import_id)
select $1, g.*, $11, $12, $13 from unnest($2::uuid[], $3::text[], $4::jsonb[], $5::bytea[],
    $6::bytea[], $7::text[], $8::text[], $9::date[], $10::timestamptz[])
    as g (resident_id, field, value, value_sealed, value_index, method, domain, observed_on,
        observed_at)
where not exists (
    select from assertions a
    where a.county = $1 and a.resident_id = g.resident_id and a.field = g.field
        and a.method = g.method and a.domain = g.domain and a.observed_on = g.observed_on
        and a.value is not distinct from g.value
        and a.value_index is not distinct from g.value_index)
"""
ACCESS = """
insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
    operation, request_id, fields)
select $1, g.id, $2, $3, $4, $5, $6, $7, $8, $9 from unnest($10::uuid[]) as g (id)
"""


class IdentityTaken(RuntimeError):
    """Somebody registered one of these people meanwhile; the chunk must be matched again."""


@dataclass(frozen=True, slots=True)
class Held:
    """A resident whose row this transaction holds.

    Attributes:
        id: Second part of its key.
        version: As it stands.
        observed_on: Day of the columns nobody asserted since.
        columns: Values by column, as JSON has them.
        facts: Entries by field.
        phone_sealed: As stored.
    """

    id: UUID
    version: int
    observed_on: date
    columns: Mapping[str, Any]
    facts: Mapping[str, Any]
    phone_sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Said:
    """A row of `assertions` to be.

    Attributes:
        resident_id: Of whom.
        field: Code.
        assertion: Who said it, and when.
        value: JSON text; None where it is sealed.
        sealed: Sealed JSON; None where it is not.
        index: Blind index, where it is sealed.
    """

    resident_id: UUID
    field: str
    assertion: Assertion
    value: str | None
    sealed: bytes | None
    index: bytes | None


@dataclass(frozen=True, slots=True)
class Written:
    """What is written of one resident.

    Attributes:
        id: Second part of its key.
        columns: By name; those left out stay.
        facts: Entries that change.
        person: Blind index of the identity number of a new resident.
        observed_on: Day of a new resident's columns.
    """

    id: UUID
    columns: Mapping[str, Any]
    facts: Mapping[str, Any]
    person: bytes
    observed_on: date | None


async def lock(connection: Connection, county: str) -> None:
    """Wait for the turn of this import's county."""
    await connection.execute(LOCK, county)


async def find(connection: Connection, persons: Sequence[bytes]) -> dict[bytes, tuple[str, UUID]]:
    """County and id of the residents with these identity numbers, by blind index."""
    rows = await connection.fetch(FIND, RESIDENT_ID, persons)
    return {row["index"]: (row["county"], row["resident_id"]) for row in rows}


async def hold(connection: Connection, county: str, ids: Sequence[UUID]) -> dict[UUID, Held]:
    """Residents of a county, locked until the transaction ends."""
    rows = await connection.fetch(HOLD, county, ids)
    return {
        row["id"]: Held(
            row["id"],
            row["version"],
            row["observed_on"],
            {name: _plain(row[name]) for name in _COLUMNS},
            orjson.loads(row["facts"]),
            row["phone_sealed"],
        )
        for row in rows
    }


async def register(connection: Connection, job: Job, people: Sequence[Written]) -> None:
    """Write residents who were not there.

    Raises:
        IdentityTaken: One of them is there by now.
    """
    if not people:
        return
    await connection.execute(
        REGISTER,
        job.county,
        RESIDENT_ID,
        job.requested_by,
        _reason(job),
        *_columns(people),
        [p.columns["document_sealed"] for p in people],
        [p.person for p in people],
        [p.observed_on for p in people],
    )
    taken = await connection.fetch(
        IDENTIFY, RESIDENT_ID, job.county, [p.person for p in people], [p.id for p in people]
    )
    if len(taken) != len(people):
        raise IdentityTaken


async def change(connection: Connection, job: Job, people: Sequence[Written]) -> None:
    """Write what is shown of residents from now on; a trigger keeps what was."""
    if people:
        await connection.execute(
            CHANGE, job.county, job.requested_by, _reason(job), *_columns(people)
        )


async def record(
    connection: Connection, job: Job, before: Iterable[Said], said: Iterable[Said]
) -> None:
    """Keep what was said, and first, where nobody said anything yet, what was shown before."""
    await connection.execute(BASELINE, job.county, *_arrays(list(before)))
    await connection.execute(
        ASSERT, job.county, *_arrays(list(said)), job.organisation, job.requested_by, job.id
    )


async def log_accesses(
    connection: Connection, job: Job, ids: Sequence[UUID], fields: Sequence[str]
) -> None:
    """Record who wrote these fields of these residents, and for what."""
    await connection.execute(
        ACCESS,
        job.county,
        job.requested_by,
        job.requested_by_name,
        job.role,
        job.organisation,
        PURPOSE,
        OPERATION,
        job.request_id,
        fields,
        ids,
    )


def _reason(job: Job) -> str:
    return f"{OPERATION} {PURPOSE} {job.request_id} {job.id}"


def _columns(people: Sequence[Written]) -> tuple[list[Any], ...]:
    """Ids, the columns in the order of the statements, and the facts."""

    def of(name: str) -> list[Any]:
        return [p.columns.get(name) for p in people]

    keys = [_KEYS_APART.join(k) if k is not None else None for k in of("name_keys")]
    return (
        [p.id for p in people],
        of("name"),
        of("name_ko"),
        of("name_pinyin"),
        keys,
        of("sex"),
        of("born_on"),
        of("phone_sealed"),
        of("phone_index"),
        of("residency"),
        of("usual_language"),
        of("relation"),
        [orjson.dumps(p.facts).decode() for p in people],
    )


def _arrays(rows: Sequence[Said]) -> tuple[list[Any], ...]:
    return (
        [row.resident_id for row in rows],
        [row.field for row in rows],
        [row.value for row in rows],
        [row.sealed for row in rows],
        [row.index for row in rows],
        [row.assertion.method for row in rows],
        [row.assertion.domain for row in rows],
        [row.assertion.observed_on for row in rows],
        [row.assertion.observed_at for row in rows],
    )


def _plain(value: Any) -> Any:
    """A column's value as JSON has it."""
    return str(value) if isinstance(value, date | UUID) else value
