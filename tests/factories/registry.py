"""Residents and households, valid unless told otherwise, and a registry to put them in."""

import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import orjson
from fastapi import FastAPI

from services.common.ids import new_id
from services.common.testing import ISSUER, KEY_ENCRYPTION_KEY, TokenMint
from services.registry.app import create_app
from services.registry.domain import id_numbers, search
from services.registry.domain.catalogue import Field
from services.registry.settings import RegistrySettings
from services.registry.store import sealed
from services.registry.store.store import Store
from services.registry.use_cases.demo import agreements
from tests.factories.identities import Identities

COUNTY = "222406"
COMMUNITY = "222406001001"
GRID = "222406001001001"
OTHER_GRID = "222406001001002"
OTHER_COUNTY_GRID = "222401001001001"


def dwelling(grid: str = GRID, room: int = 101) -> str:
    return f"{grid}0000101{room:04d}"


def id_number(sequence: int, born_on: str = "19900101") -> str:
    first = f"229999{born_on}{sequence:03d}"
    return first + id_numbers.check_character(first)


NUMBER = id_number(1)


def catalogue_field(**changes: Any) -> Field:
    """A text that grid workers collect for the health domain."""
    values: dict[str, Any] = {
        "code": "x",
        "name_zh": "x",
        "name_ko": "x",
        "name_en": "x",
        "type": "text",
        "code_set": None,
        "owner": "health",
        "readers": frozenset(),
        "sensitivity": "personal",
        "freshness_days": None,
        "legal_basis": "x",
        "collected_by": "grid_worker",
        **changes,
    }
    return Field(**values)


@dataclass
class Registry:
    """A registry under test: its app, a client, and hands to put things in."""

    app: FastAPI
    client: httpx.AsyncClient
    mint: TokenMint
    identities: Identities

    @property
    def store(self) -> Store:
        store: Store = self.app.state.store
        return store

    def headers(self, role: str = "grid_worker", **token: Any) -> dict[str, str]:
        """Headers of a caller with a purpose; a grid worker of `GRID` unless told otherwise."""
        token.setdefault("areas", [GRID] if role == "grid_worker" else [COUNTY])
        purpose = token.pop("purpose", "public_service")
        return self.mint.headers(roles=[role], purpose=purpose, **token)

    def department(self, domain: str, **token: Any) -> dict[str, str]:
        """Headers of a department's system in the county."""
        token.setdefault("org", f"{COUNTY}.{domain}")
        return self.headers("department_system", domains=[domain], **token)

    async def look_up(
        self, number: str, fields: Iterable[str], headers: Mapping[str, str]
    ) -> httpx.Response:
        body = {"document": {"kind": "resident_id", "number": number}, "fields": list(fields)}
        return await self.client.post("/v1/residents/lookup", json=body, headers=headers)

    async def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        async with self.store.read() as connection:
            return [dict(row) for row in await connection.fetch(query, *values)]

    async def accesses(self, resident_id: UUID) -> list[dict[str, Any]]:
        """Access records of a resident, oldest first."""
        return await self.rows(
            "select operation, reader, role, organisation, purpose, fields, request_id "
            "from accesses where resident_id = $1 order by id",
            resident_id,
        )

    async def grid(self, code: str = GRID) -> None:
        async with self.store.transaction() as tx:
            await tx.connection.execute(
                "insert into areas (code, county, level, name) values ($1, left($1, 6), 'grid', $1)"
                " on conflict do nothing",
                code,
            )

    async def household(self, at: str | None = None, **changes: Any) -> UUID:
        row = {
            "id": new_id(),
            "dwelling": at or dwelling(),
            "address": "爱民社区1号楼1单元101室",
            "valid_from": date(2020, 1, 1),
            "valid_to": None,
            **changes,
        }
        async with self.store.transaction() as tx:
            await tx.connection.execute(
                "insert into households (county, id, dwelling, address, valid_from, valid_to) "
                "values (left($2, 6), $1, $2, $3, $4, $5)",
                *row.values(),
            )
        made: UUID = row["id"]
        return made

    async def head(self, household_id: UUID, resident_id: UUID) -> None:
        async with self.store.transaction() as tx:
            await tx.connection.execute(
                "update households set head_id = $2 where id = $1", household_id, resident_id
            )

    async def resident(self, person: "Person | None" = None) -> UUID:
        """Put a resident in, as an import or the demo would."""
        row = person or Person()
        sealer = self.store.sealer
        index = sealed.document_index(sealer, "resident_id", row.number) if row.number else None
        columns: dict[str, Any] = {
            "county": row.dwelling[:6],
            "id": row.id,
            "name": row.name,
            "name_ko": row.name_ko,
            "name_pinyin": row.name_pinyin,
            "name_keys": list(search.keys_of(row.name, row.name_ko, row.name_pinyin)),
            "sex": row.sex,
            "born_on": row.born_on,
            "document_kind": "resident_id" if row.number else None,
            "document_sealed": (
                sealed.seal_document(sealer, row.id, row.number) if row.number else None
            ),
            "document_index": index,
            "phone_sealed": sealed.seal_phone(sealer, row.id, row.phone) if row.phone else None,
            "phone_index": sealed.phone_index(sealer, row.phone) if row.phone else None,
            "residency": row.residency,
            "usual_language": row.usual_language,
            "household_id": row.household_id,
            "relation": row.relation,
            "dwelling": row.dwelling,
            "facts": orjson.dumps(self._facts(row)).decode(),
            "observed_on": row.observed_on,
            "died_on": row.died_on,
            "changed_by": "tests",
            "change_reason": "tests",
        }
        places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
        async with self.store.transaction() as tx:
            await tx.connection.execute(
                f"insert into residents ({', '.join(columns)}) values ({places})",
                *columns.values(),
            )
            if index:
                await tx.connection.execute(
                    "insert into identifiers values ('resident_id', $1, left($2, 6), $3)",
                    index,
                    row.dwelling,
                    row.id,
                )
        return row.id

    def _facts(self, person: "Person") -> dict[str, Any]:
        entries = {}
        for code, value in person.facts.items():
            catalogued = self.store.catalogue[code]
            held = (
                sealed.seal_fact(self.store.sealer, person.id, code, value)
                if catalogued.is_sealed
                else {"value": value}
            )
            entries[code] = {
                **held,
                "source": "department_push",
                "domain": catalogued.owner,
                "observed_on": person.observed_on.isoformat(),
            }
        return entries


