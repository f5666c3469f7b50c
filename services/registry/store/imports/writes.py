"""Writing a chunk of an import into the record: a statement for each table, never one for a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.database import Connection
from services.registry.domain.assertions import Assertion
from services.registry.domain.imports.jobs import Sender
from services.registry.store.assertions import Kept
from services.registry.store.imports import statements as sql
from services.registry.store.packed import of_bytes, packed
from services.registry.store.row_ids import new_ids
from services.registry.store.sealed import RESIDENT_ID

METHOD: Final = "department_push"
PURPOSE: Final = "statutory_registration"

_KEYS_APART: Final = "\x1d"  # no name has it; arrays of arrays must be rectangular in PostgreSQL


class IdentityTaken(RuntimeError):
    """Somebody registered one of these people meanwhile; the chunk must be matched again."""


@dataclass(slots=True)  # not frozen: made for every row, and a frozen one takes thrice as long
class Held:
    """A resident as the record has it.

    Attributes:
        id: Second part of its key.
        version: As it stands.
        observed_on: Day of the columns nobody asserted since.
        columns: Values by column, as JSON has them.
        facts: Entries by field, of the fields that were asked for.
        phone_sealed: As stored.
        phone_index: As stored.
        asserted: Fields somebody asserted; of the others the record is all that is known.
        kept: All that was kept of fields in which an assertion can grow too old.
    """

    id: UUID
    version: int
    observed_on: date
    columns: Mapping[str, Any]
    facts: Mapping[str, Any]
    phone_sealed: bytes | None
    phone_index: bytes | None
    asserted: frozenset[str]
    kept: Mapping[str, Sequence[Kept]] = field(default_factory=dict)


@dataclass(slots=True)
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


@dataclass(slots=True)
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

    @property
    def indexes(self) -> Sequence[bytes]:
        """Blind indexes of the identity number: two while the index key rotates."""
        indexes: Sequence[bytes] = self.columns.get("document_indexes") or (self.person,)
        return indexes


async def lock(connection: Connection, county: str) -> None:
    """Wait for the turn of this import's county."""
    await connection.execute(sql.LOCK, county)


async def find(connection: Connection, persons: Sequence[bytes]) -> dict[bytes, tuple[str, UUID]]:
    """County and id of the residents with these identity numbers, by blind index."""
    rows = await connection.fetch(sql.FIND, RESIDENT_ID, persons)
    return {row["index"]: (row["county"], row["resident_id"]) for row in rows}


async def hold_versions(
    connection: Connection, county: str, ids: Sequence[UUID]
) -> dict[UUID, int]:
    """Versions of residents of a county, locked until the transaction ends."""
    rows = await connection.fetch(sql.HOLD_VERSIONS, county, ids)
    return {row["id"]: row["version"] for row in rows}


async def residents(
    connection: Connection,
    county: str,
    ids: Sequence[UUID],
    fields: Sequence[str],
    entries: Sequence[str],
    *,
    locked: bool,
) -> dict[UUID, Held]:
    """Residents of a county, with some of their facts.

    Args:
        connection: To read from.
        county: Theirs.
        ids: Who is asked for.
        fields: Of which it is told whether somebody asserted them.
        entries: Of which the fact is read.
        locked: Until the transaction ends.
    """
    statement = sql.HOLD if locked else sql.READ
    rows = await connection.fetch(statement, county, ids, fields, entries)
    loads, names = orjson.loads, sql.COLUMNS
    # In the order of the statement: names would be looked up for every value of every row.
    return {
        row[0]: Held(
            row[0],
            row[1],
            row[2],
            dict(zip(names, row[7:], strict=True)),
            {f: loads(e) for f, e in zip(entries, row[6], strict=True) if e is not None},
            row[3],
            row[4],
            frozenset(row[5]),
        )
        for row in rows
    }


