"""Preconditions, retries and bad input: what every caller may rely on."""

import base64
import hashlib
import json
from typing import Any

from services.admission.domain.questions import ItemFilters, RefusalFilters
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


async def test_nothing_made_up_by_a_caller_is_a_bug_of_ours(here: Town) -> None:
    odd = "甲\x00乙"
    for body, pointer in (
        (application(title=odd), "/title"),
        (application(content=odd), "/content"),
        (application(adds={"form": odd}), "/adds/form"),
        (application(data_fields=[odd]), "/data_fields/0"),
        (application(starts_on="9999-12-31"), "/starts_on"),
        (application(workload_hours_per_month="inf"), "/workload_hours_per_month"),
        (application(title="\ud800"), "/title"),
    ):
        raw = await here.health.client.post(
            "/v1/items", content=json.dumps(body), headers=here.health.headers_for_json()
        )
        assert raw.status_code == 422, (pointer, raw.text)
        assert raw.json()["errors"][0]["pointer"] == pointer
    item = await here.apply()
    for path in (
        "/v1/items?organisation=%00",
        "/v1/items?domain=%00",
        "/v1/refusals?organisation=%00",
        "/v1/ledger/hold%00",
        f"/v1/items/{item['id']}/versions/99999999999",
        f"/v1/items/{item['id']}%00",
        "/v1/items?within=%00",
        "/v1/certificates?in_force_on=0000-01-01",
    ):
        assert (await here.health.get(path)).status_code == 422, path


async def test_a_cursor_made_by_hand_is_refused(here: Town) -> None:
    made: tuple[tuple[str, object, list[Any]], ...] = (
        ("/v1/items", ItemFilters(), ["x"]),
        ("/v1/items", ItemFilters(), [7]),
        ("/v1/items", ItemFilters(), []),
        ("/v1/refusals", RefusalFilters(), [None, None]),
        ("/v1/ledger", ("accounts", None, None), ["\x00"]),
        ("/v1/ledger", ("accounts", None, None), [{}]),
        ("/v1/ledger/hold:x", ("entries", "hold:x"), [1 << 64]),
        ("/v1/ledger/hold:x", ("entries", "hold:x"), ["7"]),
        ("/v1/ledger/hold:x", ("entries", "hold:x"), [True]),
    )
    for path, question, keys in made:
        response = await here.health.get(path, after=handmade(keys, question))
        assert (response.status_code, response.json()["code"]) == (422, "cursor-not-valid"), path


def handmade(keys: list[Any], question: object) -> str:
    """A cursor as paging writes it, also with numbers that orjson would refuse."""
    digest = hashlib.sha256(repr(question).encode()).hexdigest()[:12]
    return base64.urlsafe_b64encode(json.dumps([keys, digest]).encode()).decode().rstrip("=")
