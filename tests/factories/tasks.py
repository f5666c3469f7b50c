"""Actors, whistles and a world of callers, valid by default."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.common.database import Database
from services.common.ids import new_id
from services.common.peers import InProcess, Peer
from services.common.testing import TokenMint
from services.common.timers import TimerLoop
from services.registry.api.disagreement_schemas import VerificationFilter, VerificationPage
from services.tasks.domain.actors import Actor
from services.tasks.domain.whistles import State, Whistle, WhistleKind
from services.tasks.store.store import Store
from services.tasks.use_cases import overdue, upkeep

COUNTY = "222406"
STREET = "222406001"
COMMUNITY = "222406001001"
GRID = "222406001001001"
OTHER_GRID = "222406001001002"
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def actor(role: str = "street_officer", **changes: Any) -> Actor:
    """An actor of a role at its usual office."""
    office = {
        "grid_worker": (COMMUNITY, GRID),
        "community_officer": (COMMUNITY, COMMUNITY),
        "street_officer": (STREET, STREET),
        "county_officer": (f"{COUNTY}.government_office", COUNTY),
    }
    organisation, area = office.get(role, (f"{COUNTY}.housing", COUNTY))
    values: dict[str, Any] = {
        "subject": f"{role}-1",
        "name": "金明子",
        "organisation": organisation,
        "roles": frozenset({role}),
        "areas": (area,),
    }
    return Actor(**{**values, **changes})


def whistle(**changes: Any) -> Whistle:
    """A reported whistle in the usual grid."""
    values: dict[str, Any] = {
        "county": COUNTY,
        "id": new_id(),
        "version": 1,
        "kind": WhistleKind.RESIDENT_DEMAND,
        "area": GRID,
        "state": State.REPORTED,
        "reported_by": "grid_worker-1",
    }
    return Whistle(**{**values, **changes})


def photo(form: str = "JPEG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """A small picture file."""
    target = BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(target, form, **options)
    return target.getvalue()


class Clock:
    """A clock that a test winds."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def wind(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Gate:
    """A fake admission service: what it was asked, and what it answers."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    status: int = 200
    answer: dict[str, Any] = field(default_factory=lambda: {"admitted": True})

    def refuse(self, code: str = "FUNDS_NOT_PAID") -> None:
        reason = {"code": code, "title": "经费未到位", "how_to": "先拨付本期经费"}
        self.answer = {"admitted": False, "reason": reason}

    def peer(self) -> Peer:
        async def checks(request: Request) -> JSONResponse:
            self.asked.append(await request.json())
            self.keys.append(request.headers.get("idempotency-key"))
            self.tokens.append(request.headers.get("authorization"))
            return JSONResponse(self.answer, self.status)

        app = Starlette(routes=[Route("/v1/checks", checks, methods=["POST"])])
        return Peer("admission", base_url="http://admission", transport=InProcess(app))


@dataclass
class Contradictions:
    """A fake registry: what it was asked, and what it finds open."""

    open: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    status: int = 200

    def peer(self) -> Peer:
        async def listed(request: Request) -> JSONResponse:
            assert request.headers["authorization"].startswith("Bearer ")
            query = dict(request.query_params)
            self.asked.append((query["within"], request.headers.get("onegrid-purpose")))
            VerificationFilter.model_validate(query)
            VerificationPage.model_validate({"items": self.open, "next": None})
            return JSONResponse({"items": self.open, "next": None}, self.status)

        app = Starlette(routes=[Route("/v1/verifications", listed)])
        return Peer("registry", base_url="http://registry", transport=InProcess(app))


@dataclass
class World:
    """A running tasks service and everybody who calls it."""

    client: httpx.AsyncClient
    mint: TokenMint
    gate: Gate
    clock: Clock
    dsn: str
    app: Any
    contradictions: Contradictions = field(default_factory=Contradictions)

    def headers(self, who: str, **claims: Any) -> dict[str, str]:
        return self.mint.headers(**{**CALLERS[who], **claims})

    async def get(self, who: str, path: str, **query: Any) -> httpx.Response:
        return await self.client.get(path, params=query, headers=self.headers(who))

    async def post(self, who: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        sent = {**self.headers(who), **headers}
        return await self.client.post(path, json=json, headers=sent)

    async def step(
        self, who: str, whistle_: Mapping[str, Any], action: str, **body: Any
    ) -> dict[str, Any]:
        """One step on the version last read; the whistle after it."""
        response = await self.post(
            who,
            f"/v1/whistles/{whistle_['id']}/{action}",
            body,
            **{"If-Match": f'"{whistle_["version"]}"'},
        )
        assert response.status_code == 200, response.text
        after: dict[str, Any] = response.json()
        assert response.headers["ETag"] == f'"{after["version"]}"'
        return after

    async def reported(self, who: str = "worker", **changes: Any) -> dict[str, Any]:
        body = {
            "kind": "resident_demand",
            "title": "路灯不亮",
            "description": "小区西侧三盏路灯不亮。",
            "area": GRID,
            "photo_ids": [],
            **changes,
        }
        response = await self.post(who, "/v1/whistles", body)
        assert response.status_code == 201, response.text
        made: dict[str, Any] = response.json()
        return made

    async def dispatched(self, lead: str = "housing", **body: Any) -> dict[str, Any]:
        made = await self.reported()
        made = await self.step("street", made, "blow", comment="已核查")
        return await self.step("street", made, "dispatch", lead=f"{COUNTY}.{lead}", **body)

    async def uploaded(self, who: str = "worker", content: bytes | None = None) -> UUID:
        response = await self.upload(who, content or photo())
        assert response.status_code == 201, response.text
        return UUID(response.json()["id"])

    async def upload(
        self, who: str, content: bytes, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        files = {"photo": ("photo.jpg", content, "image/jpeg")}
        sent = headers or self.headers(who)
        return await self.client.post("/v1/attachments", files=files, headers=sent)


def _loop(world: World, database: Database) -> TimerLoop:
    own: Store = world.app.state.store
    store = Store(database, own.sealer, own.photos)
    handlers = {
        **overdue.handlers(store, world.clock),
        **upkeep.handlers(store, world.clock),
    }
    return TimerLoop(database, handlers, clock=world.clock, batch=7)


async def fire_all(world: World) -> None:
    """Two workers at once, until nothing is due."""
    databases = [Database(world.dsn, application=f"worker{n}", pool_size=3) for n in range(2)]
    for database in databases:
        await database.open()
    loops = [_loop(world, database) for database in databases]
    while any(await asyncio.gather(*(one.fire_due() for one in loops))):
        pass
    for database in databases:
        await database.close()


def _caller(
    sub: str, role: str, org: str, areas: Iterable[str], domains: Iterable[str] = ()
) -> dict[str, Any]:
    return {"sub": sub, "roles": [role], "org": org, "areas": areas, "domains": domains}


CALLERS: dict[str, dict[str, Any]] = {
    "worker": _caller("w1", "grid_worker", COMMUNITY, [GRID]),
    "other_worker": _caller("w2", "grid_worker", COMMUNITY, [OTHER_GRID]),
    "community": _caller("c1", "community_officer", COMMUNITY, [COMMUNITY]),
    "other_community": _caller("c2", "community_officer", "222406001002", ["222406001002"]),
    "street": _caller("s1", "street_officer", STREET, [STREET]),
    "other_street": _caller("s2", "street_officer", "222406002", ["222406002"]),
    "county": _caller("k1", "county_officer", f"{COUNTY}.government_office", [COUNTY]),
    "other_county": _caller("k2", "county_officer", "222401.government_office", ["222401"]),
    "housing": _caller("h1", "department_officer", f"{COUNTY}.housing", [COUNTY], ["housing"]),
    "housing_system": _caller(
        "hs", "department_system", f"{COUNTY}.housing", [COUNTY], ["housing"]
    ),
    "health": _caller("e1", "department_officer", f"{COUNTY}.health", [COUNTY], ["health"]),
    "prefecture_health": _caller("p1", "department_officer", "2224.health", ["2224"], ["health"]),
    "admin": _caller("a1", "system_admin", "2224.government_office", ["2224"]),
    "auditor": _caller("au", "auditor", f"{COUNTY}.government_office", [COUNTY]),
}
