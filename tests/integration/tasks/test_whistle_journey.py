"""A whistle's whole life over HTTP, and everything that must not happen on the way."""

import asyncio
from typing import Any

import asyncpg
import pytest

from services.common.ids import new_id
from tests.factories.tasks import COUNTY, GRID, OTHER_GRID, World


async def test_whole_journey_with_two_departments(world: World) -> None:
    photo = await world.uploaded()
    w = await world.reported(photo_ids=[str(photo)], resident_contact="金明子 13812345678")
    assert w["state"] == "reported"
    assert w["photo_ids"] == [str(photo)]
    assert w["resident_contact"] == "金** 138****5678"
    w = await world.step("street", w, "blow", comment="情况属实")
    w = await world.step(
        "street", w, "dispatch", lead=f"{COUNTY}.housing", co_handlers=["2224.health"]
    )
    assert [(leg["organisation"], leg["role"]) for leg in w["legs"]] == [
        (f"{COUNTY}.housing", "lead"),
        ("2224.health", "co_handler"),
    ]
    w = await world.step("housing", w, "sign")
    w = await world.step("prefecture_health", w, "sign")
    assert w["state"] == "dispatched"
    w = await world.step("housing_system", w, "arrive")
    assert w["state"] == "handling"
    w = await world.step("prefecture_health", w, "arrive", comment="已到场")
    proof = await world.uploaded("housing")
    w = await world.step("housing", w, "result", text="已修复", photo_ids=[str(proof)])
    assert w["state"] == "handling", "one department is still at work"
    w = await world.step("prefecture_health", w, "result", text="已消杀")
    assert (w["state"], w["result_text"]) == ("result_submitted", "已修复")
    assert w["result_photo_ids"] == [str(proof)]
    w = await world.step("worker", w, "verify", passed=True, comment="已看现场")
    w = await world.step("street", w, "rate", satisfaction="satisfied", comment="快")
    w = await world.step("street", w, "close")
    assert (w["state"], w["outcome"], w["overdue"]) == ("closed", "resolved", False)
    assert w["rating"]["satisfaction"] == "satisfied"
    check_timeline(w)
    assert (await world.get("county", f"/v1/whistles/{w['id']}")).json() == w


def check_timeline(w: dict[str, Any]) -> None:
    assert [entry["action"] for entry in w["timeline"]] == [
        "reported", "blown", "dispatched", "signed", "signed", "arrived", "arrived",
        "result_submitted", "result_submitted", "verified", "rated", "closed",
    ]  # fmt: skip
    assert w["timeline"][1]["comment"] == "情况属实"
    assert w["timeline"][5]["organisation"] == f"{COUNTY}.housing"
    assert w["timeline"][5]["role"] == "department_system"


async def test_events_tell_each_step_to_those_it_concerns(world: World) -> None:
    w = await world.dispatched()
    w = await world.step("housing", w, "sign")
    page = (await world.get("county", "/v1/events")).json()
    assert [event["type"] for event in page["items"]] == [
        "tasks.whistle.reported.v1",
        "tasks.whistle.blown.v1",
        "tasks.whistle.dispatched.v1",
        "tasks.whistle.signed.v1",
    ]
    assert page["items"][3]["data"]["organisation"] == f"{COUNTY}.housing"
    mine = (await world.get("housing", "/v1/events")).json()["items"]
    assert [event["type"] for event in mine] == [
        "tasks.whistle.dispatched.v1",
        "tasks.whistle.signed.v1",
    ]
    assert (await world.get("health", "/v1/events")).json()["items"] == []
    assert (await world.get("other_county", "/v1/events")).json()["items"] == []
    rest = await world.get("county", "/v1/events", after=page["next"])
    assert rest.json() == {"items": [], "next": page["next"]}


async def test_failed_verification_starts_another_round(world: World) -> None:
    w = await world.dispatched()
    for action, body in (("sign", {}), ("arrive", {}), ("result", {"text": "已修"})):
        w = await world.step("housing", w, action, **body)
    w = await world.step("worker", w, "verify", passed=False, comment="没修好")
    assert (w["state"], w["round"], w["solved"]) == ("handling", 2, False)
    assert (w["legs"][0]["state"], w["legs"][0]["round"]) == ("arrived", 2)
    w = await world.step("housing", w, "result", text="重新修好")
    w = await world.step("street", w, "verify", passed=True)
    w = await world.step("worker", w, "rate", score=2, comment="又坏了")
    assert (w["state"], w["round"]) == ("handling", 3)
    w = await world.step("housing", w, "result", text="更换灯杆")
    w = await world.step("street", w, "verify", passed=True)
    w = await world.step("street", w, "rate", score=5)
    w = await world.step("street", w, "close")
    assert w["solved"] is True
    connection = await asyncpg.connect(world.dsn)
    rounds = await connection.fetch("select round, satisfaction from ratings order by round")
    await connection.close()
    assert [tuple(row) for row in rounds] == [(2, "unsatisfied"), (3, "satisfied")]


