"""The walks of an index key's rotation: a chunk of a table in each transaction.

1. `DOUBLE`: whose document it is, is noted under the new key too. Whoever writes notes both.
2. `REINDEX`: what is compared beside a sealed value is made again under the new key.
3. `CLEAN`: what is noted under the former key goes.

So a look-up asks for one index, before, during and after, and finds who is there.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
import structlog

from services.common.database import Connection
from services.common.sealing import SealBroken, Sealer
from services.registry.store import sealed
from services.registry.store.keys import resealing
from services.registry.store.keys.places import Place
from services.registry.store.keys.resealing import Done

Step: TypeAlias = Callable[[Connection, Sealer, Sequence[str] | None, int], Awaitable[Done]]
_After: TypeAlias = Sequence[str] | None

_log = structlog.get_logger()

_KEY: Final = {"county": "text", "id": "uuid"}
_NOWHERE: Final = ("", "00000000-0000-0000-0000-000000000000")
# Held until the transaction ends: a document that ends meanwhile waits, and takes both notes along.
_HOLDERS: Final = """
select county, id, id as resident_id, document_kind as kind, document_sealed as number
from residents where (county, id) > ($1, $2::text::uuid) order by county, id limit $3 for share
"""
_PAPERS: Final = """
select county, id, resident_id, kind, number_sealed as number from resident_documents
where (county, id) > ($1, $2::text::uuid) and ended_at is null order by county, id limit $3
for share
"""
_PAPERS_OF: Final = """
select resident_id, kind, number_sealed as number from resident_documents
where (county, resident_id) in (select * from unnest($1::text[], $2::uuid[])) and ended_at is null
"""
_NOTE: Final = """
insert into identifiers (kind, index, county, resident_id)
select * from unnest($1::text[], $2::bytea[], $3::text[], $4::uuid[])
on conflict do nothing returning 1
"""
_FORGET: Final = """
delete from identifiers i using unnest($1::text[], $2::uuid[]) as r (county, id)
where (i.county, i.resident_id) = (r.county, r.id) and not exists (
    select from unnest($3::uuid[], $4::text[], $5::bytea[]) as k (id, kind, index)
    where (k.id, k.kind, k.index) = (i.resident_id, i.kind, i.index))
