"""Records in two times: what was known at an instant, about a day; and what changed when.

What was shown at an instant is what a trigger kept, so it is exactly what a reader got then. What
was known about a day is chosen anew: an assertion counts when the registry had it by that instant
and it was observed by that day, under the matrix that was active then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.common import paging
from services.common.database import Connection
from services.common.idempotency import Answer
from services.registry.domain import assertions, masking
from services.registry.domain.authority import Matrix
from services.registry.domain.catalogue import Field
from services.registry.domain.readings import Reading
from services.registry.domain.sights import Sight
from services.registry.store import assertions as kept_assertions
from services.registry.store import histories, sealed
from services.registry.store.assertions import Kept
from services.registry.store.authority import matrices, versions
from services.registry.store.corrections import Held
from services.registry.store.histories import Past
from services.registry.store.residents import Selection
from services.registry.store.store import Store
from services.registry.use_cases.changes import Change
from services.registry.use_cases.residents import ResidentNotFound, row_by_id
from services.registry.use_cases.romanise import romanise

_NEWEST: Final = 2**31 - 1


async def as_of(
    store: Store, reading: Reading, wanted: Selection, resident_id: UUID, asked: Sight
) -> Answer:
    """A record as it was known at an instant about a day; the access is recorded as any other.

    Args:
        store: Where it is kept.
        reading: Who reads.
        wanted: Which fields.
        resident_id: Of whom.
        asked: With an instant.

    Raises:
        ResidentNotFound: There is none, none whom the caller may see, or it was not there yet.
    """
    await row_by_id(store, reading, wanted, resident_id)
    async with store.snapshot() as connection:
        known_at = asked.known_at
        assert known_at is not None  # noqa: S101 — the caller says now where nothing was said
        past = await histories.at(connection, store.counties, resident_id, known_at)
        if past is None:
            raise ResidentNotFound
        number = await versions.number_at(connection, known_at)
        view = _shown(store, wanted, past)
        unknown: list[str] = []
        if asked.valid_on is not None:
            matrix = await matrices.of_version(connection, number)
            kept = await _kept(store, connection, wanted, past, known_at)
            unknown = _choose_anew(_Then(store, past, matrix, kept, asked.valid_on), wanted, view)
    view["as_of"] = {
        "valid_on": asked.valid_on,
        "known_at": asked.known_at,
        "authority": number,
        "unknown": unknown,
    }
    return Answer(orjson.dumps(view), headers=(("Cache-Control", "no-store"),))


async def changes(
    store: Store,
    reading: Reading,
    wanted: Selection,
    resident_id: UUID,
    after: str | None,
    limit: int,
) -> tuple[bytes, str | None]:
    """A page of what changed in a record, newest first, as JSON, and the next page's cursor.

    Raises:
        ResidentNotFound: There is none, or none whom the caller may see.
        CursorNotValid: It is no cursor of this question.
    """
    question = (str(resident_id), tuple(wanted.fields))
    last = _last(after, question)
    await row_by_id(store, reading, wanted, resident_id)
    async with store.snapshot() as connection:
        found = await histories.page(connection, store.counties, resident_id, last, limit + 1)
        requests = [past.reason.split() for past in found]
        who = await histories.who(
            connection,
            store.counties,
            resident_id,
            [words[2] for words in requests if len(words) > 2],  # noqa: PLR2004 — the third word
            [words[0] for words in requests if words],
        )
    items = []
    for place, past in enumerate(found[:limit]):
        former = found[place + 1] if place + 1 < len(found) else None
        changed = _changed(store, wanted, past, former)
        if changed:
            items.append(_change(past, who) | {"fields": changed})
    following = paging.encode([found[limit].held.version], question) if len(found) > limit else None
    return orjson.dumps(items), following


def _shown(store: Store, wanted: Selection, past: Past) -> dict[str, Any]:
    """The view of a version, as it was answered then."""
    held = past.held
    view: dict[str, Any] = {"id": str(held.id), "county": held.county, "version": held.version}
    for code in wanted.fields:
        field = store.catalogue[code]
        if field.is_fact:
            view.setdefault("facts", {})[code] = _fact(store, field, past)
        else:
            view[code] = _value(store, field, past)
    disputed = [code for code in wanted.fields if code in past.disputed]
    return view | ({"disputed": disputed} if disputed else {})


def _fact(store: Store, field: Field, past: Past) -> dict[str, Any] | None:
    entry = past.held.facts.get(field.code)
    if entry is None:
        return None
    shown = {k: v for k, v in entry.items() if k not in {"sealed", "index"}}
    return shown | {"value": sealed.open_fact(store.sealer, past.held.id, field.code, entry)}


def _value(store: Store, field: Field, past: Past) -> Any:
    """The value of a column or fact, masked where it is a number."""
    held = past.held
    if field.code == "document":
        if past.document is None:
            return None
        kind, secret = past.document
        number = sealed.open_document(store.sealer, held.id, secret)
        return {"kind": kind, "number": masking.document(kind, number)}
    if field.code == "phone":
        phone = held.phone_sealed
        return masking.phone(sealed.open_phone(store.sealer, held.id, phone)) if phone else None
    if field.is_fact:
        return sealed.open_fact(store.sealer, held.id, field.code, held.facts.get(field.code) or {})
    return held.columns[field.code]


@dataclass(frozen=True, slots=True)
class _Then:
    """All that choosing anew needs."""

    store: Store
    past: Past
    matrix: Matrix
    kept: Mapping[str, Sequence[Kept]]
    valid_on: date


async def _kept(
    store: Store, connection: Connection, wanted: Selection, past: Past, known_at: datetime
) -> Mapping[str, Sequence[Kept]]:
    """What the registry had by then of the fields; a name's pinyin follows from the name."""
    fields = {*wanted.fields, "name"}
    held = past.held
    rows = await kept_assertions.kept(connection, store.sealer, held.county, [held.id], fields)
    known = [row for row in rows if row.recorded_at <= known_at]
    return kept_assertions.by_resident(known).get(held.id, {})


