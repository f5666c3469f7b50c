"""Records in two times, and what changed in them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import authority
from tests.factories.registry import NUMBER, OTHER_GRID, Person, Registry

FIELDS = "name,phone,usual_language,employment_status"


async def correct(registry: Registry, resident_id: UUID, patch: Mapping[str, Any]) -> None:
    version = await registry.rows("select version from residents where id = $1", resident_id)
    headers = {**registry.headers(sub="worker-1"), "If-Match": f'"{version[0]["version"]}"'}
    answer = await registry.client.patch(
        f"/v1/residents/{resident_id}", json=patch, headers=headers
    )
    assert answer.status_code == 200, answer.text


async def seen(registry: Registry, resident_id: UUID, query: str = "") -> Any:
    answer = await registry.client.get(
        f"/v1/residents/{resident_id}?fields={FIELDS}{query}",
        headers=registry.headers("resident_desk"),
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def at(registry: Registry, resident_id: UUID, **asked: Any) -> Any:
    return await seen(registry, resident_id, "".join(f"&{k}={v}" for k, v in asked.items()))


def instant() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


patches = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "phone": st.sampled_from(["15400000001", "15400000002", None]),
            "usual_language": st.sampled_from(["zh", "ko", None]),
            "employment_status": st.sampled_from(["employed", "unemployed"]),
        },
    ).filter(bool),
    max_size=4,
)


@settings(
    deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(patches)
async def test_what_was_answered_is_answered_again(registry: Registry, said: list[Any]) -> None:
    resident_id = await registry.resident(Person(number=None))
    answered = [(instant(), await seen(registry, resident_id))]
    for patch in said:
        await correct(registry, resident_id, patch)
        answered.append((instant(), await seen(registry, resident_id)))
    for known_at, then in answered:
        again = await at(registry, resident_id, known_at=known_at)
        assert again.pop("as_of")["unknown"] == []
        assert again == then


async def test_before_it_was_recorded_a_record_is_not_there(registry: Registry) -> None:
    resident_id = await registry.resident()
    answer = await registry.client.get(
        f"/v1/residents/{resident_id}?fields=name&known_at=2026-01-01T00:00:00Z",
        headers=registry.headers("resident_desk"),
    )
    assert answer.status_code == 404


async def test_what_is_known_about_a_day_follows_from_what_was_observed_by_then(
    registry: Registry,
) -> None:
    resident_id = await registry.resident(Person(observed_on=date(2026, 1, 1)))
    before = instant()
    await authority.say(registry, "public_security", "phone", (NUMBER, "15400000001", "2026-03-01"))
    between = instant()
    await authority.say(registry, "public_security", "phone", (NUMBER, "15400000002", "2026-02-01"))
    phones = [
        (await at(registry, resident_id, valid_on=day, known_at=known))["phone"]
        for day, known in (
            ("2026-02-15", before),
            ("2026-02-15", between),
            ("2026-02-15", instant()),
            ("2026-03-01", instant()),
        )
    ]
    assert phones == ["154****5678", "154****5678", "154****0002", "154****0001"]
    nothing = await at(registry, resident_id, valid_on="2025-01-01")
    assert nothing["as_of"]["unknown"] == ["name", "phone", "usual_language", "employment_status"]
    assert (nothing["name"], nothing["facts"]) == (None, {"employment_status": None})


async def test_the_matrix_that_was_active_then_decides(registry: Registry) -> None:
    resident_id = await registry.resident(Person(phone=None))
    await authority.say(registry, "health", "phone", (NUMBER, "15400000001", "2026-07-01"))
    await authority.say(registry, "housing", "phone", (NUMBER, "15400000002", "2026-08-01"))
    before = instant()
    await authority.apply(registry, ("phone", "health", 1, None))
    then = await at(registry, resident_id, valid_on="2026-09-01", known_at=before)
    now = await at(registry, resident_id, valid_on="2026-09-01")
    assert (then["phone"], then["as_of"]["authority"]) == ("154****0002", 1)
    assert (now["phone"], now["as_of"]["authority"]) == ("154****0001", 2)


async def test_sealed_and_derived_fields_have_a_past_too(registry: Registry) -> None:
    resident_id = await registry.resident(Person(facts={"low_income": True}))
    path = f"/v1/residents/{resident_id}?fields=name_pinyin,document,low_income,sex"
    headers = registry.department("social_security")
    now = (await registry.client.get(path, headers=headers)).json()
    then = (await registry.client.get(f"{path}&valid_on=2026-07-01", headers=headers)).json()
    as_of = then.pop("as_of")
    assert as_of["unknown"] == []
    assert then == now
    history = await registry.client.get(
        f"/v1/residents/{resident_id}/history?fields=document,low_income", headers=headers
    )
    (made,) = history.json()["items"]
    told = {change["field"]: change["new"] for change in made["fields"]}
    assert told == {"document": now["document"], "low_income": True}


async def test_a_look_at_the_past_leaves_an_access_record(registry: Registry) -> None:
    resident_id = await registry.resident()
    await at(registry, resident_id, valid_on="2026-09-01")
    (access,) = await registry.accesses(resident_id)
    assert access["operation"] == "registry.residents.get"


async def test_the_history_tells_who_changed_what_when_and_why(registry: Registry) -> None:
    resident_id = await registry.resident()
    await correct(registry, resident_id, {"phone": "15400000001"})
    await correct(registry, resident_id, {"residency": "registered"})
    await correct(registry, resident_id, {"usual_language": "zh", "phone": None})
    path = f"/v1/residents/{resident_id}/history?fields=phone,usual_language"
    headers = registry.headers("resident_desk")
    answer = await registry.client.get(path, headers=headers)
    items = answer.json()["items"]
    assert [item["version"] for item in items] == [4, 2, 1]
    newest = items[0]
    today = newest["fields"][0]["valid_since"]
    assert {**newest, "known_at": None, "request_id": None} == {
        "version": 4,
        "known_at": None,
        "changed_by": "金明子",
        "organisation": "222406",
        "role": "grid_worker",
        "operation": "registry.residents.correct",
        "purpose": "public_service",
        "request_id": None,
        "fields": [
            {"field": "phone", "old": "154****0001", "new": None}
            | {"valid_since": today, "source": "grid_visit", "domain": "public_security"},
            {"field": "usual_language", "old": "ko", "new": "zh"}
            | {"valid_since": today, "source": "grid_visit", "domain": "public_security"},
        ],
    }
    assert items[2]["fields"][0] == {
        "field": "phone", "old": None, "new": "154****5678", "valid_since": "2026-06-01",
        "source": "baseline", "domain": "public_security",
    }  # fmt: skip
    pages: list[Any] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        more = f"&limit=1&after={page['next']}" if page["next"] else "&limit=1"
        page = (await registry.client.get(path + more, headers=headers)).json()
        pages += page["items"]
    assert pages == items


async def test_a_history_is_told_to_those_who_may_read_the_fields(registry: Registry) -> None:
    resident_id = await registry.resident()
    path = f"/v1/residents/{resident_id}/history?fields="
    refused = await registry.client.get(path + "low_income", headers=registry.headers())
    assert refused.status_code == 403
    elsewhere = registry.headers(areas=[OTHER_GRID])
    assert (await registry.client.get(path + "phone", headers=elsewhere)).status_code == 404
    await registry.client.get(path + "phone", headers=registry.headers())
    (access,) = await registry.accesses(resident_id)
    assert (access["operation"], access["fields"]) == ("registry.residents.history", ["phone"])


@pytest.mark.parametrize("table", ["assertions", "resident_history"])
@pytest.mark.parametrize("statement", ["delete from {}", "update {} set county = county"])
async def test_what_was_said_and_shown_is_not_edited_away(
    registry: Registry, table: str, statement: str
) -> None:
    resident_id = await registry.resident()
    await correct(registry, resident_id, {"phone": "15400000001"})
    kept = await registry.rows(f"select * from {table}")
    with pytest.raises(asyncpg.RestrictViolationError, match="is refused"):
        await registry.rows(statement.format(table))
    for unknown in ("", "because"):
        with pytest.raises(asyncpg.RestrictViolationError):
            async with registry.store.transaction() as tx:
                await tx.connection.execute(f"set local registry.rewriting = '{unknown}'")
                await tx.connection.execute(statement.format(table))
    assert await registry.rows(f"select * from {table}") == kept
    for allowed in ("county_move", "retention"):
        async with registry.store.transaction() as tx:
            await tx.connection.execute(f"set local registry.rewriting = '{allowed}'")
            await tx.connection.execute(statement.format(table))
    with pytest.raises(asyncpg.RestrictViolationError):
        await correct(registry, resident_id, {"phone": "15400000001"})
        await registry.rows(statement.format(table))
