"""Areas, organisations and the field catalogue."""

from collections.abc import Callable
from pathlib import Path

from services.common import paging
from services.common.testing import TokenMint
from services.registry.service import SERVICE
from tests.factories.registry import COMMUNITY, COUNTY, GRID, Registry, running


async def test_an_area_tells_its_name_and_what_holds_it(registry: Registry) -> None:
    answer = await registry.client.get(f"/v1/areas/{COMMUNITY}", headers=registry.headers())
    assert answer.json() == {
        "code": COMMUNITY,
        "level": "community",
        "name": "爱民社区",
        "name_ko": "애민사회구역",
        "name_en": "Aimin Community",
        "parent": "222406001",
        "urban": True,
        "address": None,
        "valid_from": "2000-01-01",
        "valid_to": None,
        "successors": [],
        "predecessors": [],
    }


async def test_only_areas_around_and_inside_ones_own_are_told(registry: Registry) -> None:
    cases: list[tuple[str, int]] = [
        ("2224", 200),
        (COUNTY, 200),
        ("222401", 404),
        ("222406001003", 404),
        ("9", 404),
        (GRID, 404),
        (f"{GRID}%00", 404),
    ]
    for code, status in cases:
        answer = await registry.client.get(f"/v1/areas/{code}", headers=registry.headers())
        assert answer.status_code == status


async def test_areas_are_listed_by_level_and_in_pages(registry: Registry) -> None:
    headers = registry.headers("county_officer")
    path = f"/v1/areas?within={COUNTY}&level=street&limit=10"
    first = await registry.client.get(path, headers=headers)
    page = first.json()
    assert [a["level"] for a in page["items"]] == ["street"] * 10
    expected = f'<{path}&after={page["next"]}>; rel="next"'
    assert first.headers["link"] == expected
    second = await registry.client.get(f"{path}&after={page['next']}", headers=headers)
    assert second.json()["next"] is None
    codes = [a["code"] for a in page["items"] + second.json()["items"]]
    assert codes == sorted(set(codes))
    assert len(codes) == 14


async def test_a_list_outside_ones_areas_or_by_a_wrong_filter_is_refused(
    registry: Registry,
) -> None:
    cases: list[tuple[str, int]] = [
        ("within=222401", 404),
        ("within=2224", 404),
        ("within=x", 422),
        ("", 422),
        (f"within={COUNTY}&level=province", 422),
        (f"within={COUNTY}&limit=1000", 422),
        (f"within={COUNTY}&levle=grid", 422),
        (f"within={COUNTY}&after=x", 422),
        (f"within={COUNTY}&after={paging.encode([1], (COUNTY, None))}", 422),
    ]
    for query, status in cases:
        answer = await registry.client.get(
            f"/v1/areas?{query}", headers=registry.headers("county_officer")
        )
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


async def test_organisations_are_those_in_and_above_ones_areas(registry: Registry) -> None:
    headers = registry.headers(areas=[GRID])
    answer = await registry.client.get("/v1/organisations?limit=200", headers=headers)
    codes = {item["code"] for item in answer.json()["items"]}
    assert {"2224.health", "222406.finance", "222406001", COMMUNITY} <= codes
    assert not {"222401.health", "222406002", "222406001003"} & codes


async def test_organisations_can_be_filtered(registry: Registry) -> None:
    headers = registry.headers("county_officer")
    answer = await registry.client.get(
        f"/v1/organisations?within={COUNTY}&domain=health", headers=headers
    )
    assert answer.json() == {
        "items": [
            {
                "code": "222406.health",
                "name_zh": "和龙市卫生健康局",
                "name_ko": "화룡시 위생건강국",
                "name_en": "Helong City Health Bureau",
                "kind": "department",
                "area": COUNTY,
                "domain": "health",
            }
        ],
        "next": None,
    }


async def test_the_catalogue_is_told_in_its_order(registry: Registry) -> None:
    answer = await registry.client.get("/v1/fields", headers=registry.headers("auditor"))
    items = answer.json()["items"]
    assert [item["code"] for item in items] == list(registry.store.catalogue)
    assert items[0] == {
        "code": "name",
        "name_zh": "姓名",
        "name_ko": "이름",
        "name_en": "Name",
        "type": "text",
        "code_set": None,
        "owner": "public_security",
        "readers": sorted(
            ["family_planning", "social_security", "housing", "health", "education", "market"]
        ),
        "sensitivity": "personal",
        "freshness_days": None,
        "legal_basis": "居民身份证法第三条",
        "collected_by": "department",
    }


async def test_reference_data_is_written_once(
    service_database: Callable[[str, Path], str], mint: TokenMint
) -> None:
    dsn = service_database("registry", SERVICE.migrations)
    loaded = "select sha256, loaded_at from reference_loads"
    async with running(dsn, mint) as first:
        before = await first.rows(loaded)
    async with running(dsn, mint) as second:
        assert await second.rows(loaded) == before
        assert (await second.rows("select count(*) as n from areas"))[0]["n"] == 1652


async def test_the_words_of_codes_are_told_in_three_languages(registry: Registry) -> None:
    answer = await registry.client.get("/v1/code-sets", headers=registry.headers("grid_worker"))
    assert answer.status_code == 200
    sets = {item["code"]: item for item in answer.json()["items"]}
    assert sets["tenure"]["values"][0] == {
        "code": "owned", "name_zh": "自有", "name_ko": "자가", "name_en": "Owner"
    }  # fmt: skip