def _choose_anew(then: _Then, wanted: Selection, view: dict[str, Any]) -> list[str]:
    """Put what was known about the day into a view; the fields of which nothing was."""
    unknown = []
    for code in wanted.fields:
        if code == "document":
            continue
        field = then.store.catalogue[code]
        source = then.store.catalogue["name"] if code == "name_pinyin" else field
        entry = _valid(then, source)
        value = None if entry is None else entry["value"]
        if entry is None:
            unknown.append(code)
        elif code == "name_pinyin":
            value = romanise(entry["value"])
        if field.is_fact:
            view["facts"][code] = entry
        else:
            view[code] = masking.phone(value) if code == "phone" and value else value
    return unknown


def _valid(then: _Then, field: Field) -> dict[str, Any] | None:
    """The entry with its value that was valid on the day; None when nothing was known of it."""
    kept = then.kept.get(field.code, ())
    if not kept:
        present = Change(then.store.sealer, then.past.held, then.matrix).present(field)
        if present is None or present[0].observed_on > then.valid_on:
            return None
        return assertions.entry_of(present[0], {"value": present[1]})
    standing = [k for k in kept if k.assertion.observed_on <= then.valid_on]
    if not standing:
        return None
    best = assertions.shown([k.assertion for k in standing], then.matrix.order(field))
    found = next(k for k in standing if k.assertion is best)
    return assertions.entry_of(best, {"value": found.opened(then.store.sealer)})


def _changed(
    store: Store, wanted: Selection, past: Past, former: Past | None
) -> list[dict[str, Any]]:
    """The fields that a version shows differently from the one before it."""
    changed = []
    for code in wanted.fields:
        field = store.catalogue[code]
        new = _said(store, field, past)
        old = None if former is None else _said(store, field, former)
        if new == old or (former is None and new[1] is None):
            continue
        entry = past.held.facts.get(code) or {}
        changed.append(
            {
                "field": code,
                "old": None if former is None else _value(store, field, former),
                "new": _value(store, field, past),
                "valid_since": entry.get("observed_on") or past.held.observed_on.isoformat(),
                "source": entry.get("source", "baseline"),
                "domain": entry.get("domain", field.owner if not entry else None),
            }
        )
    return changed


def _said(store: Store, field: Field, past: Past) -> tuple[Any, Any]:
    """What two versions are compared by: whose word it is, and what equal values share."""
    entry = past.held.facts.get(field.code) or {}
    origin = (entry.get("source"), entry.get("domain"), entry.get("observed_on"))
    if field.code in {"phone", "document"}:
        is_phone = field.code == "phone"
        return origin, _phone_key(store, past.held) if is_phone else past.document
    if not field.is_fact:
        return origin, past.held.columns[field.code]
    if "sealed" in entry:
        return origin, sealed.key_of_fact(store.sealer, past.held.id, field.code, entry)
    return origin, entry.get("value")


def _phone_key(store: Store, held: Held) -> bytes | str | None:
    if held.phone_sealed is None or not sealed.is_rotating(store.sealer):
        return held.phone_index
    return sealed.open_phone(store.sealer, held.id, held.phone_sealed)


def _change(past: Past, who: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    operation, purpose, request = (*past.reason.split(), None, None, None)[:3]
    person = who.get(request or "", {})
    return {
        "version": past.held.version,
        "known_at": past.known_from,
        "changed_by": person.get("reader_name", past.changed_by),
        "organisation": person.get("organisation"),
        "role": person.get("role"),
        "operation": operation,
        "purpose": purpose,
        "request_id": request,
    }


def _last(after: str | None, question: object) -> int:
    if after is None:
        return _NEWEST
    keys = paging.decode(after, question)
    if len(keys) != 1 or not isinstance(keys[0], int) or not 0 < keys[0] <= _NEWEST:
        raise paging.CursorNotValid
    return keys[0]