returning 1
"""


def _index(sealer: Sealer, row: Any, key: int) -> bytes | None:
    """Under a key, the index of a document of a resident; None where it does not open."""
    if row["number"] is None:
        return None
    try:
        number = sealed.open_document(sealer, row["resident_id"], row["number"])
    except SealBroken:
        _log.error("keys.value_does_not_open", table="documents", key=str(row["resident_id"]))
        return None
    return sealed.document_indexes(sealer, row["kind"], number)[key]


def _noting(holders: str) -> Step:
    async def step(connection: Connection, sealer: Sealer, after: _After, limit: int) -> Done:
        rows = await connection.fetch(holders, *(after or _NOWHERE), limit)
        found = [(row, _index(sealer, row, 1)) for row in rows]
        noted = [(r["kind"], i, r["county"], r["resident_id"]) for r, i in found if i]
        columns = map(list, zip(*noted, strict=True)) if noted else ([], [], [], [])
        done = await connection.fetch(_NOTE, *columns)
        return Done(_last(rows), len(done))

    return step


async def _clean(connection: Connection, sealer: Sealer, after: _After, limit: int) -> Done:
    rows = await connection.fetch(_HOLDERS, *(after or _NOWHERE), limit)
    counties, ids = [r["county"] for r in rows], [r["id"] for r in rows]
    papers = await connection.fetch(_PAPERS_OF, counties, ids)
    kept: list[tuple[UUID, str, bytes | None]] = []
    broken: set[UUID] = set()
    for row in (*rows, *papers):
        index = _index(sealer, row, 0)
        kept.append((row["resident_id"], row["kind"], index))
        if index is None and row["number"] is not None:
            broken.add(row["resident_id"])  # what does not open is not thrown away
    whole = [(c, i) for c, i in zip(counties, ids, strict=True) if i not in broken]
    done = (
        await connection.fetch(
            _FORGET,
            [c for c, _ in whole],
            [i for _, i in whole],
            *map(list, zip(*kept, strict=True)),
        )
        if rows
        else []
    )
    return Done(_last(rows), len(done))


def _last(rows: Sequence[Any]) -> _After:
    return [rows[-1]["county"], str(rows[-1]["id"])] if rows else None


def _reindexing(place: Place) -> Step:
    async def step(connection: Connection, sealer: Sealer, after: _After, limit: int) -> Done:
        return await resealing.step(connection, sealer, place, after, limit)

    return step


def _changed(row: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    return {} if all(row[name] == value for name, value in made.items()) else dict(made)


def _facts(sealer: Sealer, resident: UUID, facts: dict[str, Any]) -> bool:
    """Make the indexes among the facts again; whether one is another."""
    is_other = False
    for code, entry in facts.items():
        if "sealed" in entry:
            value = sealed.open_fact(sealer, resident, code, entry)
            index = sealed.fact_index(sealer, code, value)
            is_other |= index != entry["index"]
            entry["index"] = index
    return is_other


def _resident(sealer: Sealer, row: Mapping[str, Any]) -> dict[str, Any]:
    resident = row["id"]
    made: dict[str, Any] = {"document_index": None, "phone_index": None}
    if row["document_sealed"]:
        number = sealed.open_document(sealer, resident, row["document_sealed"])
        made["document_index"] = sealed.document_index(sealer, row["document_kind"], number)
    if row["phone_sealed"]:
        phone = sealed.open_phone(sealer, resident, row["phone_sealed"])
        made["phone_index"] = sealed.phone_index(sealer, phone)
    facts = orjson.loads(row["facts"])
    if not _facts(sealer, resident, facts) and not _changed(row, made):
        return {}
    return {**made, "facts": orjson.dumps(facts).decode()}


def _former(sealer: Sealer, row: Mapping[str, Any]) -> dict[str, Any]:
    """A former state, as JSON; bytes stand in it as PostgreSQL writes them."""
    old, resident = orjson.loads(row["old"]), row["resident_id"]
    is_other = _facts(sealer, resident, old.get("facts") or {})
    state = {**dict.fromkeys(("document_sealed", "phone_sealed")), **old, "id": resident}
    for name in ("document_sealed", "phone_sealed"):
        state[name] = bytes.fromhex(state[name][2:]) if state[name] else None
    made = _resident(sealer, {**state, "facts": "{}", "document_index": b"", "phone_index": b""})
    for name in ("document_index", "phone_index"):
        text = f"\\x{made[name].hex()}" if made[name] else None
        if text is not None and text != old.get(name):
            old[name], is_other = text, True
    return {"old": orjson.dumps(old).decode()} if is_other else {}


def _paper(sealer: Sealer, row: Mapping[str, Any]) -> dict[str, Any]:
    number = sealed.open_document(sealer, row["resident_id"], row["number_sealed"])
    index = sealed.document_index(sealer, row["kind"], number)
    return _changed(row, {"number_index": index})


def _said(column: str, secret: str) -> Callable[[Sealer, Mapping[str, Any]], dict[str, Any]]:
    def again(sealer: Sealer, row: Mapping[str, Any]) -> dict[str, Any]:
        value = sealed.open_value(sealer, row["resident_id"], row["field"], row[secret])
        key = sealed.value_key(sealer, row["field"], value)
        return _changed(row, {column: key if column == "claim_key" else bytes.fromhex(key)})

    return again


_ALL: Final = "$1::bytea is not null"
_HISTORY: Final = {
    "county": "text", "resident_id": "uuid", "version": "integer", "known_to": "timestamptz",
}  # fmt: skip
_PLACES: Final = (
    Place(
        "verifications", _KEY, {"claim_key": "text"}, ("resident_id", "field", "claim_sealed"),
        f"{_ALL} and claim_sealed is not null", _said("claim_key", "claim_sealed"),
    ),
    Place(
        "residents", _KEY,
        {"document_index": "bytea", "phone_index": "bytea", "facts": "jsonb"},
        ("document_kind", "document_sealed", "phone_sealed"), _ALL, _resident,
    ),
    Place("resident_history", _HISTORY, {"old": "jsonb"}, (), _ALL, _former),
    Place(
        "resident_documents", _KEY, {"number_index": "bytea"},
        ("resident_id", "kind", "number_sealed"), _ALL, _paper,
    ),
    Place(
        "assertions", {"county": "text", "resident_id": "uuid", "id": "uuid"},
        {"value_index": "bytea"}, ("field", "value_sealed"),
        f"{_ALL} and value_sealed is not null", _said("value_index", "value_sealed"),
    ),
)  # fmt: skip

DOUBLE: Final[Sequence[Step]] = (_noting(_HOLDERS), _noting(_PAPERS))
REINDEX: Final[Sequence[Step]] = tuple(map(_reindexing, _PLACES))
CLEAN: Final[Sequence[Step]] = (_clean,)
WALKS: Final = (DOUBLE, REINDEX, CLEAN)
