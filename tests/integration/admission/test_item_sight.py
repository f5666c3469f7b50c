"""Nobody sees or moves what is not theirs; what is hidden is not found."""

from dataclasses import replace

from services.admission.api.policy import POLICY
from tests.factories.admission import (
    COMMUNITIES,
    ORG,
    Office,
    Town,
    application,
    approval,
    payment,
    unpaid,
)


async def titles(office: Office, **filters: str) -> list[str]:
    response = await office.get("/v1/items", **filters)
    assert response.status_code == 200, response.text
    return [item["title"] for item in response.json()["items"]]


async def test_an_application_is_seen_by_its_own_and_later_by_those_it_concerns(
    here: Town,
) -> None:
    item = await here.apply()
    path = f"/v1/items/{item['id']}"
    everyone_else = (here.housing, here.secretariat, here.community, here.elsewhere, here.finance)
    for office in everyone_else:
        assert (await office.get(path)).status_code == 404
        assert await titles(office) == []
    item = await here.health.step(item, "submit")
    grid = replace(here.community, roles=["grid_worker"], areas=[COMMUNITIES[0] + "001"])
    for office in (here.secretariat, here.community):
        assert (await office.get(path)).status_code == 200
    for office in (here.housing, here.elsewhere, grid):
        assert (await office.get(path)).status_code == 404
    item = await here.secretariat.step(item, "review", {"decision": "accept"})
    await here.fund(10_000)
    await here.approver.step(item, "decide", approval())
    assert (await grid.get(path)).status_code == 200
    for office in (here.housing, here.elsewhere):
        assert (await office.get(path)).status_code == 404
        assert (await office.get(f"{path}/versions/1")).status_code == 404


async def test_a_grid_worker_sees_the_communitys_items(here: Town) -> None:
    item = await here.approved()
    near = replace(here.community, roles=["grid_worker"], areas=[COMMUNITIES[0] + "001"])
    far = replace(near, areas=["222406003001001"])
    assert await titles(near) == [item["title"]]
    assert await titles(near, within=COMMUNITIES[0] + "001") == [item["title"]]
    assert await titles(far) == []
    assert (await near.get("/v1/items", within=COMMUNITIES[1])).status_code == 404


async def test_nobody_acts_for_another_county_or_department(here: Town) -> None:
    item = await here.health.step(await here.apply(), "submit")
    path = f"/v1/items/{item['id']}"
    accept = {"decision": "accept"}
    assert (await here.elsewhere.post(f"{path}/review", accept, 2)).status_code == 404
    colleague = replace(here.health, roles=["secretariat"], org="222406.civil_affairs")
    street = replace(colleague, areas=["222406001"])
    assert (await street.post(f"{path}/review", accept, 2)).status_code == 403
    other = application(domain="housing")
    assert (await here.health.post("/v1/items", other)).status_code == 403
    mine = await here.apply(title="另一事项")
    twin = replace(here.housing, roles=["department_officer"])
    assert (await twin.post(f"/v1/items/{mine['id']}/submit", version=1)).status_code == 404


async def test_a_role_without_a_row_may_nothing(here: Town) -> None:
    for role in ("system_admin", "security_admin", "resident_desk", "nobody"):
        office = replace(here.health, roles=[role])
        for path in ("/v1/items", "/v1/refusals", "/v1/ledger", "/v1/indicators?within=222406"):
            assert (await office.get(path)).status_code == 403


async def test_every_operation_has_a_row_and_every_row_an_operation(here: Town) -> None:
    document = here.app.openapi()
    operations = {
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert operations == set(POLICY)


async def test_checks_speak_for_oneself_and_ones_area(here: Town) -> None:
    task = {
        "community": COMMUNITIES[0],
        "organisation": ORG,
        "domain": "health",
        "title": "某任务",
    }
    assert (await here.housing.post("/v1/checks", task)).status_code == 403
    assert (await here.community.post("/v1/checks", task)).status_code == 200
    elsewhere = {**task, "community": COMMUNITIES[1]}
    assert (await here.community.post("/v1/checks", elsewhere)).status_code == 404
    assert (await here.elsewhere.post("/v1/checks", task)).status_code == 404


async def test_another_departments_item_admits_nothing(here: Town) -> None:
    item = await here.approver.step(
        await here.reviewed(funding=unpaid()["funding"]), "decide", approval()
    )
    task = {
        "community": COMMUNITIES[0],
        "organisation": "222406.housing",
        "domain": "housing",
        "title": item["title"],
        "item_id": item["id"],
    }
    answer = (await here.housing.post("/v1/checks", task)).json()
    assert answer["admitted"] is False
    assert answer["reason"]["code"] == "NOT_ADMITTED"
    assert "item" not in answer


async def test_refusals_are_read_by_those_they_concern(here: Town) -> None:
    for code in COMMUNITIES[:2]:
        task = {"community": code, "organisation": ORG, "domain": "health", "title": "填表"}
        await here.health.post("/v1/checks", task)
        await here.health.post("/v1/checks", task)

    async def seen(office: Office) -> list[str]:
        items = (await office.get("/v1/refusals")).json()["items"]
        assert all(item["attempts"] == 2 for item in items)
        return sorted(item["community"] for item in items)

    assert await seen(here.health) == await seen(here.secretariat) == list(COMMUNITIES[:2])
    assert await seen(here.community) == [COMMUNITIES[0]]
    assert await seen(here.housing) == await seen(here.elsewhere) == []
    assert (await here.elsewhere.get("/v1/refusals", within="222406")).status_code == 404


async def test_money_is_read_by_finance_and_its_owner(here: Town) -> None:
    item = await here.finance.step(await here.approved(), "payments", payment(5_000))
    hold, mine = f"/v1/ledger/hold:{item['id']}", f"/v1/ledger/community:{COMMUNITIES[0]}"
    assert (await here.finance.get(hold)).status_code == 200
    assert (await here.community.get(mine)).status_code == 200
    assert (await here.community.get(f"/v1/ledger/community:{COMMUNITIES[1]}")).status_code == 404
    assert (await here.community.get(hold)).status_code == 404
    assert (await here.elsewhere.get(hold)).status_code == 404
    codes = [a["code"] for a in (await here.community.get("/v1/ledger")).json()["items"]]
    assert codes == [f"community:{COMMUNITIES[0]}"]
    other = {
        "county": "222401",
        "organisation": "222401.health",
        "year": 2026,
        "amount_fen": 1,
        "reference": "x",
    }
    assert (await here.finance.post("/v1/ledger/allocations", other)).status_code == 404


async def test_the_feed_shows_ones_own_areas(here: Town) -> None:
    await here.health.step(await here.apply(), "submit")
    mine = (await here.secretariat.get("/v1/events")).json()
    assert [event["type"] for event in mine["items"]] == ["admission.item.submitted.v1"]
    assert mine["items"][0]["area"] == "222406"
    assert "title" not in mine["items"][0]["data"]
    assert (await here.elsewhere.get("/v1/events")).json()["items"] == []
    # What another department asks for is none of its business: not that it asks, either.
    assert len((await here.health.get("/v1/events")).json()["items"]) == 1
    assert (await here.housing.get("/v1/events")).json()["items"] == []
