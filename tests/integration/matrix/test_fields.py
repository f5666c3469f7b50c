"""Every field × everybody who reads residents × every door a value could leave by.

What is right is said here once more, from the catalogue's own file: a department reads the fields
it owns or is named a reader of, an office of an area what is not sensitive; numbers are masked.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import orjson
import pytest

from services.common.testing import TokenMint
from services.registry.api.policy import READERS
from services.registry.domain.catalogue import CORE
from services.registry.service import SERVICE
from tests.factories.matrix import quiet
from tests.factories.registry import COUNTY, GRID, NUMBER, Person, Registry, dwelling, running

FIELDS: Final = tuple(
    csv.DictReader(
        Path("services/registry/reference/fields.csv").read_text(encoding="utf-8").splitlines()
    )
)
DOMAINS: Final = tuple(sorted({row["owner_domain"] for row in FIELDS}))
DEPARTMENTS: Final = ("department_officer", "department_system")
PHONE: Final = "15412345678"
MASKED: Final = {
    "phone": "154****5678",
    "document": {"kind": "resident_id", "number": f"{NUMBER[:6]}********{NUMBER[14:]}"},
}


@dataclass(frozen=True, slots=True)
class Reader:
    role: str
    domain: str | None

    def reads(self, row: dict[str, str]) -> bool:
        if self.domain is not None:
            return self.domain in {row["owner_domain"], *row["reader_domains"].split()}
        return row["sensitivity"] != "sensitive"

    def filters_by(self, row: dict[str, str]) -> bool:
        owns = row["sensitivity"] != "sensitive" or self.domain == row["owner_domain"]
        return self.reads(row) and owns and row["code"] != "ethnic"


EVERYBODY: Final = tuple(
    Reader(role, domain)
    for role in READERS
    for domain in (DOMAINS if role in DEPARTMENTS else (None,))
)
"""Who reads residents at all; the others are refused whatever they ask (test_registry)."""


def value_of(row: dict[str, str], registry: Registry) -> Any:
    """Something this field can hold, told apart from every other text where it is one."""
    if row["type"] == "code":
        return min(registry.store.catalogue.code_sets[row["code_set"]])
    kinds = {
        "text": f"ZF{row['code']}Q", "boolean": True, "integer": 2, "decimal": 60.5,
        "date": "2026-05-01", "area": GRID, "id": "01900000-0000-7000-8000-000000000001",
    }  # fmt: skip
    return kinds[row["type"]]


def doors(resident: Any, row: dict[str, str], value: Any) -> Iterator[tuple[str, httpx.Request]]:
    code, within = row["code"], {"within": GRID}
    document = {"kind": "resident_id", "number": NUMBER}
    bodies = {
        "/residents/lookup": {"document": document, "fields": [code]},
        "/residents/search": {**within, "fields": [code]},
        "/exports": {"format": "csv", "fields": [code], "filter": within, "legal_basis": "法律"},
        "/aggregates": {"filter": within, "group_by": [code]},
    }
    yield "get", httpx.Request("GET", f"/v1/residents/{resident}?fields={code}")
    yield "explain", httpx.Request("GET", f"/v1/residents/{resident}?fields={code}&explain=true")
    yield "history", httpx.Request("GET", f"/v1/residents/{resident}/history?fields={code}")
    for path, body in bodies.items():
        yield path, httpx.Request("POST", f"/v1{path}", json=body)
    where = [{"field": code, "op": "eq", "value": value}]
    for path in ("/residents/search", "/aggregates"):
        body = {"filter": {**within, "where": where}} if path == "/aggregates" else {
            **within, "where": where, "fields": ["dwelling"]}  # fmt: skip
        yield f"{path} where", httpx.Request("POST", f"/v1{path}", json=body)


class Fields:
    """Asks every door and keeps what was wrong."""

    def __init__(self, registry: Registry, mint: TokenMint) -> None:
        self.registry = registry
        self.mint = mint
        self.cells: Counter[str] = Counter()
        self.wrong: list[str] = []

    def headers(self, reader: Reader) -> dict[str, str]:
        domains = [reader.domain] if reader.domain else []
        org = f"{COUNTY}.{reader.domain or 'government_office'}"
        return self.mint.headers(
            roles=[reader.role], areas=[COUNTY], domains=domains, org=org, purpose="verification"
        )

    async def ask(self, reader: Reader, row: dict[str, str], resident: Any, value: Any) -> None:
        headers = self.headers(reader)
        shown = MASKED.get(row["code"], value)
        for door, request in doors(resident, row, value):
            sent = self.registry.client.build_request(
                request.method, str(request.url), content=request.content,
                headers={**headers, "Content-Type": "application/json",
                         "Idempotency-Key": f"{door}{reader}{row['code']}"[:128]},
            )  # fmt: skip
            answer = await self.registry.client.send(sent)
            may = reader.filters_by(row) if door.endswith("where") else reader.reads(row)
            self.cells["shown" if may else "kept"] += 1
            self.judge(f"{row['code']} {reader} {door}", answer, door, (may, shown, row))

    def judge(
        self, where: str, answer: httpx.Response, door: str, right: tuple[bool, Any, dict[str, str]]
    ) -> None:
        may, shown, row = right
        fit = answer.status_code in ({200, 202, 422, 403} if may else {403, 422})
        if may and door in {"get", "explain", "/residents/lookup", "history"}:
            fit = answer.status_code == 200
        if not may and door in {"get", "explain", "/residents/lookup", "/residents/search"}:
            fit = answer.status_code == 403 and answer.json()["code"] == "field-not-readable"
        if may and door == "get":
            told = answer.json()
            held = told[row["code"]] if row["code"] in CORE else told["facts"][row["code"]]["value"]
            fit = fit and held == shown
        secrets = (NUMBER, PHONE) if may else (NUMBER, PHONE, f"ZF{row['code']}Q")
        said = orjson.dumps(answer.text).decode()
        if not fit or any(secret in said for secret in secrets):
            self.wrong.append(f"{where}: {answer.status_code} {answer.text[:200]}")


@pytest.mark.timeout(300)
async def test_every_field_is_shown_masked_or_kept_as_the_catalogue_says(
    service_database: Callable[[str, Path], str], mint: TokenMint, tmp_path: Path
) -> None:
    dsn = service_database("registry", SERVICE.migrations)
    async with running(dsn, mint, data_dir=tmp_path) as registry, AsyncExitStack() as stack:
        stack.enter_context(quiet())
        household = await registry.household()
        held = {row["code"]: value_of(row, registry) for row in FIELDS if row["code"] not in CORE}
        person = Person(
            name="ZFnameQ", name_ko="ZFname_koQ", name_pinyin="ZFname_pinyinQ", phone=PHONE,
            household_id=household, facts=held,
        )  # fmt: skip
        resident = await registry.resident(person)
        core = {
            "name": "ZFnameQ", "name_ko": "ZFname_koQ", "name_pinyin": "ZFname_pinyinQ",
            "sex": "1", "born_on": "1990-01-01", "residency": "registered", "relation": "0",
            "usual_language": "ko", "household_id": str(household), "dwelling": dwelling(),
        }  # fmt: skip
        fields = Fields(registry, mint)
        for row in FIELDS:
            value = core.get(row["code"], held.get(row["code"]))
            for reader in EVERYBODY:
                await fields.ask(reader, row, resident, value)
        cells = ", ".join(f"{count:,} {kind}" for kind, count in sorted(fields.cells.items()))
        print(f"fields: {sum(fields.cells.values()):,} cells ({cells}), {len(fields.wrong)} wrong")  # noqa: T201 — how many cells were proved is what a run tells
        assert not fields.wrong, "\n".join(fields.wrong)
