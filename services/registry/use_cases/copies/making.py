"""Making a person's copy: all that is kept, whose word it is, and who has seen it.

The law gives the person a right to its own data, so its own numbers are told in full and fields are
told whoever owns them. Of others it gives nothing: members of the household and other subjects of
an event are left out.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.clock import Clock, utc_now
from services.common.errors import Fault, ValidationFailed
from services.common.ids import new_id
from services.registry.domain import scopes
from services.registry.domain.catalogue import Field
from services.registry.domain.readings import Reading
from services.registry.store import assertions, residents, sealed
from services.registry.store.copies import reading as kept
from services.registry.store.residents import Row, Selection
from services.registry.store.store import Store
from services.registry.use_cases.copies import page
from services.registry.use_cases.residents import ResidentNotFound

PURPOSE: Final = "resident_request"
_MASKED: Final = frozenset({"document", "phone"})


@dataclass(frozen=True, slots=True)
class Copy:
    """What is handed over.

    Attributes:
        id: Of the record of the hand-over.
        body: The file.
        media_type: Of the file.
        name: For whoever saves it.
    """

    id: UUID
    body: bytes
    media_type: str
    name: str


_FORMATS: Final[Mapping[str, tuple[Callable[[Mapping[str, Any]], bytes], str]]] = {
    "json": (
        lambda copy: orjson.dumps(copy, default=str, option=orjson.OPT_INDENT_2),
        "application/json",
    ),
    "html": (page.written, "text/html; charset=utf-8"),
}


async def make(
    store: Store,
    reading: Reading,
    resident_id: UUID,
    *,
    requested_by: str,
    format_: str,
    clock: Clock = utc_now,
) -> Copy:
    """A person's copy; the reading and the hand-over are recorded before it leaves.

    Args:
        store: Where it is kept.
        reading: Who hands it over, at the resident's request.
        resident_id: Of whom.
        requested_by: `self`, `guardian` or `agent`.
        format_: `json` or `html`.
        clock: Tells the time.

    Raises:
        ValidationFailed: It is not at the resident's request.
        ResidentNotFound: There is none, or none whom the caller may see.
    """
    if reading.purpose != PURPOSE:
        detail = "A copy is made at the resident's request: OneGrid-Purpose: resident_request."
        raise ValidationFailed(Fault("#header/onegrid-purpose", "resident-request", detail))
    wanted = Selection.of(tuple(store.catalogue.values()))
    counties = scopes.counties_of(reading.areas, store.counties)
    question = (resident_id, counties, reading.areas)
    now, copy_id = clock(), new_id()
    async with store.snapshot() as connection:
        row = await residents.one(connection, wanted.by_id, question, None)
        if row is None:
            raise ResidentNotFound
        tables = await kept.tables(connection, row["county"], resident_id)
        said = await assertions.kept(
            connection, store.sealer, row["county"], [resident_id], wanted.fields
        )
        copy = {
            "made": {
                "id": copy_id,
                "at": now,
                "by": reading.reader_name,
                "organisation": reading.organisation,
                "requested_by": requested_by,
            },
            "resident": {"id": resident_id, "county": row["county"], "version": row["version"]},
            "fields": _fields(store, wanted, row),
            "said": [_said(store, one) for one in said],
            **_opened(store, resident_id, row, tables),
            "correct": f"/registry/v1/residents/{resident_id}/disputes",
        }
        write, media_type = _FORMATS[format_]
        body = write(copy)
        told = (requested_by, format_, len(body), hashlib.sha256(body).digest(), now)
        key = (row["county"], resident_id, copy_id)
        await kept.hand_over(connection, reading, key, wanted.fields, told)
    return Copy(copy_id, body, media_type, f"copy-{resident_id}.{format_}")


def _fields(store: Store, wanted: Selection, row: Row) -> list[dict[str, Any]]:
    """Every field that has a value, with whose it is and where the value comes from."""
    view = orjson.loads(residents.view(row, wanted, store.sealer))
    found = []
    for field in store.catalogue.values():
        entry = view.get("facts", {}).get(field.code) if field.is_fact else None
        value = entry["value"] if entry else view.get(field.code)
        if field.code in _MASKED:
            value = _own(store, row, field)
        if value is not None:
            found.append(
                {
                    "field": field.code,
                    "name_zh": field.name_zh,
                    "name_ko": field.name_ko,
                    "name_en": field.name_en,
                    "value": value,
                    "owner": field.owner,
                    "legal_basis": field.legal_basis,
                    "disputed": field.code in (row["disputed"] or ()),
                    **{k: v for k, v in (entry or {}).items() if k != "value"},
                }
            )
    return found


def _own(store: Store, row: Row, field: Field) -> Any:
    """A number of the person, in full."""
    if row[field.code] is None:
        return None
    if field.code == "phone":
        return sealed.open_phone(store.sealer, row["id"], row["phone"])
    number = sealed.open_document(store.sealer, row["id"], row["document"])
    return {"kind": row["kind"], "number": number}


def _said(store: Store, one: assertions.Kept) -> dict[str, Any]:
    """What somebody said once, whether it is shown or not."""
    return {
        "field": one.field,
        "value": one.opened(store.sealer),
        "method": one.assertion.method,
        "domain": one.assertion.domain,
        "organisation": one.organisation,
        "observed_on": one.assertion.observed_on,
        "recorded_at": one.recorded_at,
    }


def _opened(
    store: Store, resident_id: UUID, row: Row, tables: Mapping[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    """The tables with what was sealed in them opened."""
    papers = [
        {
            "number": sealed.open_document(store.sealer, resident_id, paper.pop("number_sealed")),
            **paper,
        }
        for paper in tables["documents"]
    ]
    if row["document"] is not None and not any(p["is_primary"] for p in papers):
        number = sealed.open_document(store.sealer, resident_id, row["document"])
        papers.insert(0, {"number": number, "kind": row["kind"], "is_primary": True})
    for dispute in tables["disputes"]:
        key = dispute.pop("id").bytes
        for name, context in (("statement", b"dispute:"), ("reason", b"decision:")):
            secret = dispute.pop(f"{name}_sealed")
            dispute[name] = secret and store.sealer.open(secret, context + key)
    return {**tables, "documents": papers}
