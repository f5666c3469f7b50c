"""A department that holds files against a registry under test."""

from collections.abc import Mapping
from typing import Any

import httpx

from services.common.timers import TimerLoop
from services.registry.use_cases.imports.plan import Importing
from services.registry.use_cases.reconciliations import run
from tests.factories.imports import Office
from tests.factories.registry import COUNTY


class Reconciler(Office):
    """Sends files to be compared."""

    async def hold(
        self,
        content: bytes,
        name: str = "表.xlsx",
        *,
        headers: Mapping[str, str] | None = None,
        **form: str,
    ) -> httpx.Response:
        return await self.registry.client.post(
            "/v1/reconciliations",
            files={"file": (name, content)},
            data={"domain": self.domain, "county": COUNTY, **form},
            headers=headers or self.headers(),
        )

    async def compare(self, env: Importing | None = None) -> int:
        handlers = run.handlers(env or self.env)
        return await TimerLoop(self.env.store.database, handlers, batch=1).fire_due()

    async def clean_up(self) -> int:
        handlers = run.upkeep_handlers(self.env)
        return await TimerLoop(self.env.store.database, handlers).fire_due()

    async def reconcile(self, content: bytes, name: str = "表.xlsx", **form: str) -> dict[str, Any]:
        sent = await self.hold(content, name, headers=None, **form)
        assert sent.status_code == 202, sent.text
        assert await self.compare() == 1
        return await self.reconciliation(sent.json()["id"])

    async def reconciliation(self, its_id: str) -> dict[str, Any]:
        answer = await self.get(its_id)
        assert answer.status_code == 200, answer.text
        job: dict[str, Any] = answer.json()
        return job

    async def get(self, its_id: str, rest: str = "", **token: Any) -> httpx.Response:
        path = f"/v1/reconciliations/{its_id}{rest}"
        return await self.registry.client.get(path, headers=self.headers(**token))

    async def post(self, its_id: str, what: str) -> httpx.Response:
        path = f"/v1/reconciliations/{its_id}/{what}"
        return await self.registry.client.post(path, headers=self.headers())

    async def differences(self, its_id: str, **query: str) -> list[dict[str, Any]]:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        answer = await self.get(its_id, f"/differences?{asked}")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items
