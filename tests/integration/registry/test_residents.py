"""Looking at one resident."""

from typing import Any

from services.common.ids import new_id
from tests.factories.ciphers import BOTH_CIPHERS
from tests.factories.registry import (
    COUNTY,
    GRID,
    NUMBER,
    OTHER_COUNTY_GRID,
    OTHER_GRID,
    Person,
    Registry,
    dwelling,
    id_number,
)

pytestmark = BOTH_CIPHERS

VIEW = {
    "name": "金哲洙",
    "name_ko": "김철수",
    "name_pinyin": "jin zhe zhu",
    "sex": "1",
    "born_on": "1990-01-01",
}


async def test_a_document_finds_its_resident_with_numbers_masked(registry: Registry) -> None:
    resident_id = await registry.resident()
    fields = [*VIEW, "document", "phone", "usual_language", "residency", "dwelling"]
    answer = await registry.look_up(NUMBER, fields, registry.department("family_planning"))
    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(resident_id),
        "county": COUNTY,
        "version": 1,
        **VIEW,
        "document": {"kind": "resident_id", "number": "229999********0018"},
        "phone": "154****5678",
        "usual_language": "ko",
        "residency": "registered",
        "dwelling": dwelling(),
    }
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["cache-control"] == "no-store"


async def test_a_number_is_found_however_it_was_typed(registry: Registry) -> None:
    number = id_number(19)
    assert number.endswith("X")
    await registry.resident(Person(number=number))
    answer = await registry.look_up(f" {number.lower()}", ["name"], registry.department("health"))
    assert answer.status_code == 200


async def test_only_what_was_asked_for_is_told(registry: Registry) -> None:
    resident_id = await registry.resident()
    answer = await registry.client.get(
        f"/v1/residents/{resident_id}?fields=name,phone", headers=registry.headers()
    )
    assert answer.json() == {
        "id": str(resident_id),
        "county": COUNTY,
        "version": 1,
        "name": "金哲洙",
        "phone": "154****5678",
    }


async def test_facts_come_with_their_source_and_sensitive_ones_are_opened(
    registry: Registry,
) -> None:
    facts = {"chronic_disease": "diabetes", "family_doctor": "李医生"}
    resident_id = await registry.resident(Person(facts=facts))
    answer = await registry.client.get(
        f"/v1/residents/{resident_id}?fields=chronic_disease,family_doctor,elderly_care",
        headers=registry.department("health"),
    )
    origin = {"source": "department_push", "domain": "health", "observed_on": "2026-06-01"}
    assert answer.json()["facts"] == {
        "chronic_disease": {"value": "diabetes", **origin},
        "family_doctor": {"value": "李医生", **origin},
        "elderly_care": None,
    }
    stored = await registry.rows("select facts::text from residents")
    assert "diabetes" not in stored[0]["facts"]


async def test_what_is_not_known_is_null(registry: Registry) -> None:
    nobody = Person(number=None, phone=None, name_ko=None)
    resident_id = await registry.resident(nobody)
    answer = await registry.client.get(
        f"/v1/residents/{resident_id}?fields=document,phone,name_ko,chronic_disease",
        headers=registry.department("health"),
    )
    body = answer.json()
    assert (body["document"], body["phone"], body["name_ko"]) == (None, None, None)
    assert body["facts"] == {"chronic_disease": None}


async def test_each_reading_leaves_a_record_in_the_same_statement(registry: Registry) -> None:
    resident_id = await registry.resident()
    headers = registry.department("health", sub="system-1", purpose="verification")
    await registry.look_up(NUMBER, ["name", "sex"], {**headers, "X-Request-Id": "request-1"})
    await registry.client.get(f"/v1/residents/{resident_id}?fields=phone", headers=headers)
    first, second = await registry.accesses(resident_id)
    assert first == {
        "operation": "registry.residents.lookup",
        "reader": "system-1",
        "role": "department_system",
        "organisation": "222406.health",
        "purpose": "verification",
        "fields": ["name", "sex"],
        "request_id": "request-1",
    }
    assert (second["operation"], second["fields"]) == ("registry.residents.get", ["phone"])


async def test_what_is_not_found_leaves_no_record(registry: Registry) -> None:
    await registry.resident()
    elsewhere = registry.headers(areas=[OTHER_GRID])
    assert (await registry.look_up(NUMBER, ["name"], elsewhere)).status_code == 404
    assert await registry.rows("select 1 from accesses") == []


async def test_outside_the_callers_areas_nobody_lives(registry: Registry) -> None:
    cases: list[list[str]] = [
        [OTHER_GRID],
        [OTHER_COUNTY_GRID],
        ["222401"],
        [],
        ["22240600100100100002"],
    ]
    resident_id = await registry.resident()
    for areas in cases:
        headers = registry.headers(areas=areas)
        by_id = await registry.client.get(
            f"/v1/residents/{resident_id}?fields=name", headers=headers
        )
        by_number = await registry.look_up(NUMBER, ["name"], headers)
        assert (by_id.status_code, by_number.status_code) == (404, 404)
        assert by_id.json()["code"] == by_number.json()["code"] == "resident-not-found"


