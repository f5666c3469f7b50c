"""Lists page by key, figures show their parts, the feed waits."""

import asyncio
from typing import Any

from tests.factories.admission import (
    COMMUNITIES,
    COUNTY,
    ORG,
    Office,
    Town,
    approval,
    in_days,
    payment,
    unpaid,
)


async def walk(office: Office, path: str, **params: Any) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        response = await office.get(path, **params, **after)
        assert response.status_code == 200, response.text
        body = response.json()
        found.extend(body["items"])
        if body["next"] is None:
            assert "Link" not in response.headers
            return found
        assert f"after={body['next']}" in response.headers["Link"]
        after = {"after": body["next"]}


async def active(here: Town, **changes: Any) -> dict[str, Any]:
    item = await here.reviewed(**{"funding": unpaid()["funding"], **changes})
    return await here.approver.step(item, "decide", approval())


async def test_items_are_paged_and_filtered(here: Town) -> None:
    made = [await here.apply(title=f"事项{n}") for n in range(5)]
    pages = await walk(here.health, "/v1/items", limit=2)
    assert [i["id"] for i in pages] == [i["id"] for i in reversed(made)]
    await here.health.step(made[0], "submit")
    for filters, count in (
        ({"state": "submitted"}, 1),
        ({"state": ["submitted", "draft"]}, 5),
        ({"class": "admitted"}, 5),
        ({"class": "temporary"}, 0),
        ({"domain": "housing"}, 0),
        ({"organisation": ORG}, 5),
        ({"arrears": False}, 5),
        ({"within": COMMUNITIES[0]}, 5),
        ({"within": "222406003"}, 0),
    ):
        assert len(await walk(here.health, "/v1/items", **filters)) == count, filters


async def test_a_cursor_belongs_to_its_question(here: Town) -> None:
    for n in range(3):
        await here.apply(title=f"事项{n}")
    cursor = (await here.health.get("/v1/items", limit=1)).json()["next"]
    for bad in ({"after": cursor, "state": "draft"}, {"after": "x"}):
        response = await here.health.get("/v1/items", **bad)
        assert (response.status_code, response.json()["code"]) == (422, "cursor-not-valid")
    for bad in ({"limit": 0}, {"limit": 201}, {"state": "asleep"}, {"within": "22x"}):
        response = await here.health.get("/v1/items", **bad)
        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"].startswith("#query/")


async def test_accounts_and_entries_are_paged(here: Town) -> None:
    item = await here.approved()
    for _ in range(5):
        item = await here.finance.step(item, "payments", payment(1_000))
    entries = await walk(here.finance, f"/v1/ledger/hold:{item['id']}", limit=2)
    assert [e["amount_fen"] for e in entries] == [1_000] * 5 + [10_000]
    accounts = await walk(here.finance, "/v1/ledger", limit=2, within=COUNTY)
    kinds = [account["kind"] for account in accounts]
    assert kinds == ["budget", "community", "community", "community", "hold", "treasury"]
    assert sum(account["balance_fen"] for account in accounts) == 0
    assert len(await walk(here.finance, "/v1/ledger", kind="hold")) == 1
    assert (await here.finance.get("/v1/ledger/hold:nothing")).status_code == 404


async def test_the_prohibited_certificates_are_data(here: Town, dsn: str) -> None:
    items = (await here.community.get("/v1/certificates")).json()["items"]
    assert [i["no"] for i in items] == list(range(1, 21))
    assert {i["jurisdiction"] for i in items} == {"CN"}
    before = (await here.community.get("/v1/certificates", in_force_on="2020-01-01")).json()
    assert before["items"] == []
    for title in ("出具亲属关系证明", "补开证件遗失证明", "为办证开具无犯罪记录证明"):
        task = {
            "community": COMMUNITIES[0],
            "organisation": ORG,
            "domain": "health",
            "title": title,
        }
        answer = (await here.health.post("/v1/checks", task)).json()
        assert answer["reason"]["code"] == "PROHIBITED_CERTIFICATE"
    for path in ("/v1/negative-list", "/v1/policy-documents"):
        assert (await here.health.get(path, within=COUNTY)).json() == {"items": []}


async def test_figures_count_live_rows(here: Town) -> None:
    await active(here, title="甲")
    await active(here, title="乙", communities=[COMMUNITIES[0]], **{"class": "administrative"})
    await active(here, title="丙", communities=[COMMUNITIES[0]])
    await active(here, title="丁", starts_on=in_days(5))
    paid = await here.approved(title="戊", communities=[COMMUNITIES[0]])
    await here.finance.step(paid, "payments", payment(5_000))
    task = {"community": COMMUNITIES[0], "organisation": ORG, "domain": "health", "title": "填表"}
    await here.health.post("/v1/checks", task)
    body = (await here.secretariat.get("/v1/indicators", within=COUNTY)).json()
    found = {figure["code"]: figure for figure in body["items"]}
    values = {code: figure["value"] for code, figure in found.items()}
    assert values == {
        "items_avg": 2.0,
        "items_max": 4,
        "items_min": 1,
        "administrative_avg": 0.33,
        "administrative_max": 1,
        "administrative_min": 0,
        "policy_documents_above": 0,
        "policy_documents_prefecture": 0,
        "prohibited_certificates": 20,
        "certificate_refusals": 0,
        "retained_certificates": 0,
        "unapproved_tasks": 1,
        "administrative_avg_burden": 0.33,
        "administrative_share": 16.67,
        "administrative_share_max": 25.0,
        "unfunded_task_count": 0,
        "funding_arrival_rate": None,
        "average_delay_days": None,
    }
    assert found["items_max"]["community"] == COMMUNITIES[0]
    assert found["items_avg"]["numerator"] == 6
    assert found["items_avg"]["denominator"] == 3
    assert found["items_avg"]["within"] == COUNTY
    one = (await here.community.get("/v1/indicators", within=COMMUNITIES[0])).json()["items"]
    assert one[0]["value"] == 4.0
    assert (await here.community.get("/v1/indicators", within=COUNTY)).status_code == 404
    assert (await here.community.get("/v1/indicators")).status_code == 422


async def test_the_feed_is_read_once_and_waits_for_more(here: Town) -> None:
    item = await here.apply()
    start = (await here.secretariat.get("/v1/events")).json()
    assert start["items"] == []
    waiting = asyncio.create_task(here.secretariat.get("/v1/events", wait_s=10))
    await asyncio.sleep(0.2)
    await here.health.step(item, "submit")
    page = (await waiting).json()
    assert [event["data"]["state"] for event in page["items"]] == ["submitted"]
    rest = (await here.secretariat.get("/v1/events", after=page["next"])).json()
    assert rest["items"] == []
    bad = await here.secretariat.get("/v1/events", after="yesterday")
    assert bad.json()["code"] == "feed-cursor-not-valid"