async def test_department_can_never_close(world: World) -> None:
    w = await world.dispatched()
    for action, body in (("sign", {}), ("arrive", {}), ("result", {"text": "好了"})):
        w = await world.step("housing", w, action, **body)
    w = await world.step("street", w, "verify", passed=True)
    w = await world.step("street", w, "rate", score=5)
    match = {"If-Match": f'"{w["version"]}"'}
    path = f"/v1/whistles/{w['id']}/close"
    for who in ("housing", "housing_system", "worker", "county", "community"):
        refused = await world.post(who, path, {}, **match)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")
    # Even an account that the handling department was given a street's role on.
    both = world.headers("housing", roles=["department_officer", "street_officer"])
    refused = await world.client.post(path, json={}, headers={**both, **match})
    assert refused.status_code == 403
    hidden = await world.post("other_street", path, {}, **match)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "nothing-here")
    assert (await world.step("street", w, "close"))["state"] == "closed"


async def test_closed_is_final(world: World) -> None:
    w = await world.reported()
    w = await world.step("street", w, "close", comment="物业已处理")
    assert (w["outcome"], w["timeline"][-1]["action"]) == ("declined", "declined")
    match = {"If-Match": f'"{w["version"]}"'}
    again = await world.post("street", f"/v1/whistles/{w['id']}/close", {}, **match)
    assert again.status_code == 409
    problem = again.json()
    assert problem["type"] == "/problems/transition-not-allowed"
    assert (problem["state"], problem["action"]) == ("closed", "close")
    connection = await asyncpg.connect(world.dsn)
    with pytest.raises(asyncpg.RestrictViolationError):
        await connection.execute("update whistles set state = 'rated', closed_at = null")
    with pytest.raises(asyncpg.RestrictViolationError):
        await connection.execute("update timeline set comment = 'x'")
    with pytest.raises(asyncpg.RestrictViolationError):
        await connection.execute("delete from timeline")
    await connection.close()


async def test_steps_out_of_turn_are_conflicts(world: World) -> None:
    w = await world.reported()
    match = {"If-Match": '"1"'}
    lead = {"lead": f"{COUNTY}.housing"}
    early = await world.post("street", f"/v1/whistles/{w['id']}/dispatch", lead, **match)
    assert (early.status_code, early.json()["code"]) == (409, "transition-not-allowed")
    w = await world.dispatched()
    match = {"If-Match": f'"{w["version"]}"'}
    path = f"/v1/whistles/{w['id']}"
    arrived = await world.post("housing", f"{path}/arrive", {}, **match)
    assert (arrived.status_code, arrived.json()["leg_state"]) == (409, "dispatched")
    verified = await world.post("street", f"{path}/verify", {"passed": True}, **match)
    assert verified.status_code == 409
    signed = await world.step("housing", w, "sign")
    twice = await world.post(
        "housing", f"{path}/sign", {}, **{"If-Match": f'"{signed["version"]}"'}
    )
    assert twice.status_code == 409


