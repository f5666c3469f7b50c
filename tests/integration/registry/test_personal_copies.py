"""At the counter a resident gets all that is kept of it, and the hand-over is recorded."""

from uuid import UUID

import httpx

from services.common.ids import new_id
from services.registry.store.copies import reading
from tests.factories.registry import GRID, NUMBER, Person, Registry, dwelling

PATH = "/v1/residents/{}/full-export"


async def ask(
    registry: Registry, resident_id: UUID, format_: str = "json", **token: str
) -> httpx.Response:
    token.setdefault("purpose", "resident_request")
    return await registry.client.post(
        PATH.format(resident_id),
        json={"requested_by": "self", "format": format_},
        headers=registry.headers("resident_desk", **token),
    )


async def somebody(registry: Registry) -> UUID:
    await registry.grid()
    home = await registry.household()
    resident_id = await registry.resident(Person(household_id=home))
    # Somebody else in the same household, of whom nothing may be told.
    await registry.resident(
        Person(name="朴正浩", name_ko="박정호", number=None, phone="15499999999", household_id=home)
    )
    headers = registry.headers() | {"If-Match": '"1"', "Idempotency-Key": str(new_id())}
    corrected = await registry.client.patch(
        f"/v1/residents/{resident_id}", json={"usual_language": "zh"}, headers=headers
    )
    assert corrected.status_code == 200
    disputed = await registry.client.post(
        f"/v1/residents/{resident_id}/disputes",
        json={"field": "sex", "statement": "写错了"},
        headers=registry.headers("resident_desk") | {"Idempotency-Key": str(new_id())},
    )
    assert disputed.status_code == 201
    return resident_id


async def test_all_that_is_kept_is_handed_over(registry: Registry) -> None:
    resident_id = await somebody(registry)
    answer = await ask(registry, resident_id)
    assert answer.status_code == 200
    copy = answer.json()
    fields = {field["field"]: field for field in copy["fields"]}
    assert fields["document"]["value"] == {"kind": "resident_id", "number": NUMBER}
    assert fields["phone"]["value"] == "15412345678"
    assert fields["sex"]["disputed"] is True
    assert fields["name"]["owner"] == "public_security"
    assert fields["usual_language"]["value"] == "zh"
    assert [one["value"] for one in copy["said"]] == ["ko", "zh"]
    assert copy["documents"][0]["number"] == NUMBER
    assert [home["dwelling"] for home in copy["households"]] == [dwelling(GRID)] * len(
        copy["households"]
    )
    assert [dispute["statement"] for dispute in copy["disputes"]] == ["写错了"]
    assert {access["operation"] for access in copy["accesses"]} == {
        "registry.residents.correct",
        "registry.disputes.open",
    }
    assert "朴正浩" not in answer.text
    assert "15499999999" not in answer.text
    assert copy["copies"] == []


async def test_the_hand_over_is_recorded_with_what_was_read(registry: Registry) -> None:
    resident_id = await somebody(registry)
    answer = await ask(registry, resident_id)
    last = (await registry.accesses(resident_id))[-1]
    assert (last["operation"], last["purpose"]) == (
        "registry.residents.full_export",
        "resident_request",
    )
    assert set(last["fields"]) == set(registry.store.catalogue)
    (kept,) = await registry.rows("select id, format, size_bytes, sha256 from personal_copies")
    assert answer.headers["onegrid-copy"] == str(kept["id"])
    assert (kept["format"], kept["size_bytes"]) == ("json", len(answer.content))
    (again,) = (await ask(registry, resident_id)).json()["copies"]
    assert again["requested_by"] == "self"


async def test_it_can_be_printed(registry: Registry) -> None:
    resident_id = await somebody(registry)
    answer = await ask(registry, resident_id, "html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    for text in ("个人信息副本", NUMBER, "谁查阅过您的信息", "写错了"):
        assert text in answer.text
    async with registry.store.transaction() as tx:
        await tx.connection.execute(
            "update residents set name = '<script>', version = version + 1, changed_by = 'x', "
            "change_reason = 'x' where id = $1",
            resident_id,
        )
    assert "<script>" not in (await ask(registry, resident_id, "html")).text


async def test_only_the_desk_and_only_at_the_residents_request(registry: Registry) -> None:
    resident_id = await somebody(registry)
    assert (await ask(registry, resident_id, purpose="public_service")).status_code == 422
    for role in ("grid_worker", "county_officer", "auditor", "system_admin"):
        answer = await registry.client.post(
            PATH.format(resident_id),
            json={"format": "json"},
            headers=registry.headers(role, purpose="resident_request"),
        )
        assert answer.status_code == 403
    elsewhere = registry.headers("resident_desk", purpose="resident_request", areas=["222401"])
    answer = await registry.client.post(PATH.format(resident_id), json={}, headers=elsewhere)
    assert answer.status_code == 404
    assert await registry.rows("select from personal_copies") == []


async def test_no_table_about_residents_is_forgotten(registry: Registry) -> None:
    tables = await registry.rows("select tables_keyed_by('resident_id')::text as name")
    # What the record itself is made of: columns, facts and what everybody said; keys that find it.
    elsewhere = {"assertions", "identifiers", "resident_history"}
    told = " ".join(reading.TABLES.values())
    forgotten = {row["name"] for row in tables if row["name"] not in told} - elsewhere
    assert forgotten <= {"membership_history", "reconciliation_differences", "reconciliation_rows"}
