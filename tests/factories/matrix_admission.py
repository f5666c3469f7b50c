"""Places of admission, filled, and a request for each of its operations."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.admission.api.policy import POLICY
from services.admission.app import create_app
from services.admission.service import SERVICE
from services.admission.settings import AdmissionSettings
from services.common.ids import new_id
from services.common.peers import InProcess, Peer
from services.common.testing import ISSUER, KEY_ENCRYPTION_KEY, TokenMint
from tests.factories.admission import Office, application, approval, in_days, payment, today
from tests.factories.matrix import (
    COUNTY,
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
    of_area,
    op,
    quiet,
    subject_of,
)
from tests.factories.matrix_requests import get, post, unsafe, values

_FEN: Final = 10_000
OVERSEERS: Final = frozenset(
    {"secretariat", "approver", "finance_officer", "county_officer", "auditor"}
)
CONSULTED: Final = OVERSEERS | {"community_officer", "street_officer"} | DEPARTMENTS


def registry() -> Peer:
    """A registry that knows the communities of the places."""

    async def areas(request: Request) -> JSONResponse:
        within = request.query_params["within"]
        codes = sorted({grid[:12] for grid in GRIDS.values() if grid.startswith(within)})
        items = [{"code": code, "level": "community", "urban": True} for code in codes]
        return JSONResponse({"items": items, "next": None})

    app = Starlette(routes=[Route("/v1/areas", areas)])
    return Peer("registry", base_url="http://registry", transport=InProcess(app))


class Filler:
    """Fills one place with items in every state, as those who bring them there."""

    def __init__(self, like: Office, place: Place) -> None:
        self.place = place
        county = place.grid[:6]
        self.county = county
        self.organisation = f"{county}.{place.domain}"

        def office(role: str, organisation: str, domains: tuple[str, ...] = ()) -> Office:
            return replace(
                like,
                roles=[role],
                org=organisation,
                areas=[county],
                domains=domains,
                sub=subject_of(organisation, role),
            )

        self.department = office("department_officer", self.organisation, (place.domain,))
        self.secretariat = office("secretariat", f"{county}.civil_affairs")
        self.approver = office("approver", f"{county}.joint_meeting")
        self.finance = office("finance_officer", f"{county}.finance")

    async def fill(self) -> None:
        place = self.place
        place.ids |= {
            "county": self.county, "community": place.grid[:12], "organisation": self.organisation,
        }  # fmt: skip
        body = {
            "county": self.county, "organisation": self.organisation, "year": today().year,
            "amount_fen": 10 * _FEN, "reference": new_id().hex,
        }  # fmt: skip
        assert (await self.finance.post("/v1/ledger/allocations", body)).status_code == 201
        await self.at("draft", "draft_too")
        await self.at("submitted", "submitted_too", submitted=True)
        await self.at("reviewed", submitted=True, reviewed=True)
        await self.at("approved", "active", "paid", submitted=True, reviewed=True, approved=True)
        await self._beside()

    async def at(self, *names: str, **steps: bool) -> None:
        """Items that went so far."""
        for name in names:
            word = f"ZI{self.place.secret[2:-1]}{name.replace('_', '')}Q"
            body = application(
                title=word, communities=[self.place.grid[:12]], domain=self.place.domain
            )
            made = await self.department.post("/v1/items", body)
            assert made.status_code == 201, made.text
            item = made.json()
            if "submitted" in steps:
                item = await self.department.step(item, "submit")
            if "reviewed" in steps:
                item = await self.secretariat.step(item, "review", {"decision": "accept"})
            if "approved" in steps:
                item = await self.approver.step(item, "decide", approval())
            self._keep(name, word, item["id"], steps)

    def _keep(self, name: str, word: str, key: str, steps: Mapping[str, bool]) -> None:
        self.place.ids[name] = key
        self.place.of_domain |= {word, key}
        if "approved" not in steps:
            readers = CONSULTED if "submitted" in steps else DEPARTMENTS
            self.place.only |= {word: readers, key: readers}

    async def _beside(self) -> None:
        place = self.place
        item = await self.finance.get(f"/v1/items/{place.ids['paid']}")
        paid = await self.finance.step(item.json(), "payments", payment(_FEN // 2))
        (place.ids["payment"],) = [p["id"] for p in paid["payments"]]
        word = f"ZR{place.secret[2:]}"
        task = {
            "community": place.grid[:12], "organisation": self.organisation,
            "domain": place.domain, "title": word,
        }  # fmt: skip
        assert (await self.department.post("/v1/checks", task)).json()["admitted"] is False
        place.of_domain.add(word)
        if self.county != COUNTY:
            place.of_domain.add(self.organisation)


async def fill(like: Office) -> dict[tuple[str, str], Place]:
    places = {(name, domain): Place(name, domain) for name in GRIDS for domain in (OWN, OTHER)}
    fillers = [Filler(like, place) for place in places.values()]
    for filler in fillers:
        await filler.fill()
    lists: dict[str, str] = {}
    for filler in fillers:
        if filler.county not in lists:
            for kind in ("certificates", "negative-list"):
                made = await filler.secretariat.post(f"/v1/{kind}", entry(filler.county))
                assert made.status_code == 201, made.text
                lists[filler.county] = made.json()["no"]
        filler.place.ids["number"] = lists[filler.county]
    return places


@asynccontextmanager
async def filled(
    databases: Callable[[str, Path], str], mint: TokenMint, folder: Path
) -> AsyncIterator[Matrix]:
    """Admission with its places."""
    del folder  # it keeps no files
    settings = AdmissionSettings(
        database_url=SecretStr(databases("admission", SERVICE.migrations)),
        issuer=ISSUER,
        key_encryption_key=SecretStr(KEY_ENCRYPTION_KEY),
        run_loops=False,
    )
    app = create_app(settings, {"identity": mint.peer(), "registry": registry()})

    async def rows(query: str, *values: Any) -> list[dict[str, Any]]:
        async with app.state.store.database.read() as connection:
            return [dict(row) for row in await connection.fetch(query, *values)]

    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as client,
    ):
        with quiet() as logged:
            places = await fill(Office(client, mint, [], ""))
            yield Matrix(
                client, mint, places, rows, POLICY, ghost(places), sees=sees, logged=logged
            )


def entry(jurisdiction: str) -> dict[str, Any]:
    return {
        "jurisdiction": jurisdiction, "title": f"证明 {new_id().hex}", "keywords": [new_id().hex],
        "basis": "依据", "effective_from": in_days(0),
    }  # fmt: skip


def ghost(places: dict[tuple[str, str], Place]) -> Place:
    made = replace(places["home", OWN], name="nowhere", ids={}, of_domain=set(), only={})
    made.ids = {name: new_id() for name in places["home", OWN].ids}
    made.ids |= {
        "county": NOWHERE[:6], "community": NOWHERE[:12], "number": 1,
        "organisation": f"{NOWHERE[:6]}.health",
    }  # fmt: skip
    return made


def sees(role: Role, place: Place) -> bool:
    """Items belong to communities: a grid worker sees those of its own."""
    return place.grid.startswith(role.area[:12])


def _near(role: Role, target: Target) -> bool:
    """A department sees its own; the others what concerns their communities."""
    place = target.place
    return target.position != "ghost" and sees(role, place) and role.works_for(place.domain)


def _handed_in(role: Role, target: Target) -> bool:
    return _near(role, target) and role.name != "grid_worker"


def _own(role: Role, target: Target) -> bool:
    return _near(role, target) and role.name in DEPARTMENTS


def _list(role: Role, target: Target) -> bool:
    return target.position != "ghost" and target.area.startswith(role.area[:12])


def _county(role: Role, target: Target) -> bool:
    return bool(target.place.ids["county"] == role.area[:6])


def _community(role: Role, target: Target) -> bool:
    """A task for a community of one's own area."""
    return target.position != "ghost" and sees(role, target.place)