async def test_inside_the_callers_areas_residents_are_found(registry: Registry) -> None:
    cases: list[list[str]] = [["2224"], [COUNTY], [GRID], ["222401", GRID], [dwelling()]]
    resident_id = await registry.resident()
    for areas in cases:
        headers = registry.headers(areas=areas)
        answer = await registry.client.get(
            f"/v1/residents/{resident_id}?fields=name", headers=headers
        )
        assert answer.status_code == 200


async def test_unknown_and_malformed_ids_are_not_found(registry: Registry) -> None:
    for wrong in (new_id(), "1", "x" * 30):
        answer = await registry.client.get(
            f"/v1/residents/{wrong}?fields=name", headers=registry.headers()
        )
        assert answer.status_code == 404


async def test_a_department_reads_only_fields_of_its_domain(registry: Registry) -> None:
    await registry.resident()
    answer = await registry.look_up(
        NUMBER, ["name", "ethnic", "tenure"], registry.department("health")
    )
    assert answer.status_code == 403
    assert answer.json()["code"] == "field-not-readable"
    assert answer.json()["fields"] == ["ethnic", "tenure"]


async def test_a_grid_worker_reads_nothing_sensitive(registry: Registry) -> None:
    await registry.resident()
    answer = await registry.look_up(NUMBER, ["chronic_disease", "tenure"], registry.headers())
    assert (answer.status_code, answer.json()["fields"]) == (403, ["chronic_disease"])


async def test_an_unknown_field_is_named(registry: Registry) -> None:
    answer = await registry.look_up(NUMBER, ["name", "religion"], registry.headers())
    assert answer.status_code == 422
    assert answer.json()["code"] == "unknown-field"
    assert answer.json()["errors"] == [
        {"pointer": "/fields", "code": "unknown-field", "detail": "There is no field 'religion'."}
    ]


async def test_a_look_up_that_says_too_little_or_too_much_is_refused(registry: Registry) -> None:
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"fields": ["name"]}, 422, "/document"),
        ({"document": "x", "fields": ["name"]}, 422, "/document"),
        ({"document": {"number": NUMBER}}, 422, "/fields"),
        ({"document": {"number": NUMBER}, "fields": []}, 422, "/fields"),
        ({"document": {"number": NUMBER}, "fields": "name"}, 422, "/fields"),
        ({"document": {"number": NUMBER}, "fields": [1]}, 422, "/fields"),
        ({"document": {"number": ""}, "fields": ["name"]}, 422, "/document/number"),
        ({"document": {"number": 1}, "fields": ["name"]}, 422, "/document/number"),
        ({"document": {"number": NUMBER, "kind": "x"}, "fields": ["name"]}, 422, "/document/kind"),
        ({"document": {"number": NUMBER, "x": 1}, "fields": ["name"]}, 422, "/x"),
        ({"document": {"number": NUMBER}, "fields": ["name"], "all": True}, 422, "/all"),
    ]
    for body, status, pointer in cases:
        answer = await registry.client.post(
            "/v1/residents/lookup", json=body, headers=registry.headers()
        )
        assert answer.status_code == status
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_body_that_is_no_json_object_is_refused(registry: Registry) -> None:
    headers = {**registry.headers(), "Content-Type": "application/json"}
    for content in (b"{", b"[]", b"null"):
        answer = await registry.client.post(
            "/v1/residents/lookup", content=content, headers=headers
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "body-not-json")
    headers["Content-Type"] = "text/plain"
    answer = await registry.client.post("/v1/residents/lookup", content=b"{}", headers=headers)
    assert answer.status_code == 415


async def test_a_number_that_cannot_exist_is_refused_without_repeating_it(
    registry: Registry,
) -> None:
    answer = await registry.look_up("229999199001010019", ["name"], registry.headers())
    assert answer.status_code == 422
    assert answer.json()["code"] == "id-number-check-digit-wrong"
    assert "229999199001010019" not in answer.text


async def test_fields_are_mandatory(registry: Registry) -> None:
    resident_id = await registry.resident()
    for query in ("", "?fields=", "?fields=,"):
        answer = await registry.client.get(
            f"/v1/residents/{resident_id}{query}", headers=registry.headers()
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "fields-required"


async def test_a_purpose_must_be_stated(registry: Registry) -> None:
    headers = registry.headers()
    for wrong in ({}, {"OneGrid-Purpose": "curiosity"}):
        kept = {k: v for k, v in headers.items() if k != "OneGrid-Purpose"}
        answer = await registry.look_up(NUMBER, ["name"], {**kept, **wrong})
        assert (answer.status_code, answer.json()["code"]) == (400, "purpose-required")


async def test_roles_without_a_need_read_nobody(registry: Registry) -> None:
    cases: list[str] = ["secretariat", "approver", "finance_officer", "system_admin"]
    for role in cases:
        answer = await registry.look_up(NUMBER, ["name"], registry.headers(role))
        assert answer.status_code == 403


async def test_without_a_token_nothing_is_said(registry: Registry) -> None:
    answer = await registry.client.get(f"/v1/residents/{new_id()}?fields=name")
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
