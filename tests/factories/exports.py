"""Somebody who exports from a registry under test."""

from collections.abc import Mapping
from typing import Any

import httpx

from services.common.ids import new_id
from services.common.timers import TimerLoop
from services.registry.use_cases.exports import run
from services.registry.use_cases.exports.plan import Exporting
from tests.factories.registry import COMMUNITY, Registry


class Exporter:
    """Asks, waits, fetches.

    Args:
        registry: Under test.
        headers: Of the caller.
    """

    def __init__(self, registry: Registry, headers: Mapping[str, str]) -> None:
        self.registry = registry
        self._headers = dict(headers)

    @property
    def env(self) -> Exporting:
        env: Exporting = self.registry.app.state.exporting
        return env

    async def ask(self, fields: list[str], **body: Any) -> httpx.Response:
        whole = {
            "format": "csv",
            "fields": fields,
            "filter": {"within": COMMUNITY},
            "legal_basis": "社会保险法第五十七条",
            **body,
        }
        headers = {**self._headers, "Idempotency-Key": new_id().hex}
        return await self.registry.client.post("/v1/exports", json=whole, headers=headers)

    async def work(self, env: Exporting | None = None) -> int:
        handlers = run.handlers(env or self.env)
        return await TimerLoop(self.env.store.database, handlers, batch=1).fire_due()

    async def clean_up(self) -> int:
        handlers = run.upkeep_handlers(self.env)
        return await TimerLoop(self.env.store.database, handlers).fire_due()

    async def job(self, export_id: str) -> dict[str, Any]:
        answer = await self.get(f"/{export_id}")
        assert answer.status_code == 200, answer.text
        job: dict[str, Any] = answer.json()
        return job

    async def get(self, rest: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.registry.client.get(
            f"/v1/exports{rest}", headers=headers or self._headers
        )

    async def take(self, fields: list[str], **body: Any) -> bytes:
        """The content of an export, carried out."""
        asked = await self.ask(fields, **body)
        assert asked.status_code == 202, asked.text
        assert await self.work() == 1
        job = await self.job(asked.json()["id"])
        assert job["state"] == "done", job
        file = await self.get(f"/{job['id']}/file")
        assert file.status_code == 200, file.text
        return file.content
