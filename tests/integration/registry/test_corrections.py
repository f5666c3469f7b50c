"""Correcting a resident."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import httpx

from services.common import outbox
from services.common.ids import new_id
from tests.factories.registry import (
    COUNTY,
    GRID,
    OTHER_GRID,
    Person,
    Registry,
    dwelling,
)


async def correct(
    registry: Registry,
    resident_id: UUID,
    patch: Mapping[str, Any],
    headers: Mapping[str, str],
    version: int | None = 1,
) -> httpx.Response:
    match = {"If-Match": f'"{version}"'} if version is not None else {}
    return await registry.client.patch(
        f"/v1/residents/{resident_id}", json=patch, headers={**headers, **match}
    )


async def test_a_visit_corrects_and_tells_what_is_shown_now(registry: Registry) -> None:
    resident_id = await registry.resident()
    patch = {"phone": "154 8765-4321", "usual_language": "zh", "employment_status": "employed"}
    answer = await correct(registry, resident_id, patch, registry.headers())
    assert answer.status_code == 200
    body = answer.json()
    fact = body.pop("facts")["employment_status"]
    assert body == {
        "id": str(resident_id),
        "county": COUNTY,
        "version": 2,
        "phone": "154****4321",
        "usual_language": "zh",
    }
    assert (fact["value"], fact["source"]) == ("employed", "grid_visit")
    assert answer.headers["etag"] == '"2"'
    seen = await registry.client.get(
        f"/v1/residents/{resident_id}?fields=phone,usual_language,employment_status",
        headers=registry.headers(),
    )
    assert seen.json() == {**body, "facts": {"employment_status": fact}}


async def test_what_was_said_and_what_was_shown_before_are_kept(registry: Registry) -> None:
    resident_id = await registry.resident()
    headers = registry.headers(sub="worker-1", org="222406001001")
    await correct(registry, resident_id, {"usual_language": "zh", "phone": None}, headers)
    kept = await registry.rows(
        "select field, value #>> '{}' as value, value_sealed is null as clear, method, domain,"
        " collector, organisation from assertions order by field, method"
    )
    before = {"method": "baseline", "domain": "public_security"}
    said = {"method": "grid_visit", "domain": "public_security"}
    nobody = {"collector": None, "organisation": None}
    worker = {"collector": "worker-1", "organisation": "222406001001"}
    assert kept == [
        {"field": "phone", "value": None, "clear": False, **before, **nobody},
        {"field": "phone", "value": None, "clear": True, **said, **worker},
        {"field": "usual_language", "value": "ko", "clear": True, **before, **nobody},
        {"field": "usual_language", "value": "zh", "clear": True, **said, **worker},
    ]


async def test_the_second_correction_of_a_day_is_shown(registry: Registry) -> None:
    resident_id = await registry.resident()
    headers = registry.headers()
    await correct(registry, resident_id, {"phone": "15499999999"}, headers)
    headers = registry.headers()
    answer = await correct(registry, resident_id, {"phone": "15400000000"}, headers, 2)
    assert answer.json()["phone"] == "154****0000"
    assert len(await registry.rows("select 1 from assertions where field = 'phone'")) == 3


async def test_every_former_state_is_kept_with_who_changed_it(registry: Registry) -> None:
    resident_id = await registry.resident()
    headers = registry.headers(sub="worker-1")
    await correct(registry, resident_id, {"usual_language": "zh"}, headers)
    await correct(registry, resident_id, {"usual_language": "ko"}, registry.headers(), 2)
    history = await registry.rows(
        "select version, old ->> 'usual_language' as was, changed_by, known_from < known_to as past"
        " from resident_history order by version"
    )
    assert history == [
        {"version": 1, "was": "ko", "changed_by": "worker-1", "past": True},
        {"version": 2, "was": "zh", "changed_by": "person-1", "past": True},
    ]


async def test_a_correction_publishes_which_fields_and_not_their_values(
    registry: Registry,
) -> None:
    resident_id = await registry.resident()
    await correct(registry, resident_id, {"usual_language": "zh"}, registry.headers())
    async with registry.store.read() as connection:
        page, found = await outbox.page(connection, "/registry", None, 10, None)
    assert found == 1
    assert b'"zh"' not in page
    events = await registry.rows("select type, subject, area, domain, data::text from events")
    assert events == [
        {
            "type": "registry.resident.corrected.v1",
            "subject": str(resident_id),
            "area": GRID,
            "domain": "public_security",
            "data": '{"county": "222406", "fields": ["usual_language"], "method": "grid_visit", '
            '"version": 2}',
        }
    ]


async def test_a_correction_leaves_an_access_record(registry: Registry) -> None:
    resident_id = await registry.resident()
    await correct(registry, resident_id, {"phone": None}, registry.headers())
    (access,) = await registry.accesses(resident_id)
    assert access["operation"] == "registry.residents.correct"
    assert access["fields"] == ["phone"]
    assert access["purpose"] == "public_service"


async def test_a_repeated_request_changes_nothing_and_gets_the_first_answer(
    registry: Registry,
) -> None:
    resident_id = await registry.resident()
    headers = registry.headers()
    first = await correct(registry, resident_id, {"phone": "15400000000"}, headers)
    second = await correct(registry, resident_id, {"phone": "15400000000"}, headers)
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.content == first.content
    assert second.headers["idempotency-replayed"] == "true"
    assert await registry.rows("select version from residents") == [{"version": 2}]
    assert len(await registry.rows("select 1 from events")) == 1


async def test_a_key_is_good_for_one_request_only(registry: Registry) -> None:
    resident_id = await registry.resident()
    headers = registry.headers()
    await correct(registry, resident_id, {"phone": "15400000000"}, headers)
    answer = await correct(registry, resident_id, {"phone": "15411111111"}, headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


async def test_a_key_is_needed(registry: Registry) -> None:
    headers = registry.headers()
    del headers["Idempotency-Key"]
    answer = await correct(registry, new_id(), {"phone": None}, headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-required")


async def test_a_stale_version_changes_nothing(registry: Registry) -> None:
    resident_id = await registry.resident()
    await correct(registry, resident_id, {"phone": None}, registry.headers())
    answer = await correct(registry, resident_id, {"usual_language": "zh"}, registry.headers())
    assert (answer.status_code, answer.json()["code"]) == (412, "version-is-stale")
    assert answer.json()["version"] == 2
    assert await registry.rows("select usual_language from residents") == [{"usual_language": "ko"}]


async def test_a_version_is_needed(registry: Registry) -> None:
    resident_id = await registry.resident()
    answer = await correct(registry, resident_id, {"phone": None}, registry.headers(), None)
    assert (answer.status_code, answer.json()["code"]) == (428, "if-match-required")


async def test_merge_patch_is_the_other_media_type(registry: Registry) -> None:
    resident_id = await registry.resident()
    headers = {
        **registry.headers(),
        "If-Match": '"1"',
        "Content-Type": "application/merge-patch+json",
    }
    path = f"/v1/residents/{resident_id}"
    answer = await registry.client.patch(path, content=b'{"phone":null}', headers=headers)
    assert answer.status_code == 200
    headers = {**registry.headers(), "If-Match": '"2"', "Content-Type": "text/json"}
    answer = await registry.client.patch(path, content=b'{"phone":null}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "media-type-not-supported")


async def test_values_that_do_not_fit_are_named(registry: Registry) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"phone": "12"}, "phone-not-valid"),
        ({"phone": 15412345678}, "phone-not-valid"),
        ({"usual_language": "fr"}, "code-not-valid"),
        ({"residency": None}, "required"),
        ({"children_count": -1}, "integer-not-valid"),
        ({"children_count": True}, "integer-not-valid"),
        ({"lives_alone": "yes"}, "boolean-not-valid"),
        ({"employer": "a\x00b"}, "text-not-valid"),
        ({"dwelling": "2224"}, "area-not-valid"),
        ({"household_id": "1"}, "id-not-valid"),
    ]
    resident_id = await registry.resident()
    for patch, code in cases:
        answer = await correct(registry, resident_id, patch, registry.headers())
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == (f"/{next(iter(patch))}", code)


async def test_all_faults_are_told_at_once(registry: Registry) -> None:
    resident_id = await registry.resident()
    patch = {"phone": "1", "usual_language": "fr"}
    answer = await correct(registry, resident_id, patch, registry.headers())
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/phone", "/usual_language"}


async def test_an_empty_patch_and_unknown_fields_are_refused(registry: Registry) -> None:
    resident_id = await registry.resident()
    for patch, code in (({}, "fields-required"), ({"religion": "x"}, "unknown-field")):
        answer = await correct(registry, resident_id, patch, registry.headers())
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == code


async def test_a_grid_worker_corrects_only_what_grid_workers_collect(registry: Registry) -> None:
    cases: list[str] = ["name", "document", "pension_insurance", "name_pinyin"]
    resident_id = await registry.resident()
    for field in cases:
        answer = await correct(registry, resident_id, {field: "x"}, registry.headers())
        assert (answer.status_code, answer.json()["fields"]) == (403, [field])
        assert answer.json()["code"] == "field-not-collectable"


async def test_a_department_corrects_its_own_fields_and_the_search_keys_follow(
    registry: Registry,
) -> None:
    resident_id = await registry.resident()
    headers = registry.department("public_security")
    answer = await correct(registry, resident_id, {"name": "朴明子"}, headers)
    assert answer.json()["name"] == "朴明子"
    found = await registry.client.post(
        "/v1/residents/search",
        json={"within": GRID, "name": "piaoming", "fields": ["name", "name_pinyin"]},
        headers=registry.headers(),
    )
    assert [item["name_pinyin"] for item in found.json()["items"]] == ["piao ming zi"]
    foreign = await correct(registry, resident_id, {"tenure": "owned"}, headers, 2)
    assert foreign.status_code == 403


async def test_dates_and_names_in_hangul_are_corrected_and_values_taken_away(
    registry: Registry,
) -> None:
    resident_id = await registry.resident()
    police = registry.department("public_security")
    born = await correct(registry, resident_id, {"born_on": "1990-01-02"}, police)
    assert born.json()["born_on"] == "1990-01-02"
    patch = {"name_ko": "박 명 자", "usual_language": None}
    answer = await correct(registry, resident_id, patch, registry.headers(), 2)
    assert (answer.json()["name_ko"], answer.json()["usual_language"]) == ("박명자", None)
    found = await registry.client.post(
        "/v1/residents/search",
        json={"within": GRID, "name": "ㅂㅁㅈ", "fields": ["born_on", "name_ko"]},
        headers=registry.headers(),
    )
    assert [item["born_on"] for item in found.json()["items"]] == ["1990-01-02"]


async def test_sensitive_values_are_sealed_and_not_repeated_in_the_answer(
    registry: Registry,
) -> None:
    resident_id = await registry.resident()
    headers = registry.department("health")
    answer = await correct(registry, resident_id, {"chronic_disease": "diabetes"}, headers)
    assert answer.json() == {"id": str(resident_id), "county": COUNTY, "version": 2}
    stored = await registry.rows(
        "select r.facts::text || coalesce(a.value::text, '') || convert_from(k.body, 'UTF8') as all"
        " from residents r, assertions a, idempotency_keys k"
    )
    assert "diabetes" not in stored[0]["all"]
    seen = await registry.client.get(
        f"/v1/residents/{resident_id}?fields=chronic_disease", headers=headers
    )
    assert seen.json()["facts"]["chronic_disease"]["value"] == "diabetes"
    assert (await registry.rows("select data::text as d from events"))[0]["d"].count("diab") == 0


async def test_outside_the_callers_areas_nothing_is_corrected(registry: Registry) -> None:
    resident_id = await registry.resident()
    headers = registry.headers(areas=[OTHER_GRID])
    answer = await correct(registry, resident_id, {"phone": None}, headers)
    assert answer.status_code == 404


async def test_a_resident_moves_only_inside_the_callers_areas(registry: Registry) -> None:
    resident_id = await registry.resident()
    away = await correct(
        registry, resident_id, {"dwelling": dwelling(OTHER_GRID)}, registry.headers()
    )
    assert (away.status_code, away.json()["errors"][0]["code"]) == (422, "outside")
    room = dwelling(room=502)
    near = await correct(registry, resident_id, {"dwelling": room}, registry.headers())
    assert near.json()["dwelling"] == room


async def test_a_household_must_exist_where_the_caller_may_act(registry: Registry) -> None:
    resident_id = await registry.resident()
    here = await registry.household()
    there = await registry.household(dwelling(OTHER_GRID))
    gone = await registry.household(valid_to=date(2025, 1, 1))
    for household in (there, gone, new_id()):
        patch = {"household_id": str(household)}
        answer = await correct(registry, resident_id, patch, registry.headers())
        assert answer.json()["errors"][0]["code"] == "household-not-found"
    answer = await correct(registry, resident_id, {"household_id": str(here)}, registry.headers())
    assert answer.json()["household_id"] == str(here)


async def test_an_older_visit_does_not_hide_what_the_owner_said_later(
    registry: Registry,
) -> None:
    """The owner's newest assertion stays, whoever speaks after it about an earlier day."""
    resident_id = await registry.resident(
        Person(facts={"low_income": True}, observed_on=date(2099, 1, 1))
    )
    headers = registry.department("social_security")
    await correct(registry, resident_id, {"low_income": False}, headers)
    seen = await registry.client.get(
        f"/v1/residents/{resident_id}?fields=low_income", headers=headers
    )
    assert seen.json()["facts"]["low_income"]["value"] is True
