"""The registers the law asks for: what is entered stays, and agreements decide what leaves."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from services.common.ids import new_id
from tests.factories.registry import COUNTY, GRID, Person, Registry, dwelling, id_number

AGREEMENT = {
    "area": COUNTY,
    "valid_from": "2026-01-01",
    "title": "公安向卫健提供姓名",
    "document_no": "图们数共〔2026〕1号",
    "provider_domain": "public_security",
    "receiver": f"{COUNTY}.health",
    "fields": ["name"],
    "purpose": "慢性病随访",
    "legal_basis": "基本医疗卫生与健康促进法",
}
ASSESSMENT = {
    "area": COUNTY,
    "valid_from": "2026-03-01",
    "title": "慢性病数据共享",
    "processing": "entrusting_or_providing",
    "description": "向卫健部门提供姓名",
    "risks": "泄露",
    "measures": "加密、最小范围",
    "conclusion": "acceptable_with_measures",
}
NOTICE = {
    "area": COUNTY,
    "valid_from": "2026-01-01",
    "title": "志愿者登记同意书",
    "kind": "consent",
    "text_zh": "您可以选择是否登记为志愿者。",
    "text_ko": "자원봉사자 등록 여부를 선택할 수 있습니다.",
}
BREACH = {
    "area": COUNTY,
    "valid_from": "2026-11-20",
    "title": "名单误公开",
    "happened": "社区公示栏张贴了未遮盖的证件号码",
    "found_at": "2026-11-20T09:00:00+08:00",
    "categories": ["document"],
    "affected": 12,
    "harm": "可能被冒用",
    "measures": "已撤下并销毁",
    "notified": [],
    "residents": "not_yet",
}
REGISTERS = [
    ("sharing-agreements", AGREEMENT, "secretariat"),
    ("impact-assessments", ASSESSMENT, "secretariat"),
    ("notices", NOTICE, "secretariat"),
    ("breaches", BREACH, "security_admin"),
]


async def enter(
    registry: Registry, path: str, body: Any, role: str, **token: Any
) -> httpx.Response:
    headers = registry.headers(role, **token)
    return await registry.client.post(f"/v1/{path}", json=body, headers=headers)


@pytest.fixture
async def bare(registry: Registry) -> Registry:
    """A registry into which no agreement was entered."""
    async with registry.store.transaction() as tx:
        await tx.connection.execute("truncate register_entries cascade")
    return registry


@pytest.mark.parametrize(("path", "body", "role"), REGISTERS)
async def test_versions_follow_one_another_and_none_is_changed(
    bare: Registry, path: str, body: dict[str, Any], role: str
) -> None:
    entered = await enter(bare, path, body, role)
    assert (entered.status_code, entered.headers["ETag"]) == (201, '"1"'), entered.text
    key = entered.json()["id"]
    changed = {**body, "title": "新的标题", "reason": "补充"}

    async def revise(version: int) -> httpx.Response:
        headers = {**bare.headers(role), "If-Match": f'"{version}"'}
        url = f"/v1/{path}/{key}/versions"
        return await bare.client.post(url, json=changed, headers=headers)

    assert (await revise(1)).headers["ETag"] == '"2"'
    assert (await revise(1)).status_code == 412
    seen = await bare.client.get(f"/v1/{path}/{key}", headers=bare.headers("auditor"))
    assert seen.headers["ETag"] == '"2"'
    titles = [(v["version"], v["title"], v["reason"]) for v in seen.json()["versions"]]
    assert titles == [(2, "新的标题", "补充"), (1, body["title"], None)]
    page = await bare.client.get(f"/v1/{path}", headers=bare.headers("auditor"))
    (item,) = page.json()["items"]
    assert (item["id"], item["version"], item["standing"]) == (key, 2, True)
    assert {name: item[name] for name in body if name != "title"} == {
        name: value for name, value in body.items() if name != "title"
    }
    for statement in ("update register_entries set area = '2224'", "delete from register_entries"):
        with pytest.raises(asyncpg.RestrictViolationError):
            async with bare.store.transaction() as tx:
                await tx.connection.execute(statement)


@pytest.mark.parametrize(("path", "body", "role"), REGISTERS)
async def test_only_its_keeper_enters_and_only_in_its_area(
    bare: Registry, path: str, body: dict[str, Any], role: str
) -> None:
    for other in ("secretariat", "security_admin", "auditor", "county_officer", "grid_worker"):
        if other != role:
            assert (await enter(bare, path, body, other)).status_code == 403
    assert (await enter(bare, path, body, role, areas=["222401"])).status_code == 404
    for wrong in (
        {**body, "valid_until": body["valid_from"]},
        {**body, "reason": "first versions have none"},
        {**body, "more": 1},
        {**body, "title": ""},
    ):
        assert (await enter(bare, path, wrong, role)).status_code == 422
    key = (await enter(bare, path, body, role)).json()["id"]
    for headers in (bare.headers("auditor", areas=["222401"]),):
        assert (await bare.client.get(f"/v1/{path}", headers=headers)).json()["items"] == []
        assert (await bare.client.get(f"/v1/{path}/{key}", headers=headers)).status_code == 404
    auditor = bare.headers("auditor")
    assert (await bare.client.get(f"/v1/{path}/nonsense", headers=auditor)).status_code == 404


async def test_an_agreement_names_fields_that_its_provider_owns(bare: Registry) -> None:
    for wrong in (
        {**AGREEMENT, "fields": ["chronic_disease"]},
        {**AGREEMENT, "fields": ["unheard_of"]},
        {**AGREEMENT, "receiver": "222406.nobody"},
    ):
        refused = await enter(bare, "sharing-agreements", wrong, "secretariat")
        assert refused.status_code == 422
    assert (await enter(bare, "sharing-agreements", AGREEMENT, "secretariat")).status_code == 201

    async def seen(domain: str) -> int:
        answer = await bare.client.get("/v1/sharing-agreements", headers=bare.department(domain))
        return len(answer.json()["items"])

    assert [await seen(d) for d in ("health", "public_security", "market")] == [1, 1, 0]


async def export(registry: Registry, *fields: str, role: str = "department") -> httpx.Response:
    headers = registry.department("health") if role == "department" else registry.headers(role)
    body = {
        "format": "csv",
        "fields": list(fields),
        "filter": {"within": GRID},
        "legal_basis": "履行法定职责",
    }
    return await registry.client.post("/v1/exports", json=body, headers=headers)


async def test_without_a_standing_agreement_foreign_fields_do_not_leave(bare: Registry) -> None:
    refused = await export(bare, "name", "chronic_disease")
    assert (refused.status_code, refused.json()["code"]) == (403, "agreement-missing")
    assert refused.json()["fields"] == ["name"]
    assert (await export(bare, "chronic_disease")).status_code == 202
    assert (await export(bare, "name", role="community_officer")).status_code == 202
    entered = await enter(bare, "sharing-agreements", AGREEMENT, "secretariat")
    granted = await export(bare, "name", "chronic_disease")
    assert (granted.status_code, granted.json()["agreement"]) == (202, AGREEMENT["document_no"])
    refused = await export(bare, "name", "phone")
    assert refused.json()["fields"] == ["phone"]
    # It ends with a further version, and another area's covers nothing here.
    ended = {**AGREEMENT, "valid_until": "2026-02-01", "reason": "到期"}
    headers = {**bare.headers("secretariat"), "If-Match": '"1"'}
    url = f"/v1/sharing-agreements/{entered.json()['id']}/versions"
    assert (await bare.client.post(url, json=ended, headers=headers)).status_code == 200
    assert (await export(bare, "name")).status_code == 403
    elsewhere = {**AGREEMENT, "area": "222406002"}
    await enter(bare, "sharing-agreements", elsewhere, "secretariat")
    assert (await export(bare, "name")).status_code == 403


async def say(
    registry: Registry, resident_id: UUID, notice: str, role: str = "grid_worker", **more: Any
) -> httpx.Response:
    return await registry.client.post(
        f"/v1/residents/{resident_id}/consents",
        json={"notice": notice, "version": 1, "given": True, **more},
        headers=registry.headers(role),
    )


async def test_a_resident_consents_and_withdraws(bare: Registry) -> None:
    resident_id = await bare.resident()
    consent = (await enter(bare, "notices", NOTICE, "secretariat")).json()["id"]
    told = (await enter(bare, "notices", {**NOTICE, "kind": "notice"}, "secretariat")).json()["id"]
    assert (await say(bare, resident_id, consent)).status_code == 201
    assert (await say(bare, resident_id, consent, given=False)).status_code == 201
    assert (await say(bare, resident_id, told)).json()["code"] == "notice-not-consent"
    assert (await say(bare, resident_id, consent, version=2)).json()["code"] == "entry-not-found"
    assert (await say(bare, new_id(), consent)).json()["code"] == "resident-not-found"
    assert (await say(bare, resident_id, consent, role="county_officer")).status_code == 403
    url = f"/v1/residents/{resident_id}/consents"
    seen = (await bare.client.get(url, headers=bare.headers("resident_desk"))).json()["items"]
    assert [(c["given"], c["stands"], c["title"]) for c in seen] == [
        (False, True, NOTICE["title"]),
        (True, False, NOTICE["title"]),
    ]
    outside = bare.headers(areas=["222406001001002"])
    assert (await bare.client.get(url, headers=outside)).status_code == 404
    accesses = [(a["operation"], a["fields"]) for a in await bare.accesses(resident_id)]
    said = ("registry.consents.say", ["consents"])
    assert accesses == [said, said, ("registry.consents.of_resident", ["consents"])]
    with pytest.raises(asyncpg.RestrictViolationError):
        async with bare.store.transaction() as tx:
            await tx.connection.execute("update consents set is_given = true")


async def test_a_copy_tells_what_was_agreed_to(bare: Registry) -> None:
    resident_id = await bare.resident()
    consent = (await enter(bare, "notices", NOTICE, "secretariat")).json()["id"]
    for given in (True, False):
        assert (await say(bare, resident_id, consent, given=given)).status_code == 201
    for format_, told in (("json", '"is_given": false'), ("html", "您的同意与撤回")):
        copy = await bare.client.post(
            f"/v1/residents/{resident_id}/full-export",
            json={"requested_by": "self", "format": format_},
            headers=bare.headers("resident_desk", purpose="resident_request"),
        )
        assert copy.status_code == 200
        assert told in copy.text
        assert NOTICE["title"] in copy.text


async def test_for_a_child_under_14_its_guardian_consents(bare: Registry) -> None:
    child = Person(
        number=id_number(5, "20200101"), born_on=date(2020, 1, 1), dwelling=dwelling(room=102)
    )
    await bare.resident(child)
    consent = (await enter(bare, "notices", NOTICE, "secretariat")).json()["id"]
    assert (await say(bare, child.id, consent)).json()["code"] == "guardian-consents"
    assert (await say(bare, child.id, consent, said_by="guardian")).status_code == 201


async def test_retention_is_told_with_the_settings_in_force(registry: Registry) -> None:
    async with registry.store.transaction() as tx:
        await tx.connection.execute(
            "insert into retention_runs (table_name, deleted, rows, rule) "
            "values ('accesses', 'accesses_202309', 5, 'REGISTRY_ACCESS_KEEP_MONTHS=36')"
        )
    answer = await registry.client.get("/v1/retention", headers=registry.headers("auditor"))
    kept = {item["data_class"]: item for item in answer.json()["items"]}
    assert (kept["accesses"]["period"], kept["accesses"]["setting"]) == (
        "36 months",
        "REGISTRY_ACCESS_KEEP_MONTHS",
    )
    assert (kept["former_states"]["period"], kept["former_states"]["action"]) == ("kept", "none")
    (run,) = answer.json()["runs"]
    assert (run["deleted"], run["rows"]) == ("accesses_202309", 5)
    refused = await registry.client.get("/v1/retention", headers=registry.headers("grid_worker"))
    assert refused.status_code == 403
