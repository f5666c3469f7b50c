"""Looking at a household, and at the households of a resident, in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from services.common.idempotency import Answer
from services.registry.domain import masking, scopes
from services.registry.domain.askers import Asker
from services.registry.domain.life_events.errors import HouseholdNotFound
from services.registry.domain.readings import Reading
from services.registry.store import sealed
from services.registry.store.households import reading as kept
from services.registry.store.store import Store
from services.registry.use_cases.residents import ResidentNotFound


@dataclass(frozen=True, slots=True)
class Question:
    """Which household, as of which day; None asks for the present."""

    household_id: UUID
    on: date | None = None


async def household(store: Store, reading: Reading, asker: Asker, question: Question) -> Answer:
    """A household with its head, members, dwellings and their periods.

    Raises:
        FieldNotReadable: The caller has no ground to read what is shown of members.
        HouseholdNotFound: There is none, or none in the caller's areas.
    """
    _require_readable(store, kept.MEMBER_FIELDS, asker)
    counties = scopes.counties_of(reading.areas, store.counties)
    key, on = question.household_id, question.on
    async with store.read() as connection:
        home = await kept.household(connection, key, counties, reading.areas)
        if home is None:
            raise HouseholdNotFound
        members = await kept.members(connection, reading, home["county"], key, on)
        dwellings = await kept.dwellings(connection, home["county"], key)
        heads = await kept.heads(connection, home["county"], key)
    head = home["head_id"] if on is None else _on(heads, on, "head_id")
    body = {
        "id": home["id"],
        "county": home["county"],
        "version": home["version"],
        "number": home["number"],
        "kind": home["kind"],
        "dwelling": home["dwelling"] if on is None else _on(dwellings, on, "dwelling"),
        "address": home["address"],
        "head_id": head,
        "valid_from": home["valid_from"],
        "valid_to": home["valid_to"],
        "on": on,
        "members": [_member(store, row) for row in members if row["basis"] == "living"],
        "registered": [_member(store, row) for row in members if row["basis"] == "registered"],
        "dwellings": [_period(row, "dwelling", "use") for row in dwellings],
        "heads": [_period(row, "head_id") for row in heads],
    }
    return _answer(body, home["version"])


async def of_resident(store: Store, reading: Reading, asker: Asker, resident_id: UUID) -> Answer:
    """The periods in which a resident lived in households, and was registered in them.

    Raises:
        FieldNotReadable: The caller has no ground to read what is shown.
        ResidentNotFound: There is none, or none whom the caller may see.
    """
    _require_readable(store, kept.PERIOD_FIELDS, asker)
    counties = scopes.counties_of(reading.areas, store.counties)
    async with store.read() as connection:
        rows = await kept.of_resident(connection, reading, resident_id, counties)
    if not rows:
        raise ResidentNotFound
    periods: dict[str, list[Mapping[str, Any]]] = {"living": [], "registered": []}
    for row in rows:
        if row["basis"] is not None:
            periods[row["basis"]].append(_period(row, "household_id", "relation", "dwelling"))
    body = {"id": rows[0]["id"], "county": rows[0]["county"], "version": rows[0]["version"]}
    return _answer({**body, **periods}, rows[0]["version"])


def _require_readable(store: Store, codes: Sequence[str], asker: Asker) -> None:
    fields = store.catalogue.named(codes, "/fields")
    store.catalogue.readable(fields, asker.roles, asker.domains)


def _on(rows: Any, on: date, name: str) -> Any:
    """The value of the period that holds a day; of dwellings the main one."""
    for row in rows:
        main = name != "dwelling" or row["use"] == "main"
        if main and row["since"] <= on and (row["until"] is None or on < row["until"]):
            return row[name]
    return None


def _member(store: Store, row: Any) -> dict[str, Any]:
    phone = row["phone_sealed"]
    shown = masking.phone(sealed.open_phone(store.sealer, row["id"], phone)) if phone else None
    names = ("id", "version", "name", "name_ko", "sex", "born_on", "relation", "dwelling")
    return {**{n: row[n] for n in names}, "phone": shown, **_period(row)}


def _period(row: Any, *names: str) -> dict[str, Any]:
    return {**{n: row[n] for n in names}, "from": row["since"], "to": row["until"]}


def _answer(body: Mapping[str, Any], version: int) -> Answer:
    headers = (("ETag", f'"{version}"'), ("Cache-Control", "no-store"))
    return Answer(orjson.dumps(body, default=str), headers=headers)
