"""Loading the demo prefecture: generated, sealed and copied grid by grid."""

import asyncio
import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from services.common.database import Database
from services.common.sealing import Sealer
from services.common.service import Progress
from services.registry.domain import demo, search
from services.registry.domain.catalogue import Catalogue, Field
from services.registry.domain.demo import DemoPlan, FactRow, GridPlan
from services.registry.settings import RegistrySettings
from services.registry.store import bulk, reference, sealed
from services.registry.store.store import open_store
from services.registry.use_cases import demo_files, upkeep

_GRIDS_AT_ONCE: Final = 4
_SOURCES: Final = {"department": "department_push"}
_CHANGED_BY: Final = "demo"


async def load(
    settings: RegistrySettings, context: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """Fill an empty registry with the demo of a scale, unless it is there already.

    Args:
        settings: Names the database.
        context: Holds `scale` and `seed`.
        progress: Told how many households are done.

    Returns:
        What other services build on: areas, organisations, accounts, clients.

    Raises:
        RegistryNotEmpty: The registry holds other residents.
    """
    plan = demo.plan(reference.divisions(), context["scale"], str(context["seed"]))
    dsn = settings.database_url.get_secret_value()
    database = Database(dsn, application="registry-demo", pool_size=2)
    await database.open()
    try:
        store = await open_store(database, settings.key_encryption_key.get_secret_value())
        async with bulk.opened(dsn) as connection:
            if not await connection.is_finished(plan.scale, plan.seed):
                await connection.begin(plan.scale, plan.seed)
                await _fill(connection, plan, Rows(store.sealer, store.catalogue), progress)
                await _bring_back(connection, progress)
                await upkeep.count_all(store)
                await connection.end(plan.scale, plan.seed)
    finally:
        await database.close()
    first = plan.grids[0].code[:12]
    folder = settings.data_dir / "demo"
    await asyncio.to_thread(demo_files.write, folder, plan, first, context["seed"])
    return _told(plan)


async def _fill(connection: bulk.Bulk, plan: DemoPlan, rows: "Rows", progress: Progress) -> None:
    """Copy all grids; the next ones are made in a thread while the database writes."""
    grids = plan.grids
    parts = [grids[i : i + _GRIDS_AT_ONCE] for i in range(0, len(grids), _GRIDS_AT_ONCE)]
    done, total = 0, plan.households
    progress("registry: households", done, total)
    made = asyncio.create_task(asyncio.to_thread(rows.tables, plan, parts[0]))
    for following in [*parts[1:], ()]:
        tables = await made
        made = asyncio.create_task(asyncio.to_thread(rows.tables, plan, following))
        await connection.copy(**tables)
        done += len(tables["households"])
        progress("registry: households", done, total)
    await made


async def _bring_back(connection: bulk.Bulk, progress: Progress) -> None:
    total = len(connection.set_aside)
    for number, statement in enumerate(connection.set_aside):
        progress("registry: indexes", number, total)
        await connection.bring_back(statement)
    progress("registry: indexes", total, total)


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
        }
        for grid in grids:
            batch = demo.fill(plan, grid)
            tables["areas"].extend(map(_area, batch.areas))
            tables["households"].extend(map(_household, batch.households))
            facts: dict[str, list[FactRow]] = {}
            for fact in demo.facts(plan, batch):
                facts.setdefault(fact[0], []).append(fact)
            for row in batch.residents:
                made = self._resident(row, facts.get(row[0], ()))
                tables["residents"].append(made)
                tables["identifiers"].append((sealed.RESIDENT_ID, made[10], row[1], row[0]))
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


def _told(plan: DemoPlan) -> Mapping[str, Any]:
    accounts = list(demo.accounts(plan))
    kinds = ("code", "kind", "name_zh", "name_ko", "name_en", "area", "domain")
    return {
        "communities": [community.code for community in plan.communities],
        "grids": [grid.code for grid in plan.grids],
        "streets": list(plan.streets),
        "counties": list(plan.counties),
        "organisations": [dict(zip(kinds, row, strict=False)) for row in demo.organisations(plan)],
        "accounts": [
            {"login": account.login, **_account(account)}
            for account in accounts
            if account.kind == "person"
        ],
        "clients": [
            {"client_id": account.login, **_account(account)}
            for account in accounts
            if account.kind == "system"
        ],
    }


def _account(account: demo.Account) -> Mapping[str, Any]:
    return {
        "role": account.role,
        "org": account.organisation,
        "areas": list(account.areas),
        "domains": list(account.domains),
        "name": account.name,
    }
