"""From a refused task to an admitted one: apply, review, approve, pay."""

from typing import Any

from tests.factories.admission import (
    COMMUNITIES,
    ORG,
    Town,
    application,
    approval,
    payment,
    today,
    unpaid,
)

TASK = {"community": COMMUNITIES[0], "organisation": ORG, "domain": "health"}


async def test_a_task_is_refused_until_its_item_is_approved_and_paid(here: Town) -> None:
    task = {**TASK, "title": "65岁以上老年人健康体检入户通知"}
    refused = (await here.health.post("/v1/checks", task)).json()
    assert refused["admitted"] is False
    assert refused["reason"]["code"] == "NOT_ADMITTED"
    assert "审批表" in refused["reason"]["how_to"]

    await here.fund(50_000)
    item = await here.apply()
    assert (item["state"], item["version"]) == ("draft", 1)
    item = await here.health.step(item, "submit")
    assert item["state"] == "submitted"
    item = await here.secretariat.step(item, "review", {"decision": "accept"})
    assert item["state"] == "reviewed"
    assert item["accepted_at"]
    item = await here.approver.step(item, "decide", approval())
    assert item["state"] == "approved"
    assert await here.balance(f"budget:222406:{ORG}:{today().year}") == 40_000
    assert await here.balance(f"hold:{item['id']}") == 10_000

    unpaid_yet = (await here.health.post("/v1/checks", {**task, "item_id": item["id"]})).json()
    assert unpaid_yet["reason"]["code"] == "FUNDS_NOT_PAID"
    assert unpaid_yet["item"]["id"] == item["id"]

    item = await here.finance.step(item, "payments", payment(5_000))
    assert item["state"] == "active"
    assert item["funding"]["paid_fen"] == 5_000
    shares = [await here.balance(f"community:{code}") for code in COMMUNITIES]
    assert shares == [1_667, 1_667, 1_666]

    admitted = (await here.health.post("/v1/checks", task)).json()
    assert admitted["admitted"] is True
    assert admitted["item"]["id"] == item["id"]
    await everything_is_on_record(here, item)


async def everything_is_on_record(here: Town, item: dict[str, Any]) -> None:
    report = (await here.secretariat.get("/v1/refusals", within="222406")).json()
    assert [r["reason"] for r in report["items"]] == ["FUNDS_NOT_PAID", "NOT_ADMITTED"]
    actions = [entry["action"] for entry in item["timeline"]]
    assert actions == ["apply", "submit", "accept", "approve", "pay", "activate"]
    feed = (await here.secretariat.get("/v1/events")).json()
    assert [event["type"] for event in feed["items"]] == [
        "admission.task.refused.v1",
        "admission.item.submitted.v1",
        "admission.item.reviewed.v1",
        "admission.item.approved.v1",
        "admission.task.refused.v1",
        "admission.item.activated.v1",
    ]


async def test_reasoned_work_without_money_starts_when_it_is_approved(here: Town) -> None:
    item = await here.reviewed(funding=unpaid()["funding"])
    item = await here.approver.step(item, "decide", approval())
    assert item["state"] == "active"
    assert (await here.health.post("/v1/checks", {**TASK, "title": item["title"]})).json()[
        "admitted"
    ]


async def test_a_returned_application_is_corrected_and_comes_back(here: Town) -> None:
    item = await here.health.step(await here.apply(), "submit")
    back = {"decision": "return", "comment": "请补充经费测算。"}
    item = await here.secretariat.step(item, "review", back)
    assert item["state"] == "returned"
    patch = {"funding": {"basis": "每社区33.33元"}, "frequency": "每月一次"}
    response = await here.health.patch(f"/v1/items/{item['id']}", patch, item["version"])
    assert response.status_code == 200, response.text
    item = response.json()
    assert item["funding"]["basis"] == "每社区33.33元"
    assert item["frequency"] == "每月一次"
    assert item["communities"] == list(COMMUNITIES)
    item = await here.health.step(item, "submit")
    assert item["state"] == "submitted"
    first = (await here.health.get(f"/v1/items/{item['id']}/versions/1")).json()
    assert first["funding"]["basis"] is None
    assert (await here.health.get(f"/v1/items/{item['id']}/versions/2")).status_code == 404


async def test_those_who_would_carry_it_are_heard_before_the_decision(here: Town) -> None:
    item = await here.health.step(await here.apply(), "submit")
    path = f"/v1/items/{item['id']}/opinions"
    silent = await here.community.post(path, {"stance": "object"}, item["version"])
    assert silent.json()["errors"][0]["pointer"] == "/comment"
    concern = {"stance": "concern", "comment": "人手不足，建议分批开展。"}
    item = await here.community.step(item, "opinions", concern)
    item = await here.finance.step(item, "opinions", {"stance": "support"})
    item = await here.community.step(item, "opinions", {"stance": "support"})
    assert item["version"] == 2
    given = {o["organisation"]: (o["stance"], o["comment"]) for o in item["opinions"]}
    assert given == {
        "222406.finance": ("support", None),
        COMMUNITIES[0]: ("support", None),
    }
    assert (await here.housing.post(path, {"stance": "support"}, 2)).status_code == 403
    item = await here.secretariat.step(item, "review", {"decision": "accept"})
    reject = {"decision": "reject", "comment": "不具备条件"}
    item = await here.approver.step(item, "decide", reject)
    late = await here.finance.post(path, {"stance": "support"}, item["version"])
    assert late.status_code == 409


async def test_a_rejected_application_is_over(here: Town) -> None:
    item = await here.reviewed()
    item = await here.approver.step(item, "decide", {"decision": "reject", "comment": "属部门职责"})
    assert item["state"] == "rejected"
    again = await here.approver.post(f"/v1/items/{item['id']}/decide", approval(), item["version"])
    assert again.status_code == 409
    assert again.json()["code"] == "transition-not-allowed"
    check = (await here.health.post("/v1/checks", {**TASK, "title": item["title"]})).json()
    assert check["reason"]["code"] == "NOT_ADMITTED"
    assert "未获批准" in check["reason"]["how_to"]


async def test_a_scope_means_the_urban_communities_inside_it(here: Town) -> None:
    body = application(scope="222406")
    del body["communities"]
    item = (await here.health.post("/v1/items", body)).json()
    assert item["communities"] == list(COMMUNITIES)
    assert item["area"] == "222406"


async def test_revoked_work_gives_back_what_was_not_due(here: Town) -> None:
    item = await here.approved(budget_fen=10_000)
    item = await here.finance.step(item, "payments", payment(5_000))
    item = await here.secretariat.step(item, "revoke", {"comment": "居民普遍不接受"})
    assert item["state"] == "revoked"
    assert await here.balance(f"hold:{item['id']}") == 0
    assert await here.balance(f"budget:222406:{ORG}:{today().year}") == 5_000
    check = (await here.health.post("/v1/checks", {**TASK, "title": item["title"]})).json()
    assert check["reason"]["code"] == "NOT_ADMITTED"
