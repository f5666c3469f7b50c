"""Reading residents: one round trip that returns JSON text.

PostgreSQL builds the JSON of what is stored in the clear; sealed columns come beside it, are opened
and masked here, and spliced into the text. No row is turned into an object on the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import asyncpg
import orjson

from services.common.database import Connection
from services.common.sealing import Sealer
from services.registry.domain import masking
from services.registry.domain.catalogue import Catalogue, Field
from services.registry.domain.registrations import FIELDS
from services.registry.store import registrations, sealed

# What a reader sees of every resident it may see, whatever fields it asked for.
_ALWAYS: Final = "'id', r.id, 'county', r.county, 'version', r.version"
_SEALED_COLUMNS: Final = frozenset({"document", "phone"})

LOGGED: Final = """
logged as (
    insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
        operation, request_id, fields)
    select county, id, $1, $2, $3, $4, $5, $6, $7, $8 from found)
"""
_LOGGED_ONE: Final = """
logged as (
    insert into accesses (county, resident_id, reader, reader_name, role, organisation, purpose,
        operation, request_id, fields)
    select county, id, $4, $5, $6, $7, $8, $9, $10, $11 from found)
"""
_BY_ID: Final = """
residents r where r.county = any ($2) and r.id = $1 and r.dwelling ^@ any ($3)
"""
_BY_DOCUMENT: Final = """
identifiers i join residents r on (r.county, r.id) = (i.county, i.resident_id)
where i.kind = $1 and i.index = $2 and r.dwelling ^@ any ($3)
"""
FOUND: Final = """
select id, version, dwelling, view, kind, document, phone, facts, disputed from found
"""
_KEPT: Final = 4096

Row: TypeAlias = asyncpg.Record


class One(NamedTuple):
    """Statements that find one resident.

    Attributes:
        reading: Only reads; the caller records the access before it tells anything.
        recording: Reads and records in one: $4 to $11 are the columns of the record.
    """

    reading: str
    recording: str


@dataclass(frozen=True, slots=True)
class Selection:
    """The statements that read one set of fields; made once and kept.

    Attributes:
        fields: Codes, as access records name them.
        sealed_facts: Those among the facts that must be opened.
        document: Whether the document is shown.
        phone: Whether the telephone number is shown.
        told: The same, joined by commas.
        by_id: One resident by id ($1) in counties ($2) and areas ($3).
        by_document: One by kind ($1) and index ($2) of a document in areas ($3).
        columns: What is selected of a resident `r`, for other statements.
    """

    fields: list[str]
    told: str
    sealed_facts: tuple[str, ...]
    document: bool
    phone: bool
    by_id: One
    by_document: One
    columns: str

    @classmethod
    def of(cls, fields: Sequence[Field]) -> "Selection":
        """The selection of these fields."""
        names = [f.code for f in fields]
        hidden = tuple(f.code for f in fields if f.is_fact and f.is_sealed)
        columns = _columns(fields, hidden)
        return cls(
            fields=names,
            told=",".join(names),
            sealed_facts=hidden,
            document="document" in names,
            phone="phone" in names,
            by_id=_one(columns, _BY_ID),
            by_document=_one(columns, _BY_DOCUMENT),
            columns=columns,
        )


class Selections:
    """Makes and keeps the selection for each set of fields that somebody may read.

    Callers ask for the same few sets over and over, so a hit costs a dictionary look-up.

    Args:
        catalogue: Of all fields.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._made: dict[object, Selection] = {}

    def of(
        self,
        codes: Sequence[str],
        pointer: str,
        roles: frozenset[str],
        domains: frozenset[str],
    ) -> Selection:
        """The selection of these fields for somebody with these roles and domains.

        Raises:
            ValidationFailed: No field was named, or an unknown one.
            FieldNotReadable: One of them may not be read.
        """
        key = (tuple(codes), roles, domains)
        made = self._made.get(key)
        if made is None:
            fields = self._catalogue.named(codes, pointer)
            self._catalogue.readable(fields, roles, domains)
            if len(self._made) >= _KEPT:
                self._made.clear()
            made = self._made[key] = Selection.of(fields)
        return made


def _columns(fields: Sequence[Field], hidden: Sequence[str]) -> str:
    """What is selected of a resident `r`; facts go beside the view when one must be opened."""
    clear = [f.code for f in fields if f.is_fact and f.code not in hidden]
    plain = [f.code for f in fields if not f.is_fact and f.code not in _SEALED_COLUMNS]
    members = [_ALWAYS, *(f"'{code}', r.{code}" for code in plain)]
    if clear and not hidden:
        members.append(f"'facts', {_object(clear)}")
    phone = any(f.code == "phone" for f in fields)
    return f"""
        r.county, r.id, r.version, r.dwelling, r.disputed,
        json_build_object({", ".join(members)})::text as view,
        r.document_kind as kind, r.document_sealed as document,
        {"r.phone_sealed" if phone else "null::bytea"} as phone,
        {f"{_object([*clear, *hidden])}::text" if hidden else "null::text"} as facts
    """


def _one(columns: str, source: str) -> One:
    found = f"select {columns} from {source}"
    return One(found, f"with found as ({found}), {_LOGGED_ONE} select * from found")


def _object(codes: Sequence[str]) -> str:
    """SQL for an object with one entry of the facts for each code."""
    entries = {c: registrations.entry(c) if c in FIELDS else f"r.facts->'{c}'" for c in codes}
    members = ", ".join(f"'{code}', {entry}" for code, entry in entries.items())
    return f"json_build_object({members})"


async def one(
    connection: Connection,
    wanted: One,
    question: Sequence[object],
    record: Sequence[object] | None,
) -> Row | None:
    """One resident or None.

    Args:
        connection: For reading.
        wanted: Of the selection.
        question: The first three parameters.
        record: Columns of the access record; None when the caller records it.
    """
    if record is None:
        return await connection.fetchrow(wanted.reading, *question)
    return await connection.fetchrow(wanted.recording, *question, *record)


def view(row: Row, selection: Selection, sealer: Sealer) -> bytes:
    """The JSON of one resident, with masks where numbers were, and what of it is disputed."""
    text: str = row["view"]
    added: dict[str, Any] = {}
    if row["disputed"]:
        disputed = [code for code in selection.fields if code in row["disputed"]]
        added |= {"disputed": disputed} if disputed else {}
    elif not (selection.document or selection.phone or selection.sealed_facts):
        return text.encode()
    if selection.document:
        added["document"] = _masked_document(row, sealer)
    if selection.phone:
        phone = row["phone"]
        added["phone"] = (
            masking.phone(sealed.open_phone(sealer, row["id"], phone)) if phone else None
        )
    if selection.sealed_facts:
        added["facts"] = _opened(row, selection, sealer)
    return text[:-1].encode() + b"," + orjson.dumps(added)[1:] if added else text.encode()


def _masked_document(row: Row, sealer: Sealer) -> dict[str, str] | None:
    if row["document"] is None:
        return None
    number = sealed.open_document(sealer, row["id"], row["document"])
    return {"kind": row["kind"], "number": masking.document(row["kind"], number)}


def _opened(row: Row, selection: Selection, sealer: Sealer) -> dict[str, Any]:
    facts: dict[str, Any] = orjson.loads(row["facts"])
    for field in selection.sealed_facts:
        entry = facts[field]
        if entry is not None:
            value = sealed.open_fact(sealer, row["id"], field, entry)
            shown = {k: v for k, v in entry.items() if k not in {"sealed", "index"}}
            facts[field] = {"value": value, **shown}
    return facts
