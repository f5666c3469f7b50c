"""Looking at the documents of a resident."""

from typing import Any
from uuid import UUID

import orjson

from services.common.idempotency import Answer
from services.registry.domain import masking, scopes
from services.registry.domain.askers import Asker
from services.registry.domain.readings import Reading
from services.registry.store import sealed
from services.registry.store.people import documents as kept
from services.registry.store.store import Store
from services.registry.use_cases.people.documents import ADDERS
from services.registry.use_cases.residents import ResidentNotFound


async def listed(store: Store, reading: Reading, asker: Asker, resident_id: UUID) -> Answer:
    """Every document of a resident, numbers masked; those that ended last.

    Raises:
        FieldNotReadable: The caller has no ground to read documents.
        ResidentNotFound: There is none, or none in the caller's areas.
    """
    fields = store.catalogue.named(["document"], "/fields")
    if not asker.roles & ADDERS:
        store.catalogue.readable(fields, asker.roles, asker.domains)
    counties = scopes.counties_of(reading.areas, store.counties)
    async with store.read() as connection:
        rows = await kept.listed(connection, reading, resident_id, counties)
    if not rows:
        raise ResidentNotFound
    items = [_view(store, row) for row in rows if row["id"] is not None]
    first = rows[0]
    if first["document_kind"] and not any(i["primary"] and not i["ended_at"] for i in items):
        number = sealed.open_document(store.sealer, resident_id, first["document_sealed"])
        items.insert(0, _shown(None, first["document_kind"], number) | {"primary": True})
    headers = (("ETag", f'"{first["version"]}"'), ("Cache-Control", "no-store"))
    return Answer(orjson.dumps({"items": items}, default=str), headers=headers)


def _view(store: Store, row: Any) -> dict[str, Any]:
    number = sealed.open_document(store.sealer, row["resident"], row["number_sealed"])
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