async def test_preconditions_and_keys(world: World) -> None:
    w = await world.reported()
    path = f"/v1/whistles/{w['id']}/blow"
    missing = await world.post("street", path, {})
    assert (missing.status_code, missing.json()["code"]) == (428, "if-match-required")
    stale = await world.post("street", path, {}, **{"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["version"]) == (412, 1)
    headers = {**world.headers("street"), "If-Match": '"1"'}
    first = await world.client.post(path, json={}, headers=headers)
    replay = await world.client.post(path, json={}, headers=headers)
    assert replay.headers["Idempotency-Replayed"] == "true"
    assert (replay.status_code, replay.content) == (first.status_code, first.content)
    assert replay.headers["ETag"] == first.headers["ETag"] == '"2"'
    other = await world.client.post(path, json={"comment": "x"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    without = {k: v for k, v in headers.items() if k != "Idempotency-Key"}
    refused = await world.client.post(path, json={}, headers=without)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency-key-required")
    events = (await world.get("county", "/v1/events")).json()["items"]
    assert len(events) == 2, "a replay has no second effect"


async def test_two_at_once_take_one_step(world: World) -> None:
    w = await world.reported()
    path, match = f"/v1/whistles/{w['id']}/blow", {"If-Match": '"1"'}
    answers = await asyncio.gather(*(world.post("street", path, {}, **match) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]


async def test_one_key_sent_five_times_at_once_has_one_effect(world: World) -> None:
    headers = world.headers("worker")
    body = {"kind": "peace", "title": "争吵", "description": "邻里争吵", "area": GRID}

    async def send() -> tuple[int, bytes]:
        response = await world.client.post("/v1/whistles", json=body, headers=headers)
        return response.status_code, response.content

    answers = await asyncio.gather(*(send() for _ in range(5)))
    assert {status for status, _ in answers} == {201}
    assert len({content for _, content in answers}) == 1
    assert len((await world.get("street", "/v1/whistles")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"lead": "222406.housing", "sign_within_s": 14_401}, "/sign_within_s"),
        ({"lead": "222406.housing", "close_within_s": 0}, "/close_within_s"),
        ({"lead": "222406001"}, "/lead"),
        ({"lead": "222406001001"}, "/lead"),
        ({"lead": "222401.housing"}, "/lead"),
        ({"lead": "222406.housing", "co_handlers": ["222406.housing"]}, "/co_handlers/0"),
        ({"lead": "222406.housing", "surprise": 1}, "/surprise"),
    ],
)
async def test_bad_dispatch_is_refused(world: World, body: dict[str, Any], pointer: str) -> None:
    w = await world.step("street", await world.reported(), "blow")
    response = await world.post(
        "street", f"/v1/whistles/{w['id']}/dispatch", body, **{"If-Match": '"2"'}
    )
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == pointer


async def test_limits_only_shorten_and_pull_earlier_ones_along(world: World) -> None:
    w = await world.dispatched(close_within_s=600)
    leg = w["legs"][0]
    assert leg["sign_due_at"] == leg["arrive_due_at"] == leg["close_due_at"]


@pytest.mark.parametrize(
    "changes",
    [
        {"area": "222406001001"},
        {"title": ""},
        {"title": "a\x00b"},
        {"kind": "gossip"},
        {"photo_ids": [str(new_id())]},
        {"description": "x" * 2001},
        {"points": 5},
    ],
)
async def test_bad_reports_are_refused(world: World, changes: dict[str, Any]) -> None:
    body = {"kind": "peace", "title": "争吵", "description": "邻里争吵", "area": GRID, **changes}
    response = await world.post("worker", "/v1/whistles", body)
    assert response.status_code == 422
    assert (await world.get("county", "/v1/whistles")).json()["items"] == []


async def test_reporting_outside_ones_grid_is_refused(world: World) -> None:
    body = {"kind": "peace", "title": "争吵", "description": "邻里争吵", "area": OTHER_GRID}
    assert (await world.post("worker", "/v1/whistles", body)).status_code == 403


async def test_contact_is_sealed_and_its_reading_recorded(world: World) -> None:
    w = await world.reported(resident_contact="金明子 13812345678")
    path = f"/v1/whistles/{w['id']}/resident-contact"
    refused = await world.get("street", path)
    assert (refused.status_code, refused.json()["code"]) == (400, "purpose-required")
    headers = world.headers("street", purpose="case_handling")
    shown = await world.client.get(path, headers=headers)
    assert shown.json() == {"resident_contact": "金明子 13812345678"}
    hidden = await world.client.get(path, headers=world.headers("housing", purpose="case_handling"))
    assert hidden.status_code == 404, "this department has no part in it"
    connection = await asyncpg.connect(world.dsn)
    sealed = await connection.fetchval("select resident_contact from whistles")
    reads = await connection.fetch("select reader, organisation, role, purpose from contact_reads")
    await connection.close()
    assert b"13812345678" not in sealed
    assert [tuple(row) for row in reads] == [("s1", "222406001", "street_officer", "case_handling")]
    empty = await world.reported()
    response = await world.client.get(
        f"/v1/whistles/{empty['id']}/resident-contact",
        headers=world.headers("street", purpose="case_handling"),
    )
    assert response.json() == {"resident_contact": None}
