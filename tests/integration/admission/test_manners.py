"""Preconditions, retries and bad input: what every caller may rely on."""

from typing import Any

from services.common.ids import new_id
from tests.factories.admission import (
    COMMUNITIES,
    OTHER_COUNTY,
    VILLAGE,
    Town,
    application,
    approval,
    in_days,
    payment,
)


async def pointers(here: Town, body: Any) -> list[str]:
    response = await here.health.post("/v1/items", body)
    assert response.status_code == 422, response.text
    return [error["pointer"] for error in response.json()["errors"]]


GAPS: list[tuple[dict[str, Any], list[str]]] = [
    ({"title": " "}, ["/title"]),
    ({"class": "misc", "domain": "sea"}, ["/class", "/domain"]),
    ({"communities": ["1"]}, ["/communities/0"]),
    ({"communities": []}, ["/communities"]),
    ({"scope": "222406"}, ["/communities"]),
    ({"communities": [COMMUNITIES[0], "222406009001"]}, ["/communities/1"]),
    ({"communities": [OTHER_COUNTY]}, ["/communities/0"]),
    ({"communities": [], "scope": "222401"}, ["/scope"]),
    ({"starts_on": "soon"}, ["/starts_on"]),
    ({"ends_on": in_days(-1)}, ["/ends_on"]),
    ({"class": "temporary", "ends_on": None}, ["/ends_on"]),
    ({"class": "autonomy"}, ["/class"]),
    ({"special_explanation": None}, ["/special_explanation"]),
    ({"adds": {"drone": True}}, ["/adds/drone"]),
    ({"adds": {"form": 5, "plate": " "}}, ["/adds/plate", "/adds/form"]),
    ({"colour": "red"}, ["/colour"]),
    ({"funding": {"amount_fen": 0}}, ["/funding/zero_reason"]),
    ({"funding": {"amount_fen": 1.5}}, ["/funding/amount_fen"]),
    ({"funding": {"amount_fen": -1}}, ["/funding/amount_fen"]),
    ({"funding": {"amount_fen": 5, "source": "x"}}, ["/funding/schedule"]),
]


async def test_each_gap_of_an_application_is_pointed_at(here: Town) -> None:
    for changes, expected in GAPS:
        assert await pointers(here, application(**changes)) == expected, changes


async def test_a_village_is_named_by_its_code(here: Town) -> None:
    item = await here.apply(communities=[VILLAGE])
    assert item["communities"] == [VILLAGE]


async def test_what_is_banned_cannot_be_handed_in(here: Town) -> None:
    item = await here.apply(title="集中出具居民健在证明")
    response = await here.health.post(f"/v1/items/{item['id']}/submit", version=item["version"])
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/title"


async def test_the_same_key_is_one_application(here: Town) -> None:
    key, body = new_id().hex, application()
    first = await here.health.post("/v1/items", body, key=key)
    again = await here.health.post("/v1/items", body, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    other = await here.health.post("/v1/items", application(title="另一事项"), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len((await here.health.get("/v1/items")).json()["items"]) == 1


async def test_a_retried_payment_is_paid_once(here: Town) -> None:
    item = await here.approved()
    key, body = new_id().hex, payment(5_000)
    path = f"/v1/items/{item['id']}/payments"
    first = await here.finance.post(path, body, item["version"], key=key)
    again = await here.finance.post(path, body, item["version"], key=key)
    assert first.content == again.content
    assert await here.balance(f"hold:{item['id']}") == 5_000


async def test_a_key_is_required(here: Town) -> None:
    headers = here.health.mint.headers(roles=["department_officer"], org="222406.health")
    del headers["Idempotency-Key"]
    response = await here.health.client.post("/v1/items", json=application(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "idempotency-key-required")


async def test_a_change_names_the_version_it_read(here: Town) -> None:
    item = await here.apply()
    path = f"/v1/items/{item['id']}"
    for response in (
        await here.health.post(f"{path}/submit"),
        await here.health.patch(path, {"title": "改名"}, None),
    ):
        assert (response.status_code, response.json()["code"]) == (428, "if-match-required")
    for response in (
        await here.health.post(f"{path}/submit", version=9),
        await here.health.patch(path, {"title": "改名"}, 9),
    ):
        assert (response.status_code, response.json()["code"]) == (412, "version-is-stale")
        assert response.json()["version"] == 1
    read = await here.health.get(path)
    assert read.headers["ETag"] == '"1"'


async def test_steps_out_of_order_conflict(here: Town) -> None:
    item = await here.apply()
    path = f"/v1/items/{item['id']}"
    response = await here.secretariat.post(f"{path}/review", {"decision": "accept"}, 1)
    assert response.status_code == 404, "a draft is its applicant's own"
    item = await here.health.step(item, "submit")
    for office, action, body in (
        (here.health, "submit", None),
        (here.approver, "decide", approval()),
        (here.finance, "payments", payment(1)),
        (here.secretariat, "revoke", {"comment": "不再需要"}),
    ):
        response = await office.post(f"{path}/{action}", body, item["version"])
        assert (response.status_code, response.json()["code"]) == (409, "transition-not-allowed")
        assert response.json()["state"] == "submitted"
    response = await here.health.patch(path, {"title": "改名"}, item["version"])
    assert response.status_code == 409


DECISIONS: list[tuple[dict[str, Any], str]] = [
    ({"decision": "approve", "valid_to": in_days(9)}, "/approval_no"),
    ({"decision": "approve", "approval_no": "1号"}, "/valid_to"),
    ({"decision": "reject"}, "/comment"),
    (approval(valid_to=in_days(-1)), "/valid_to"),
    (approval(valid_to=in_days(366)), "/valid_to"),
    ({"decision": "maybe"}, "/decision"),
]


async def test_a_decision_is_complete(here: Town) -> None:
    item = await here.reviewed()
    for body, pointer in DECISIONS:
        response = await here.approver.post(f"/v1/items/{item['id']}/decide", body, item["version"])
        assert response.status_code == 422, response.text
        assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_a_return_says_why(here: Town) -> None:
    item = await here.health.step(await here.apply(), "submit")
    path = f"/v1/items/{item['id']}/review"
    response = await here.secretariat.post(path, {"decision": "return"}, item["version"])
    assert response.json()["errors"][0]["pointer"] == "/comment"


async def test_a_patch_is_checked_as_a_whole(here: Town) -> None:
    item = await here.apply()
    path = f"/v1/items/{item['id']}"
    for patch, pointer in (
        ({"title": None}, "/title"),
        ({"funding": {"schedule": []}}, "/funding/schedule"),
        ({"funding": {"amount_fen": "x"}}, "/funding/amount_fen"),
        ({"communities": ["222406009001"]}, "/communities/0"),
        ({"state": "active"}, "/state"),
    ):
        response = await here.health.patch(path, patch, item["version"])
        assert response.status_code == 422, response.text
        assert response.json()["errors"][0]["pointer"] == pointer
    response = await here.health.patch(path, {"scope": "222406002"}, item["version"])
    assert response.json()["communities"] == [COMMUNITIES[2]]
    assert response.json()["version"] == 2


async def test_a_title_is_in_the_readers_language(here: Town) -> None:
    item = await here.reviewed()
    here.approver.headers["Accept-Language"] = "ko"
    path = f"/v1/items/{item['id']}/decide"
    response = await here.approver.post(path, approval(), item["version"])
    assert (response.status_code, response.json()["code"]) == (409, "budget-not-sufficient")
    assert response.json()["title"].startswith("부서 예산")
