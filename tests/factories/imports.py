"""Office files, and the hands to send them and have them carried out."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import httpx
import openpyxl
import orjson

from services.common.timers import TimerLoop
from services.registry.store import sealed
from services.registry.use_cases.imports import run as imports_run
from services.registry.use_cases.imports.plan import Importing
from tests.factories.registry import COUNTY, Registry

TABLES = ("residents", "identifiers", "assertions", "resident_history", "events", "accesses")


def xlsx(rows: Sequence[Sequence[Any]], title: str = "登记表") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
        for cell in sheet[sheet.max_row]:
            if cell.data_type == "f":  # a text a clerk typed, not a formula
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_file(rows: Sequence[Sequence[Any]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def read_xlsx(content: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def read_csv(content: bytes, encoding: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding)), delimiter=delimiter))


class Office:
    """A department that sends files to a registry under test."""

    def __init__(self, registry: Registry, domain: str) -> None:
        self.registry = registry
        self.domain = domain

    @property
    def env(self) -> Importing:
        env: Importing = self.registry.app.state.importing
        return env

    def headers(self, **token: Any) -> dict[str, str]:
        return self.registry.department(self.domain, **token)

    async def send(
        self,
        content: bytes,
        name: str = "表.xlsx",
        *,
        headers: Mapping[str, str] | None = None,
        **form: str,
    ) -> httpx.Response:
        return await self.registry.client.post(
            "/v1/imports",
            files={"file": (name, content)},
            data={"domain": self.domain, "county": COUNTY, **form},
            headers=headers or self.headers(),
        )

    async def work(self, env: Importing | None = None) -> int:
        """Carry out what is due, as the worker would; how many timers were taken."""
        loop = TimerLoop(self.env.store.database, imports_run.handlers(env or self.env), batch=1)
        return await loop.fire_due()

    async def tidy(self) -> int:
        """Do what is due of the upkeep of files."""
        handlers = imports_run.upkeep_handlers(self.env)
        return await TimerLoop(self.env.store.database, handlers).fire_due()

    async def take(self, content: bytes, name: str = "表.xlsx", **form: str) -> dict[str, Any]:
        """Send a file, have it carried out, and give the job as it ended."""
        sent = await self.send(content, name, headers=None, **form)
        assert sent.status_code == 202, sent.text
        assert await self.work() == 1
        return await self.job(sent.json()["id"])

    async def job(self, import_id: str) -> dict[str, Any]:
        response = await self.registry.client.get(
            f"/v1/imports/{import_id}", headers=self.headers()
        )
        assert response.status_code == 200, response.text
        job: dict[str, Any] = response.json()
        return job

    async def errors(self, import_id: str) -> httpx.Response:
        return await self.registry.client.get(
            f"/v1/imports/{import_id}/errors", headers=self.headers()
        )

    async def cancel(self, import_id: str) -> httpx.Response:
        return await self.registry.client.post(
            f"/v1/imports/{import_id}/cancel", headers=self.headers()
        )


RESIDENTS = """
select r.*, r.facts::text as facts,
    (select count(*) from resident_history h where h.resident_id = r.id) as history,
    (select count(*) from accesses a where a.resident_id = r.id) as accesses,
    (select count(*) from identifiers i where i.resident_id = r.id) as identifiers,
    (select coalesce(jsonb_agg(jsonb_build_array(e.type, e.area, e.domain, e.data - 'import_id')
        order by e.seq), '[]')::text from events e where e.subject = r.id::text) as events
from residents r
"""
ASSERTIONS = """
select field, value::text, value_sealed, method, domain, organisation, collector,
    observed_on::text, observed_at::text
from assertions where resident_id = $1
"""
VARYING = (
    "id", "county", "document_sealed", "document_index", "phone_sealed", "phone_index",
    "recorded_at", "updated_at", "change_reason",
)  # fmt: skip


async def record(registry: Registry) -> list[dict[str, Any]]:
    """The record, opened, without what differs from run to run: ids, instants, ciphertexts."""
    sealer = registry.store.sealer
    residents = await registry.rows(RESIDENTS)
    for row in residents:
        key = row["id"]
        row["document"] = sealed.open_document(sealer, key, row["document_sealed"])
        phone = row["phone_sealed"]
        row["phone"] = sealed.open_phone(sealer, key, phone) if phone else None
        facts = orjson.loads(row["facts"])
        row["facts"] = {
            field: {
                **{name: v for name, v in entry.items() if name not in {"sealed", "index"}},
                "value": sealed.open_fact(sealer, key, field, entry),
            }
            for field, entry in facts.items()
        }
        row["events"] = orjson.loads(row["events"])
        said = await registry.rows(ASSERTIONS, key)
        for one in said:
            secret = one.pop("value_sealed")
            if secret is not None:
                one["value"] = sealed.open_value(sealer, key, one["field"], secret)
        row["assertions"] = sorted(said, key=lambda one: tuple(map(str, one.values())))
        for name in VARYING:
            del row[name]
    return sorted(residents, key=lambda row: row["document"])


async def counts(registry: Registry) -> dict[str, int]:
    """How many rows the tables of the record have."""
    query = "select " + ", ".join(f"(select count(*) from {t}) as {t}" for t in TABLES)
    return dict((await registry.rows(query))[0])


def day(text: str) -> date:
    return date.fromisoformat(text)
