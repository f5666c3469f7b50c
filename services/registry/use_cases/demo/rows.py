"""Turns what the demo generates into rows of the registry's tables."""

import base64
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.sealing import Sealer
from services.registry.domain import demo, search
from services.registry.domain.catalogue import Catalogue, Field
from services.registry.domain.demo import DemoPlan, FactRow, GridPlan, chiefs
from services.registry.store import bulk, sealed
from services.registry.use_cases.demo import places

_SOURCES: Final = {"department": "department_push"}
_CHANGED_BY: Final = "demo"
_REGISTERED_HERE: Final = frozenset({"registered", "absent"})


class Rows:
    """Turns generated residents into rows of the registry: sealed, indexed, searchable.

    Args:
        sealer: Of the database that is filled.
        catalogue: Tells types, owners and what is sealed.
    """

    def __init__(self, sealer: Sealer, catalogue: Catalogue) -> None:
        self._sealer = sealer
        self._catalogue = catalogue
        self._indexes: dict[tuple[str, str], tuple[Any, str | None]] = {}

    def tables(self, plan: DemoPlan, grids: Iterable[GridPlan]) -> dict[str, list[Sequence[Any]]]:
        """The rows of some grids, by table."""
        tables: dict[str, list[Sequence[Any]]] = {
            "areas": [],
            "households": [],
            "residents": [],
            "identifiers": [],
            "memberships": [],
            "household_dwellings": [],
            "household_heads": [],
            "area_posts": [],
        }
        for grid in grids:
            batch = demo.fill(plan, grid)
            tables["areas"].extend(map(_area, batch.areas))
            held = chiefs.in_grid(plan, grid, batch.areas)
            tables["area_posts"].extend(places.post_rows(self._sealer, held))
            tables["households"].extend(map(_household, batch.households))
            since = {row[0]: row[8] for row in batch.households}
            for home in batch.households:
                tables["household_dwellings"].append(_home(home))
                tables["household_heads"].append(_head(home))
            facts: dict[str, list[FactRow]] = {}
            for fact in demo.facts(plan, batch):
                facts.setdefault(fact[0], []).append(fact)
            for row in batch.residents:
                made = self._resident(row, facts.get(row[0], ()))
                tables["residents"].append(made)
                tables["identifiers"].append((sealed.RESIDENT_ID, made[10], row[1], row[0]))
                tables["memberships"].extend(_memberships(row, since[row[2]]))
        return tables

    def _resident(self, row: demo.ResidentRow, facts: Sequence[FactRow]) -> Sequence[Any]:
        (
            text_id, county, household_id, _, dwelling, relation, name, name_ko, name_pinyin, sex,
            born_on, id_number, phone, residency, language, ethnic, registered_area, observed_on,
        ) = row  # fmt: skip
        resident_id = UUID(text_id)
        sealer = self._sealer
        entries = {
            "ethnic": self._entry(resident_id, "ethnic", ethnic, "department", observed_on),
            "registered_area": self._entry(
                resident_id, "registered_area", registered_area, "department", observed_on
            ),
        }
        for _, _, field, value, source, seen_on in facts:
            entries[field] = self._entry(resident_id, field, value, source, seen_on)
        return (
            county, resident_id, name, name_ko, name_pinyin,
            search.keys_of(name, name_ko, name_pinyin), sex, born_on, sealed.RESIDENT_ID,
            sealed.seal_document(sealer, resident_id, id_number),
            sealed.document_index(sealer, sealed.RESIDENT_ID, id_number),
            sealed.seal_phone(sealer, resident_id, phone) if phone else None,
            sealed.phone_index(sealer, phone) if phone else None,
            residency, language, household_id, relation, dwelling,
            orjson.dumps(entries).decode(), observed_on, _CHANGED_BY, _CHANGED_BY,
        )  # fmt: skip

    def _entry(
        self, resident_id: UUID, code: str, text: str, source: str, observed_on: date
    ) -> dict[str, Any]:
        """The entry of one fact, as `domain.assertions` describes it."""
        field = self._catalogue[code]
        value, index = self._value(field, text)
        held: dict[str, Any] = {"value": value}
        if index is not None:
            secret = sealed.seal_value(self._sealer, resident_id, code, value)
            held = {"sealed": base64.b64encode(secret).decode(), "index": index}
        return {
            **held,
            "source": _SOURCES.get(source, source),
            "domain": field.owner,
            "observed_on": observed_on,
        }

    def _value(self, field: Field, text: str) -> tuple[Any, str | None]:
        """A text as its field's type, and its blind index; few values occur, so they are kept."""
        key = (field.code, text)
        known = self._indexes.get(key)
        if known is None:
            value = _typed(field, text)
            index = sealed.fact_index(self._sealer, field.code, value) if field.is_sealed else None
            known = self._indexes[key] = (value, index)
        return known


def _typed(field: Field, text: str) -> Any:
    if field.type == "boolean":
        return text == "true"
    if field.type == "integer":
        return int(text)
    return float(text) if field.type == "decimal" else text


def _area(row: demo.AreaRow) -> Sequence[Any]:
    code, level, name, name_ko, name_en, _, urban, address = row
    return code, code[:6], level, name, name_ko, name_en, urban, address


def _household(row: demo.HouseholdRow) -> Sequence[Any]:
    id_, county, _, dwelling, address, number, kind, head_id, since_on, _ = row
    return county, id_, number, kind, dwelling, address, head_id, since_on


def _home(row: demo.HouseholdRow) -> Sequence[Any]:
    return row[1], row[0], row[3], "main", bulk.since(row[8]), _CHANGED_BY, _CHANGED_BY


def _head(row: demo.HouseholdRow) -> Sequence[Any]:
    return row[1], row[0], row[7], bulk.since(row[8]), _CHANGED_BY, _CHANGED_BY


def _memberships(row: demo.ResidentRow, since: date) -> Iterable[Sequence[Any]]:
    """Where a resident lives, and where it is registered if that is here."""
    id_, county, household, _, dwelling, relation = row[:6]
    valid = bulk.since(max(since, row[10]))
    yield county, id_, "living", household, relation, dwelling, valid, _CHANGED_BY, _CHANGED_BY
    if row[13] in _REGISTERED_HERE:
        yield county, id_, "registered", household, relation, None, valid, _CHANGED_BY, _CHANGED_BY