@dataclass
class Person:
    """A resident to be put in."""

    id: UUID = field(default_factory=new_id)
    name: str = "金哲洙"
    name_ko: str | None = "김철수"
    name_pinyin: str | None = "jin zhe zhu"
    sex: str = "1"
    born_on: date | None = date(1990, 1, 1)
    number: str | None = NUMBER
    phone: str | None = "15412345678"
    residency: str = "registered"
    usual_language: str | None = "ko"
    household_id: UUID | None = None
    relation: str | None = "0"
    dwelling: str = field(default_factory=dwelling)
    facts: Mapping[str, Any] = field(default_factory=dict)
    observed_on: date = date(2026, 6, 1)
    died_on: date | None = None


@asynccontextmanager
async def running(dsn: str, mint: TokenMint, **settings: Any) -> AsyncIterator[Registry]:
    """A registry on a migrated database, without its loops, in a data folder of its own."""
    with tempfile.TemporaryDirectory(prefix="onegrid-registry-") as folder:
        async with _running(dsn, mint, {"data_dir": folder, **settings}) as made:
            yield made


@asynccontextmanager
async def _running(
    dsn: str, mint: TokenMint, settings: Mapping[str, Any]
) -> AsyncIterator[Registry]:
    chosen = RegistrySettings(
        database_url=dsn,
        key_encryption_key=KEY_ENCRYPTION_KEY,
        issuer=ISSUER,
        **{"run_loops": False, "database_pool_size": 4, **settings},
    )
    identities = Identities(mint)
    app = create_app(chosen, {"identity": identities.peer()})
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://registry") as client:
            made = Registry(app, client, mint, identities)
            await agreements.enter(made.store, COUNTY)
            yield made
