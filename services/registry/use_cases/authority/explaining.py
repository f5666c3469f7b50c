"""Why a record shows what it shows: which assertion won, which lost, and why each did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.idempotency import Answer
from services.registry.domain import assertions, masking
from services.registry.domain.assertions import Assertion
from services.registry.domain.authority import Matrix, Order
from services.registry.domain.catalogue import Field
from services.registry.domain.readings import Reading
from services.registry.store import assertions as kept_assertions
from services.registry.store import registrations, residents
from services.registry.store.assertions import Kept
from services.registry.store.authority import records, versions
from services.registry.store.residents import Row, Selection
from services.registry.store.store import Store
from services.registry.use_cases.changes import Change
from services.registry.use_cases.residents import row_by_document, row_by_id

DOCUMENT: Final = "document"
"""Registered from its issuer's file and never asserted."""


@dataclass(frozen=True, slots=True)
class _Said:
    """An assertion as it is explained."""

    assertion: Assertion
    value: Any
    organisation: str | None
    recorded_at: datetime


async def by_id(store: Store, reading: Reading, wanted: Selection, resident_id: UUID) -> Answer:
    """The resident with an id, and why its record shows what it shows.

    Raises:
        ResidentNotFound: There is none, or none whom the caller may see.
    """
    row = await row_by_id(store, reading, wanted, resident_id)
    return await _explained(store, wanted, row)


async def look_up(
    store: Store, reading: Reading, wanted: Selection, kind: str, number: str
) -> Answer:
    """The one resident with a document, explained in the same way.

    Raises:
        IdNumberInvalid: The number cannot exist.
        ResidentNotFound: Nobody has it, or nobody whom the caller may see.
    """
    row = await row_by_document(store, reading, wanted, kind, number)
    return await _explained(store, wanted, row)


async def _explained(store: Store, wanted: Selection, row: Row) -> Answer:
    county, resident_id = row["county"], row["id"]
    async with store.snapshot() as connection:
        matrix = await store.matrix(connection)
        version = await versions.active(connection)
        held, recorded_at = await records.read(connection, county, resident_id)
        held = await registrations.known(connection, store.catalogue, held)
        rows = await kept_assertions.kept(
            connection, store.sealer, county, [resident_id], wanted.fields
        )
    kept = kept_assertions.by_resident(rows).get(held.id, {})
    change = Change(store.sealer, held, matrix, kept)
    told: dict[str, Any] = {}
    for code in wanted.fields:
        field = store.catalogue[code]
        said = _said(store, change, field, kept.get(code, ()), recorded_at)
        told[code] = _told(change, field, matrix, said, version.former)
    view = residents.view(row, wanted, store.sealer)
    body = view[:-1] + b',"explanation":' + orjson.dumps(told) + b"}"
    headers = (("ETag", f'"{row["version"]}"'), ("Cache-Control", "no-store"))
    return Answer(body, headers=headers)


def _said(
    store: Store, change: Change, field: Field, kept: Sequence[Kept], recorded_at: datetime
) -> list[_Said]:
    if kept:
        return [
            _Said(k.assertion, k.opened(store.sealer), k.organisation, k.recorded_at) for k in kept
        ]
    present = None if field.code == DOCUMENT else change.present(field)
    return [] if present is None else [_Said(*present, None, recorded_at)]


def _told(
    change: Change, field: Field, matrix: Matrix, said: Sequence[_Said], former: int | None
) -> dict[str, Any]:
    order = matrix.order(field)
    if not said:
        return {"authority": matrix.version, "shown": None, "others": []}
    all_said = [one.assertion for one in said]
    places = assertions.ranked(all_said, order)
    best = all_said[places[0]]
    newest = assertions.newest_on(all_said)
    present = change.present(field)
    # While a version is being carried into the records, one may still be as the former left it.
    is_carried = present is None or present[0].rank(order, newest) == best.rank(order, newest)
    others = [
        {
            **_one(field, order, said[place]),
            "reason": assertions.reason(all_said[place], best, order, newest),
        }
        for place in places[1:]
    ]
    return {
        "authority": matrix.version if is_carried else former,
        "shown": _one(field, order, said[places[0]]),
        "others": others,
    }


def _one(field: Field, order: Order, said: _Said) -> dict[str, Any]:
    assertion = said.assertion
    standing = order.of(assertion.speaker)
    value = said.value
    return {
        "value": masking.phone(value) if field.code == "phone" and value else value,
        "source": assertion.method,
        "domain": assertion.domain,
        "organisation": said.organisation,
        "observed_on": assertion.observed_on,
        "recorded_at": said.recorded_at,
        "rank": standing.rank,
        "max_age_days": standing.max_age_days,
    }
