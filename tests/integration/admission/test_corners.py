"""Rare turns: another county, a spent share, money for an item that promises none."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.admission.clients.registry import Registry
from services.admission.domain import ledger
from services.admission.domain.ledger import Phase
from services.admission.store.ledger import Account, Transfer
from services.admission.store.store import Store
from services.admission.use_cases import clockwork
from services.common.clock import local_day, utc_now
from services.common.errors import PeerUnavailable
from services.common.peers import InProcess, Peer
from services.common.timers import TimerLoop
from tests.factories.admission import (
    COMMUNITIES,
    COUNTY,
    OTHER_COUNTY,
    Town,
    application,
    approval,
    payment,
    unpaid,
)


def registry(status: int) -> Registry:
    async def areas(_: Request) -> JSONResponse:
        return JSONResponse({}, status)

    app = Starlette(routes=[Route("/v1/areas", areas)])
    return Registry(Peer("registry", base_url="http://registry", transport=InProcess(app)))


async def test_an_area_the_registry_does_not_know_has_no_communities() -> None:
    assert await registry(404).communities(COUNTY, "token") == {}
    for status in (403, 500):
        with pytest.raises(PeerUnavailable):
            await registry(status).communities(COUNTY, "token")


async def test_without_the_registry_nothing_is_applied_for(here: Town) -> None:
    here.app.state.registry = registry(503)
    response = await here.health.post("/v1/items", application())
    assert (response.status_code, response.json()["code"]) == (503, "peer-unavailable")
    assert response.headers["Retry-After"] == "2"


async def test_an_application_stays_in_its_county(here: Town) -> None:
    prefecture = replace(here.health, org="2224.health", areas=["2224"])
    both = application(communities=[COMMUNITIES[0], OTHER_COUNTY])
    response = await prefecture.post("/v1/items", both)
    pointers = [error["pointer"] for error in response.json()["errors"]]
    assert pointers == ["/communities/1", "/communities"]
    item = (await prefecture.post("/v1/items", application())).json()
    path, moved = f"/v1/items/{item['id']}", {"communities": [OTHER_COUNTY]}
    assert (await prefecture.patch(path, moved, 1)).status_code == 403
    assert (await here.health.patch(path, {"title": "改名"}, 1)).status_code == 404


async def test_who_may_see_an_application_may_not_rewrite_it(here: Town) -> None:
    item = await here.health.step(await here.apply(), "submit")
    path = f"/v1/items/{item['id']}"
    item = await here.secretariat.step(
        item, "review", {"decision": "return", "comment": "补充依据"}
    )
    patch = await here.secretariat.patch(path, {"title": "改名"}, item["version"])
    submit = await here.secretariat.post(f"{path}/submit", version=item["version"])
    assert (patch.status_code, submit.status_code) == (403, 403)


async def test_an_item_without_money_takes_none(here: Town) -> None:
    item = await here.reviewed(funding=unpaid()["funding"])
    item = await here.approver.step(item, "decide", approval())
    path = f"/v1/items/{item['id']}"
    paid = await here.finance.post(f"{path}/payments", payment(1), item["version"])
    assert (paid.status_code, paid.json()["code"]) == (409, "transition-not-allowed")
    missing = f"{path}/payments/{item['id']}/reversal"
    gone = await here.finance.post(missing, {"comment": "误录"}, item["version"])
    assert gone.status_code == 404
    item = await here.secretariat.step(item, "revoke", {"comment": "依据已废止"})
    assert item["state"] == "revoked"


async def test_a_share_that_was_spent_cannot_be_taken_back(here: Town) -> None:
    item = await here.finance.step(await here.approved(), "payments", payment(5_000))
    store: Store = here.app.state.store
    now = utc_now()
    spent = Account("community:shop", "community", "支出")
    lines = ledger.move(ledger.community(COMMUNITIES[0]), {spent.code: 1_000})
    async with store.transaction() as tx:
        await tx.books.open(COUNTY, [spent])
        await tx.books.book(
            Transfer(
                county=COUNTY,
                phase=Phase.POSTED,
                postings=lines,
                booked_on=local_day(now),
                memo="支出",
                by="tests",
                at=now,
            )
        )
    path = f"/v1/items/{item['id']}/payments/{item['payments'][0]['id']}/reversal"
    response = await here.finance.post(path, {"comment": "误付"}, item["version"])
    assert (response.status_code, response.json()["code"]) == (409, "transition-not-allowed")
    after = (await here.finance.get(f"/v1/items/{item['id']}")).json()
    assert after["funding"]["paid_fen"] == 5_000


async def test_a_transfer_is_undone_once_even_past_the_use_case(here: Town) -> None:
    item = await here.finance.step(await here.approved(), "payments", payment(5_000))
    store: Store = here.app.state.store
    entries = (await here.finance.get(f"/v1/ledger/hold:{item['id']}")).json()["items"]
    now, outcomes = utc_now(), []
    for _ in range(2):
        try:
            async with store.transaction() as tx:
                lines = await tx.books.lines(COUNTY, entries[0]["transfer_id"])
                await tx.books.book(
                    Transfer(
                        county=COUNTY,
                        phase=Phase.POSTED,
                        postings=ledger.contra(lines),
                        booked_on=local_day(now),
                        memo="冲销",
                        by="tests",
                        at=now,
                        contra_of=entries[0]["transfer_id"],
                    )
                )
                outcomes.append("kept")
        except Exception as exc:  # noqa: BLE001 — whatever was raised is what is asserted
            outcomes.append(type(exc).__name__)
    assert outcomes == ["kept", "PaymentAlreadyReversed"]


async def test_a_timer_that_comes_early_or_late_changes_nothing(here: Town) -> None:
    item = await here.reviewed(funding=unpaid()["funding"])
    item = await here.approver.step(item, "decide", approval())
    store: Store = here.app.state.store
    payload: dict[str, Any] = {"county": COUNTY, "item_id": item["id"]}
    gone = {**payload, "item_id": "019aa000-0000-7000-8000-000000000000"}
    kinds = ("admission.money-due", "admission.term-over")
    async with store.transaction() as tx:
        for kind in kinds:
            await tx.set_timer(f"early:{kind}", kind, utc_now(), payload)
            await tx.set_timer(f"gone:{kind}", kind, utc_now(), gone)
    loop = TimerLoop(store.database, clockwork.handlers(store))
    assert await loop.fire_due() == 4
    assert await loop.fire_due() == 0
    after = (await here.finance.get(f"/v1/items/{item['id']}")).json()
    assert after["version"] == item["version"]


async def test_an_expired_item_does_not_expire_twice(here: Town) -> None:
    item = await here.reviewed(funding=unpaid()["funding"])
    item = await here.approver.step(item, "decide", approval(valid_to=item["starts_on"]))
    store: Store = here.app.state.store

    def tomorrow() -> Any:
        return utc_now() + timedelta(days=366)

    async with store.transaction() as tx:
        payload = {"county": COUNTY, "item_id": item["id"]}
        await tx.set_timer("again", "admission.term-over", utc_now(), payload)
    loop = TimerLoop(store.database, clockwork.handlers(store, tomorrow), clock=tomorrow)
    assert await loop.fire_due() == 2
    feed = (await here.secretariat.get("/v1/events")).json()["items"]
    assert [e["type"] for e in feed].count("admission.item.expired.v1") == 1


async def test_health_needs_no_token(here: Town) -> None:
    client: httpx.AsyncClient = here.finance.client
    assert (await client.get("/livez")).json() == {"status": "alive"}
    assert (await client.get("/v1/items")).status_code == 401
    assert (await client.get("/v1/nothing")).status_code == 404
