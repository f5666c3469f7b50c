"""Places of the tasks service, filled, and a request for each of its operations."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from pydantic import SecretStr

from services.common.clock import utc_now
from services.common.ids import new_id
from services.common.testing import AUDIENCE, ISSUER, KEY_ENCRYPTION_KEY, TokenMint
from services.tasks.api.policy import POLICY
from services.tasks.app import create_app
from services.tasks.service import SERVICE
from services.tasks.settings import TasksSettings
from tests.factories.matrix import (
    DEPARTMENTS,
    GRIDS,
    NOWHERE,
    OTHER,
    OWN,
    Matrix,
    Op,
    Place,
    Role,
    Sent,
    Target,
    of_all,
    of_domain,
    op,
    quiet,
    subject_of,
)
from tests.factories.matrix_requests import get, post, unsafe, values
from tests.factories.tasks import Clock, Contradictions, Gate, World, photo

AREA_ROLES: Final = frozenset(
    {"grid_worker", "community_officer", "street_officer", "county_officer"}
)
STEPS: Final = ("blow", "dispatch", "sign", "arrive", "result", "verify", "rate")
"""In the order of a whistle's life; a place has one whistle that waits for each of them."""


def caller(role: str, place: Place, area: str, organisation: str) -> dict[str, Any]:
    return {
        "roles": [role], "areas": [area], "org": organisation, "domains": [],
        "sub": subject_of(organisation, role), "name": place.secret,
    }  # fmt: skip


class Filler:
    """Fills one place: whistles at every step, an assignment, a photo, a suggestion."""

    def __init__(self, world: World, place: Place) -> None:
        self.world = world
        self.place = place
        grid = place.grid
        self.department = f"{grid[:6]}.{place.domain}"
        self.worker = caller("grid_worker", place, grid, grid[:12])
        if grid != GRIDS["home"]:
            self.worker["sub"] += grid
        self.street = caller("street_officer", place, grid[:9], grid[:9])
        self.office = {
            **caller("department_officer", place, grid[:6], self.department),
            "domains": [place.domain],
        }

    async def post(self, who: dict[str, Any], path: str, json: Any, **headers: str) -> Any:
        sent = {**self.world.mint.headers(**who), **headers}
        answer = await self.world.client.post(path, json=json, headers=sent)
        assert answer.status_code < 300, (path, answer.text)
        return answer.json()

    async def fill(self) -> None:
        place = self.place
        files = {"photo": ("p.jpg", photo(size=(40 + len(GRIDS), 30)), "image/jpeg")}
        headers = self.world.mint.headers(**self.worker)
        kept = await self.world.client.post("/v1/attachments", files=files, headers=headers)
        place.ids |= {
            "photo": kept.json()["id"], "grid": place.grid, "county": place.grid[:6],
            "community": place.grid[:12], "organisation": self.department,
        }  # fmt: skip
        waiting = await self.whistle(photo_ids=[place.ids["photo"]])
        place.ids["reported"] = waiting["id"]
        for number, step in enumerate(STEPS):
            place.ids[step] = await self.whistle_before(number)
            place.of_domain.add(place.ids[step])
        # Whatever was not dispatched yet is no department's.
        for name in ("reported", "blow", "dispatch"):
            place.only[place.ids[name]] = AREA_ROLES | {"auditor"}
        place.of_domain.add(place.ids["photo"])
        await self._beside()

    async def whistle(self, **more: Any) -> Any:
        body = {
            "kind": "resident_demand", "title": self.place.secret, "description": self.place.secret,
            "area": self.place.grid, "place_text": self.place.secret,
            "resident_contact": f"金 {self.contact}", **more,
        }  # fmt: skip
        return await self.post(self.worker, "/v1/whistles", body)

    @property
    def contact(self) -> str:
        return "139" + str(abs(hash(self.place.secret)))[:8].rjust(8, "7")

    async def whistle_before(self, steps: int) -> str:
        made = await self.whistle()
        doings: tuple[tuple[dict[str, Any], str, dict[str, Any]], ...] = (
            (self.street, "blow", {}),
            (self.street, "dispatch", {"lead": self.department}),
            (self.office, "sign", {}),
            (self.office, "arrive", {}),
            (self.office, "result", {"text": self.place.secret, "photo_ids": []}),
            (self.worker, "verify", {"passed": True}),
        )
        for who, what, body in doings[:steps]:
            version = {"If-Match": f'"{made["version"]}"'}
            made = await self.post(who, f"/v1/whistles/{made['id']}/{what}", body, **version)
        return str(made["id"])

    async def _beside(self) -> None:
        place = self.place
        due = (utc_now() + timedelta(days=30)).isoformat()
        placed = {"community": place.grid[:12], "title": place.domain, "content": "走访",
                  "due_at": due}  # fmt: skip
        for name in ("assignment", "second"):
            made = await self.post({**self.office, "name": "张"}, "/v1/assignments", placed)
            place.ids[name] = made["id"]
            place.of_community.add(made["id"])
        said = await self.post(
            {**self.street, "sub": f"somebody in {place.name}"},
            "/v1/suggestions",
            {"text": place.word},
        )
        place.ids["suggestion"] = said["id"]
        owner = frozenset({"system_admin"})
        place.only |= {said["id"]: owner, place.word: owner}
        place.only[self.contact] = AREA_ROLES | DEPARTMENTS


async def fill(world: World) -> dict[tuple[str, str], Place]:
    places = {(name, domain): Place(name, domain) for name in GRIDS for domain in (OWN, OTHER)}
    for place in places.values():
        await Filler(world, place).fill()
    return places


