"""Valid admission inputs with keyword overrides, and an app driven over HTTP."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.admission.app import create_app
from services.admission.settings import AdmissionSettings
from services.common.clock import local_day, utc_now
from services.common.ids import new_id
from services.common.peers import InProcess, Peer
from services.common.testing import AUDIENCE, ISSUER, KEY_ENCRYPTION_KEY, TokenMint

VERSIONS = Path("services/admission/migrations/versions")
COUNTY = "222406"
COMMUNITIES = ("222406001001", "222406001003", "222406002001")
VILLAGE = "222406100200"
OTHER_COUNTY = "222401001001"
ORG = "222406.health"


def today() -> date:
    return local_day(utc_now())


def in_days(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


def application(**changes: Any) -> dict[str, Any]:
    """An application for 100.00 yuan over three communities in two instalments."""
    body: dict[str, Any] = {
        "title": "65岁以上老年人健康体检入户通知",
        "class": "admitted",
        "domain": "health",
        "communities": list(COMMUNITIES),
        "content": "入户通知辖区65岁以上老年人参加年度免费体检。",
        "legal_basis": "《国家基本公共卫生服务规范（第三版）》",
        "special_explanation": "需由熟悉居民情况的社区工作者逐户通知。",
        "starts_on": in_days(0),
        "ends_on": in_days(365),
        "adds": {"ledger": True, "form": "体检通知登记表"},
        "workload_hours_per_month": 12,
        "funding": {
            "amount_fen": 10_000,
            "source": "基本公共卫生服务补助资金",
            "schedule": [
                {"due_on": in_days(10), "amount_fen": 5_000},
                {"due_on": in_days(100), "amount_fen": 5_000},
            ],
        },
    }
    return {**body, **changes}


def unpaid(**changes: Any) -> dict[str, Any]:
    """An application that needs no money, and says why."""
    funding = {"amount_fen": 0, "zero_reason": "仅转发通知，不增加社区支出。"}
    return application(funding=funding, **changes)


def fake_registry() -> Peer:
    """A registry that knows three urban communities, one village and another county's community."""

    async def areas(request: Request) -> JSONResponse:
        assert request.headers["authorization"].startswith("Bearer ")
        assert request.query_params["level"] == "community"
        within = request.query_params["within"]
        known = {**dict.fromkeys((*COMMUNITIES, OTHER_COUNTY), True), VILLAGE: False}
        items = [
            {"code": code, "level": "community", "urban": urban}
            for code, urban in sorted(known.items())
            if code.startswith(within)
        ]
        after = int(request.query_params.get("after", "0"))
        more = str(after + 2) if len(items) > after + 2 else None
        return JSONResponse({"items": items[after : after + 2], "next": more})

    app = Starlette(routes=[Route("/v1/areas", areas)])
    return Peer("registry", base_url="http://registry", transport=InProcess(app))


@dataclass
class Office:
    """Someone who works with the app: the same client, other rights."""

    client: httpx.AsyncClient
    mint: TokenMint
    roles: Iterable[str]
    org: str
    areas: Iterable[str] = (COUNTY,)
    domains: Iterable[str] = ()
    sub: str = "person-1"
    headers: dict[str, str] = field(default_factory=dict)

    def _headers(self, version: int | None) -> dict[str, str]:
        headers = self.mint.headers(
            roles=self.roles, org=self.org, areas=self.areas, domains=self.domains, sub=self.sub
        )
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return {**headers, **self.headers}

    def headers_for_json(self) -> dict[str, str]:
        """For a body that httpx itself would refuse to encode."""
        return {**self._headers(None), "Content-Type": "application/json"}

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.client.get(path, params=params or None, headers=self._headers(None))

    async def post(
        self, path: str, body: Any = None, version: int | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = self._headers(version)
        headers["Idempotency-Key"] = key or new_id().hex
        return await self.client.post(path, json=body, headers=headers)

    async def patch(self, path: str, body: Any, version: int | None) -> httpx.Response:
        return await self.client.patch(path, json=body, headers=self._headers(version))

    async def step(self, item: dict[str, Any], action: str, body: Any = None) -> dict[str, Any]:
        """Take a step that must succeed; the item after it."""
        response = await self.post(f"/v1/items/{item['id']}/{action}", body, item["version"])
        assert response.status_code == 200, response.text
        after: dict[str, Any] = response.json()
        return after


@dataclass
class Town:
    """A running admission service and the people around it."""

    app: FastAPI
    health: Office
    housing: Office
    secretariat: Office
    approver: Office
    finance: Office
    community: Office
    elsewhere: Office

    async def apply(self, **changes: Any) -> dict[str, Any]:
        response = await self.health.post("/v1/items", application(**changes))
        assert response.status_code == 201, response.text
        item: dict[str, Any] = response.json()
        return item

    async def reviewed(self, **changes: Any) -> dict[str, Any]:
        item = await self.health.step(await self.apply(**changes), "submit")
        return await self.secretariat.step(item, "review", {"decision": "accept"})

    async def approved(self, budget_fen: int = 100_000, **changes: Any) -> dict[str, Any]:
        if budget_fen:
            await self.fund(budget_fen)
        return await self.approver.step(await self.reviewed(**changes), "decide", approval())

    async def fund(self, amount_fen: int, org: str = ORG) -> None:
        body = {
            "county": COUNTY,
            "organisation": org,
            "year": today().year,
            "amount_fen": amount_fen,
            "reference": new_id().hex,
        }
        response = await self.finance.post("/v1/ledger/allocations", body)
        assert response.status_code == 201, response.text

    async def balance(self, code: str) -> int:
        response = await self.finance.get(f"/v1/ledger/{code}")
        assert response.status_code == 200, response.text
        return int(response.json()["account"]["balance_fen"])


def approval(**changes: Any) -> dict[str, Any]:
    body = {"decision": "approve", "approval_no": "和社准〔2026〕1号", "valid_to": in_days(300)}
    return {**body, **changes}


def payment(amount_fen: int, **changes: Any) -> dict[str, Any]:
    body = {"amount_fen": amount_fen, "paid_on": in_days(0), "reference": new_id().hex}
    return {**body, **changes}


@asynccontextmanager
async def town(dsn: str, mint: TokenMint, *, run_loops: bool = False) -> AsyncIterator[Town]:
    """The service on a database, open, with everybody signed in."""
    settings = AdmissionSettings(
        database_url=SecretStr(dsn),
        database_pool_size=5,
        issuer=ISSUER,
        audience=AUDIENCE,
        key_encryption_key=SecretStr(KEY_ENCRYPTION_KEY),
        run_loops=run_loops,
    )
    app = create_app(settings, {"identity": mint.peer(), "registry": fake_registry()})
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://admission") as client,
    ):

        def office(role: str, org: str, **more: Any) -> Office:
            return Office(client, mint, [role], org, sub=f"{role}:{org}", **more)

        yield Town(
            app,
            office("department_officer", ORG, domains=["health"]),
            office("department_officer", "222406.housing", domains=["housing"]),
            office("secretariat", "222406.civil_affairs"),
            office("approver", "222406.joint_meeting"),
            office("finance_officer", "222406.finance"),
            office("community_officer", COMMUNITIES[0], areas=[COMMUNITIES[0]]),
            office("secretariat", "222401.civil_affairs", areas=["222401"]),
        )
