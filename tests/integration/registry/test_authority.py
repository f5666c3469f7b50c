"""The authority matrix: drafted, simulated, activated, carried into the records."""

import asyncio
from contextvars import Context
from typing import Any

import pytest

from services.common import outbox
from tests.factories import authority
from tests.factories.authority import PREFECTURE, officer
from tests.factories.registry import COMMUNITY, COUNTY, GRID, Person, Registry, id_number

FIRST, SECOND = id_number(1), id_number(2)


async def test_at_first_everybody_reads_that_the_owner_comes_first(registry: Registry) -> None:
    answer = await registry.client.get("/v1/authority", headers=registry.headers())
    body = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert (body["number"], body["state"], body["progress"]["state"]) == (1, "active", None)
    fields = len(registry.store.catalogue)
    assert len(body["ranks"]) == fields * 10
    first = [r for r in body["ranks"] if r["rank"] == 1]
    assert {r["field"]: r["domain"] for r in first} == {
        code: field.owner for code, field in registry.store.catalogue.items()
    }


async def test_a_draft_is_a_whole_matrix_or_changes_of_a_version(registry: Registry) -> None:
    number = await authority.draft(registry, ("phone", "housing", 1, 365))
    drafted = await authority.version(registry, number)
    assert (drafted["state"], drafted["base"]) == ("draft", 1)
    assert {"field": "phone", "domain": "housing", "rank": 1, "max_age_days": 365} in drafted[
        "ranks"
    ]
    whole = {"note": "整份", "ranks": drafted["ranks"]}
    again = await registry.client.post(
        "/v1/authority/versions", json=whole, headers=officer(registry)
    )
    assert again.status_code == 201
    assert again.json()["ranks"] == drafted["ranks"]
    listed = await registry.client.get("/v1/authority/versions?limit=2", headers=officer(registry))
    assert [v["number"] for v in listed.json()["items"]] == [3, 2]
    rest = await registry.client.get(
        f"/v1/authority/versions?limit=2&after={listed.json()['next']}", headers=officer(registry)
    )
    assert [v["number"] for v in rest.json()["items"]] == [1]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"note": "x"}, "value-error"),
        ({"note": "x", "base": 1, "changes": [], "ranks": []}, "too-short"),
        (
            {"note": "x", "ranks": [{"field": "phone", "domain": "health", "rank": 1}]},
            "nobody-first",
        ),
        (
            {"note": "x", "base": 1, "changes": [{"field": "x", "domain": "health", "rank": 1}]},
            "unknown-field",
        ),
        (
            {"note": "x", "base": 1, "changes": [{"field": "phone", "domain": "x", "rank": 1}]},
            "unknown-domain",
        ),
        ({"note": "x", "weight": 1}, "extra-forbidden"),
    ],
)
async def test_what_is_no_matrix_is_refused(
    registry: Registry, body: dict[str, Any], code: str
) -> None:
    answer = await registry.client.post(
        "/v1/authority/versions", json=body, headers=officer(registry)
    )
    assert answer.status_code == 422
    assert code in {error["code"] for error in answer.json()["errors"]}