@asynccontextmanager
async def filled(
    databases: Callable[[str, Path], str], mint: TokenMint, folder: Path
) -> AsyncIterator[Matrix]:
    """The tasks service with its places."""
    dsn = databases("tasks", SERVICE.migrations)
    settings = TasksSettings(
        database_url=SecretStr(dsn),
        issuer=ISSUER,
        audience=AUDIENCE,
        data_dir=folder,
        key_encryption_key=SecretStr(KEY_ENCRYPTION_KEY),
        run_loops=False,
    )
    gate, clock, doubts = Gate(), Clock(), Contradictions()
    peers = {"identity": mint.peer(), "admission": gate.peer(), "registry": doubts.peer()}
    app = create_app(settings, peers, clock=clock)

    async def rows(query: str, *values: Any) -> list[dict[str, Any]]:
        async with app.state.store.read() as connection:
            return [dict(row) for row in await connection.fetch(query, *values)]

    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as client,
    ):
        with quiet() as logged:
            places = await fill(World(client, mint, gate, clock, dsn, app, doubts))
            yield Matrix(client, mint, places, rows, POLICY, ghost(places), logged=logged)


def ghost(places: dict[tuple[str, str], Place]) -> Place:
    made = replace(places["home", OWN], name="nowhere", ids={}, of_area=set(), of_domain=set())
    made.ids = {name: new_id() for name in places["home", OWN].ids}
    made.ids |= {
        "grid": NOWHERE, "county": NOWHERE[:6], "community": NOWHERE[:12],
        "organisation": f"{NOWHERE[:6]}.health",
    }  # fmt: skip
    return made


def _community(role: Role, target: Target) -> bool:
    """What belongs to a community: a grid worker sees its grid's."""
    place, mine = target.place, role.area[:12]
    return place.grid.startswith(mine) and role.works_for(place.domain)


def _list(role: Role, target: Target) -> bool:
    return target.position != "ghost" and target.area.startswith(role.area[:12])


def _owner(role: Role, target: Target) -> bool:
    """Suggestions are read by whoever wrote them and by the owner of the software in the area."""
    return role.name == "system_admin" and target.is_near


def _undispatched(role: Role, target: Target) -> bool:
    return target.is_near and not role.domains


def _county(role: Role, target: Target) -> bool:
    return bool(target.place.ids["county"] == role.area[:6])


def _step(what: str, **body: Any) -> Any:
    return unsafe(
        "POST", f"/v1/whistles/{{{what}}}/{what}", ("whistles", what), lambda t: values(body, t)
    )


SAMPLES: Final[Mapping[str, Op]] = {
    "assignments.list": op(get("/v1/assignments", within="@area"), reach=_list),
    "assignments.view": op(get("/v1/assignments/{assignment}"), reach=_community),
    "attachments.view": op(get("/v1/attachments/{photo}"), reach=_undispatched),
    "events.list": op(get("/v1/events", limit=500), reach=of_all),
    "indicators.view": op(get("/v1/indicators", within="@area")),
    "suggestions.list": op(get("/v1/suggestions"), reach=of_all),
    "suggestions.view": op(get("/v1/suggestions/{suggestion}"), reach=_owner),
    "today.view": op(get("/v1/today"), reach=of_all),
    "whistle_defaults.list": op(get("/v1/whistle-defaults", county="@county"), reach=_county),
    "whistles.list": op(
        get("/v1/whistles", within="@area"), get("/v1/whistles", within="@area", mine="true")
    ),
    "whistles.view": op(get("/v1/whistles/{sign}"), reach=of_domain),
    "whistles.contact": op(get("/v1/whistles/{sign}/resident-contact"), reach=of_domain),
    "assignments.place": op(
        post("/v1/assignments", community="@community", title="走访", content="走访",
             due_at="2199-01-01T00:00:00Z"),
    ),
    "assignments.refuse": op(
        post("/v1/assignments/{assignment}/refuse", ("assignments", "assignment"),
             reason_code="no_funds"),
    ),
    "assignments.complete": op(
        post("/v1/assignments/{second}/complete", ("assignments", "second")),
    ),
    "attachments.upload": op(
        lambda _: Sent("POST", "/v1/attachments",
                       files={"photo": ("p.jpg", photo(), "image/jpeg")}),
        reach=of_all,
    ),
    "suggestions.submit": op(post("/v1/suggestions", text="好"), reach=of_all),
    "suggestions.reply": op(
        post("/v1/suggestions/{suggestion}/reply", ("suggestions", "suggestion"), text="收到"),
        reach=_owner,
    ),
    "whistles.report": op(
        post("/v1/whistles", kind="peace", title="灯", description="不亮", area="@grid"),
        post("/v1/whistles", kind="peace", title="灯", description="不亮", area="@home.grid",
             photo_ids=["@photo"]),
    ),
    "whistles.blow": op(_step("blow")),
    "whistles.dispatch": op(_step("dispatch", lead="@organisation")),
    "whistles.sign": op(_step("sign"), reach=of_domain),
    "whistles.arrive": op(_step("arrive"), reach=of_domain),
    "whistles.submit_result": op(_step("result", text="已修"), reach=of_domain),
    "whistles.verify": op(_step("verify", passed=True), narrow={"community_officer"}),
    "whistles.rate": op(_step("rate", score=5), narrow={"community_officer"}),
    "whistles.close": op(
        unsafe("POST", "/v1/whistles/{rate}/close", ("whistles", "rate"), lambda _: {})
    ),
    "whistle_defaults.change": op(
        lambda t: Sent("PATCH", "/v1/whistle-defaults/peace", query={"county": t["county"]},
                       json={"rework_within_s": 3600},
                       match=("whistle_defaults", "county", t["county"])),
        reach=_county,
    ),
}  # fmt: skip
