"""Looking at the documents of a resident."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from services.common.clock import local_day
from services.common.idempotency import Answer
from services.registry.domain import masking, scopes
from services.registry.domain.askers import Asker
from services.registry.domain.readings import Reading
from services.registry.store import histories, sealed
from services.registry.store.people import documents as kept
from services.registry.store.store import Store
from services.registry.use_cases.people.documents import ADDERS
from services.registry.use_cases.residents import ResidentNotFound


@dataclass(frozen=True, slots=True)
class Question:
    """Whose documents.

    Attributes:
        resident_id: Of whom.
        valid_on: Only those that were valid on this day.
        known_at: As the registry knew them at this instant; None asks for what it knows.
    """

    resident_id: UUID
    valid_on: date | None = None
    known_at: datetime | None = None


async def listed(store: Store, reading: Reading, asker: Asker, question: Question) -> Answer:
    """Every document of a resident, numbers masked; those that ended last.

    Raises:
        FieldNotReadable: The caller has no ground to read documents.
        ResidentNotFound: There is none, none in the caller's areas, or it was not known yet.
    """
    fields = store.catalogue.named(["document"], "/fields")
    if not asker.roles & ADDERS:
        store.catalogue.readable(fields, asker.roles, asker.domains)
    counties = scopes.counties_of(reading.areas, store.counties)
    resident_id, known_at = question.resident_id, question.known_at
    past = None
    async with store.read() as connection:
        rows = await kept.listed(connection, reading, resident_id, counties)
        if rows and known_at is not None:
            past = await histories.at(connection, store.counties, resident_id, known_at)
    if not rows or (known_at is not None and past is None):
        raise ResidentNotFound
    first = rows[0]
    primary = (first["document_kind"], first["document_sealed"])
    if past is not None:
        primary = past.document or (None, None)
    kept_rows = [dict(row) for row in rows if row["id"] is not None]
    items = _items(store, kept_rows, (resident_id, *primary), known_at)
    if question.valid_on is not None:
        items = [item for item in items if _is_valid(item, question.valid_on)]
    body: dict[str, Any] = {"items": items}
    if (question.valid_on, known_at) != (None, None):
        body["as_of"] = {"valid_on": question.valid_on, "known_at": known_at}
    headers = (("ETag", f'"{first["version"]}"'), ("Cache-Control", "no-store"))
    return Answer(orjson.dumps(body, default=str), headers=headers)


def _items(
    store: Store,
    rows: Iterable[dict[str, Any]],
    primary: tuple[UUID, str | None, bytes | None],
    known_at: datetime | None,
) -> list[dict[str, Any]]:
    """The documents that were known, the primary one of the record among them."""
    resident_id, kind, secret = primary
    number = sealed.open_document(store.sealer, resident_id, secret) if secret else None
    items = []
    for row in rows if known_at is None else _known(rows, known_at):
        own = sealed.open_document(store.sealer, resident_id, row["number_sealed"])
        if known_at is not None:  # which one is shown changes without a trace in its row
            row["is_primary"] = (row["kind"], own) == (kind, number)
        items.append(_view(row, own))
    if kind and number and not any(item["primary"] for item in items):
        items.insert(0, _shown(None, kind, number) | {"primary": True})
    return items


def _known(rows: Iterable[dict[str, Any]], known_at: datetime) -> Iterator[dict[str, Any]]:
    """Rows as they were at an instant."""
    for row in rows:
        if row["recorded_at"] <= known_at:
            was_open = row["ended_at"] is None or row["ended_at"] > known_at
            yield {**row, **({"ended_at": None, "end_reason": None} if was_open else {})}


def _is_valid(item: Mapping[str, Any], day: date) -> bool:
    """Whether a document was valid on a day, as far as is known: issued, not expired, not ended."""
    ended = item["ended_at"]
    return (
        (item["issued_on"] is None or item["issued_on"] <= day)
        and (item["expires_on"] is None or item["expires_on"] >= day)
        and (ended is None or local_day(ended) > day)
    )


def _view(row: Mapping[str, Any], number: str) -> dict[str, Any]:
    names = ("issued_on", "expires_on", "recorded_at", "ended_at", "end_reason")
    primary = row["is_primary"] and row["ended_at"] is None
    return (
        _shown(row["id"], row["kind"], number) | {n: row[n] for n in names} | {"primary": primary}
    )


def _shown(paper_id: UUID | None, kind: str, number: str) -> dict[str, Any]:
    return {
        "id": paper_id or "primary",
        "kind": kind,
        "number": masking.document(kind, number),
        "issued_on": None,
        "expires_on": None,
        "recorded_at": None,
        "ended_at": None,
        "end_reason": None,
    }