def _money(role: Role, target: Target) -> bool:
    """Money that is held for an item is read by those who oversee it."""
    return _near(role, target) and role.name in OVERSEERS


def _step(name: str, what: str, **body: Any) -> Any:
    return unsafe(
        "POST", f"/v1/items/{{{name}}}/{what}", ("items", name), lambda t: values(body, t)
    )


def _application(target: Target) -> dict[str, Any]:
    return application(communities=[target["community"]], domain=target.place.domain)


SAMPLES: Final[Mapping[str, Op]] = {
    "items.list": op(get("/v1/items", within="@area"), reach=_list),
    "items.read": op(get("/v1/items/{active}"), reach=_near),
    "items.version": op(get("/v1/items/{submitted}/versions/1"), reach=_handed_in),
    "ledger.list": op(get("/v1/ledger", within="@area"), reach=of_area),
    "ledger.journal": op(get("/v1/ledger/journal", county="@county"), reach=_county),
    "ledger.read": op(get("/v1/ledger/hold:{active}"), reach=_money),
    "refusals.list": op(get("/v1/refusals", within="@area"), reach=_list),
    "certificates.list": op(get("/v1/certificates", within="@area"), reach=of_all),
    "negative_list.list": op(get("/v1/negative-list", within="@area"), reach=of_all),
    "policy_documents.list": op(get("/v1/policy-documents", within="@area"), reach=of_all),
    "indicators.read": op(get("/v1/indicators", within="@area"), reach=_list),
    "events.read": op(get("/v1/events"), reach=of_all),
    "items.apply": op(
        unsafe("POST", "/v1/items", None, _application),
        reach=_community, narrow=DEPARTMENTS | {"secretariat"},
    ),
    "items.amend": op(
        unsafe("PATCH", "/v1/items/{draft}", ("items", "draft"), lambda _: {"content": "新"}),
        reach=_own,
    ),
    "items.submit": op(_step("draft_too", "submit"), reach=_own),
    "items.opine": op(
        _step("submitted", "opinions", stance="support"), reach=_handed_in
    ),
    "items.review": op(_step("submitted_too", "review", decision="accept"), reach=_near),
    "items.decide": op(
        _step("reviewed", "decide", decision="reject", comment="不同意"), reach=_near
    ),
    "payments.post": op(
        _step("active", "payments", amount_fen=5_000, paid_on=in_days(0), reference="凭证1"),
        reach=_near,
    ),
    "payments.reverse": op(
        unsafe("POST", "/v1/items/{paid}/payments/{payment}/reversal", ("items", "paid"),
               lambda _: {"comment": "误付"}),
        reach=_near,
    ),
    "items.revoke": op(_step("approved", "revoke", comment="不再需要"), reach=_near),
    "ledger.allocate": op(
        lambda t: Sent("POST", "/v1/ledger/allocations", json={
            "county": t["county"], "organisation": t["organisation"], "year": today().year,
            "amount_fen": 1, "reference": "下达"}),
        reach=_county,
    ),
    "checks.decide": op(
        post("/v1/checks", community="@community", organisation="@organisation",
             domain="@domain", title="走访"),
        reach=_community, narrow=DEPARTMENTS,
    ),
    "certificates.add": op(
        unsafe("POST", "/v1/certificates", None, lambda t: entry(t["county"])), reach=_county
    ),
    "certificates.end": op(
        post("/v1/certificates/{county}/{number}/end", effective_to=in_days(9)), reach=_county
    ),
    "negative_list.add": op(
        unsafe("POST", "/v1/negative-list", None, lambda t: entry(t["county"])), reach=_county
    ),
    "negative_list.end": op(
        post("/v1/negative-list/{county}/{number}/end", effective_to=in_days(9)), reach=_county
    ),
    "policy_documents.add": op(
        post("/v1/policy-documents", jurisdiction="@county", title="实施意见"), reach=_county
    ),
}  # fmt: skip
