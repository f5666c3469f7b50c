"""Boundaries that are drawn, and areas as geographic features."""

from datetime import timedelta
from typing import Any

from jsonschema import Draft202012Validator

from services.registry.api import feature_schemas
from tests.factories.places import today
from tests.factories.registry import COMMUNITY, COUNTY, GRID, OTHER_GRID, Registry

STREET = "222406001"


def square(west: float, south: float, size: float = 0.01) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


async def draw(registry: Registry, code: str, geometry: Any, **options: Any) -> Any:
    headers = registry.headers(options.pop("role", "secretariat"), areas=[COUNTY])
    headers |= {"Content-Type": "application/geo+json", **options}
    return await registry.client.put(f"/v1/areas/{code}/boundary", json=geometry, headers=headers)


async def features(registry: Registry, path: str, status: int = 200, **token: Any) -> Any:
    token.setdefault("areas", [COUNTY])
    headers = registry.headers("county_officer", **token)
    answer = await registry.client.get(f"/v1/ogc{path}", headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_boundary_is_drawn_measured_and_kept_in_time(registry: Registry) -> None:
    await registry.grid()
    drawn = await draw(registry, GRID, {**square(129.0, 42.5), "source": "2026年网格普查"})
    assert drawn.status_code == 200
    assert drawn.headers["etag"] == '"1"'
    told = drawn.json()
    assert (told["centre"], told["bbox"]) == ([129.005, 42.505], [129.0, 42.5, 129.01, 42.51])
    assert 900_000 < told["area_m2"] < 930_000
    assert (await draw(registry, GRID, square(129.1, 42.5))).json()["code"] == "boundary-is-there"
    stale = await draw(registry, GRID, square(129.1, 42.5), **{"If-Match": '"7"'})
    assert stale.status_code == 412
    await registry.rows(
        "update area_boundaries set valid = daterange($1, null)", today() - timedelta(9)
    )
    again = await draw(registry, GRID, square(129.1, 42.5), **{"If-Match": '"1"'})
    assert again.json()["version"] == 2
    over = await draw(registry, GRID, square(129.2, 42.5), **{"If-Match": '"2"'})
    assert over.json()["version"] == 3
    feature = await features(registry, f"/collections/grid/items/{GRID}")
    assert feature["properties"]["centre"] == [129.205, 42.505]
    then = (today() - timedelta(2)).isoformat()
    past = await features(registry, f"/collections/grid/items?datetime={then}&within={GRID}")
    assert [f["bbox"][0] for f in past["features"]] == [129.0]


async def test_a_boundary_has_to_fit(registry: Registry) -> None:
    for grid in (GRID, OTHER_GRID):
        await registry.grid(grid)
    assert (await draw(registry, COMMUNITY, square(129.0, 42.5, 0.02))).status_code == 200
    assert (await draw(registry, GRID, square(129.0, 42.5))).json()["faults"] == []
    beside = await draw(registry, OTHER_GRID, square(129.01, 42.51))
    assert beside.json()["faults"] == []
    across = await draw(registry, OTHER_GRID, square(129.005, 42.505), **{"If-Match": '"1"'})
    assert across.json()["faults"] == [
        {"area": OTHER_GRID, "kind": "boundary_overlaps", "other": GRID, "share": 0.25}
    ]
    outside = await draw(registry, GRID, square(128.995, 42.5), **{"If-Match": '"1"'})
    assert outside.json()["errors"][0]["code"] == "outside-parent"
    smaller = await draw(registry, COMMUNITY, square(129.0, 42.5, 0.012), **{"If-Match": '"1"'})
    assert smaller.json()["faults"] == [
        {
            "area": OTHER_GRID,
            "kind": "boundary_outside_parent",
            "other": COMMUNITY,
            "share": 0.51,
        }
    ]
    assert len(await registry.rows("select 1 from boundary_faults")) == 2
    apart = await draw(registry, OTHER_GRID, square(129.0101, 42.5, 0.0005), **{"If-Match": '"2"'})
    assert apart.json()["faults"] == []
    assert await registry.rows("select 1 from boundary_faults") == []


async def test_who_may_not_draw(registry: Registry) -> None:
    await registry.grid()
    cases: list[tuple[str, str, Any, int]] = [
        (GRID, "grid_worker", square(129, 42), 403),
        (COUNTY, "secretariat", square(129, 42), 403),
        ("222401001", "secretariat", square(129, 42), 404),
        (f"{COMMUNITY}009", "secretariat", square(129, 42), 409),
        (GRID, "secretariat", square(129, 42, 1), 422),
        (GRID, "secretariat", [1], 400),
        (GRID, "secretariat", {**square(129, 42), "source": ""}, 422),
        (GRID, "secretariat", {**square(129, 42), "crs": "x"}, 422),
    ]
    for code, role, geometry, status in cases:
        assert (await draw(registry, code, geometry, role=role)).status_code == status


async def test_the_landing_page_leads_to_everything(registry: Registry) -> None:
    page = await features(registry, "")
    rels = {link["rel"]: link["href"] for link in page["links"]}
    assert set(rels) == {"self", "service-desc", "conformance", "data"}
    assert rels["data"] == "http://testserver/registry/v1/ogc/collections"
    core = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
    assert core in (await features(registry, "/conformance"))["conformsTo"]
    listed = await features(registry, "/collections")
    assert [c["id"] for c in listed["collections"]] == [
        "prefecture", "county", "street", "community", "grid",
    ]  # fmt: skip
    assert "spatial" not in listed["collections"][2]["extent"]
    await draw(registry, STREET, square(129.0, 42.5))
    one = await features(registry, "/collections/street")
    assert one["extent"]["spatial"]["bbox"] == [[129.0, 42.5, 129.01, 42.51]]
    assert {link["rel"] for link in one["links"]} == {"self", "items"}
    for path in ("/collections/dwelling", "/collections/street/items/x"):
        await features(registry, path, 404)
    for path in ("?x=1", "/conformance?x=1", "/collections?x=1", "/collections/street?x=1"):
        await features(registry, path, 400)


async def test_features_come_in_pages_and_by_box(registry: Registry) -> None:
    await draw(registry, STREET, square(129.0, 42.5))
    await draw(registry, "222406002", square(129.5, 42.5))
    validator = Draft202012Validator(feature_schemas.FEATURES)
    everything = await features(registry, "/collections/street/items")
    validator.validate(everything)
    assert everything["numberMatched"] == everything["numberReturned"] == 14
    assert {link["rel"] for link in everything["links"]} == {"self", "alternate", "collection"}
    seen: list[str] = []
    path = "/collections/street/items?limit=6"
    while path:
        page = await features(registry, path)
        assert page["numberMatched"] == 14
        seen += [feature["id"] for feature in page["features"]]
        onward = [link["href"] for link in page["links"] if link["rel"] == "next"]
        path = onward[0].removeprefix("http://testserver/registry/v1/ogc") if onward else ""
    assert seen == [feature["id"] for feature in everything["features"]]
    near = await features(registry, "/collections/street/items?bbox=129.4,42,129.6,43&limit=1")
    # Areas without a boundary match every box (/req/core/fc-bbox-response).
    assert (near["numberMatched"], near["numberReturned"]) == (13, 1)
    drawn = [f for f in near["features"] if f["geometry"]]
    assert STREET not in [f["id"] for f in drawn]
    small = await features(registry, "/collections/street/items", areas=["222406002"])
    assert [f["id"] for f in small["features"]] == ["222406002"]
    await features(registry, "/collections/street/items?within=222401", 404)
    await features(registry, "/collections/street/items?bbox=1", 400)
    await features(registry, "/collections/street/items?colour=red", 400)
    plain = await registry.client.get(
        "/v1/ogc/collections/street/items/222406001?f=json",
        headers=registry.headers("auditor", areas=[COUNTY]),
    )
    assert plain.headers["content-type"] == "application/json"
    assert plain.headers["etag"] == '"1"'
    assert [link["rel"] for link in plain.json()["links"]] == ["alternate", "self", "collection"]


async def test_only_what_was_valid_then_is_a_feature_of_then(registry: Registry) -> None:
    await registry.rows("update areas set valid_to = '2020-01-01' where code = '222406003'")
    path = "/collections/street/items?within=222406003"
    assert (await features(registry, path))["numberMatched"] == 0
    for interval in ("2019-12-31", "../2010-01-01", "2019-01-01/..", "2019-06-01T00:00:00Z/.."):
        found = await features(registry, f"{path}&datetime={interval}")
        assert [f["properties"]["valid_to"] for f in found["features"]] == ["2020-01-01"]
    assert (await features(registry, f"{path}&datetime=2020-01-01"))["numberMatched"] == 0


async def test_an_area_may_have_several_parts(registry: Registry) -> None:
    parts = [square(129.0, 42.5)["coordinates"], square(129.1, 42.5)["coordinates"]]
    several = {"type": "MultiPolygon", "coordinates": parts}
    unread = await draw(registry, STREET, several, **{"If-Match": '"1"'})
    assert unread.json()["code"] == "version-is-stale"
    drawn = await draw(registry, STREET, several)
    assert (drawn.json()["vertices"], drawn.json()["bbox"]) == (10, [129.0, 42.5, 129.11, 42.51])
    feature = await features(registry, f"/collections/street/items/{STREET}")
    assert feature["geometry"]["type"] == "MultiPolygon"
    # The centroid lies between the parts; the centre lies in one of them.
    assert 129.0 < feature["properties"]["centre"][0] < 129.11
    await features(registry, "/collections/street/items/222401001", 404)
    await features(registry, f"/collections/grid/items/{STREET}", 404)
