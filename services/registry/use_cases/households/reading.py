"""Looking at a household, and at the households of a resident, in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from services.common.database import Connection
from services.common.idempotency import Answer
from services.registry.domain import masking, scopes
from services.registry.domain.askers import Asker
from services.registry.domain.life_events.errors import HouseholdNotFound
from services.registry.domain.readings import Reading
from services.registry.store import histories, sealed
from services.registry.store.households import reading as kept
from services.registry.store.store import Store
from services.registry.use_cases.residents import ResidentNotFound


@dataclass(frozen=True, slots=True)
class Question:
    """Which household.

    Attributes:
        household_id: Its key.
        on: As of which day; None asks for what goes on.
        known_at: As the registry knew it at which instant; None asks for what it knows.
    """

    household_id: UUID
    on: date | None = None
    known_at: datetime | None = None


async def household(store: Store, reading: Reading, asker: Asker, question: Question) -> Answer:
    """A household with its head, members, dwellings and their periods.

    Raises:
        FieldNotReadable: The caller has no ground to read what is shown of members.
        HouseholdNotFound: There is none, none in the caller's areas, or it was not known yet.
    """
    _require_readable(store, kept.MEMBER_FIELDS, asker)
    counties = scopes.counties_of(reading.areas, store.counties)
    on, known_at = question.on, question.known_at
    async with store.read() as connection:
        home = await kept.household(connection, question.household_id, counties, reading.areas)
        if home is None:
            raise HouseholdNotFound
        key = (home["county"], question.household_id)
        dwellings = await kept.dwellings(connection, key, known_at)
        heads = await kept.heads(connection, key, known_at)
        if known_at is not None and not dwellings:
            raise HouseholdNotFound
        rows = await kept.members(connection, reading, key, on, known_at)
        members = [(row, await _then(connection, store, row, known_at)) for row in rows]
        is_present = on is None and known_at is None
        dwelling = home["dwelling"] if is_present else _on(dwellings, on, "dwelling")
        address = home["address"]
        if dwelling != home["dwelling"]:
            address = await kept.address(connection, dwelling) if dwelling else ""
    body = {
        **{name: home[name] for name in ("id", "county", "version", "number", "kind")},
        "dwelling": dwelling,
        "address": address,
        "head_id": home["head_id"] if is_present else _on(heads, on, "head_id"),
        "valid_from": home["valid_from"],
        "valid_to": home["valid_to"],
        "on": on,
        "known_at": known_at,
        "members": [_member(store, *m) for m in members if m[0]["basis"] == "living"],
        "registered": [_member(store, *m) for m in members if m[0]["basis"] == "registered"],
        "dwellings": [_period(row, "dwelling", "use") for row in dwellings],
        "heads": [_period(row, "head_id") for row in heads],
    }
    return _answer(body, home["version"])


async def _then(
    connection: Connection, store: Store, row: Any, known_at: datetime | None
) -> Mapping[str, Any]:
    """What a record showed at an instant, of a member."""
    if known_at is None:
        return dict(row)
    past = await histories.at(connection, store.counties, row["id"], known_at)
    if past is None:  # recorded before the record itself was: by a move from another county
        return dict(row)
    held = past.held
    return {**held.columns, "version": held.version, "phone_sealed": held.phone_sealed}


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


def _on(rows: Any, on: date | None, name: str) -> Any:
    """The value of the period that holds a day, or goes on; of dwellings the main one."""
    for row in rows:
        main = name != "dwelling" or row["use"] == "main"
        is_open = row["until"] is None
        if main and (
            is_open if on is None else row["since"] <= on and (is_open or on < row["until"])
        ):
            return row[name]
    return None


def _member(store: Store, row: Any, then: Mapping[str, Any]) -> dict[str, Any]:
    phone = then["phone_sealed"]
    shown = masking.phone(sealed.open_phone(store.sealer, row["id"], phone)) if phone else None
    told = {name: then[name] for name in ("version", "name", "name_ko", "sex", "born_on")}
    period = _period(row, "relation", "dwelling")
    return {"id": row["id"], **told, **period, "phone": shown}


def _period(row: Any, *names: str) -> dict[str, Any]:
    return {**{n: row[n] for n in names}, "from": row["since"], "to": row["until"]}


def _answer(body: Mapping[str, Any], version: int) -> Answer:
    headers = (("ETag", f'"{version}"'), ("Cache-Control", "no-store"))
    return Answer(orjson.dumps(body, default=str), headers=headers)
