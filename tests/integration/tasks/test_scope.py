"""Nobody sees, lists, counts or moves what lies outside its areas or its department's part."""

from typing import Any

import pytest

from services.common.ids import new_id
from services.tasks.api.policy import POLICY
from services.tasks.service import SERVICE
from tests.factories.tasks import CALLERS, COUNTY, World

SEES = {"worker", "community", "street", "county", "housing", "housing_system"}
BLIND = {
    "other_worker",
    "other_community",
    "other_street",
    "other_county",
    "health",
    "prefecture_health",
}


async def test_views_and_lists_hold_to_scope(world: World) -> None:
    w = await world.dispatched()
    for who in sorted(SEES):
        assert (await world.get(who, f"/v1/whistles/{w['id']}")).status_code == 200, who
        items = (await world.get(who, "/v1/whistles")).json()["items"]
        assert [item["id"] for item in items] == [w["id"]], who
        assert "timeline" not in items[0]
    for who in sorted(BLIND):
        hidden = await world.get(who, f"/v1/whistles/{w['id']}")
        absent = await world.get(who, f"/v1/whistles/{new_id()}")
        assert hidden.status_code == absent.status_code == 404, who
        assert hidden.json()["detail"] == absent.json()["detail"]
        assert (await world.get(who, "/v1/whistles")).json()["items"] == [], who


@pytest.mark.parametrize(
    ("who", "within"),
    [
        ("worker", "222406001001"),
        ("street", COUNTY),
        ("street", "222406002"),
        ("housing", "222401"),
        ("county", "2224"),
        ("community", "222406001001002001"[:12] + "9"),
    ],
)
async def test_asking_wider_than_ones_areas_is_not_found(
    world: World, who: str, within: str
) -> None:
    response = await world.get(who, "/v1/whistles", within=within)
    if within.startswith(tuple(CALLERS[who]["areas"])):
        assert response.json()["items"] == []
    else:
        assert (response.status_code, response.json()["code"]) == (404, "nothing-here")


async def test_department_sees_only_its_part_and_acts_only_there(world: World) -> None:
    w = await world.dispatched("housing")
    match = {"If-Match": f'"{w["version"]}"'}
    for action in ("sign", "arrive"):
        response = await world.post("health", f"/v1/whistles/{w['id']}/{action}", {}, **match)
        assert response.status_code == 404


async def test_wrong_roles_are_refused_before_anything_is_looked_up(world: World) -> None:
    path = f"/v1/whistles/{new_id()}"
    match = {"If-Match": '"1"'}
    for who, action in (
        ("worker", "blow"),
        ("housing", "dispatch"),
        ("street", "sign"),
        ("housing", "verify"),
        ("housing", "rate"),
    ):
        assert (await world.post(who, f"{path}/{action}", {}, **match)).status_code == 403
    assert (await world.get("admin", path)).status_code == 403
    assert (await world.client.get(path)).status_code == 401


async def test_worker_verifies_only_what_it_reported(world: World) -> None:
    w = await world.dispatched()
    for action, body in (("sign", {}), ("arrive", {}), ("result", {"text": "好了"})):
        w = await world.step("housing", w, action, **body)
    path, match = f"/v1/whistles/{w['id']}/verify", {"If-Match": f'"{w["version"]}"'}
    same_grid = {**world.headers("worker", sub="w9"), **match}
    other = await world.client.post(path, json={"passed": True}, headers=same_grid)
    assert other.status_code == 403
    silent = await world.post("worker", path, {"passed": False}, **match)
    assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (422, "/comment")


async def test_filters_and_pages(world: World) -> None:
    made = [await world.reported() for _ in range(4)]
    peace = await world.reported("street", kind="peace")
    await world.step("street", made[0], "blow")
    mine = (await world.get("worker", "/v1/whistles", mine=True)).json()["items"]
    assert {item["id"] for item in mine} == {w["id"] for w in made}
    blown = (await world.get("street", "/v1/whistles", state="blown")).json()["items"]
    assert [item["id"] for item in blown] == [made[0]["id"]]
    kinds = (await world.get("street", "/v1/whistles", kind="peace")).json()["items"]
    assert [item["id"] for item in kinds] == [peace["id"]]
    both = await world.client.get(
        "/v1/whistles?state=blown&state=reported&limit=3", headers=world.headers("county")
    )
    seen: list[str] = [item["id"] for item in both.json()["items"]]
    link = both.headers["Link"]
    rest = await world.client.get(link[1 : link.index(">")], headers=world.headers("county"))
    seen += [item["id"] for item in rest.json()["items"]]
    assert seen == sorted((w["id"] for w in [*made, peace]), reverse=True)
    foreign = await world.get("street", "/v1/whistles", after=both.json()["next"])
    assert foreign.status_code == 422
    damaged = await world.get("street", "/v1/whistles", after="!!")
    assert damaged.status_code == 422


async def test_empty_areas_see_nothing(world: World) -> None:
    await world.reported()
    headers = world.headers("county", areas=[])
    assert (await world.client.get("/v1/whistles", headers=headers)).status_code == 404
    blank = world.headers("county", areas=[""])
    assert (await world.client.get("/v1/whistles", headers=blank)).status_code == 404


def test_every_route_has_a_policy_row(world: World) -> None:
    operations: set[str] = {
        operation["operationId"]
        for path in world.app.openapi()["paths"].values()
        for operation in path.values()
    }
    assert operations == set(POLICY)
    assert all(rule.roles for rule in POLICY.values())


async def test_health_and_manifest(world: World) -> None:
    ready = await world.client.get("/readyz")
    assert ready.json() == {
        "status": "ready",
        "checks": {"database": "ready", "photos": "ready"},
    }
    assert SERVICE.requires == {"identity", "admission", "registry"}
    document: dict[str, Any] = (await world.client.get("/openapi.json")).json()
    assert document["info"]["title"] == "tasks"