async def test_the_prefecture_drafts_and_somebody_else_activates(registry: Registry) -> None:
    body = {"note": "x", "base": 1, "changes": [{"field": "phone", "domain": "health", "rank": 1}]}
    for role, areas in (("secretariat", [COUNTY]), ("county_officer", [COUNTY])):
        headers = registry.headers(role, areas=areas)
        refused = await registry.client.post("/v1/authority/versions", json=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "authority-not-yours")
    for role in ("department_officer", "grid_worker", "auditor", "security_admin"):
        headers = registry.headers(role, areas=[PREFECTURE])
        refused = await registry.client.post("/v1/authority/versions", json=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")
    admin = registry.headers("system_admin", areas=[PREFECTURE], sub="admin")
    drafted = await registry.client.post("/v1/authority/versions", json=body, headers=admin)
    assert drafted.status_code == 201
    other = registry.headers("system_admin", areas=[PREFECTURE], sub="admin-2")
    refused = await registry.client.post(
        "/v1/authority/versions/2/activate", headers={**other, "If-Match": '"1"'}
    )
    assert refused.status_code == 403
    missing = await registry.client.post(
        "/v1/authority/versions/2/activate", headers=officer(registry)
    )
    assert missing.status_code == 428
    assert (await authority.activate(registry, 2, version=7)).status_code == 412
    assert (await authority.activate(registry, 99)).status_code == 404
    done = await authority.activate(registry, 2)
    assert (done.status_code, done.json()["state"]) == (200, "active")
    assert (await authority.version(registry, 1))["state"] == "retired"


async def test_nobody_activates_a_draft_of_its_own(registry: Registry) -> None:
    number = await authority.draft(registry, ("phone", "health", 1, None))
    refused = await authority.activate(registry, number, sub="drafter")
    assert (refused.status_code, refused.json()["code"]) == (403, "drafter-may-not-activate")


async def test_a_draft_that_was_overtaken_must_be_drafted_again(registry: Registry) -> None:
    first = await authority.draft(registry, ("phone", "health", 1, None))
    second = await authority.draft(registry, ("phone", "market", 1, None))
    assert (await authority.activate(registry, first)).status_code == 200
    third = await authority.draft(registry, ("phone", "market", 1, None))
    codes = [
        (await authority.activate(registry, number, version=version)).json()["code"]
        for number, version in ((second, 1), (first, 2), (third, 1))
    ]
    assert codes == ["draft-is-superseded", "version-is-no-draft", "version-is-being-applied"]
    await authority.work(registry)
    assert (await authority.activate(registry, third)).status_code == 200


async def two_people(registry: Registry) -> tuple[Any, Any]:
    """Of both housing said a telephone number; of the first, health did before."""
    one = await registry.resident(Person(number=FIRST, phone=None))
    other = await registry.resident(Person(number=SECOND, phone=None))
    await authority.say(registry, "health", "phone", (FIRST, "15400000001", "2026-03-01"))
    said = [(n, "15400000002", "2026-05-01") for n in (FIRST, SECOND)]
    await authority.say(registry, "housing", "phone", *said)
    return one, other


async def test_an_activation_shows_what_the_new_version_chooses(registry: Registry) -> None:
    one, other = await two_people(registry)
    assert await authority.shown(registry, one, "phone") == "154****0002"
    assertions = await registry.rows("select * from assertions order by id")
    number = await authority.apply(registry, ("phone", "health", 1, None))
    assert await authority.shown(registry, one, "phone") == "154****0001"
    assert await authority.shown(registry, other, "phone") == "154****0002"
    assert await registry.rows("select * from assertions order by id") == assertions
    told = await authority.version(registry, number)
    assert told["fields"] == ["phone"]
    progress = told["progress"]
    assert progress.pop("applied_at")
    assert progress == {
        "state": "done", "residents_seen": 2, "residents_changed": 1, "values_changed": 1
    }  # fmt: skip
    async with registry.store.read() as connection:
        page, _ = await outbox.page(connection, "/registry", None, 50, None)
    assert b"15400000001" not in page
    events = await registry.rows(
        "select subject, data from events where type = 'registry.resident.recomputed.v1'"
    )
    assert [event["subject"] for event in events] == [str(one)]
    assert '"authority": 2' in events[0]["data"]
    history = await registry.rows(
        "select change_reason from resident_history where resident_id = $1 order by version", one
    )
    assert history[-1]["change_reason"] == "registry.authority.activate 2"


async def test_an_activation_is_undone_by_activating_what_was(registry: Registry) -> None:
    one, _ = await two_people(registry)
    await authority.apply(registry, ("phone", "health", 1, None))
    first = {"note": "恢复", "base": 1, "changes": []}
    again = await registry.client.post(
        "/v1/authority/versions", json=first, headers=officer(registry)
    )
    assert (await authority.activate(registry, again.json()["number"])).status_code == 200
    assert await authority.work(registry) == 1
    assert await authority.shown(registry, one, "phone") == "154****0002"


async def test_old_words_fall_behind_and_a_newcomer_meets_the_rest(registry: Registry) -> None:
    """A newcomer that makes the shown one too old need not be the one that is shown."""
    resident = await registry.resident(Person(number=FIRST, phone=None))
    await authority.apply(
        registry,
        ("phone", "public_security", 2, None),
        ("phone", "health", 1, 30),
        ("phone", "housing", 2, None),
        ("phone", "market", 3, None),
    )
    await authority.say(registry, "housing", "phone", (FIRST, "15400000002", "2026-04-20"))
    await authority.say(registry, "health", "phone", (FIRST, "15400000001", "2026-05-01"))
    assert await authority.shown(registry, resident, "phone") == "154****0001"
    await authority.say(registry, "market", "phone", (FIRST, "15400000003", "2026-05-31"))
    assert await authority.shown(registry, resident, "phone") == "154****0001"
    await authority.say(registry, "market", "phone", (FIRST, "15400000004", "2026-06-01"))
    assert await authority.shown(registry, resident, "phone") == "154****0002"


async def test_a_visit_too_may_bring_another_to_the_front(registry: Registry) -> None:
    resident = await registry.resident(Person(number=FIRST, phone=None))
    await authority.apply(
        registry,
        ("phone", "public_security", 3, None),
        ("phone", "health", 1, 30),
        ("phone", "housing", 2, None),
    )
    await authority.say(registry, "housing", "phone", (FIRST, "15400000002", "2026-04-20"))
    await authority.say(registry, "health", "phone", (FIRST, "15400000001", "2026-05-01"))
    ((version,),) = [r.values() for r in await registry.rows("select version from residents")]
    answer = await registry.client.patch(
        f"/v1/residents/{resident}",
        json={"phone": "15400000005"},
        headers={**registry.headers(), "If-Match": f'"{version}"'},
    )
    assert answer.json()["phone"] == "154****0002"
    assert await authority.shown(registry, resident, "phone") == "154****0002"


async def test_a_simulation_counts_what_an_activation_then_changes(registry: Registry) -> None:
    one, _ = await two_people(registry)
    number = await authority.draft(registry, ("phone", "health", 1, None))
    path = f"/v1/authority/versions/{number}/simulate"
    told = await registry.client.post(path, json={"within": COUNTY}, headers=officer(registry))
    assert told.status_code == 200
    body = told.json()
    assert body["fields"] == [
        {
            "field": "phone",
            "residents": 1,
            "moves": [{"from": "housing", "to": "health", "residents": 1}],
        }
    ]
    assert (body["state"], body["residents_seen"], body["residents_changed"]) == ("done", 2, 1)
    assert str(one) not in told.text
    narrow = await registry.client.post(path, json={"within": COMMUNITY}, headers=officer(registry))
    assert narrow.json()["fields"] == body["fields"]
    await authority.activate(registry, number)
    await authority.work(registry)
    progress = (await authority.version(registry, number))["progress"]
    assert progress["residents_changed"] == body["residents_changed"]


async def test_a_whole_prefecture_is_counted_by_a_job(registry: Registry) -> None:
    await two_people(registry)
    number = await authority.draft(registry, ("phone", "health", 1, None))
    path = f"/v1/authority/versions/{number}/simulate"
    headers = officer(registry)
    told = await registry.client.post(path, json={"within": PREFECTURE}, headers=headers)
    assert (told.status_code, told.json()["state"]) == (202, "running")
    again = await registry.client.post(path, json={"within": PREFECTURE}, headers=headers)
    assert again.json()["id"] == told.json()["id"]
    assert await authority.work(registry) == 1
    where = told.headers["location"]
    done = await registry.client.get(where, headers=officer(registry))
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["residents_changed"]) == ("done", 1)
    county = registry.headers("secretariat", areas=[COUNTY])
    assert (await registry.client.get(where, headers=county)).status_code == 404
    nowhere = "/v1/authority/simulations/x"
    assert (await registry.client.get(nowhere, headers=county)).status_code == 404