async def register(connection: Connection, sender: Sender, people: Sequence[Written]) -> None:
    """Write residents who were not there.

    Raises:
        IdentityTaken: One of them is there by now.
    """
    if not people:
        return
    await connection.execute(
        sql.REGISTER,
        sender.county,
        RESIDENT_ID,
        sender.reader,
        _reason(sender),
        *_columns(people),
        packed([of_bytes(p.columns["document_sealed"]) for p in people]),
        packed([of_bytes(p.indexes[0]) for p in people]),
        packed([str(p.observed_on) for p in people]),
    )
    pairs = [(of_bytes(index), str(p.id)) for p in people for index in p.indexes]
    indexes, ids = zip(*pairs, strict=True)
    taken = await connection.fetch(
        sql.IDENTIFY, RESIDENT_ID, sender.county, packed(indexes), packed(ids)
    )
    if len(taken) != len(pairs):
        raise IdentityTaken


async def change(connection: Connection, sender: Sender, people: Sequence[Written]) -> None:
    """Write what is shown of residents from now on; a trigger keeps what was."""
    if people:
        await connection.execute(
            sql.CHANGE, sender.county, sender.reader, _reason(sender), *_columns(people)
        )


async def record(
    connection: Connection,
    sender: Sender,
    *,
    before: Sequence[Said],
    said: Sequence[Said],
    said_first: Sequence[Said],
) -> None:
    """Keep what was said, and first, where nobody said anything yet, what was shown before.

    Args:
        connection: In a transaction that holds the residents.
        sender: Whose statements they are.
        before: What was shown.
        said: Of residents who were there; what was said before is not said again.
        said_first: Of residents who are new.
    """
    ids = new_ids(len(before) + len(said) + len(said_first))
    if before:
        origins = [each.assertion for each in before]
        await connection.execute(
            sql.BASELINE,
            sender.county,
            *_statements(before),
            [origin.method for origin in origins],
            [origin.domain for origin in origins],
            [origin.observed_at for origin in origins],
            packed(ids[: len(before)]),
        )
    told = (METHOD, sender.domain, sender.organisation, sender.reader, sender.import_id)
    first = len(before)
    for statement, rows in ((sql.ASSERT, said), (sql.ASSERT_FIRST, said_first)):
        if rows:
            own = packed(ids[first : first + len(rows)])
            await connection.execute(statement, sender.county, *told, *_statements(rows), own)
        first += len(rows)


async def log_accesses(
    connection: Connection, sender: Sender, ids: Sequence[UUID], fields: Sequence[str]
) -> None:
    """Record who wrote these fields of these residents, and for what."""
    if not ids:
        return
    await connection.execute(
        sql.ACCESS,
        sender.county,
        sender.reader,
        sender.reader_name,
        sender.role,
        sender.organisation,
        PURPOSE,
        sender.operation,
        sender.request_id,
        fields,
        packed([str(each) for each in ids]),
        packed(new_ids(len(ids))),
    )


def _reason(sender: Sender) -> str:
    told = f"{sender.operation} {PURPOSE} {sender.request_id}"
    return told if sender.import_id is None else f"{told} {sender.import_id}"


def _columns(people: Sequence[Written]) -> list[str]:
    """Ids, the columns in the order of the statements, and the facts."""

    def of(name: str) -> list[Any]:
        return [p.columns.get(name) for p in people]

    return [
        packed(values)
        for values in (
            [str(p.id) for p in people],
            of("name"),
            of("name_ko"),
            of("name_pinyin"),
            [_KEYS_APART.join(k) if k is not None else None for k in of("name_keys")],
            of("sex"),
            [str(day) if day is not None else None for day in of("born_on")],
            [of_bytes(phone) for phone in of("phone_sealed")],
            [of_bytes(index) for index in of("phone_index")],
            of("residency"),
            of("usual_language"),
            of("relation"),
            [orjson.dumps(p.facts).decode() for p in people],
        )
    ]


def _statements(rows: Sequence[Said]) -> list[str]:
    return [
        packed(values)
        for values in (
            [str(row.resident_id) for row in rows],
            [row.field for row in rows],
            [row.value for row in rows],
            [of_bytes(row.sealed) for row in rows],
            [of_bytes(row.index) for row in rows],
            [str(row.assertion.observed_on) for row in rows],
        )
    ]
