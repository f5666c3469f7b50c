"""Who holds which post."""

from datetime import timedelta
from typing import Any

from tests.factories.places import today
from tests.factories.registry import COUNTY, GRID, OTHER_GRID, Registry

STREET = "222406001"
HEAD = {"area": GRID, "post": "grid_head", "holder": "金明子", "phone": "15412345678"}


async def appoint(registry: Registry, role: str = "community_officer", **changes: Any) -> Any:
    headers = registry.headers(role, areas=changes.pop("areas", [COUNTY]))
    return await registry.client.post("/v1/posts", json={**HEAD, **changes}, headers=headers)


async def test_a_grid_gets_a_head_whose_telephone_is_sealed(registry: Registry) -> None:
    await registry.grid()
    made = await appoint(registry)
    assert made.status_code == 201
    assert made.headers["etag"] == '"1"'
    assert {k: v for k, v in made.json().items() if k != "id"} == {
        "version": 1,
        "area": GRID,
        "post": "grid_head",
        "seat": None,
        "holder": "金明子",
        "phone": "154****5678",
        "valid_from": today().isoformat(),
        "valid_to": None,
    }
    (row,) = await registry.rows("select phone_sealed from area_posts")
    assert b"15412345678" not in row["phone_sealed"]
    kept = await registry.rows("select convert_from(body, 'utf8') as body from idempotency_keys")
    assert "15412345678" not in str(kept)
    assert (await appoint(registry)).json()["code"] == "post-taken"


async def test_a_post_passes_from_one_to_the_next(registry: Registry) -> None:
    await registry.grid()
    begun = (today() - timedelta(30)).isoformat()
    first = (await appoint(registry, valid_from=begun)).json()
    path = f"/v1/posts/{first['id']}"
    headers = registry.headers("community_officer", areas=[COUNTY])
    body = {"holder": "金明洙", "phone": "0433-2512345"}
    assert (await registry.client.put(path, json=body, headers=headers)).status_code == 428
    stale = {**headers, "If-Match": '"9"'}
    assert (await registry.client.put(path, json=body, headers=stale)).status_code == 412
    put = await registry.client.put(path, json=body, headers={**headers, "If-Match": '"1"'})
    assert (put.json()["holder"], put.json()["version"]) == ("金明洙", 2)
    headers = registry.headers("community_officer", areas=[COUNTY])
    for day, status in ((begun, 422), (today().isoformat(), 200)):
        headers = registry.headers("community_officer", areas=[COUNTY])
        ended = await registry.client.post(
            f"{path}/end", json={"on": day}, headers={**headers, "If-Match": '"2"'}
        )
        assert ended.status_code == status
    assert (await appoint(registry, holder="朴顺姬")).status_code == 201
    for on, holder in ((today() - timedelta(1), "金明洙"), (today(), "朴顺姬")):
        listed = await registry.client.get(
            f"/v1/posts?within={COUNTY}&on={on}", headers=registry.headers(areas=[COUNTY])
        )
        assert [item["holder"] for item in listed.json()["items"]] == [holder]


async def test_posts_are_listed_in_pages_by_area(registry: Registry) -> None:
    for grid in (GRID, OTHER_GRID):
        await registry.grid(grid)
        for post in ("grid_head", "grid_worker"):
            await appoint(registry, area=grid, post=post)
    path = f"/v1/posts?within={COUNTY}&limit=3"
    headers = registry.headers("auditor", areas=[COUNTY])
    first = (await registry.client.get(path, headers=headers)).json()
    second = await registry.client.get(f"{path}&after={first['next']}", headers=headers)
    areas = [item["area"] for item in first["items"] + second.json()["items"]]
    assert areas == [GRID, GRID, OTHER_GRID, OTHER_GRID]
    heads = await registry.client.get(f"{path}&post=grid_head", headers=headers)
    assert len(heads.json()["items"]) == 2


async def test_what_does_not_fit_is_refused(registry: Registry) -> None:
    await registry.grid()
    cases: list[tuple[str, dict[str, Any], int]] = [
        ("grid_worker", {}, 403),
        ("community_officer", {"area": STREET, "post": "street_chief"}, 403),
        ("secretariat", {"area": STREET, "post": "street_chief"}, 201),
        ("street_officer", {"area": STREET, "post": "road_chief"}, 422),
        ("street_officer", {"area": STREET, "post": "road_chief", "seat": "民慧街"}, 201),
        ("street_officer", {"area": STREET, "post": "road_chief", "seat": "文化路"}, 201),
        ("community_officer", {"area": STREET}, 422),
        ("community_officer", {"phone": "12"}, 422),
        ("community_officer", {"area": OTHER_GRID}, 409),
        ("community_officer", {"areas": ["222401"]}, 404),
        ("community_officer", {"valid_to": "2001-01-01"}, 422),
        ("community_officer", {"surprise": 1}, 422),
    ]
    for role, changes, status in cases:
        assert (await appoint(registry, role, **changes)).status_code == status
    for post_id in ("x", "01919191-0000-7000-8000-000000000000"):
        answer = await registry.client.put(
            f"/v1/posts/{post_id}",
            json={"holder": "x"},
            headers={**registry.headers("secretariat"), "If-Match": '"1"'},
        )
        assert answer.status_code == 404