async def test_a_small_area_is_not_counted(registry: Registry) -> None:
    path = "/v1/authority/versions/1/simulate"
    small = await registry.client.post(path, json={"within": GRID}, headers=officer(registry))
    assert (small.status_code, small.json()["code"]) == (422, "area-too-small")
    headers = officer(registry, areas=["222401"])
    outside = await registry.client.post(path, json={"within": COUNTY}, headers=headers)
    assert outside.status_code == 404
    path = "/v1/authority/versions/9/simulate"
    unknown = await registry.client.post(path, json={"within": COUNTY}, headers=officer(registry))
    assert unknown.status_code == 404


async def test_an_activation_waits_for_those_who_write_by_the_former(registry: Registry) -> None:
    """Nobody writes by a matrix that was retired while it was writing."""
    number = await authority.draft(registry, ("phone", "health", 1, None))
    store = registry.store
    async with store.transaction() as tx:
        assert (await store.matrix(tx.connection)).version == 1
        # A context of its own, as another request has one.
        waiting = asyncio.create_task(authority.activate(registry, number), context=Context())
        done, _ = await asyncio.wait({waiting}, timeout=0.3)
        assert not done
        assert (await authority.version(registry, number))["state"] == "draft"
    assert (await waiting).status_code == 200
    async with store.transaction() as tx:
        assert (await store.matrix(tx.connection)).version == number
