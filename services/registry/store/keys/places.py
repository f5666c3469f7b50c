"""Where sealed values stand, and how each is sealed again.

Each is tied to its record by a context; whoever adds a sealed column adds its place here. A place
that is missing hides nothing: an old key goes only when no value in the database is under it.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import orjson

from services.common.sealing import Sealer

Context: TypeAlias = Callable[[Mapping[str, Any]], bytes]
Reseal: TypeAlias = Callable[[Sealer, Mapping[str, Any]], dict[str, Any]]

_KEY_ID: Final = 2
_FACT_IS_OLD: Final = """exists (select from jsonb_each({facts}) f where f.value ? 'sealed'
    and substr(decode(left(f.value ->> 'sealed', 4), 'base64'), 1, 2) <> $1)"""
_TEXT_IS_OLD: Final = "substr(decode(substr({text}, 3, 4), 'hex'), 1, 2) <> $1"


@dataclass(frozen=True, slots=True)
class Place:
    """Sealed columns of one table.

    Attributes:
        table: Its name.
        keys: Columns of its key and their types, in the order in which it is walked.
        columns: What is written, and the type of each.
        read: Further columns that the contexts need.
        is_old: SQL: whether a row has a value that is not under the newest key (`$1`).
        again: The columns of a row, sealed again; nothing where they are as they should be.
    """

    table: str
    keys: Mapping[str, str]
    columns: Mapping[str, str]
    read: tuple[str, ...]
    is_old: str
    again: Reseal


def _plain(
    table: str, keys: Mapping[str, str], contexts: Mapping[str, Context], *read: str
) -> Place:
    """A table whose sealed columns hold nothing else."""

    def again(sealer: Sealer, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            column: row[column] and _again(sealer, row[column], context(row))
            for column, context in contexts.items()
        }

    old = " or ".join(f"substr({column}, 1, {_KEY_ID}) <> $1" for column in contexts)
    return Place(table, keys, dict.fromkeys(contexts, "bytea"), read, old, again)


def newest(sealer: Sealer) -> bytes:
    """What begins every value that is sealed now: the id of the newest key."""
    return sealer.seal("", b"")[:_KEY_ID]


def _again(sealer: Sealer, sealed: bytes, context: bytes) -> bytes:
    if sealed[:_KEY_ID] == newest(sealer):
        return sealed
    return sealer.seal(sealer.open(sealed, context), context)


def _facts_again(sealer: Sealer, resident: bytes, facts: dict[str, Any]) -> dict[str, Any]:
    for code, entry in facts.items():
        if "sealed" in entry:
            sealed = base64.b64decode(entry["sealed"])
            again = _again(sealer, sealed, b"fact:" + code.encode() + b":" + resident)
            entry["sealed"] = base64.b64encode(again).decode()
    return facts


def _resident_again(sealer: Sealer, row: Mapping[str, Any]) -> dict[str, Any]:
    resident, document, phone = row["id"].bytes, row["document_sealed"], row["phone_sealed"]
    facts = _facts_again(sealer, resident, orjson.loads(row["facts"]))
    return {
        "document_sealed": document and _again(sealer, document, b"document:" + resident),
        "phone_sealed": phone and _again(sealer, phone, b"phone:" + resident),
        "facts": orjson.dumps(facts).decode(),
    }


def _former_again(sealer: Sealer, row: Mapping[str, Any]) -> dict[str, Any]:
    """A former state; as JSON a bytea is text: a backslash, an x, and hex digits."""
    resident, old = row["resident_id"].bytes, orjson.loads(row["old"])
    for column, context in (("document_sealed", b"document:"), ("phone_sealed", b"phone:")):
        if old.get(column):
            sealed = bytes.fromhex(old[column][2:])
            old[column] = "\\x" + _again(sealer, sealed, context + resident).hex()
    if old.get("facts"):
        old["facts"] = _facts_again(sealer, resident, old["facts"])
    return {"old": orjson.dumps(old).decode()}


def _of(prefix: bytes, column: str = "id") -> Context:
    return lambda row: prefix + row[column].bytes


def _fact(row: Mapping[str, Any]) -> bytes:
    context: bytes = f"fact:{row['field']}:".encode() + row["resident_id"].bytes
    return context


def _pack(row: Mapping[str, Any]) -> bytes:
    context: bytes = b"import:" + row["import_id"].bytes
    number: bytes = row["last_row"].to_bytes(4, "big")
    return context + number


def _reconciled_row(row: Mapping[str, Any]) -> bytes:
    context: bytes = b"import:" + row["reconciliation_id"].bytes
    number: bytes = row["row_no"].to_bytes(4, "big")
    return context + number


def _difference(row: Mapping[str, Any]) -> bytes:
    context: bytes = b"reconciliation:" + row["reconciliation_id"].bytes
    return context + f"{row['row_no']}:{row['field'] or ''}".encode()


_RECORD: Final = {"county": "text", "id": "uuid"}
_IMPORT: Final = {"county": "text", "import_id": "uuid"}
_RECONCILIATION: Final = {"county": "text", "reconciliation_id": "uuid"}

PLACES: Final = (
    Place(
        "residents",
        _RECORD,
        {"document_sealed": "bytea", "phone_sealed": "bytea", "facts": "jsonb"},
        (),
        f"substr(document_sealed, 1, {_KEY_ID}) <> $1 or substr(phone_sealed, 1, {_KEY_ID}) <> $1"
        f" or {_FACT_IS_OLD.format(facts='facts')}",
        _resident_again,
    ),
    Place(
        "resident_history",
        {"county": "text", "resident_id": "uuid", "version": "integer", "known_to": "timestamptz"},
        {"old": "jsonb"},
        (),
        " or ".join(
            (
                _TEXT_IS_OLD.format(text="old ->> 'document_sealed'"),
                _TEXT_IS_OLD.format(text="old ->> 'phone_sealed'"),
                _FACT_IS_OLD.format(facts="old -> 'facts'"),
            )
        ),
        _former_again,
    ),
    _plain(
        "assertions",
        {"county": "text", "resident_id": "uuid", "id": "uuid"},
        {"value_sealed": _fact},
        "field",
    ),
    _plain(
        "verifications",
        _RECORD,
        {"claim_sealed": _fact, "note_sealed": _of(b"verification:")},
        "field",
        "resident_id",
    ),
    _plain("area_posts", {"id": "uuid"}, {"phone_sealed": _of(b"post:")}),
    _plain("exports", {"id": "uuid"}, {"filter_sealed": _of(b"export:")}),
    _plain("import_packs", {**_IMPORT, "last_row": "integer"}, {"sealed": _pack}),
    _plain(
        "reconciliation_rows",
        {**_RECONCILIATION, "row_no": "integer"},
        {"sealed": _reconciled_row},
    ),
    _plain(
        "reconciliation_differences",
        {**_RECONCILIATION, "no": "integer"},
        {"sealed": _difference},
        "row_no",
        "field",
    ),
    _plain(
        "webhooks",
        {"id": "uuid"},
        {
            "secret_sealed": _of(b"webhook-secret:"),
            "former_secret_sealed": _of(b"webhook-secret:"),
        },
    ),
    _plain(
        "life_events",
        _RECORD,
        {"evidence_sealed": _of(b"evidence:"), "reason_sealed": _of(b"reason:")},
    ),
    _plain(
        "resident_documents",
        _RECORD,
        {"number_sealed": _of(b"document:", "resident_id")},
        "resident_id",
    ),
    _plain("emergency_accesses", {"id": "uuid"}, {"reason_sealed": _of(b"emergency:")}),
    _plain(
        "emergency_reviews",
        {"access_id": "uuid"},
        {"comment_sealed": _of(b"emergency-review:", "access_id")},
    ),
    _plain(
        "disputes",
        _RECORD,
        {"statement_sealed": _of(b"dispute:"), "reason_sealed": _of(b"decision:")},
    ),
)
